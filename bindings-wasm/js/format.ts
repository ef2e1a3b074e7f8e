// Reads the results of the core that cross as one text each, and writes the headers of a reply
// as one text. src/format.rs is the other side and has the measurements.
import type { Acknowledgement, RawReply } from "./replies.js";

/** The length of X-Date, which comes first in the half that varies. */
const X_DATE_LENGTH = 16;

/** The half of a request that varies. */
export interface VaryingParts {
  readonly xDate: string;
  readonly authorization: string;
  /** The body. Undefined for a request without one. */
  readonly body: string | undefined;
}

/** Reads the half of a request that varies: X-Date, Authorization, a line break, and the body. */
export function varyingParts(varying: string): VaryingParts {
  const end = varying.indexOf("\n", X_DATE_LENGTH);
  return {
    xDate: varying.slice(0, X_DATE_LENGTH),
    authorization: varying.slice(X_DATE_LENGTH, end),
    body: end + 1 === varying.length ? undefined : varying.slice(end + 1),
  };
}

/**
 * Reads an acknowledgement: a line each for code, trace id and msg.
 *
 * Code and trace id hold no line break; msg may. A value that exists begins with `=`, so an empty
 * text differs from a missing one.
 */
export function acknowledgement(reply: string): Acknowledgement {
  const first = reply.indexOf("\n");
  const second = reply.indexOf("\n", first + 1);
  return { code: reply.slice(0, first), msg: part(reply, second + 1, reply.length), traceId: part(reply, first + 1, second) };
}

/** Returns the value between the positions `from` and `to` of `reply`, or null if it is missing. */
const part = (reply: string, from: number, to: number): string | null =>
  reply[from] === "=" && from < to ? reply.slice(from + 1, to) : null;

/**
 * Reads the reply to a raw call: a line each for code, trace id and msg, which is JSON, and the
 * body.
 */
export function rawReplyMembers(status: number, reply: string): Omit<RawReply, "json"> {
  const first = reply.indexOf("\n");
  const second = reply.indexOf("\n", first + 1);
  const third = reply.indexOf("\n", second + 1);
  const msg: string | null = JSON.parse(reply.slice(second + 1, third));
  return { status, code: part(reply, 0, first), msg, traceId: part(reply, first + 1, second), body: reply.slice(third + 1) };
}

/** The headers of a reply that the core reads. */
export interface ReplyHeaders {
  date?: string | undefined;
  age?: string | undefined;
  retryAfter?: string | undefined;
  traceId?: string | undefined;
}

/** Writes the headers of a reply, a line each: `=` and the value, or an empty line. */
export const headerLines = ({ date, age, retryAfter, traceId }: ReplyHeaders): string =>
  `${headerLine(date)}\n${headerLine(age)}\n${headerLine(retryAfter)}\n${headerLine(traceId)}`;

/**
 * Returns the line of a header. HTTP allows no line break in a value, so such a value counts as
 * missing.
 */
const headerLine = (value: string | undefined): string => (value === undefined || value.includes("\n") ? "" : `=${value}`);
