// What became of a call: the core's outcome as what the user gets.
import { checked, errorOf, isKooDriveError } from "../errors.js";
import { acknowledgement } from "../format.js";
import { replyOf } from "../wire.js";

/** @import { CallOutcome as CoreOutcome, Dispatcher } from "koodrive:glue" */
/** @import { Arguments } from "../calls.js" */
/** @import { Call } from "../index.js" */
/** @import { CallOutcome } from "../dispatch.js" */

/** @type {(milliseconds: number | undefined) => Date | null} */
const instant = (milliseconds) => (milliseconds === undefined ? null : new Date(milliseconds));

/**
 * Takes the core's outcome of `call` apart, and frees it.
 * @type {(dispatcher: Dispatcher, key: unknown, call: Call, fields: Arguments, found: CoreOutcome) => CallOutcome}
 */
export function outcome(dispatcher, key, call, fields, found) {
  const { verdict, attempts, traceId = null, xDate = null, status = null } = found;
  const { reply = null, error = found.error ? errorOf(found.error) : null } = replyIn(dispatcher, found, fields);
  const { code = null, msg = null } = reply ?? error ?? {};
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
 * Returns the reply, or the error of a reply that has a field which cannot be read; neither where the call was not delivered.
 * @type {(dispatcher: Dispatcher, found: CoreOutcome, call: Arguments) => { reply?: any, error?: any }}
 */
function replyIn(dispatcher, found, call) {
  if (call.fields === undefined) {
    const text = found.notificationReply;
    return text === undefined ? {} : { reply: acknowledgement(text) };
  }
  const { name, fields } = call;
  try {
    const json = checked(() => dispatcher.deliveredReply(found, name, fields));
    return json === undefined ? {} : { reply: replyOf(json) };
  } catch (error) {
    if (!isKooDriveError(error)) throw error;
    return { error };
  }
}
