// Turns a call into what the core takes: the publisher's name of its operation, and its fields as JSON text.
import { callCore, describe, found, misuse, refuse, rejectUnknown, text } from "./checks.js";
import { core } from "./core.js";
import { isKooDriveError } from "./errors.js";

/** A call as the core takes it. */
export type Arguments = OperationArguments | NotificationArguments;

export interface OperationArguments {
  readonly name: string;
  readonly fields: string;
  readonly notification?: undefined;
}

/** Notifications are made by the million, so their fields cross as they are. */
export interface NotificationArguments {
  readonly name: string;
  readonly fields?: undefined;
  readonly notification: readonly [carrierUserId: string, packageId: string, undocumentedType: number | undefined];
}

type Fields = Readonly<Record<string, unknown>>;

const NOTIFY = "notifyPackageExpire";
export const NOTIFICATION_FIELDS: readonly string[] = ["carrierUserId", "packageId", "type", "undocumentedType"];

/** Returns `call` as the core takes it. */
export function argumentsOf(call: unknown): Arguments {
  if (!isCall(call)) misuse("unknown call; create it with notifyPackageExpire() or rawCall()");
  const { operation, ...fields } = call;
  if (operation !== NOTIFY) return argumentsOfOperation(operation, fields);
  rejectUnknown(NOTIFY, fields, NOTIFICATION_FIELDS);
  return notificationArguments(fields);
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
  // Needless, but the publisher's own example has one, and a wrong one.
  if (type !== undefined) callCore(() => core().checkType(numberOrNaN(type)));
  const user = text("carrierUserId", carrierUserId);
  const kind = undocumentedType === undefined ? undefined : numberOrNaN(undocumentedType);
  return { name: NOTIFY, notification: [user, text("packageId", packageId), kind] };
}

/** The core refuses NaN as it refuses a fraction. */
const numberOrNaN = (value: unknown): number => (typeof value === "number" ? value : NaN);

/** Returns the call of a notification as any other. */
export function withJson(call: Arguments): OperationArguments {
  if (call.fields !== undefined) return call;
  const [carrierUserId, packageId, undocumentedType] = call.notification;
  return argumentsOfOperation(call.name, { carrierUserId, packageId, undocumentedType });
}

export function argumentsOfOperation(name: string, { query, headers, json, ...others }: Fields): OperationArguments {
  for (const [field, value] of Object.entries(others)) checkField(field, value);
  const all: Record<string, unknown> = others;
  if (query !== undefined) all["query"] = pairsOf("query", query);
  if (headers !== undefined) all["headers"] = pairsOf("headers", headers);
  if (json !== undefined) all["json"] = jsonText(json);
  return { name, fields: JSON.stringify(all) };
}

/**
 * Names a value that JSON leaves out, or writes as a value of another type; undefined for any other. The core refuses what is left:
 * the types of JSON where they are not due.
 */
function notOfJson(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : String(value);
  if (["bigint", "function", "symbol"].includes(typeof value)) return found(value);
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Date) return "a Date";
  if ("toJSON" in value && typeof value.toJSON === "function") return "an object with toJSON";
  // `new String("14")`
  return /^\[object (String|Number|Boolean|BigInt|Symbol)\]$/.test(Object.prototype.toString.call(value)) ? "an object" : undefined;
}

/** Refuses a field that holds what is not of JSON, and names where. `holders` are the objects that hold the value. */
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
 * Returns the pairs of a Headers, a URLSearchParams, a Map, any other iterable, or a plain object. Since an object in JSON has no
 * member whose value is undefined, the core gets pairs: it refuses such a value.
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

/** Returns a name or a value of a pair. The core refuses objects and lists, whatever is in them, so it gets empty ones. */
function checkedPart(field: string, what: unknown, part: unknown): unknown {
  const wrong = notOfJson(part);
  if (wrong !== undefined) refuse(field, `${what} is ${wrong}; pass text`);
  if (typeof part !== "object" || part === null) return part;
  return Array.isArray(part) ? [] : {};
}

/** Returns a string as it is, and any other value as JSON. */
function jsonText(value: unknown): string {
  if (typeof value === "string") return value;
  /** The objects that hold the part. */
  const holders: unknown[] = [];
  function checkPart(this: unknown, _: string, part: unknown): unknown {
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
    // Declared to return text always, but for a function or a symbol there is none.
    const json: string | undefined = JSON.stringify(value, checkPart);
    return json ?? refuse("json", "not a value of JSON; pass JSON text or leave it out");
  } catch (error) {
    if (isKooDriveError(error)) throw error;
    return refuse("json", `cannot be written as JSON: ${describe(error)}; pass JSON text`);
  }
}
