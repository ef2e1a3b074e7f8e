// What became of a call: the core's outcome as what the user gets.
import { checked, errorOf } from "../errors.js";
import { acknowledgement } from "../format.js";
import { replyOf } from "../wire.js";

/** @import { CallOutcome as CoreOutcome } from "koodrive:glue" */
/** @import { Arguments } from "../calls.js" */
/** @import { Call } from "../index.js" */
/** @import { CallOutcome } from "../dispatch.js" */

/** @type {(milliseconds: number | undefined) => Date | null} */
const instant = (milliseconds) => (milliseconds === undefined ? null : new Date(milliseconds));

/**
 * Takes the core's outcome of `call` apart, and frees it.
 * @type {(key: unknown, call: Call, fields: Arguments, found: CoreOutcome) => CallOutcome}
 */
export function outcome(key, call, fields, found) {
  const { verdict, attempts, traceId = null, xDate = null, status = null } = found;
  const reply = replyIn(found, fields);
  const error = found.error ? errorOf(found.error) : null;
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

/** @type {(found: CoreOutcome, call: Arguments) => any} */
function replyIn(found, call) {
  if (call.fields === undefined) {
    const text = found.notificationReply;
    return text === undefined ? null : acknowledgement(text);
  }
  const { name, fields } = call;
  const json = checked(() => found.reply(name, fields));
  return json === undefined ? null : replyOf(json);
}
