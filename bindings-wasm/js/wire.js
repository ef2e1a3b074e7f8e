// Between JavaScript's values and the core's: what a request and a reply look like on either side of the boundary.
import { jsonOf } from "./calls.js";
import { checked, found, refuse, text } from "./errors.js";
import { acknowledgement, headerLines, varyingParts } from "./format.js";
import { instant } from "./instant.js";
import { AUTHORIZATION, READ_FROM_REPLIES, X_DATE, X_TRACEID } from "./names.js";

/** @import { Core, FixedParts as CoreParts, RequestOptions, Sent } from "koodrive:glue" */
/** @import { Arguments } from "./calls.js" */
/** @import { KooDriveRequest } from "./index.js" */

/**
 * The half of a request that never changes; `traced` are the headers of a request with a trace id.
 * @typedef {{ name: string, method: string, url: string, headers: Record<string, string>, traced: Record<string, string>, isSafe: boolean }} FixedParts
 */

/** The parts that all calls of an operation share, by the name of the operation. @typedef {Map<string, FixedParts>} KeptParts */

/**
 * A reply as the core takes it; `headers` is the text of `replyHeaders`.
 * @typedef {{ status: number, headers: string, body: Uint8Array }} ReceivedResponse
 */

/** @type {(value: unknown) => number | undefined} */
export const optionalInstant = (value) => (value === undefined ? undefined : instant(value));

/** @type {(field: string, value: unknown) => string | undefined} */
export const optionalText = (field, value) => (value === undefined ? undefined : text(field, value));

/**
 * Returns the half of the request to `call` that never changes.
 * @type {(core: Core, kept: KeptParts, call: Arguments) => FixedParts}
 */
export function partsOf(core, kept, call) {
  const known = kept.get(call.name);
  if (known) return known;
  const { name, fields } = jsonOf(call);
  const parts = checked(() => core.fixed(name, fields));
  const fixed = fixedParts(parts);
  if (parts.isFixed) kept.set(name, fixed);
  return fixed;
}

/** @type {(parts: CoreParts) => FixedParts} */
export function fixedParts({ name, method, url, headers: pairs, isSafe }) {
  // With the names of what varies in place already, a copy is cheap to complete.
  const headers = { ...Object.fromEntries(pairs), [AUTHORIZATION]: "", [X_DATE]: "" };
  return { name, method, url, headers, traced: { ...headers, [X_TRACEID]: "" }, isSafe };
}

const NO_OPTIONS = Object.freeze({ date: undefined, traceId: undefined });

/**
 * Returns the half of the request that varies, as the core's text.
 * @type {(core: Core, call: Arguments, now: number, options?: RequestOptions) => string}
 */
export function varyingOf(core, { name, fields, notification }, now, options) {
  return checked(() => {
    if (fields !== undefined) return core.request(name, fields, now, options ?? NO_OPTIONS);
    const [user, packageId, kind] = notification;
    if (options) return core.notificationRequestWith(user, packageId, kind, now, options);
    return core.notificationRequest(user, packageId, kind, now);
  });
}

/**
 * Joins both halves of a request; `varying` is the core's text.
 * @type {(parts: FixedParts, varying: string, traceId?: string) => KooDriveRequest}
 */
export function joined(parts, varying, traceId) {
  const { xDate, authorization, body } = varyingParts(varying);
  const headers = traceId === undefined ? { ...parts.headers } : { ...parts.traced };
  headers[AUTHORIZATION] = authorization;
  headers[X_DATE] = xDate;
  if (traceId !== undefined) headers[X_TRACEID] = traceId;
  const { method, url } = parts;
  // A call without a body has no member `body`, which fetch would refuse in a GET.
  if (body === undefined) return { method, url, headers, redirect: "manual" };
  return { method, url, headers, body, redirect: "manual" };
}

const encoder = new TextEncoder();

/**
 * Reads the reply to `call`.
 * @type {(core: Core, call: Arguments, response: ReceivedResponse) => any}
 */
export function read(core, { name, fields, notification }, { status, headers, body }) {
  const code = u16(status);
  if (fields !== undefined) return replyOf(checked(() => core.parse(name, fields, code, headers, body)));
  return acknowledgement(checked(() => core.parseNotification(...notification, code, headers, body)));
}

