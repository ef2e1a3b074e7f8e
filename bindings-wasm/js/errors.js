// The errors, one class per kind. Everything in them comes from the core.
import { core } from "./core.js";

/** @import { ErrorFields } from "koodrive:glue" */
/** @import { KooDriveError as AnyError } from "./index.js" */

// On the prototype: an error of another copy of this package, or of another realm, is recognised too.
const BRAND = Symbol.for("koodrive.error");

const FIELDS = ["kind", "outcome", "retryable", "status", "code", "msg", "requestId", "traceId", "retryAfter"];

export class KooDriveError extends Error {
  /** @param {string} message @param {any} fields @param {ErrorOptions} [options] */
  constructor(message, fields, options) {
    super(message, options);
    for (const name of FIELDS) {
      if (fields[name] !== undefined) /** @type {any} */ (this)[name] = fields[name];
    }
  }
}
export class InvalidInputError extends KooDriveError {}
export class NotSentError extends KooDriveError {}
export class OutcomeUnknownError extends KooDriveError {}
export class ApiError extends KooDriveError {}
export class UnreadableReplyError extends KooDriveError {}

const CLASSES = {
  invalid_input: InvalidInputError,
  not_sent: NotSentError,
  outcome_unknown: OutcomeUnknownError,
  api: ApiError,
  unreadable_reply: UnreadableReplyError,
};

/** @type {(target: object, name: PropertyKey, value: unknown) => void} */
const hidden = (target, name, value) =>
  Object.defineProperty(target, name, { value, configurable: true, writable: true });

// Spelled out, since minifiers rename classes.
const NAMES = { KooDriveError, InvalidInputError, NotSentError, OutcomeUnknownError, ApiError, UnreadableReplyError };
for (const [name, type] of Object.entries(NAMES)) hidden(type.prototype, "name", name);
hidden(KooDriveError.prototype, BRAND, true);

/** @type {(error: unknown) => error is AnyError} */
export function isKooDriveError(error) {
  return typeof error === "object" && error !== null && /** @type {any} */ (error)[BRAND] === true;
}

/** The errors whose X-Date the service refused: `send` signs anew. */
const clockRefusals = new WeakSet();

/** @type {(error: unknown) => boolean} */
export const isClockRefusal = (error) => clockRefusals.has(/** @type {object} */ (error));

/**
 * Makes an error of the core's fields.
 * @type {(fields: ErrorFields, options?: ErrorOptions) => AnyError}
 */
export function errorOf(fields, options) {
  const error = new CLASSES[fields.kind](fields.message, fields, options);
  if (fields.isClockRefusal) clockRefusals.add(error);
  return /** @type {AnyError} */ (/** @type {unknown} */ (error));
}

/**
 * The result of `work`, which calls the core; what the core throws becomes an error of ours.
 * @template T
 * @param {() => T} work
 */
export function checked(work) {
  try {
    return work();
  } catch (thrown) {
    // The core throws plain objects; an Error is wasm's own.
    throw thrown instanceof Error ? thrown : errorOf(/** @type {ErrorFields} */ (thrown));
  }
}

/**
 * Throws: `what` is wrong, `right` would be right.
 * @type {(what: string, right: string) => never}
 */
export function refuse(what, right) {
  throw errorOf(core().refused(what, right));
}

/**
 * Returns the error for a request to which no complete answer came. `sent` is false where the request surely never left.
 * @type {(sent: boolean, cause: any, traceId?: string) => AnyError}
 */
export function transportError(sent, cause, traceId) {
  const { notSent, outcomeUnknown } = core();
  const fields = (sent ? outcomeUnknown : notSent)(describe(cause));
  return errorOf({ ...fields, traceId }, { cause });
}

/**
 * Returns the error for a redirect of which a browser shows nothing else.
 * @type {(operation: string, traceId: string) => AnyError}
 */
export const hiddenRedirect = (operation, traceId) => errorOf({ ...core().hiddenRedirect(operation), traceId });

/**
 * "fetch failed" says nothing; its cause does.
 * @type {(error: any) => string}
 */
export function describe(error) {
  if (!(error instanceof Error || error?.message)) return String(error);
  const inner = error.cause?.message || error.cause?.code;
  return inner ? `${error.message} (${inner})` : error.message || error.name;
}

/**
 * Texts, ids above all, must be well-formed strings: a number has lost digits, and a lone surrogate cannot be sent.
 * @type {(field: string, value: unknown) => string}
 */
export function text(field, value) {
  if (typeof value !== "string") throw errorOf(core().notText(field, found(value)));
  if (value.isWellFormed ? !value.isWellFormed() : /\p{Surrogate}/u.test(value)) throw errorOf(core().loneSurrogate(field));
  return value;
}

/** @type {(value: unknown) => string} */
export function found(value) {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}

/**
 * Misspelt names would otherwise be ignored in silence.
 * @type {(what: string, options: unknown, names: readonly string[]) => void}
 */
export function known(what, options, names) {
  if (typeof options !== "object" || options === null) {
    refuse(`${what} must be an object`, `it may hold ${names.join(", ")}`);
  }
  for (const name in options) {
    if (!names.includes(name)) refuse(`${what} cannot hold "${name}"`, `it may hold ${names.join(", ")}`);
  }
}
