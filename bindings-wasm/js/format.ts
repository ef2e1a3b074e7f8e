// Reads the two results of the core that arrive as one text each, and writes the headers of a reply
// as one. The other side is src/format.rs, which says what that saves.
import type { Acknowledgement } from "./replies.js";

/** Length of X-Date, with which the half of a request begins. */
const X_DATE_LENGTH = 16;

/** The half of a request that varies. */
export interface VaryingParts {
  readonly xDate: string;
  readonly authorization: string;
  /** Undefined where there is none. */
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
 * Reads an acknowledgement: code, trace id and msg, a line each. Code and trace id hold no line
 * break; msg may. `=` tells an empty text from none.
 */
export function acknowledgement(reply: string): Acknowledgement {
  const first = reply.indexOf("\n");
  const second = reply.indexOf("\n", first + 1);
  const part = (from: number, to: number) => (reply[from] === "=" && from < to ? reply.slice(from + 1, to) : null);
  return { code: reply.slice(0, first), msg: part(second + 1, reply.length), traceId: part(first + 1, second) };
}

/** The headers of a reply that the core reads. */
export interface ReplyHeaders {
  date?: string | undefined;
  age?: string | undefined;
  retryAfter?: string | undefined;
  traceId?: string | undefined;
}

/** Writes the headers of a reply, a line each: `=` and the value, or nothing. */
export const headerLines = ({ date, age, retryAfter, traceId }: ReplyHeaders): string =>
  `${headerLine(date)}\n${headerLine(age)}\n${headerLine(retryAfter)}\n${headerLine(traceId)}`;

/** A value with a line break counts as none: HTTP has none. */
const headerLine = (value: string | undefined): string => (value === undefined || value.includes("\n") ? "" : `=${value}`);