/**
 * Reads the reply to `call`, a request that was sent; learns the server's clock. An error names the request.
 * @type {(core: Core, call: Arguments, response: ReceivedResponse, sent: Sent) => any}
 */
export function readSent(core, { name, fields, notification }, { status, headers, body }, sent) {
  const code = u16(status);
  if (fields !== undefined) return replyOf(checked(() => core.parseSent(name, fields, code, headers, body, sent)));
  return acknowledgement(checked(() => core.parseSentNotification(...notification, code, headers, body, sent)));
}

/**
 * Returns a reply of which the core gave the JSON. One that carries the service's body can parse it.
 * @type {(json: string) => any}
 */
export function replyOf(json) {
  const reply = JSON.parse(json);
  // Not a member that a log or a comparison sees.
  if (typeof reply.body === "string") Object.defineProperty(reply, "json", { value: () => (reply.body === "" ? null : JSON.parse(reply.body)) });
  return reply;
}

/**
 * What does not fit would be cut to 16 bits on its way; 0 is no status, and the core says so.
 * @type {(status: number) => number}
 */
export const u16 = (status) => (Number.isInteger(status) && status > 0 && status < 65536 ? status : 0);

/** @type {(body: any) => Uint8Array} */
export function bodyBytes(body) {
  if (typeof body === "string") return encoder.encode(body);
  if (body instanceof Uint8Array) return body;
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  // Of another realm, too.
  if (Object.prototype.toString.call(body) === "[object ArrayBuffer]") return new Uint8Array(body);
  return refuse("body", "neither text nor bytes; pass a string, a Uint8Array or an ArrayBuffer");
}

const [DATE, AGE, RETRY_AFTER, TRACE_ID] = READ_FROM_REPLIES;

/**
 * The headers that the core reads.
 * @typedef {{ date?: string, age?: string, retryAfter?: string, traceId?: string }} ReplyHeaders
 */

/**
 * Picks the headers that the core reads, as the text that it takes.
 * @type {(headers: any) => string}
 */
export function replyHeaders(headers) {
  if (typeof headers !== "object" || headers === null) {
    refuse("headers", "missing; pass a Headers object, a plain object, or an array of pairs");
  }
  if (typeof headers.get === "function" && !(headers instanceof Map)) {
    /** @type {(name: string) => string | undefined} */
    const value = (name) => headerText(headers.get(name));
    return headerLines(value(DATE), value(AGE), value(RETRY_AFTER), value(TRACE_ID));
  }
  /** @type {ReplyHeaders} */
  const picked = { date: undefined, age: undefined, retryAfter: undefined, traceId: undefined };
  const pairs = typeof headers[Symbol.iterator] === "function" ? headers : Object.entries(headers);
  for (const pair of pairs) {
    // Such as Node's rawHeaders, in which names and values alternate.
    if (!Array.isArray(pair)) refuse("headers", `${found(pair)} where a pair is due; pass a Headers object, a plain object, or an array of pairs`);
    pick(picked, pair[0], pair[1]);
  }
  return headerLines(picked.date, picked.age, picked.retryAfter, picked.traceId);
}

/** The lengths of their names, which tell most other headers apart at once. */
const LENGTHS = READ_FROM_REPLIES.map((name) => name.length);

/**
 * Keeps the first value of a header.
 * @type {(picked: ReplyHeaders, name: unknown, value: unknown) => void}
 */
function pick(picked, name, value) {
  if (typeof name !== "string") return refuse("headers", `a name is ${found(name)}; pass text`);
  if (!LENGTHS.includes(name.length)) return;
  const lowerCase = name.toLowerCase();
  if (lowerCase === DATE) picked.date ??= headerText(value);
  else if (lowerCase === AGE) picked.age ??= headerText(value);
  else if (lowerCase === RETRY_AFTER) picked.retryAfter ??= headerText(value);
  else if (lowerCase === TRACE_ID) picked.traceId ??= headerText(value);
}

/**
 * Returns the value, or the first one of a list, as text.
 * @type {(value: unknown) => string | undefined}
 */
function headerText(value) {
  const first = Array.isArray(value) ? value[0] : value;
  if (first == null) return undefined;
  try {
    return String(first);
  } catch {
    return refuse("headers", `a value is ${found(first)}; pass text`);
  }
}
