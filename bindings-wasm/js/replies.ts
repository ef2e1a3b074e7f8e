// The results of `send` and `parse`.
import type {
  Call,
  GetCarrierRetentionPolicy,
  GetCurrentRetentionPolicy,
  GetSpaceUsageByOverview,
  RawCall,
  ReverseOrder,
} from "./calls.js";

/** The service took the call: HTTP 200 and the code `0`. */
export interface Acknowledgement {
  /**
   * Always `"0"`; any other code is an {@link ApiError}. Text, although the service may send a
   * number (decided).
   */
  readonly code: string;
  /**
   * The service's `msg`: for people, in Chinese perhaps, so never match on it. Null where the reply
   * has none.
   */
  readonly msg: string | null;
  /**
   * The reply's header `x-traceid`. No page says that there is one, so {@link Client.send} fills in
   * the id that it sent, and {@link Client.parse} leaves null.
   */
  readonly traceId: string | null;
}

/** The service's body, beside the fields that are read from it. */
interface Body {
  /** The reply's body as it came: integers above 2^53 keep their digits. */
  readonly body: string;
  /**
   * Returns `body` parsed as JSON, null where it is empty. Integers above 2^53 lose digits. That it
   * is a `T` is your word: nothing checks it.
   *
   * @throws SyntaxError for a body that is not JSON.
   */
  json<T = unknown>(): T;
}

/** The reply to {@link getSpaceUsageByOverview}. */
export interface SpaceUsage extends Acknowledgement, Body {
  /** The figures, as text digit for digit. A field that the reply lacks is null. */
  readonly data: {
    /** KB. */
    readonly totalAllocation: string | null;
    /** KB. */
    readonly totalCapacity: string | null;
    /** KB. */
    readonly totalUsed: string | null;
    /** GB. */
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
  /** In the service's order. Empty where the reply has none. */
  readonly policyList: readonly RetentionPolicy[];
}

/** The reply to a {@link rawCall}, and to {@link reverseOrder}. */
export interface RawReply extends Body {
  /** HTTP status: 2xx. */
  readonly status: number;
  /** `"0"`, or null where the reply has no code. */
  readonly code: string | null;
  /** As in an {@link Acknowledgement}. */
  readonly msg: string | null;
  /** As in an {@link Acknowledgement}. */
  readonly traceId: string | null;
}

/** One retention policy. A field that the reply lacks is null. */
export interface RetentionPolicy {
  /** Text, digit for digit: the published example, 300000000000000000, lies above 2^53. */
  readonly policyId: string | null;
  /** Its name, for people. */
  readonly policyName: string | null;
  /** A description of the policy, for people. */
  readonly description: string | null;
  /** An integer; larger comes first. */
  readonly priority: number | null;
  /** An integer whose meaning is not published. */
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
