// The outcome of a call, and the progress of a job.
import type { Call, GetCarrierRetentionPolicy, GetCurrentRetentionPolicy, GetSpaceUsageByOverview } from "../calls.js";
import type { InvalidInputError, KooDriveError, NotSentError, UnreadableReplyError } from "../errors.js";
import type { ReplyTo } from "../replies.js";

/** The final outcome of a call. Frozen. */
export type CallOutcome<Key = unknown, C extends Call = Call> = Delivered<Key, C> | NotDelivered<Key, C> | NotSent<Key, C>;

/** Whether KooDrive acted on the call. */
export type Verdict = CallOutcome["verdict"];

/** The service took the call. */
export interface Delivered<Key = unknown, C extends Call = Call> extends Sent<Key, C> {
  readonly verdict: "delivered";
  /**
   * The service's reply, as `send` returns it: its type follows from the operation of the call.
   * Null where a field of it cannot be read, which `error` then says; a notification has no such
   * field.
   */
  readonly reply: ReplyTo<C> | Unread<C, null>;
  /** Null unless a field of the reply cannot be read. The service took the call all the same. */
  readonly error: null | Unread<C, UnreadableReplyError>;
}

/** `Then` for calls whose replies have fields beyond code and msg. */
type Unread<C extends Call, Then> = C extends GetSpaceUsageByOverview | GetCurrentRetentionPolicy | GetCarrierRetentionPolicy
  ? Then
  : never;

/**
 * `refused`: it did not act, and will not next time. `unknown`: it may have acted; never repeated,
 * unless {@link Policy.repeatsAreSafe}. `given_up`: it did not act, however often it was asked.
 */
export interface NotDelivered<Key = unknown, C extends Call = Call> extends Sent<Key, C> {
  readonly verdict: "refused" | "unknown" | "given_up";
  /** The answer, if there was one, is in the error. */
  readonly reply: null;
  /** The last attempt's error: not thrown, for you to look at. */
  readonly error: KooDriveError;
}

/** It never saw the call: the job ended before. */
export interface NotSent<Key = unknown, C extends Call = Call> extends OutcomeMembers<Key, C> {
  readonly verdict: "not_sent";
  /** Always null: there was no answer. */
  readonly reply: null;
  /**
   * Null unless the request was kept from leaving, by {@link DispatchOptions.beforeSend} for
   * example, or the clock is outside the years 1 to 9999.
   */
  readonly error: NotSentError | InvalidInputError | null;
  /** Always null: the call was not sent. */
  readonly traceId: null;
}

/**
 * An item of the source that is not a call, in its place among the outcomes: see
 * {@link DispatchOptions.onBadItem}. Nothing was sent, and {@link Progress} does not count it.
 * Frozen.
 */
export interface BadItem<Key = unknown> {
  readonly verdict: "bad_item";
  /** As the source gave it with the item, or else the item's position in the source, from 0. */
  readonly key: Key | number;
  /** As the source gave it. */
  readonly item: unknown;
  /** The mistake, as an error that is not thrown. */
  readonly error: InvalidInputError;
}

/** The members for a call that was sent. */
interface Sent<Key, C extends Call> extends OutcomeMembers<Key, C> {
  /** That of all its attempts, and of no other call's. */
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
  /** As the source gave it, or the call's position in the source, from 0. */
  readonly key: Key;
  /** As the source gave it. */
  readonly call: C;
  /** How often it was sent. */
  readonly attempts: number;
  /** That of all its attempts, and of no other call's. Null if it was never sent. */
  readonly traceId: string | null;
  /** X-Date of the last attempt. */
  readonly xDate: string | null;
  /** When the first attempt left, by this machine's clock. */
  readonly firstSentAt: Date | null;
  /** When the last attempt left, by this machine's clock. */
  readonly sentAt: Date | null;
  /** When its answer came, by this machine's clock. Null where none came. */
  readonly answeredAt: Date | null;
  /** `Date` of that answer. */
  readonly serverDate: Date | null;
  /** HTTP status of that answer; null where no answer came, or where a browser hides a redirect. */
  readonly status: number | null;
  /** The service's code in that answer. */
  readonly code: string | null;
  /** The service's message in that answer. May be Chinese, so never match on it. */
  readonly msg: string | null;
}

/** How far a job is: calls since its start, and now. */
export interface Progress {
  /** Calls that were read from the source. */
  readonly pushed: number;
  /** Requests that were sent; more than calls, where some were sent again. */
  readonly requests: number;
  /** Outcomes so far. */
  readonly delivered: number;
  /** Outcomes so far. */
  readonly refused: number;
  /** Outcomes so far. */
  readonly unknown: number;
  /** Outcomes so far. */
  readonly givenUp: number;
  /** Outcomes so far. */
  readonly notSent: number;
  /** Calls that wait for their first attempt, now. */
  readonly queued: number;
  /** Calls that wait to be sent again, now. */
  readonly waiting: number;
  /** Calls that are in flight, now. */
  readonly inFlight: number;
  /** Requests per second that may leave, now: {@link Policy.rate}, or less. */
  readonly rate: number;
  /**
   * Why that is less, or nothing leaves: `throttled` (too many 429, or a `Retry-After`), `failing`
   * (too many requests fail) or `draining` (no more calls come, and what is in flight is awaited).
   * Null where none of these is so.
   */
  readonly slowed: "throttled" | "failing" | "draining" | null;
  /**
   * Whether the source was read to its end. Where it was not, the calls that were not read have no
   * outcome.
   */
  readonly sourceEnded: boolean;
}
