// Why a job halted.
import type { HaltFields } from "../../generated/koodrive.js";

/**
 * The dispatcher stopped sending, since each further request would have failed the same way. Thrown
 * when the outcomes of all calls that were read are out.
 *
 * Those outcomes say whether KooDrive acted on each call. Correct the cause, and dispatch what was
 * not sent. It is no {@link KooDriveError}: no call failed.
 */
export class HaltedError extends Error {
  declare readonly name: "HaltedError";
  /**
   * `same_answer`: so many calls in a row got it, and none was delivered in between. `no_token`:
   * the token function failed.
   */
  declare readonly reason: "same_answer" | "no_token";
  /** How many calls, or how many failures, in a row. */
  declare readonly times: number;
  /** HTTP status of the answer that they share. Null where there was no token. */
  declare readonly status: number | null;
  /** The service's code in it. */
  declare readonly code: string | null;
  /** The service's message in the last of them. */
  declare readonly msg: string | null;
  /** The value that the token function has thrown. */
  declare readonly cause?: unknown;

  /** The package makes its errors. */
  protected constructor({ message, ...fields }: HaltedErrorMembers, cause: unknown) {
    super(message, fields.reason === "no_token" ? { cause } : undefined);
    Object.assign(this, fields);
  }

  /** @internal */
  static of(fields: HaltFields, cause: unknown): HaltedError {
    return new HaltedError(fields, cause);
  }
}

/** The core's description of a halt. */
type HaltedErrorMembers = Pick<HaltedError, "message" | "reason" | "times" | "status" | "code" | "msg">;

// Spelled out, since minifiers rename classes.
Object.defineProperty(HaltedError.prototype, "name", { value: "HaltedError", configurable: true, writable: true });
