// Reads the two results of the core that arrive as one text each, and writes the headers of a reply as one. The other side is
// src/format.rs, which says what that saves.

/** @import { Acknowledgement } from "./index.js" */

/** Length of X-Date, with which the half of a request begins. */
const X_DATE_LENGTH = 16;

/**
 * Reads what varies of a request: X-Date, Authorization, a line break, and the body, which is undefined where there is none.
 * @type {(varying: string) => { xDate: string, authorization: string, body: string | undefined }}
 */
export function varyingParts(varying) {
  const end = varying.indexOf("\n", X_DATE_LENGTH);
  return {
    xDate: varying.slice(0, X_DATE_LENGTH),
    authorization: varying.slice(X_DATE_LENGTH, end),
    body: end + 1 === varying.length ? undefined : varying.slice(end + 1),
  };
}

/**
 * Reads an acknowledgement: code, trace id and msg, a line each. Code and trace id hold no line break; msg may. `=` tells an empty
 * text from none.
 * @type {(reply: string) => Acknowledgement}
 */
export function acknowledgement(reply) {
  const first = reply.indexOf("\n");
  const second = reply.indexOf("\n", first + 1);
  /** @type {(from: number, to: number) => string | null} */
  const part = (from, to) => (reply[from] === "=" && from < to ? reply.slice(from + 1, to) : null);
  return { code: reply.slice(0, first), msg: part(second + 1, reply.length), traceId: part(first + 1, second) };
}

/**
 * Writes the headers of a reply, a line each: `=` and the value, or nothing.
 * @type {(date?: string, age?: string, retryAfter?: string, traceId?: string) => string}
 */
export const headerLines = (date, age, retryAfter, traceId) =>
  `${headerLine(date)}\n${headerLine(age)}\n${headerLine(retryAfter)}\n${headerLine(traceId)}`;

/**
 * A value with a line break counts as none: HTTP has none.
 * @type {(value: string | undefined) => string}
 */
const headerLine = (value) => (value === undefined || value.includes("\n") ? "" : `=${value}`);
