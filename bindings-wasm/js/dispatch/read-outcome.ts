// Turns the core's outcome of a call into the user's.
import type { Dispatcher } from "../../generated/koodrive.js";
import type { Arguments } from "../call-arguments.js";
import { callCore } from "../checks.js";
import { rawReply, replyOf } from "../encoding.js";
import { errorOf, isKooDriveError, type KooDriveError } from "../errors.js";
import { acknowledgement } from "../format.js";
import type { CallOutcome } from "./outcome.js";
import type { Item } from "./source.js";

const instant = (milliseconds: number | undefined): Date | null => (milliseconds === undefined ? null : new Date(milliseconds));

/** Returns the outcome that the dispatcher named, with the user's key and call. */
export function readOutcome(dispatcher: Dispatcher, { key, call, fields }: Item): CallOutcome {
  const { outcomeError } = dispatcher;
  const { reply = null, error = outcomeError ? errorOf(outcomeError) : null } = replyIn(dispatcher, fields);
  const { code = null, msg = null } = reply ?? error ?? {};
  const outcome = {
    key,
    call,
    verdict: dispatcher.outcomeVerdict,
    attempts: dispatcher.outcomeAttempts,
    traceId: dispatcher.outcomeTraceId ?? null,
    xDate: dispatcher.outcomeXDate ?? null,
    firstSentAt: instant(dispatcher.outcomeFirstSentAt),
    sentAt: instant(dispatcher.outcomeSentAt),
    answeredAt: instant(dispatcher.outcomeAnsweredAt),
    serverDate: instant(dispatcher.outcomeServerDate),
    status: dispatcher.outcomeStatus ?? null,
    code,
    msg,
    reply: reply && Object.freeze(reply),
    error,
  };
  // The core guarantees that the members fit together as the type says.
  return Object.freeze(outcome) as CallOutcome;
}

interface Reply {
  readonly reply?: { readonly code?: string | null; readonly msg?: string | null };
  readonly error?: KooDriveError;
}

/**
 * Returns the reply to a delivered `call`, or its error if a field could not be read. Returns
 * neither for any other call.
 */
function replyIn(dispatcher: Dispatcher, call: Arguments): Reply {
  if (call.notification) {
    const text = dispatcher.outcomeNotificationReply;
    return text === undefined ? {} : { reply: acknowledgement(text) };
  }
  if (call.raw) {
    const text = dispatcher.outcomeRawReply;
    return text === undefined ? {} : { reply: rawReply(dispatcher.outcomeStatus ?? 0, text) };
  }
  const { name, fields } = call;
  try {
    const json = callCore(() => dispatcher.deliveredReply(name, fields));
    return json === undefined ? {} : { reply: replyOf(json) };
  } catch (error) {
    if (!isKooDriveError(error)) throw error;
    return { error };
  }
}
