// The errors, one class per kind. Everything in them comes from the core.
import type { ErrorFields } from "../generated/koodrive.js";
import { misuse } from "./checks.js";

/**
 * The kind of a failure, in the same words in Rust, JavaScript and Python. Each is the `kind` of one class: {@link InvalidInputError},
 * {@link NotSentError}, {@link OutcomeUnknownError}, {@link ApiError}, {@link UnreadableReplyError}.
 */
export type ErrorKind = "invalid_input" | "not_sent" | "outcome_unknown" | "api" | "unreadable_reply";

/**
 * Whether KooDrive acted on the call: `not_sent`, nothing reached it; `refused`, it received the call and did not act on it;
 * `unknown`, it may or may not have acted.
 */
export type Outcome = "not_sent" | "refused" | "unknown";

/** The members of an error, beside those of every `Error`. */
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
] as const;

// On the prototype: an error of another copy of this package, or of another realm, is recognised too.
const BRAND: unique symbol = Symbol.for("koodrive.error");

/** The members of all errors of this package. */
class KooDriveErrorMembers extends Error {
  /** Tells the classes apart: `switch (error.kind)` narrows a {@link KooDriveError}. */
  declare readonly kind: ErrorKind;
  /** Whether KooDrive acted on the call. */
  declare readonly outcome: Outcome;
  /**
   * True where the call may be sent again although nothing is published about repeats: it was surely not acted on (not sent, or
   * refused with 429 or 503), or it changes nothing (GET).
   */
  declare readonly retryable: boolean;
  /** HTTP status. Null where the service did not answer. */
  declare readonly status: number | null;
  /** The service's `code`, or a gateway's `error_code`: text, digit for digit. */
  declare readonly code: string | null;
  /** The service's `msg`, or a gateway's `error_msg`: for people, in Chinese perhaps, so never match on it. */
  declare readonly msg: string | null;
  /** A gateway's `request_id`. */
  declare readonly requestId: string | null;
  /** The reply's, or where it has none the one that {@link Client.send} sent. */
  declare readonly traceId: string | null;
  /** The X-Date that {@link Client.send} sent: `20251103T070140Z`. */
  declare readonly xDate: string | null;
  /** Seconds that the service asks to wait (`Retry-After`; a date there is counted from the reply's own `Date`). */
  declare readonly retryAfter: number | null;
  /** The first 16,384 bytes of the reply's body, as text. Not part of the message. */
  declare readonly body: string | null;
  /** The field that was refused: the wire's name, or an option. */
  declare readonly field: string | null;
  /** The value that the transport, or the function `token` or `sign`, has thrown. */
  declare readonly cause?: unknown;

  /** The package makes its errors. */
  protected constructor(fields: Omit<KooDriveErrorJSON, "name">, options?: { readonly cause?: unknown }) {
    super(fields.message, options);
    // JSON from another program may lack some members.
    for (const name of FIELDS) Object.assign(this, { [name]: fields[name] ?? null });
  }

  /** Returns every field as a plain object, for a log or a queue; {@link KooDriveErrorClass.fromJSON} makes an error of it again. */
  toJSON(): KooDriveErrorJSON {
    const { name, message, kind, outcome, retryable, status, code, msg, requestId, traceId, xDate, retryAfter, body, field } = this;
    return { name, message, kind, outcome, retryable, status, code, msg, requestId, traceId, xDate, retryAfter, body, field };
  }

  /** {@link KooDriveErrorClass.fromJSON}. */
  static fromJSON(json: KooDriveErrorJSON): KooDriveError {
    const kind: unknown = typeof json === "object" && json !== null ? json.kind : undefined;
    if (typeof kind !== "string" || !Object.hasOwn(CLASSES, kind)) {
      misuse("fromJSON: not what toJSON of an error returned; pass that object");
    }
    return errorOf(json);
  }

  /** @internal */
  static of(fields: Omit<KooDriveErrorJSON, "name">, options?: { readonly cause?: unknown }): KooDriveError {
    // There is one class for each kind, and the union is of all of them.
    return new CLASSES[fields.kind](fields, options) as KooDriveError;
  }
}

/** The result of an error's `toJSON`. The cause is not in it. */
export interface KooDriveErrorJSON extends Pick<KooDriveErrorMembers, "name" | "message" | (typeof FIELDS)[number]> {}

/**
 * Refused here, before anything was sent. The message names the field, what is wrong and what would be right, and never holds a
 * secret.
 */
export class InvalidInputError extends KooDriveErrorMembers {
  declare readonly name: "InvalidInputError";
  declare readonly kind: "invalid_input";
  declare readonly outcome: "not_sent";
  declare readonly retryable: false;
}

/**
 * The request surely never left: refused connection, DNS, TLS, connect time-out, a token function that failed, aborted before
 * sending. Browsers do not tell these apart from others, so there a failed `fetch` is an {@link OutcomeUnknownError}.
 */
