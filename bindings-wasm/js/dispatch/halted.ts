// Why a job halted. No KooDriveError: it is no call that failed.

/** @import { HaltFields } from "koodrive:glue" */

export class HaltedError extends Error {
  /**
   * Takes the core's fields; `cause` is why there was no token.
   * @param {HaltFields} fields @param {unknown} cause
   */
  constructor({ message, ...fields }, cause) {
    super(message, fields.reason === "no_token" ? { cause } : undefined);
    Object.assign(this, fields);
  }
}

// Spelled out, since minifiers rename classes.
Object.defineProperty(HaltedError.prototype, "name", { value: "HaltedError", configurable: true, writable: true });
