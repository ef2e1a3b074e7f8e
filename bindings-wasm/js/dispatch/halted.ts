// The error of a job that halted.
import type { HaltFields } from "../../generated/koodrive.js";

/**
 * The dispatcher stopped sending, since each further request would have failed the same way.
 *
 * It is thrown after the outcomes of all calls that were read. They say whether KooDrive acted on
 * each call. Correct the cause, and dispatch the calls that are `not_sent`.
 *
 * No call failed by a halt, so this is not a {@link KooDriveError}.
 */
export class HaltedError extends Error {
  declare readonly name: "HaltedError";
  /**
   * `same_answer`: `times` calls in a row got this answer, with none delivered in between.
   * `no_token`: the token function failed.
   */
  declare readonly reason: "same_answer" | "no_token";
  /** The number of calls, or of the token function's failures, in a row. */
  declare readonly times: number;
  /** The HTTP status of the shared answer. Null for `no_token`. */
  declare readonly status: number | null;
  /** The service's code in the shared answer. */
  declare readonly code: string | null;
  /** The service's message in the last of these answers. */
  declare readonly msg: string | null;
  /** The value that the token function threw. */
  declare readonly cause?: unknown;

  /** Only this package makes these errors. */
  protected constructor({ message, ...fields }: HaltedErrorMembers, cause: unknown) {
    super(message, fields.reason === "no_token" ? { cause } : undefined);
    Object.assign(this, fields);
  }

  /** @internal */
  static of(fields: HaltFields, cause: unknown): HaltedError {
    return new HaltedError(fields, cause);
  }
}

/** The members that come from the core. */
type HaltedErrorMembers = Pick<HaltedError, "message" | "reason" | "times" | "status" | "code" | "msg">;

// The name is spelled out, since minifiers rename classes.
Object.defineProperty(HaltedError.prototype, "name", { value: "HaltedError", configurable: true, writable: true });
