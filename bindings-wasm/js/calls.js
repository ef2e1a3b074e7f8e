// Calls are plain objects: they can be logged, queued, and posted to a worker. They are checked when they are made, and again
// when they are sent.
import { core } from "./core.js";
import { checked, describe, found, isKooDriveError, known, misuse, refuse, text } from "./errors.js";

/** @import * as declared from "./index.js" */

/**
 * A call as the core takes it: the publisher's name of its operation, and its fields as JSON text.
 * @typedef {{ name: string, fields: string, notification: undefined }} CallOfAnyOperation
 */

/**
 * A notification has a way of its own, since there are millions of them: its fields as they are.
 * @typedef {{ name: string, fields: undefined, notification: Notification }} CallOfNotification
 * @typedef {[user: string, packageId: string, kind: number | undefined]} Notification
 */

/** @typedef {CallOfAnyOperation | CallOfNotification} Arguments */

const NOTIFY = "notifyPackageExpire";
const NOTIFY_FIELDS = ["carrierUserId", "packageId", "type", "undocumentedType"];

/** @type {(fields: Omit<declared.NotifyPackageExpire, "operation">) => declared.NotifyPackageExpire} */
export function notifyPackageExpire(fields) {
  known(NOTIFY, fields, NOTIFY_FIELDS);
  const { notification } = /** @type {CallOfNotification} */ (argumentsOf({ ...fields, operation: NOTIFY }));
  checked(() => core().checkNotification(...notification));
  const { carrierUserId, packageId, undocumentedType } = fields;
  /** @type {declared.NotifyPackageExpire} */
  const call = { operation: "notifyPackageExpire", carrierUserId, packageId };
  return undocumentedType === undefined ? call : { ...call, undocumentedType };
}

/** @type {() => declared.GetSpaceUsageByOverview} */
export const getSpaceUsageByOverview = () => ({ operation: "getSpaceUsageByOverview" });

/** @type {() => declared.GetCurrentRetentionPolicy} */
export const getCurrentRetentionPolicy = () => ({ operation: "getCurrentRetentionPolicy" });

/** @type {() => declared.GetCarrierRetentionPolicy} */
export const getCarrierRetentionPolicy = () => ({ operation: "getCarrierRetentionPolicy" });

/** @type {(fields: Omit<declared.SetRetentionPolicy, "operation">) => declared.SetRetentionPolicy} */
export const setRetentionPolicy = (fields) => made("setRetentionPolicy", fields);

/** @type {(fields: Omit<declared.ReverseOrder, "operation">) => declared.ReverseOrder} */
export const reverseOrder = (fields) => made("reverseOrder", fields);

/** @type {(fields: declared.RawCallFields) => declared.RawCall} */
export const rawCall = (fields) => made("rawCall", fields);

/**
 * Returns a call with a copy of these fields, as they will be sent.
 * @type {(operation: string, fields: any) => any}
 */
function made(operation, fields) {
  if (typeof fields !== "object" || fields === null) misuse(`${operation}: not an object; pass the fields of the call`);
  const { name, fields: json } = anyOperation(operation, fields);
  checked(() => core().checkCall(name, json));
  return { operation, ...JSON.parse(json) };
}

/**
 * Returns the call as the core takes it.
 * @type {(call: any) => Arguments}
 */
export function argumentsOf(call) {
  if (typeof call?.operation !== "string") misuse("unknown call; create it with notifyPackageExpire() or rawCall()");
  const { operation, ...fields } = call;
  if (operation !== NOTIFY) return anyOperation(operation, fields);
  known(NOTIFY, fields, NOTIFY_FIELDS);
  const { carrierUserId, packageId, type, undocumentedType: kind } = fields;
  // Needless, but the publisher's own example has one, and a wrong one.
  if (type !== undefined) checked(() => core().checkType(typeof type === "number" ? type : NaN));
  const user = text("carrierUserId", carrierUserId);
  // What is not a number is not an integer either, and the core says so.
  const notification = [user, text("packageId", packageId), kind === undefined || typeof kind === "number" ? kind : NaN];
  return { name: NOTIFY, fields: undefined, notification: /** @type {Notification} */ (notification) };
}

/** @type {(name: string, fields: any) => CallOfAnyOperation} */
function anyOperation(name, fields) {
  const { query, headers, json, ...others } = fields;
  for (const [field, value] of Object.entries(others)) checkField(field, value);
  /** @type {Record<string, unknown>} */
  const all = others;
  if (query !== undefined) all.query = pairsOf("query", query);
  if (headers !== undefined) all.headers = pairsOf("headers", headers);
  if (json !== undefined) all.json = jsonText(json);
  return { name, fields: JSON.stringify(all), notification: undefined };
}

