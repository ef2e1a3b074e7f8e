// Turns a call into the core's arguments: the publisher's name of its operation, and its fields as
// JSON text. Notifications and raw calls have arguments of their own.
import { callCore, describe, typeName, isWellFormed, misuse, refuse, rejectUnknown, text } from "./checks.js";
import { core } from "./core.js";
import { isKooDriveError } from "./errors.js";

/** The core's arguments for a call. */
export type Arguments = OperationArguments | NotificationArguments | RawArguments;

export interface OperationArguments {
  readonly name: string;
  readonly fields: string;
  readonly notification?: undefined;
  readonly raw?: undefined;
}

/**
 * The arguments for a notification. Its fields cross without JSON, since jobs make millions of
 * notifications.
 */
export interface NotificationArguments {
  readonly name: string;
  readonly fields?: undefined;
  readonly notification: readonly [carrierUserId: string, packageId: string, undocumentedType: number | undefined];
  readonly raw?: undefined;
}

/**
 * The arguments for a raw call. Its body is JSON text already, and crosses as it is.
 *
 * `pairs` is the JSON text of an object with query and headers. It is undefined for a call without
 * either.
 */
export interface RawArguments {
  readonly name: string;
  readonly fields?: undefined;
  readonly notification?: undefined;
  readonly raw: readonly [method: string, path: string, pairs: string | undefined, json: string | undefined];
}

type Fields = Readonly<Record<string, unknown>>;

const NOTIFY = "notifyPackageExpire";
const RAW = "rawCall";
const RAW_FIELDS: readonly string[] = ["method", "path", "query", "headers", "json"];
export const NOTIFICATION_FIELDS: readonly string[] = ["carrierUserId", "packageId", "type", "undocumentedType"];
const NOTIFICATION_MEMBERS: readonly string[] = ["operation", ...NOTIFICATION_FIELDS];

/**
 * Returns the core's arguments for `call`.
 *
 * @throws {@link InvalidInputError} for a value that is not a call, an unknown field, a value that
 * JSON cannot hold.
 */
export function argumentsOf(call: unknown): Arguments {
  if (!isCall(call)) misuse("unknown call; create it with notifyPackageExpire() or rawCall()");
  // The frequent call, without a copy of its fields.
  const members: Fields = call;
  if (call.operation === NOTIFY && hasOnly(members, NOTIFICATION_MEMBERS)) return notificationArguments(members);
  const { operation, ...fields } = call;
  if (operation === RAW) return argumentsOfRawCall(fields);
  if (operation !== NOTIFY) return argumentsOfOperation(operation, fields);
  rejectUnknown(NOTIFY, fields, NOTIFICATION_FIELDS);
  return notificationArguments(fields);
}

function hasOnly(members: Fields, names: readonly string[]): boolean {
  for (const name in members) if (!names.includes(name)) return false;
  return true;
}

export function isCall(call: unknown): call is { operation: string } & Fields {
  return typeof call === "object" && call !== null && "operation" in call && typeof call.operation === "string";
}

interface NotificationFields {
  readonly carrierUserId?: unknown;
  readonly packageId?: unknown;
  readonly type?: unknown;
  readonly undocumentedType?: unknown;
}

export function notificationArguments({ carrierUserId, packageId, type, undocumentedType }: NotificationFields): NotificationArguments {
  // A caller may copy `type` from the publisher's own example, where its value is wrong.
  if (type !== undefined) callCore(() => core().checkType(numberOrNaN(type)));
  const user = text("carrierUserId", carrierUserId);
  const kind = undocumentedType === undefined ? undefined : numberOrNaN(undocumentedType);
  return { name: NOTIFY, notification: [user, text("packageId", packageId), kind] };
}

/** Returns `value`, or NaN for another type. The core refuses NaN as it refuses a fraction. */
const numberOrNaN = (value: unknown): number => (typeof value === "number" ? value : NaN);

/** Returns `call` with its fields as JSON text, also for a notification and a raw call. */
export function withJson(call: Arguments): OperationArguments {
  if (call.fields !== undefined) return call;
  if (call.raw) return argumentsOfOperation(call.name, fieldsOfRawCall(call));
  const [carrierUserId, packageId, undocumentedType] = call.notification;
  return argumentsOfOperation(call.name, { carrierUserId, packageId, undocumentedType });
}

/** Returns the arguments for the raw call with `fields`. */
export function argumentsOfRawCall(fields: Fields): RawArguments | OperationArguments {
  const { method, path, query, headers, json } = fields;
  // The core names an unknown field, and one of another type, when it reads them as JSON.
  const isKnown = Object.keys(fields).every((name) => RAW_FIELDS.includes(name));
  if (!isKnown || !isWellFormed(method) || !isWellFormed(path)) return argumentsOfOperation(RAW, fields);
  const pairs = query === undefined && headers === undefined ? undefined : JSON.stringify(pairsOfRawCall(query, headers));
  const body = json === undefined ? undefined : jsonText(json);
  if (body !== undefined && !isWellFormed(body)) return argumentsOfOperation(RAW, fields);
  return { name: RAW, raw: [method, path, pairs, body] };
}

/** Returns the fields of a raw call as they are sent. */
export function fieldsOfRawCall({ raw: [method, path, pairs, json] }: RawArguments): Fields {
  const fields: Record<string, unknown> = { method, path };
  if (pairs !== undefined) Object.assign(fields, JSON.parse(pairs));
  if (json !== undefined) fields["json"] = json;
  return fields;
}

