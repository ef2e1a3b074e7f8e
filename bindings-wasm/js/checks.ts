// Checks of input that only JavaScript can make, and the errors that follow. Their words are the core's.
import { core } from "./core.js";
import { errorOf, isThrownByCore, type KooDriveError } from "./errors.js";

/** Returns the result of `work`, which calls the core; what the core throws becomes an error of this package. */
export function callCore<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    // The core throws plain objects; an Error is wasm's own.
    throw isThrownByCore(thrown) ? errorOf(thrown) : thrown;
  }
}

/** Throws the error for `field`, an option in snake case or a field of the wire; `problem` ends with what to do. */
export function refuse(field: string, problem: string): never {
  throw errorOf(core().refused(field, problem));
}

/** Throws the error for a mistake that concerns no field; `text` ends with what to do. */
export function misuse(text: string): never {
  throw errorOf(core().misused(text));
}

/** A request, as the errors of its exchange name it. */
export interface FailedRequest {
  readonly isSafe: boolean;
  readonly xDate?: string | undefined;
  readonly traceId?: string | undefined;
}

/** Returns the error of a request without a complete reply. `sent` is false where the request surely never left. */
export const transportError = (sent: boolean, cause: unknown, { isSafe, xDate, traceId }: FailedRequest): KooDriveError =>
  errorOf(core().failed(sent, describe(cause), isSafe, xDate, traceId), { cause });

/** Returns the message of `error`, whatever was thrown. "fetch failed" says nothing, so the message of its cause follows. */
export function describe(error: unknown): string {
  const { message, name, cause } = membersOf(error);
  if (!(error instanceof Error) && !message) return String(error);
  const { message: inner, code } = membersOf(cause);
  const reason = inner || code;
  return reason ? `${message} (${reason})` : String(message || name);
}

/** The members that errors have. */
interface Members {
  readonly message?: unknown;
  readonly name?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly [name: string]: unknown;
}

/** Returns the members that errors have, of anything. */
export function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}

/** Returns `value`, which must be a well-formed string: a number has lost digits, and a lone surrogate cannot be sent. */
export function text(field: string, value: unknown): string {
  if (typeof value !== "string") throw errorOf(core().notText(field, found(value)));
  if (value.isWellFormed ? !value.isWellFormed() : /\p{Surrogate}/u.test(value)) throw errorOf(core().loneSurrogate(field));
  return value;
}

export const optionalText = (field: string, value: unknown): string | undefined => (value === undefined ? undefined : text(field, value));

/** Names what `value` is. */
export function found(value: unknown): string {
  if (value === undefined) return "undefined";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}

/** Refuses names other than `names`: a misspelt name would otherwise be ignored in silence. */
export function rejectUnknown(what: string, options: unknown, names: readonly string[]): asserts options is object {
  if (typeof options !== "object" || options === null) {
    misuse(`${what}: not an object; pass one with any of: ${names.join(", ")}`);
  }
  for (const name in options) {
    if (!names.includes(name)) misuse(`${what}: unknown option ${name}; expected one of: ${names.join(", ")}`);
  }
}

/** The longest that a timer of the host takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== "function") refuse(name, "not a function; pass one or leave it out");
}

export function checkSignal(signal: unknown): void {
  if (signal === undefined) return;
  if (typeof membersOf(signal)["addEventListener"] !== "function") refuse("signal", "not an AbortSignal; pass one or leave it out");
}

export function checkTimeout(value: unknown): void {
  const fits = typeof value === "number" && value >= 1 && value <= LONGEST_TIMER_MS;
  if (!fits) refuse("timeout", `out of range; pass a number from 1 to ${LONGEST_TIMER_MS}`);
}

/** Says that an option is not a number. */
export const notANumber = (value: unknown): string => `${found(value)} where a number is due; pass a number`;
