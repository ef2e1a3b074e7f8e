// The errors, one class per kind. The core makes all their texts and values.
import type { ErrorFields } from "../generated/koodrive.js";
import { misuse } from "./checks.js";

/**
 * The kind of a failure, in the same words in every language of koodrive.
 *
 * Each is the `kind` of one class: {@link InvalidInputError}, {@link NotSentError},
 * {@link OutcomeUnknownError}, {@link ApiError}, {@link UnreadableReplyError}.
 */
export type ErrorKind = "invalid_input" | "not_sent" | "outcome_unknown" | "api" | "unreadable_reply";

/**
 * Whether KooDrive acted on the call.
 *
 * - `not_sent`: nothing reached KooDrive.
 * - `refused`: KooDrive received the call and did not act on it.
 * - `unknown`: KooDrive may or may not have acted.
 */
export type Outcome = "not_sent" | "refused" | "unknown";

/** The members of an error beside those of every `Error`. */
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

// The brand is on the prototype. So an error of another copy of this package, or of another realm,
// is recognised.
const BRAND: unique symbol = Symbol.for("koodrive.error");

/** The members of all errors of this package. */
class KooDriveErrorMembers extends Error {
  /** Tells the classes apart: `switch (error.kind)` narrows a {@link KooDriveError}. */
  declare readonly kind: ErrorKind;
  /** Whether KooDrive acted on the call. */
  declare readonly outcome: Outcome;
  /**
   * True if the call may be sent again. Either KooDrive certainly did not act on it (not sent, or
   * refused with 429 or 503), or the call changes nothing (GET).
   */
  declare readonly retryable: boolean;
  /** HTTP status. Null without an answer of the service. */
  declare readonly status: number | null;
  /** The service's `code`, or a gateway's `error_code`, as text with all its digits. */
  declare readonly code: string | null;
  /**
   * The service's `msg`, or a gateway's `error_msg`, for people. It may be Chinese, so never match
   * on it.
   */
  declare readonly msg: string | null;
  /** A gateway's `request_id`. */
  declare readonly requestId: string | null;
  /** The reply's trace id. A reply without one gets the id that {@link Client.send} sent. */
  declare readonly traceId: string | null;
  /** The X-Date that {@link Client.send} sent, such as `20251103T070140Z`. */
  declare readonly xDate: string | null;
  /**
   * Seconds that the service asks to wait (`Retry-After`). A date there is counted from the reply's
   * own `Date`.
   */
  declare readonly retryAfter: number | null;
  /** The first 16,384 bytes of the reply's body, as text. The message does not contain it. */
  declare readonly body: string | null;
  /** The field that was refused: the wire's name, or an option in snake case. */
  declare readonly field: string | null;
  /** The value that the transport, or the function `token` or `sign`, threw. */
  declare readonly cause?: unknown;

  /** Only this package makes these errors. */
  protected constructor(fields: Omit<KooDriveErrorJSON, "name">, options?: { readonly cause?: unknown }) {
    super(fields.message, options);
    // JSON from another program may lack some members.
    for (const name of FIELDS) Object.assign(this, { [name]: fields[name] ?? null });
  }

  /**
   * Returns every field as a plain object for a log or a queue. {@link KooDriveErrorClass.fromJSON}
   * reverses it.
   */
  toJSON(): KooDriveErrorJSON {
    const { name, message, kind, outcome, retryable, status, code, msg, requestId, traceId, xDate, retryAfter, body, field } = this;
    return { name, message, kind, outcome, retryable, status, code, msg, requestId, traceId, xDate, retryAfter, body, field };
  }

  /** Returns the error that `json` describes; see {@link KooDriveErrorClass.fromJSON}. */
  static fromJSON(json: KooDriveErrorJSON): KooDriveError {
    const kind: unknown = typeof json === "object" && json !== null ? json.kind : undefined;
    if (typeof kind !== "string" || !Object.hasOwn(CLASSES, kind)) {
      misuse("fromJSON: not what toJSON of an error returned; pass that object");
    }
    return errorOf(json);
  }

  /** @internal */
  static of(fields: Omit<KooDriveErrorJSON, "name">, options?: { readonly cause?: unknown }): KooDriveError {
    // `CLASSES` has one class per kind, and the union has all of them.
    return new CLASSES[fields.kind](fields, options) as KooDriveError;
  }
}

