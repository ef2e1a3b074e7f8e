// Calls are plain objects: they can be logged, queued, and posted to a worker. They are checked when they are made, and again
// when they are sent.
import { core } from "./core.js";
import { checked, known, misuse, refuse, text } from "./errors.js";

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
  /** @type {Record<string, unknown>} */
  const all = others;
  if (query !== undefined) all.query = pairsOf(query);
  if (headers !== undefined) all.headers = pairsOf(headers);
  if (json !== undefined) all.json = jsonText(json);
  return { name, fields: stringified(all), notification: undefined };
}

/**
 * Returns the fields as JSON text. What JSON leaves out or writes as null, the core refuses as missing or as of another type.
 * @type {(fields: unknown) => string}
 */
function stringified(fields) {
  try {
    return JSON.stringify(fields);
  } catch (error) {
    return misuse(`the fields of the call cannot be written as JSON: ${/** @type {Error} */ (error).message}; pass plain objects`);
  }
}

/**
 * Returns the pairs of a Headers, a URLSearchParams, a Map, any other iterable, or a plain object. Since an object in JSON has no
 * member whose value is undefined, pairs are what the core gets: it refuses such a value.
 * @type {(pairs: any) => unknown}
 */
function pairsOf(pairs) {
  if (typeof pairs !== "object" || pairs === null) return pairs;
  return typeof pairs[Symbol.iterator] === "function" ? [...pairs] : Object.entries(pairs);
}

/**
 * Returns a string as it is, and any other value as JSON.
 * @type {(value: unknown) => string}
 */
function jsonText(value) {
  if (typeof value === "string") return value;
  const json = JSON.stringify(value, (_, part) => {
    if (typeof part === "number" && (!Number.isFinite(part) || (Number.isInteger(part) && !Number.isSafeInteger(part)))) {
      refuse("json", `contains the number ${part}, which JavaScript or JSON cannot hold exactly; pass JSON text`);
    }
    if (typeof part === "bigint") refuse("json", "contains a bigint; pass JSON text");
    return part;
  });
  return json ?? refuse("json", "not a value of JSON; pass JSON text or leave it out");
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
