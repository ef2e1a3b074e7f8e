// Makes the checks of input that only JavaScript can make. The texts of the errors are the core's.
import { core } from "./core.js";
import { errorOf, isThrownByCore, type KooDriveError } from "./errors.js";

/**
 * Returns the result of `work`, which calls the core. Errors of the core become errors of this
 * package.
 */
export function callCore<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    // The core throws plain objects. An Error comes from the WebAssembly engine.
    throw isThrownByCore(thrown) ? errorOf(thrown) : thrown;
  }
}

/**
 * Throws the error for `field`, an option in snake case or a wire name. `problem` ends with what to
 * do.
 */
export function refuse(field: string, problem: string): never {
  throw errorOf(core().refused(field, problem));
}

/** Throws the error for a mistake that concerns no field. `text` ends with what to do. */
export function misuse(text: string): never {
  throw errorOf(core().misused(text));
}

/** The facts about a request that the errors of its exchange name. */
export interface FailedRequest {
  readonly isSafe: boolean;
  readonly xDate?: string | undefined;
  readonly traceId?: string | undefined;
}

/**
 * Returns the error of a request without a complete reply. `sent` is false if the request certainly
 * never left.
 */
export const transportError = (sent: boolean, cause: unknown, { isSafe, xDate, traceId }: FailedRequest): KooDriveError =>
  errorOf(core().failed(sent, describe(cause), isSafe, xDate, traceId), { cause });

/**
 * Returns the message of `error`, a thrown value of any type.
 *
 * The message of the cause follows, since "fetch failed" alone explains nothing.
 */
export function describe(error: unknown): string {
  const { message, name, cause } = membersOf(error);
  if (!(error instanceof Error) && !message) return String(error);
  const { message: inner, code } = membersOf(cause);
  const reason = inner || code;
  return reason ? `${message} (${reason})` : String(message || name);
}

/** The members of an error that are read here. */
interface Members {
  readonly message?: unknown;
  readonly name?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly [name: string]: unknown;
}

/** Returns `value` as an object with the members of an error, all of which may be undefined. */
export function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}

/**
 * Returns `value` if it is a well-formed string, and throws otherwise.
 *
 * A number has lost digits already. A lone surrogate cannot be sent.
 */
export function text(field: string, value: unknown): string {
  if (typeof value !== "string") throw errorOf(core().notText(field, typeName(value)));
  if (!isWellFormed(value)) throw errorOf(core().loneSurrogate(field));
  return value;
}

/** Tells whether `value` is a string without a lone surrogate. */
export function isWellFormed(value: unknown): value is string {
  if (typeof value !== "string") return false;
  return value.isWellFormed ? value.isWellFormed() : !/\p{Surrogate}/u.test(value);
}

export const optionalText = (field: string, value: unknown): string | undefined => (value === undefined ? undefined : text(field, value));

/** Returns the name of the type of `value` for an error, with its article. */
export function typeName(value: unknown): string {
  if (value === undefined) return "undefined";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}

/**
 * Throws for a member of `options` that is not one of `names`. Otherwise a misspelt option would
 * have no effect. `what` names the function in the error.
 */
export function rejectUnknown(what: string, options: unknown, names: readonly string[]): asserts options is object {
  if (typeof options !== "object" || options === null) {
    misuse(`${what}: not an object; pass one with any of: ${names.join(", ")}`);
  }
  for (const name in options) {
    if (!names.includes(name)) misuse(`${what}: unknown option ${name}; expected one of: ${names.join(", ")}`);
  }
}

/** The longest delay that a host's timer takes. */
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

/** Returns the problem of an option whose `value` is not a number. */
export const notANumber = (value: unknown): string => `${typeName(value)} where a number is due; pass a number`;
