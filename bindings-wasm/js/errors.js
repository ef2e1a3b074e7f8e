// The errors, one class per kind. Everything in them comes from the core.
import { core } from "./core.js";

// On the prototype: an error of another copy of this package, or of another realm, is recognised too.
const BRAND = Symbol.for("koodrive.error");

const FIELDS = ["kind", "outcome", "retryable", "status", "code", "msg", "requestId", "traceId", "retryAfter"];

export class KooDriveError extends Error {
  constructor(message, fields, options) {
    super(message, options);
    for (const name of FIELDS) {
      if (fields[name] !== undefined) this[name] = fields[name];
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

const hidden = (target, name, value) =>
  Object.defineProperty(target, name, { value, configurable: true, writable: true });

// Spelled out, since minifiers rename classes.
const NAMES = { KooDriveError, InvalidInputError, NotSentError, OutcomeUnknownError, ApiError, UnreadableReplyError };
for (const [name, type] of Object.entries(NAMES)) hidden(type.prototype, "name", name);
hidden(KooDriveError.prototype, BRAND, true);

export function isKooDriveError(error) {
  return typeof error === "object" && error !== null && error[BRAND] === true;
}

/** The errors whose X-Date the service refused: `send` signs anew. */
const clockRefusals = new WeakSet();

export const isClockRefusal = (error) => clockRefusals.has(error);

/** The result of `work`, which calls the core; what the core throws becomes an error of ours. */
export function checked(work, cause) {
  try {
    return work();
  } catch (thrown) {
    // The core throws plain objects; an Error is wasm's own.
    if (thrown instanceof Error) throw thrown;
    const error = new CLASSES[thrown.kind](thrown.message, thrown, cause);
    if (thrown.isClockRefusal) clockRefusals.add(error);
    throw error;
  }
}

const complain = (about, first, second = "") => checked(() => core().complain(about, first, second));

/** `what` is wrong, `right` would be right. */
export const refuse = (what, right) => complain("refused", what, right);

/** No complete answer came. `sent` is false where the request surely never left. */
export function transportError(sent, cause, traceId) {
  const text = cause instanceof Error || cause?.message ? describe(cause) : String(cause);
  try {
    checked(() => core().complain(sent ? "outcome_unknown" : "not_sent", text, ""), { cause });
  } catch (error) {
    if (traceId !== undefined) error.traceId = traceId;
    return error;
  }
}

/** "fetch failed" says nothing; its cause does. */
function describe(error) {
  const inner = error.cause?.message || error.cause?.code;
  return inner ? `${error.message} (${inner})` : error.message || error.name;
}

/** Texts, ids above all, must be well-formed strings: a number has lost digits, and a lone surrogate cannot be sent. */
export function text(field, value) {
  if (typeof value !== "string") complain("not_text", field, found(value));
  if (value.isWellFormed ? !value.isWellFormed() : /\p{Surrogate}/u.test(value)) complain("lone_surrogate", field);
  return value;
}

function found(value) {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}

/** Misspelt names would otherwise be ignored in silence. */
export function known(what, options, names) {
  if (typeof options !== "object" || options === null) {
    refuse(`${what} must be an object`, `it may hold ${names.join(", ")}`);
  }
  for (const name in options) {
    if (!names.includes(name)) refuse(`${what} cannot hold "${name}"`, `it may hold ${names.join(", ")}`);
  }
}
