// The results of `send` and `parse`.
import type {
  Call,
  GetCarrierRetentionPolicy,
  GetCurrentRetentionPolicy,
  GetSpaceUsageByOverview,
  RawCall,
  ReverseOrder,
} from "./calls.js";

/** The reply of a service that took the call: HTTP 200 and the code `0`. */
export interface Acknowledgement {
  /**
   * Always `"0"`: any other code is an {@link ApiError}. It is text even if the service sends a
   * number (decided).
   */
  readonly code: string;
  /**
   * The service's `msg`, for people. It may be Chinese, so never match on it. Null if the reply has
   * none.
   */
  readonly msg: string | null;
  /**
   * The reply's header `x-traceid`. No page says that replies have one. Without it
   * {@link Client.send} gives the id that it sent, and {@link Client.parse} null.
   */
  readonly traceId: string | null;
}

/** The service's body, beside the fields that are read from it. */
interface Body {
  /** The reply's body, unchanged: integers above 2^53 keep their digits. */
  readonly body: string;
  /**
   * Returns `body` parsed as JSON, or null if it is empty. Integers above 2^53 lose digits. The
   * type `T` is not checked.
   *
   * @throws SyntaxError for a body that is not JSON.
   */
  json<T = unknown>(): T;
}

/** The reply to {@link getSpaceUsageByOverview}. */
export interface SpaceUsage extends Acknowledgement, Body {
  /** The figures as text with all their digits. A field that the reply lacks is null. */
  readonly data: {
    /** The allocated space in KB. */
    readonly totalAllocation: string | null;
    /** The capacity in KB. */
    readonly totalCapacity: string | null;
    /** The used space in KB. */
    readonly totalUsed: string | null;
    /** The quota in GB. */
    readonly quota: string | null;
  };
}

/** The reply to {@link getCurrentRetentionPolicy} and {@link getCarrierRetentionPolicy}. */
export interface RetentionPolicies extends Body {
  /** `"0"`, or null: the tables of both pages have no code. */
  readonly code: string | null;
  /** As in an {@link Acknowledgement}. */
  readonly msg: string | null;
  /** As in an {@link Acknowledgement}. */
  readonly traceId: string | null;
  /** The policies in the service's order. Empty if the reply has none. */
  readonly policyList: readonly RetentionPolicy[];
}

/** The reply to a {@link rawCall} or to {@link reverseOrder}. */
export interface RawReply extends Body {
  /** HTTP status: 2xx. */
  readonly status: number;
  /** `"0"`, or null if the reply has no code. */
  readonly code: string | null;
  /** As in an {@link Acknowledgement}. */
  readonly msg: string | null;
  /** As in an {@link Acknowledgement}. */
  readonly traceId: string | null;
}

/** One retention policy. A field that the reply lacks is null. */
export interface RetentionPolicy {
  /**
   * The id as text with all its digits: the published example, 300000000000000000, lies above 2^53.
   */
  readonly policyId: string | null;
  /** The name of the policy, for people. */
  readonly policyName: string | null;
  /** The description of the policy, for people. */
  readonly description: string | null;
  /** An integer. A larger one comes first. */
  readonly priority: number | null;
  /** An integer. Its meaning is not published. */
  readonly status: number | null;
}

/** The reply to a call of type `C`. */
export type ReplyTo<C extends Call> = C extends RawCall | ReverseOrder
  ? RawReply
  : C extends GetSpaceUsageByOverview
    ? SpaceUsage
    : C extends GetCurrentRetentionPolicy | GetCarrierRetentionPolicy
      ? RetentionPolicies
      : Acknowledgement;
