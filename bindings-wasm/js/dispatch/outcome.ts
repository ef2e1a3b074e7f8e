// The outcome of a call, and the progress of a job.
import type { Call, GetCarrierRetentionPolicy, GetCurrentRetentionPolicy, GetSpaceUsageByOverview } from "../calls.js";
import type { InvalidInputError, KooDriveError, NotSentError, UnreadableReplyError } from "../errors.js";
import type { ReplyTo } from "../replies.js";

/** The final outcome of a call, frozen. */
export type CallOutcome<Key = unknown, C extends Call = Call> = Delivered<Key, C> | NotDelivered<Key, C> | NotSent<Key, C>;

/** Whether KooDrive acted on the call. */
export type Verdict = CallOutcome["verdict"];

/** The service took the call. */
export interface Delivered<Key = unknown, C extends Call = Call> extends Sent<Key, C> {
  readonly verdict: "delivered";
  /**
   * The service's reply, as `send` returns it. Its type follows from the operation of the call.
   *
   * Null if one of its fields could not be read; `error` then has the reason. The reply to a
   * notification is never null.
   */
  readonly reply: ReplyTo<C> | Unread<C, null>;
  /** Null unless a field of the reply could not be read. The service took the call all the same. */
  readonly error: null | Unread<C, UnreadableReplyError>;
}

/** `Then` for calls whose replies have fields beyond code and msg. */
type Unread<C extends Call, Then> = C extends GetSpaceUsageByOverview | GetCurrentRetentionPolicy | GetCarrierRetentionPolicy
  ? Then
  : never;

/**
 * KooDrive refused the call, may have acted on it, or was too busy at every attempt.
 *
 * - `refused`: KooDrive did not act on the call, and would refuse it again.
 * - `unknown`: KooDrive may have acted. The job does not repeat the call without
 *   {@link Policy.repeatsAreSafe}.
 * - `given_up`: KooDrive did not act at any attempt.
 */
export interface NotDelivered<Key = unknown, C extends Call = Call> extends Sent<Key, C> {
  readonly verdict: "refused" | "unknown" | "given_up";
  /** Always null. The error holds the answer, if there was one. */
  readonly reply: null;
  /** The error of the last attempt. It is returned here, and not thrown. */
  readonly error: KooDriveError;
}

/** KooDrive never saw the call: the job ended before it was sent. */
export interface NotSent<Key = unknown, C extends Call = Call> extends OutcomeMembers<Key, C> {
  readonly verdict: "not_sent";
  /** Always null: there was no answer. */
  readonly reply: null;
  /**
   * Null unless the request was prevented from leaving, as by {@link DispatchOptions.beforeSend},
   * or the clock is outside the years 1 to 9999.
   */
  readonly error: NotSentError | InvalidInputError | null;
  /** Always null: the call was not sent. */
  readonly traceId: null;
}

/**
 * An item of the source that is not a call, frozen; see {@link DispatchOptions.onBadItem}.
 *
 * It comes in order with the outcomes. Nothing was sent, and {@link Progress} does not count it.
 */
export interface BadItem<Key = unknown> {
  readonly verdict: "bad_item";
  /** Your key of the item, or its position in the source, from 0. */
  readonly key: Key | number;
  /** The item as the source gave it. */
  readonly item: unknown;
  /** The error, which is returned here and not thrown. */
  readonly error: InvalidInputError;
}

/** The members of a call that was sent. */
interface Sent<Key, C extends Call> extends OutcomeMembers<Key, C> {
  /** The trace id, which all attempts of the call share and no other call has. */
  readonly traceId: string;
  /** X-Date of the last attempt. */
  readonly xDate: string;
  /** When the first attempt left, by this machine's clock. */
  readonly firstSentAt: Date;
  /** When the last attempt left, by this machine's clock. */
  readonly sentAt: Date;
}

/** The members of all outcomes. */
interface OutcomeMembers<Key, C extends Call> {
  /** Your key for the call, or its position in the source, from 0. */
  readonly key: Key;
  /** The call as the source gave it. */
  readonly call: C;
  /** The number of attempts. */
  readonly attempts: number;
  /**
   * The trace id, which all attempts of the call share and no other call has. Null if it was never
   * sent.
   */
  readonly traceId: string | null;
  /** X-Date of the last attempt. Null if it was never sent. */
  readonly xDate: string | null;
  /** When the first attempt left, by this machine's clock. Null if it was never sent. */
  readonly firstSentAt: Date | null;
  /** When the last attempt left, by this machine's clock. Null if it was never sent. */
  readonly sentAt: Date | null;
  /** When the answer to the last attempt came, by this machine's clock. Null without an answer. */
  readonly answeredAt: Date | null;
  /** The `Date` of that answer. */
  readonly serverDate: Date | null;
  /** The HTTP status of that answer. Null without an answer, or if a browser hides a redirect. */
  readonly status: number | null;
  /** The service's code in that answer. */
  readonly code: string | null;
  /** The service's message in that answer. It may be Chinese, so never match on it. */
  readonly msg: string | null;
}

/** The progress of a job: numbers since its start, and numbers of now. */
export interface Progress {
  /** The calls that were read from the source. */
  readonly pushed: number;
  /** The requests that were sent, retries included. */
  readonly requests: number;
  /** The calls with the verdict `delivered`. */
  readonly delivered: number;
  /** The calls with the verdict `refused`. */
  readonly refused: number;
  /** The calls with the verdict `unknown`. */
  readonly unknown: number;
  /** The calls with the verdict `given_up`. */
  readonly givenUp: number;
  /** The calls with the verdict `not_sent`. */
  readonly notSent: number;
  /** The calls that wait now for their first attempt. */
  readonly queued: number;
  /** The calls that wait now for a retry. */
  readonly waiting: number;
  /** The calls in flight now. */
  readonly inFlight: number;
  /** The requests per second that may leave now: {@link Policy.rate} or less. */
  readonly rate: number;
  /**
   * The reason for a lower rate, or for none.
   *
   * - `throttled`: too many 429, or a `Retry-After`.
   * - `failing`: too many requests fail.
   * - `draining`: the job sends no more calls and waits for those in flight.
   *
   * Null if the rate is the full one.
   */
  readonly slowed: "throttled" | "failing" | "draining" | null;
  /** Whether the job has read its source to the end. Calls that were not read have no outcome. */
  readonly sourceEnded: boolean;
}
