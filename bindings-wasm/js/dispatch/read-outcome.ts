// What became of a call: the core's outcome as what the user gets.
import type { CallOutcome as CoreOutcome, Dispatcher } from "../../generated/koodrive.js";
import type { Arguments } from "../call-arguments.js";
import { callCore } from "../checks.js";
import { replyOf } from "../encoding.js";
import { errorOf, isKooDriveError, type KooDriveError } from "../errors.js";
import { acknowledgement } from "../format.js";
import type { CallOutcome } from "./outcome.js";
import type { Item } from "./source.js";

const instant = (milliseconds: number | undefined): Date | null => (milliseconds === undefined ? null : new Date(milliseconds));

/** Takes the core's outcome of a call apart, and frees it. */
export function readOutcome(dispatcher: Dispatcher, { key, call, fields }: Item, found: CoreOutcome): CallOutcome {
  const { verdict, attempts, traceId = null, xDate = null, status = null } = found;
  const { reply = null, error = found.error ? errorOf(found.error) : null } = replyIn(dispatcher, found, fields);
  const { code = null, msg = null } = reply ?? error ?? {};
  const outcome = {
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
  // The core has the members go together as the type says.
  return Object.freeze(outcome) as CallOutcome;
}

interface Reply {
  readonly reply?: { readonly code?: string | null; readonly msg?: string | null };
  readonly error?: KooDriveError;
}

/** Returns the reply, or the error of a reply that has a field which cannot be read; neither where the call was not delivered. */
function replyIn(dispatcher: Dispatcher, found: CoreOutcome, call: Arguments): Reply {
  if (call.fields === undefined) {
    const text = found.notificationReply;
    return text === undefined ? {} : { reply: acknowledgement(text) };
  }
  const { name, fields } = call;
  try {
    const json = callCore(() => dispatcher.deliveredReply(found, name, fields));
    return json === undefined ? {} : { reply: replyOf(json) };
  } catch (error) {
    if (!isKooDriveError(error)) throw error;
    return { error };
  }
}