function pairsOfRawCall(query: unknown, headers: unknown): Fields {
  const pairs: Record<string, unknown> = {};
  if (query !== undefined) pairs["query"] = pairsOf("query", query);
  if (headers !== undefined) pairs["headers"] = pairsOf("headers", headers);
  return pairs;
}

export function argumentsOfOperation(name: string, { query, headers, json, ...others }: Fields): OperationArguments {
  for (const [field, value] of Object.entries(others)) checkField(field, value);
  const all: Record<string, unknown> = { ...others, ...pairsOfRawCall(query, headers) };
  if (json !== undefined) all["json"] = jsonText(json);
  return { name, fields: JSON.stringify(all) };
}

/**
 * Names `value` if JSON leaves it out or changes its type. Returns undefined for any other value.
 *
 * The core refuses JSON types that a field does not take.
 */
function notOfJson(value: unknown): string | undefined {
  if (typeof value === "string") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : String(value);
  if (["bigint", "function", "symbol"].includes(typeof value)) return typeName(value);
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Date) return "a Date";
  if ("toJSON" in value && typeof value.toJSON === "function") return "an object with toJSON";
  // Matches wrapper objects such as `new String("14")`.
  return /^\[object (String|Number|Boolean|BigInt|Symbol)\]$/.test(Object.prototype.toString.call(value)) ? "an object" : undefined;
}

/**
 * Refuses a `value` that JSON cannot hold, or that contains one, and names its place in `field`.
 * `holders` are the objects that contain `value`.
 */
function checkField(field: string, value: unknown, holders: readonly object[] = []): void {
  const wrong = notOfJson(value);
  if (wrong !== undefined) refuse(field, `${wrong}; pass text, or a number where the field takes one`);
  if (typeof value !== "object" || value === null) return;
  if (holders.includes(value)) refuse(field, "contains itself; pass plain objects");
  for (const [name, part] of Object.entries(value)) {
    checkField(Array.isArray(value) ? `${field}[${name}]` : `${field}.${name}`, part, [...holders, value]);
  }
}

/**
 * Returns the `pairs` of a Headers, a URLSearchParams, a Map, any other iterable, or a plain object
 * as a list.
 *
 * JSON drops a member of an object whose value is undefined. In a list the core sees and refuses
 * that value.
 */
function pairsOf(field: string, pairs: unknown): unknown {
  const wrong = notOfJson(pairs);
  if (wrong !== undefined) refuse(field, `${wrong}; pass an object, or pairs of a name and a value`);
  if (typeof pairs !== "object" || pairs === null) return pairs;
  const list: unknown[] = isIterable(pairs) ? [...pairs] : Object.entries(pairs);
  return list.map((pair) => (Array.isArray(pair) && pair.length === 2 ? checkedPair(field, pair) : null));
}

export const isIterable = (value: object): value is Iterable<unknown> =>
  Symbol.iterator in value && typeof value[Symbol.iterator] === "function";

function checkedPair(field: string, [name, value]: readonly unknown[]): unknown {
  const checkedName = checkedPart(field, "a name", name);
  const part = (value: unknown) => checkedPart(field, name, value);
  return [checkedName, Array.isArray(value) ? value.map(part) : part(value)];
}

/**
 * Returns a name or a value of a pair, checked. `what` names the part in an error.
 *
 * The core refuses any object and any list, so it gets empty ones.
 */
function checkedPart(field: string, what: unknown, part: unknown): unknown {
  const wrong = notOfJson(part);
  if (wrong !== undefined) refuse(field, `${what} is ${wrong}; pass text`);
  if (typeof part !== "object" || part === null) return part;
  return Array.isArray(part) ? [] : {};
}

/** Returns a string unchanged, and any other `value` as compact JSON. */
function jsonText(value: unknown): string {
  if (typeof value === "string") return value;
  /** The objects that contain the part under check. */
  const holders: unknown[] = [];
  function checkPart(this: unknown, _: string, part: unknown): unknown {
    if (typeof part === "number" && !isExactNumber(part)) {
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
    // A replacer takes twice as long as the rest, so it checks only values that need it. TypeScript
    // declares a string, but the result for a function or a symbol is undefined.
    const json: string | undefined = JSON.stringify(value, isPlainJson(value) ? undefined : checkPart);
    return json ?? refuse("json", "not a value of JSON; pass JSON text or leave it out");
  } catch (error) {
    if (isKooDriveError(error)) throw error;
    return refuse("json", `cannot be written as JSON: ${describe(error)}; pass JSON text`);
  }
}

/** Tells whether JavaScript and JSON hold `value` exactly. */
const isExactNumber = (value: number): boolean => Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));

/** The most objects within each other that {@link isPlainJson} enters, so that a cycle ends it. */
const PLAIN_DEPTH = 32;

/**
 * Tells whether `value` consists of texts, booleans, exact numbers, null, and objects of them
 * without `toJSON`.
 */
function isPlainJson(value: unknown, depth = 0): boolean {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return true;
  if (typeof value === "number") return isExactNumber(value);
  if (typeof value !== "object" || depth === PLAIN_DEPTH || "toJSON" in value) return false;
  for (const name in value) {
    if (!isPlainJson((value as Fields)[name], depth + 1)) return false;
  }
  return true;
}
