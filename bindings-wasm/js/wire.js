// Between JavaScript's values and the core's: what a request and a reply look like on either side of the boundary.
import { checked, refuse, text } from "./errors.js";
import { instant } from "./instant.js";
import { AUTHORIZATION, READ_FROM_REPLIES, X_DATE, X_TRACEID } from "./names.js";

/** @import { Core } from "koodrive:glue" */
/** @import { Arguments } from "./calls.js" */
/** @import { Acknowledgement, HeadersLike, KooDriveRequest } from "./index.js" */

/**
 * What never changes for an operation; `traced` are the headers of a request with a trace id.
 * @typedef {{ method: string, url: string, headers: Record<string, string>, traced: Record<string, string> }} FixedParts
 */

/** Length of X-Date, with which the core's answer begins. */
const X_DATE_LENGTH = 16;

/** @type {(value: unknown) => number | undefined} */
export const optionalInstant = (value) => (value === undefined ? undefined : instant(value));

/** @type {(field: string, value: unknown) => string | undefined} */
export const optionalText = (field, value) => (value === undefined ? undefined : text(field, value));

/**
 * The request of a call. `fixed` keeps what never changes, per operation.
 * @type {(core: Core, fixed: FixedParts[], fields: Arguments, now: number, date?: number, traceId?: string) => KooDriveRequest}
 */
export function build(core, fixed, fields, now, date, traceId) {
  const [operation, user, packageId, kind] = fields;
  const parts = (fixed[operation] ??= fixedParts(core, operation));
  const varying = checked(() => core.request(operation, user, packageId, kind, now, date, traceId, false));
  return joined(parts, varying, traceId);
}

/**
 * Both halves of a request; `varying` is the core's text.
 * @type {(parts: FixedParts, varying: string, traceId?: string) => KooDriveRequest}
 */
export function joined(parts, varying, traceId) {
  const end = varying.indexOf("\n", X_DATE_LENGTH);
  const headers = traceId === undefined ? { ...parts.headers } : { ...parts.traced };
  headers[AUTHORIZATION] = varying.slice(X_DATE_LENGTH, end);
  headers[X_DATE] = varying.slice(0, X_DATE_LENGTH);
  if (traceId !== undefined) headers[X_TRACEID] = traceId;
  const { method, url } = parts;
  // An operation without a body has no member `body`, which fetch would refuse in a GET.
  if (end + 1 === varying.length) return { method, url, headers, redirect: "manual" };
  return { method, url, headers, body: varying.slice(end + 1), redirect: "manual" };
}

/** @type {(core: Core, operation: number) => FixedParts} */
export function fixedParts(core, operation) {
  const [method, url, ...pairs] = checked(() => core.fixed(operation)).split("\n");
  const headers = /** @type {Record<string, string>} */ ({});
  for (let at = 0; at < pairs.length; at += 2) headers[pairs[at]] = pairs[at + 1];
  // With the names of what varies in place already, a copy is cheap to complete.
  headers[AUTHORIZATION] = headers[X_DATE] = "";
  return { method, url, headers, traced: { ...headers, [X_TRACEID]: "" } };
}

const encoder = new TextEncoder();

/**
 * The reply in a response, to the operation of this number. `sent` holds xDate and traceId of its request, `limit` where the
 * body is longer than that, and the times from which the core learns the server's clock.
 * @type {(core: Core, operation: number, status: number, lines: string, body: Uint8Array,
 *   sent?: { xDate?: string, traceId?: string, limit?: number | undefined, sentAt?: number, receivedAt?: number }) => any}
 */
export function read(core, operation, status, lines, body, { xDate = "", traceId, limit, sentAt = 0, receivedAt } = {}) {
  const reply = checked(() => core.parse(operation, u16(status), lines, body, xDate, traceId, limit, sentAt, receivedAt));
  return typeof reply === "string" ? acknowledgement(reply) : reply;
}

/**
 * What does not fit would be cut to 16 bits on its way; 0 is no status, and the core says so.
 * @type {(status: number) => number}
 */
export const u16 = (status) => (Number.isInteger(status) && status > 0 && status < 65536 ? status : 0);

/**
 * Code and trace id hold no line break; what follows the second one is msg. `=` tells an empty text from none.
 * @type {(reply: string) => Acknowledgement}
 */
export function acknowledgement(reply) {
  const first = reply.indexOf("\n");
  const second = reply.indexOf("\n", first + 1);
  /** @type {(from: number, to: number) => string | null} */
  const part = (from, to) => (reply[from] === "=" && from < to ? reply.slice(from + 1, to) : null);
  return { code: reply.slice(0, first), msg: part(second + 1, reply.length), traceId: part(first + 1, second) };
}

/** @type {(body: any) => Uint8Array} */
export function bodyBytes(body) {
  if (typeof body === "string") return encoder.encode(body);
  if (body instanceof Uint8Array) return body;
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  // Of another realm, too.
  if (Object.prototype.toString.call(body) === "[object ArrayBuffer]") return new Uint8Array(body);
  return refuse("body is neither text nor bytes", "give a string, a Uint8Array or an ArrayBuffer");
}

/**
 * A line for each header that the core reads: `=` and its value, or nothing.
 * @type {(headers: HeadersLike) => string}
 */
export function headerLines(headers) {
  let lines = "";
  for (const value of readFrom(headers)) {
    // No HTTP stack lets a line break through.
    if (value != null && !`${value}`.includes("\n")) lines += `=${value}`;
    lines += "\n";
  }
  return lines;
}

/** Lengths of their names: most other headers are told from them at a glance. */
const LENGTHS = READ_FROM_REPLIES.map((name) => name.length);

/**
 * The values of the headers that the core reads, in its order.
 * @type {(headers: any) => unknown[]}
 */
function readFrom(headers) {
  if (typeof headers !== "object" || headers === null) {
    refuse("headers are missing", "give a Headers object, a plain object, or an array of pairs");
  }
  if (typeof headers.get === "function" && !(headers instanceof Map)) return READ_FROM_REPLIES.map((name) => headers.get(name));
  const values = /** @type {unknown[]} */ (LENGTHS.map(() => undefined));
  /** @type {(name: string, value: unknown) => void} */
  const take = (name, value) => {
    if (!LENGTHS.includes(name.length)) return;
    const at = READ_FROM_REPLIES.indexOf(name.toLowerCase());
    if (at >= 0) values[at] ??= Array.isArray(value) ? value[0] : value;
  };
  if (typeof headers[Symbol.iterator] === "function") for (const [name, value] of headers) take(name, value);
  else for (const name of Object.keys(headers)) take(name, headers[name]);
  return values;
}
