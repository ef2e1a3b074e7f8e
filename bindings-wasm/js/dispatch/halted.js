// Why a job halted. No KooDriveError: it is no call that failed.

export class HaltedError extends Error {
  /**
   * Of the core's fields; `cause` is why there was no token.
   * @param {any[]} fields @param {unknown} cause
   */
  constructor([text, reason, times, status = null, code = null, msg = null], cause) {
    super(text, reason === "no_token" ? { cause } : undefined);
    Object.assign(this, { reason, times, status, code, msg });
  }
}

// Spelled out, since minifiers rename classes.
Object.defineProperty(HaltedError.prototype, "name", { value: "HaltedError", configurable: true, writable: true });
