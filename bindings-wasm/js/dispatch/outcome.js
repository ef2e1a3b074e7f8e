// What became of a call, and how far a job is: the core's words as JavaScript's values.
import { acknowledgement } from "../wire.js";

/** @import { KooDriveError, NotifyPackageExpire } from "../index.js" */
/** @import { CallOutcome, Progress } from "../dispatch.js" */

/** @type {(milliseconds: string) => Date | null} */
const instant = (milliseconds) => (milliseconds ? new Date(Number(milliseconds)) : null);

/**
 * Of the words that the core says, and of the reply.
 * @type {(key: unknown, call: NotifyPackageExpire, words: string[], text: string, error: KooDriveError | null) => CallOutcome}
 */
export function outcome(key, call, words, text, error) {
  const [verdict, attempts, traceId, xDate, firstSentAt, sentAt, answeredAt, serverDate, status] = words;
  const reply = verdict === "delivered" ? acknowledgement(text) : null;
  const answer = reply ?? error;
  const { code = null, msg = null } = answer ?? {};
  // As `send` does.
  if (answer && traceId) Object.assign(answer, { traceId: answer.traceId ?? traceId });
  return /** @type {CallOutcome} */ (
    Object.freeze({
      key,
      call,
      verdict,
      attempts: Number(attempts),
      traceId: traceId || null,
      xDate: xDate || null,
      firstSentAt: instant(firstSentAt),
      sentAt: instant(sentAt),
      answeredAt: instant(answeredAt),
      serverDate: instant(serverDate),
      status: status ? Number(status) : null,
      code,
      msg,
      reply: reply && Object.freeze(reply),
      error,
    })
  );
}

const NOT_SENT = ["not_sent", "0", "", "", "", "", "", "", ""];

/**
 * Of a call that the core was never given, since its job was cancelled.
 * @type {(key: unknown, call: NotifyPackageExpire) => CallOutcome}
 */
export const notSent = (key, call) => outcome(key, call, NOT_SENT, "", null);

/** @type {(numbers: Float64Array) => Progress} */
export function progress(numbers) {
  const [pushed, requests, delivered, refused, unknown, givenUp, notSent, queued, waiting, inFlight, rate] = numbers;
  return Object.freeze({ pushed, requests, delivered, refused, unknown, givenUp, notSent, queued, waiting, inFlight, rate });
}
