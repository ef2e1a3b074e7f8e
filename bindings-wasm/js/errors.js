// The errors, one class per kind. Everything in them comes from the core.
import { core } from "./core.js";

/** @import { ErrorFields } from "koodrive:glue" */
/** @import * as declared from "./index.js" */
/** @import { KooDriveError as AnyError } from "./index.js" */

// On the prototype: an error of another copy of this package, or of another realm, is recognised too.
const BRAND = Symbol.for("koodrive.error");

const FIELDS = [
  "kind",
  "outcome",
  "retryable",
  "status",
  "code",
  "msg",
  "requestId",
  "traceId",
  "xDate",
  "retryAfter",
  "body",
  "field",
];

export class KooDriveError extends Error {
  /** @param {string} message @param {any} fields @param {ErrorOptions} [options] */
  constructor(message, fields, options) {
    super(message, options);
    for (const name of FIELDS) /** @type {any} */ (this)[name] = fields[name] ?? null;
  }

  /** @this {any} */
  toJSON() {
    const { name, message } = this;
    return { name, message, ...Object.fromEntries(FIELDS.map((field) => [field, this[field]])) };
  }

  /** @param {any} json @returns {declared.KooDriveError} */
  static fromJSON(json) {
    if (!Object.hasOwn(CLASSES, json?.kind)) misuse("fromJSON: not what toJSON of an error returned; pass that object");
    return errorOf(json);
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

/** The errors after which the core has a call sent once more, signed anew. */
const toSignAnew = new WeakSet();

/** @type {(error: unknown) => boolean} */
export const isToBeSignedAnew = (error) => toSignAnew.has(/** @type {object} */ (error));

/**
 * Makes an error of the core's fields.
 * @type {(fields: ErrorFields, options?: ErrorOptions) => AnyError}
 */
export function errorOf(fields, options) {
  const error = new CLASSES[fields.kind](fields.message, fields, options);
  if (fields.again) toSignAnew.add(error);
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
 * Throws the error for `field`, an option in snake case or a field of the wire; `problem` ends with what to do.
 * @type {(field: string, problem: string) => never}
 */
export function refuse(field, problem) {
  throw errorOf(core().refused(field, problem));
}

/**
 * Throws the error for a mistake that concerns no field; `text` ends with what to do.
 * @type {(text: string) => never}
 */
export function misuse(text) {
  throw errorOf(core().misused(text));
}

/**
 * A request, as the errors of its exchange name it.
 * @typedef {{ isSafe: boolean, xDate?: string, traceId?: string }} FailedRequest
 */

/**
 * Returns the error of a request without a complete reply. `sent` is false where the request surely never left.
 * @type {(sent: boolean, cause: any, request: FailedRequest) => AnyError}
 */
export const transportError = (sent, cause, { isSafe, xDate, traceId }) =>
  errorOf(core().failed(sent, describe(cause), isSafe, xDate, traceId), { cause });

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
  if (value === undefined) return "undefined";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}

/**
 * Refuses names other than `names`: a misspelt name would otherwise be ignored in silence.
 * @type {(what: string, options: unknown, names: readonly string[]) => void}
 */
export function known(what, options, names) {
  if (typeof options !== "object" || options === null) {
    misuse(`${what}: not an object; pass one with any of: ${names.join(", ")}`);
  }
  for (const name in options) {
    if (!names.includes(name)) misuse(`${what}: unknown option ${name}; expected one of: ${names.join(", ")}`);
  }
}