/**
 * Names a value that JSON leaves out, or writes as a value of another type; undefined for any other. The core refuses what is left:
 * the types of JSON where they are not due.
 * @type {(value: any) => string | undefined}
 */
function notOfJson(value) {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : String(value);
  if (["bigint", "function", "symbol"].includes(typeof value)) return found(value);
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Date) return "a Date";
  if (typeof value.toJSON === "function") return "an object with toJSON";
  // `new String("14")`
  return /^\[object (String|Number|Boolean|BigInt|Symbol)\]$/.test(Object.prototype.toString.call(value)) ? "an object" : undefined;
}

/**
 * Refuses a field that holds what is not of JSON, and names where. `holders` are the objects that hold the value.
 * @type {(field: string, value: any, holders?: readonly object[]) => void}
 */
function checkField(field, value, holders = []) {
  const wrong = notOfJson(value);
  if (wrong !== undefined) refuse(field, `${wrong}; pass text, or a number where the field takes one`);
  if (typeof value !== "object" || value === null) return;
  if (holders.includes(value)) refuse(field, "contains itself; pass plain objects");
  for (const [name, part] of Object.entries(value)) {
    checkField(Array.isArray(value) ? `${field}[${name}]` : `${field}.${name}`, part, [...holders, value]);
  }
}

/**
 * Returns the pairs of a Headers, a URLSearchParams, a Map, any other iterable, or a plain object. Since an object in JSON has no
 * member whose value is undefined, pairs are what the core gets: it refuses such a value.
 * @type {(field: string, pairs: any) => unknown}
 */
function pairsOf(field, pairs) {
  const wrong = notOfJson(pairs);
  if (wrong !== undefined) refuse(field, `${wrong}; pass an object, or pairs of a name and a value`);
  if (typeof pairs !== "object" || pairs === null) return pairs;
  const list = typeof pairs[Symbol.iterator] === "function" ? [...pairs] : Object.entries(pairs);
  return list.map((pair) => (Array.isArray(pair) && pair.length === 2 ? checkedPair(field, pair) : null));
}

/** @type {(field: string, pair: any[]) => unknown} */
function checkedPair(field, [name, value]) {
  const checkedName = checkedPart(field, "a name", name);
  /** @type {(value: unknown) => unknown} */
  const part = (value) => checkedPart(field, name, value);
  return [checkedName, Array.isArray(value) ? value.map(part) : part(value)];
}

/**
 * Returns a name or a value of a pair. The core refuses objects and lists, whatever is in them, so it gets empty ones.
 * @type {(field: string, what: unknown, part: unknown) => unknown}
 */
function checkedPart(field, what, part) {
  const wrong = notOfJson(part);
  if (wrong !== undefined) refuse(field, `${what} is ${wrong}; pass text`);
  if (typeof part !== "object" || part === null) return part;
  return Array.isArray(part) ? [] : {};
}

/**
 * Returns a string as it is, and any other value as JSON.
 * @type {(value: unknown) => string}
 */
function jsonText(value) {
  if (typeof value === "string") return value;
  /** The objects that hold the part. @type {unknown[]} */
  const holders = [];
  /** @this {unknown} @param {string} _ @param {unknown} part */
  function checkPart(_, part) {
    if (typeof part === "number" && (!Number.isFinite(part) || (Number.isInteger(part) && !Number.isSafeInteger(part)))) {
      refuse("json", `contains the number ${part}, which JavaScript or JSON cannot hold exactly; pass JSON text`);
    }
    if (typeof part === "bigint") refuse("json", "contains a bigint; pass JSON text");
    if (typeof part !== "object" || part === null) return part;
    while (holders.length > 0 && holders.at(-1) !== this) holders.pop();
    if (holders.includes(part)) refuse("json", "contains itself; pass a value without cycles, or JSON text");
    holders.push(part);
    return part;
  }
  try {
    return JSON.stringify(value, checkPart) ?? refuse("json", "not a value of JSON; pass JSON text or leave it out");
  } catch (error) {
    if (isKooDriveError(error)) throw error;
    return refuse("json", `cannot be written as JSON: ${describe(error)}; pass JSON text`);
  }
}

/**
 * Returns the call of a notification as any other.
 * @type {(call: Arguments) => CallOfAnyOperation}
 */
export function jsonOf(call) {
  if (call.fields !== undefined) return call;
  const [carrierUserId, packageId, undocumentedType] = call.notification;
  return anyOperation(call.name, { carrierUserId, packageId, undocumentedType });
}
