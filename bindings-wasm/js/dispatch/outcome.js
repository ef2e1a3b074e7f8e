// What became of a call: the core's outcome as what the user gets.
import { errorOf } from "../errors.js";
import { acknowledgement } from "../format.js";

/** @import { CallOutcome as CoreOutcome } from "koodrive:glue" */
/** @import { NotifyPackageExpire } from "../index.js" */
/** @import { CallOutcome } from "../dispatch.js" */

/** @type {(milliseconds: number | undefined) => Date | null} */
const instant = (milliseconds) => (milliseconds === undefined ? null : new Date(milliseconds));

/**
 * Takes the core's outcome of this call apart, and frees it.
 * @type {(key: unknown, call: NotifyPackageExpire, found: CoreOutcome) => CallOutcome}
 */
export function outcome(key, call, found) {
  const { verdict, attempts, traceId = null, xDate = null, status = null } = found;
  const text = found.reply;
  const reply = text === undefined ? null : acknowledgement(text);
  const fields = found.error;
  const error = fields ? errorOf(fields) : null;
  const answer = reply ?? error;
  const { code = null, msg = null } = answer ?? {};
  // As `send` does.
  if (answer && traceId) Object.assign(answer, { traceId: answer.traceId ?? traceId });
  const made = {
    key,
    call,
    verdict,
    attempts,
    traceId,
    xDate,
    firstSentAt: instant(found.firstSentAt),
    sentAt: instant(found.sentAt),
    answeredAt: instant(found.answeredAt),
    serverDate: instant(found.serverDate),
    status,
    code,
    msg,
    reply: reply && Object.freeze(reply),
    error,
  };
  found.free();
  return /** @type {CallOutcome} */ (Object.freeze(made));
}

/**
 * Returns the outcome of a call that the core was never given, since its job was cancelled.
 * @type {(key: unknown, call: NotifyPackageExpire) => CallOutcome}
 */
export function notSent(key, call) {
  return Object.freeze({
    key,
    call,
    verdict: "not_sent",
    attempts: 0,
    traceId: null,
    xDate: null,
    firstSentAt: null,
    sentAt: null,
    answeredAt: null,
    serverDate: null,
    status: null,
    code: null,
    msg: null,
    reply: null,
    error: null,
  });
}