export class NotSentError extends KooDriveErrorMembers {
  declare readonly name: "NotSentError";
  declare readonly kind: "not_sent";
  declare readonly outcome: "not_sent";
  declare readonly retryable: true;
}

/**
 * The request left, or may have left, and no complete answer came: connection lost, time-out, aborted. Find out what the service
 * has done before you repeat it.
 */
export class OutcomeUnknownError extends KooDriveErrorMembers {
  declare readonly name: "OutcomeUnknownError";
  declare readonly kind: "outcome_unknown";
  declare readonly outcome: "unknown";
  /** True for a call that changes nothing (GET). */
  declare readonly retryable: boolean;
}

/**
 * The service answered with any status but 200, or with 200 and a code other than `0`.
 *
 * `outcome` is `refused` for 3xx, 4xx, 503 and for 200 with another code; `unknown` for any other 5xx, any other status and for
 * code 13000201, "inner server invoke failure". At 400, 401 and 403 the message ends with what to check, in which order.
 */
export class ApiError extends KooDriveErrorMembers {
  declare readonly name: "ApiError";
  declare readonly kind: "api";
  declare readonly outcome: "refused" | "unknown";
  /** Any, 200 with another code than `0` included; 0 where a browser hides which redirect it was. */
  declare readonly status: number;
}

/** The service answered with a success whose body cannot be parsed. Find out what it has done before you repeat the call. */
export class UnreadableReplyError extends KooDriveErrorMembers {
  declare readonly name: "UnreadableReplyError";
  declare readonly kind: "unreadable_reply";
  declare readonly outcome: "unknown";
  /** True for a call that changes nothing (GET). */
  declare readonly retryable: boolean;
  /** 200; any 2xx for a raw call. */
  declare readonly status: number;
}

/**
 * Any error of this package: a union, told apart by `kind`.
 *
 * @example
 * ```ts
 * try {
 *   await client.send(call);
 * } catch (error) {
 *   if (!isKooDriveError(error)) throw error;
 *   switch (error.kind) {
 *     case "api":
 *       console.log(error.status, error.code); // an ApiError
 *       break;
 *     case "not_sent":
 *     case "outcome_unknown":
 *       console.log(error.cause); // what the transport said
 *       break;
 *     default:
 *       throw error;
 *   }
 * }
 * ```
 */
export type KooDriveError = InvalidInputError | NotSentError | OutcomeUnknownError | ApiError | UnreadableReplyError;

/** The class above all of them, as a value. */
export interface KooDriveErrorClass extends Function {
  /**
   * Returns the error of which `toJSON` gave this object.
   * @throws {@link InvalidInputError} for anything else.
   */
  fromJSON(json: KooDriveErrorJSON): KooDriveError;
  /** The type that `instanceof` narrows to. */
  readonly prototype: KooDriveError;
}

/**
 * The class above all of them: `error instanceof KooDriveError`, which narrows to the union. It is false for an error of another
 * copy of this package; {@link isKooDriveError} knows that one, too.
 */
// The union in the place of the class itself: only so does `error.kind` narrow what `instanceof` has found.
export const KooDriveError: KooDriveErrorClass = KooDriveErrorMembers as Function as KooDriveErrorClass;

const CLASSES: Readonly<Record<ErrorKind, typeof KooDriveErrorMembers>> = {
  invalid_input: InvalidInputError,
  not_sent: NotSentError,
  outcome_unknown: OutcomeUnknownError,
  api: ApiError,
  unreadable_reply: UnreadableReplyError,
};

const hide = (target: object, name: PropertyKey, value: unknown): void => {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
};

// Spelled out, since minifiers rename classes.
const NAMES = { KooDriveError, InvalidInputError, NotSentError, OutcomeUnknownError, ApiError, UnreadableReplyError };
for (const [name, type] of Object.entries(NAMES)) hide(type.prototype, "name", name);
hide(KooDriveErrorMembers.prototype, BRAND, true);

/** Tells whether `error` is one of this package, even of another copy of it (ESM and CommonJS are two) or of another realm. */
export function isKooDriveError(error: unknown): error is KooDriveError {
  return typeof error === "object" && error !== null && BRAND in error && error[BRAND] === true;
}

/** The errors after which the core has a call sent once more, signed anew. */
const toSignAnew = new WeakSet<object>();

/** @internal */
export const isToBeSignedAnew = (error: unknown): boolean => typeof error === "object" && error !== null && toSignAnew.has(error);

/**
 * Makes an error of the core's fields.
 * @internal
 */
export function errorOf(
  fields: Omit<ErrorFields, "again"> & { readonly again?: boolean },
  options?: { readonly cause?: unknown },
): KooDriveError {
  const error = KooDriveErrorMembers.of(fields, options);
  if (fields.again) toSignAnew.add(error);
  return error;
}

/**
 * Tells the core's fields of an error, which it throws as a plain object, from an error of the host.
 * @internal
 */
export const isThrownByCore = (thrown: unknown): thrown is ErrorFields =>
  typeof thrown === "object" && thrown !== null && !(thrown instanceof Error) && "kind" in thrown;