/** The result of an error's `toJSON`. It does not contain the cause. */
export interface KooDriveErrorJSON extends Pick<KooDriveErrorMembers, "name" | "message" | (typeof FIELDS)[number]> {}

/**
 * The package refused the input, and sent nothing. The message names the field, the problem and the
 * remedy, and holds no secret.
 */
export class InvalidInputError extends KooDriveErrorMembers {
  declare readonly name: "InvalidInputError";
  declare readonly kind: "invalid_input";
  declare readonly outcome: "not_sent";
  declare readonly retryable: false;
}

/**
 * The request certainly never left. Causes: refused connection, DNS, TLS, connect time-out, a
 * failed token function, an abort before sending.
 *
 * Browsers do not tell these causes from others. There a failed `fetch` is an
 * {@link OutcomeUnknownError}.
 */
export class NotSentError extends KooDriveErrorMembers {
  declare readonly name: "NotSentError";
  declare readonly kind: "not_sent";
  declare readonly outcome: "not_sent";
  declare readonly retryable: true;
}

/**
 * The request may have left, and no complete answer came: connection lost, time-out, aborted.
 *
 * Find out whether KooDrive acted on the call before you repeat it.
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
 * `outcome` is `refused` for 3xx, 4xx, 503, and for 200 with another code. It is `unknown` for any
 * other status, and for code 13000201, "inner server invoke failure".
 *
 * At 400, 401 and 403 the message ends with an ordered list of checks.
 */
export class ApiError extends KooDriveErrorMembers {
  declare readonly name: "ApiError";
  declare readonly kind: "api";
  declare readonly outcome: "refused" | "unknown";
  /**
   * HTTP status; 200 if the code is not `0`. It is 0 if a browser hides the status of a redirect.
   */
  declare readonly status: number;
}

/**
 * The service reported success with a body that could not be parsed. Find out whether KooDrive
 * acted on the call before you repeat it.
 */
export class UnreadableReplyError extends KooDriveErrorMembers {
  declare readonly name: "UnreadableReplyError";
  declare readonly kind: "unreadable_reply";
  declare readonly outcome: "unknown";
  /** True for a call that changes nothing (GET). */
  declare readonly retryable: boolean;
  /** 200, or any 2xx for a raw call. */
  declare readonly status: number;
}

/**
 * Any error of this package: a union that `kind` tells apart.
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
 *       console.log(error.cause); // the transport's error
 *       break;
 *     default:
 *       throw error;
 *   }
 * }
 * ```
 */
export type KooDriveError = InvalidInputError | NotSentError | OutcomeUnknownError | ApiError | UnreadableReplyError;

/** The base class of all errors, as a value. */
export interface KooDriveErrorClass extends Function {
  /**
   * Returns the error whose `toJSON` returned `json`.
   * @throws {@link InvalidInputError} for any other value.
   */
  fromJSON(json: KooDriveErrorJSON): KooDriveError;
  /** The type that `instanceof` narrows to. */
  readonly prototype: KooDriveError;
}

/**
 * The base class of all errors: `error instanceof KooDriveError` narrows to the union.
 *
 * The test is false for an error of another copy of this package. {@link isKooDriveError} accepts
 * that one, too.
 */
// The exported type is the union. Otherwise `error.kind` would not narrow an error after
// `instanceof`.
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

// The names are spelled out, since minifiers rename classes.
const NAMES = { KooDriveError, InvalidInputError, NotSentError, OutcomeUnknownError, ApiError, UnreadableReplyError };
for (const [name, type] of Object.entries(NAMES)) hide(type.prototype, "name", name);
hide(KooDriveErrorMembers.prototype, BRAND, true);

/**
 * Tells whether `error` is an error of this package, of another copy (ESM and CommonJS are two), or
 * of another realm.
 */
export function isKooDriveError(error: unknown): error is KooDriveError {
  return typeof error === "object" && error !== null && BRAND in error && error[BRAND] === true;
}

/** The errors after which the core asks for one more attempt, signed anew. */
const toSignAnew = new WeakSet<object>();

/** @internal */
export const isToBeSignedAnew = (error: unknown): boolean => typeof error === "object" && error !== null && toSignAnew.has(error);

/**
 * Returns the error with the core's `fields`.
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
 * Tells whether `thrown` is the core's plain object with the fields of an error.
 * @internal
 */
export const isThrownByCore = (thrown: unknown): thrown is ErrorFields =>
  typeof thrown === "object" && thrown !== null && !(thrown instanceof Error) && "kind" in thrown;
