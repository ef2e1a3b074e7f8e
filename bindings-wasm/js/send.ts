// Makes the host's part of one call: clock, randomness, transport, time-out. The core decides what
// a reply means.
import type { Core } from "../generated/koodrive.js";
import { AUTHORIZATION, X_DATE } from "../generated/names.js";
import { readBody } from "./body.js";
import { type Arguments, argumentsOf, withJson } from "./call-arguments.js";
import {
  callCore,
  checkFunction,
  checkSignal,
  checkTimeout,
  notANumber,
  optionalText,
  refuse,
  rejectUnknown,
  text,
  transportError,
} from "./checks.js";
import type { ClientState } from "./client-state.js";
import { core } from "./core.js";
import type { SignFunction } from "./credentials.js";
import { Deadline } from "./deadline.js";
import { type CoreOptions, type FixedParts, joinHalves, partsOf, readSentReply, replyHeaders, varyingText } from "./encoding.js";
import { errorOf, isKooDriveError, isToBeSignedAnew, type KooDriveError } from "./errors.js";
import { hostFetch } from "./host-fetch.js";
import { instant, optionalInstant } from "./instant.js";
import { isNotSent } from "./network-errors.js";
import { callHook } from "./on-exchange.js";
import type { Instant, SendOptions } from "./options.js";
import { redacted } from "./redact.js";
import { newTraceId } from "./trace-id.js";
import type { Fetch, FetchInit, FetchResponse, KooDriveRequest, Signal } from "./transport.js";

const OPTIONS = ["transport", "signal", "timeoutMs", "replyLimit", "onExchange", "now", "date", "traceId"];
export const DEFAULT_TIMEOUT_MS: number = 30_000;
const DEFAULT_REPLY_LIMIT = 2 ** 20;

/** The options of a call, checked and complete. */
interface Settings {
  readonly transport: Fetch;
  readonly now: () => Instant;
  readonly onExchange: SendOptions["onExchange"];
  readonly signal: Signal | undefined;
  readonly timeoutMs: number;
  readonly replyLimit: number;
  readonly date: number | undefined;
  readonly traceId: string;
}

/** A call under way. */
interface Sending {
  readonly state: ClientState;
  readonly call: Arguments;
  readonly parts: FixedParts;
  readonly settings: Settings;
  readonly deadline: Deadline;
}

/**
 * Sends `call` once, and once more, signed anew, if the core asks for it.
 *
 * The core asks if the service refused X-Date: that reply has the service's own clock.
 */
export async function send(state: ClientState, call: unknown, options: SendOptions): Promise<unknown> {
  const settings = settingsOf(options);
  const fields = argumentsOf(call);
  const parts = partsOf(state.core, state.kept, fields);
  const deadline = new Deadline(settings.signal, settings.timeoutMs);
  const sending = { state, call: fields, parts, settings, deadline };
  state.beginSending();
  try {
    try {
      return await attempt(sending, settings.date === undefined);
    } catch (error) {
      if (!isToBeSignedAnew(error)) throw error;
    }
    return await attempt(sending, false);
  } finally {
    deadline.clear();
    state.endSending();
  }
}

function settingsOf(options: SendOptions): Settings {
  rejectUnknown("send", options, OPTIONS);
  const {
    transport = hostFetch(),
    now = Date.now,
    onExchange,
    signal,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    replyLimit = DEFAULT_REPLY_LIMIT,
  } = options;
  checkFunction("transport", transport);
  checkFunction("now", now);
  if (onExchange !== undefined) checkFunction("on_exchange", onExchange);
  checkSignal(signal);
  checkTimeout(timeoutMs);
  const date = optionalInstant(options.date);
  const traceId = optionalText("trace_id", options.traceId) ?? newTraceId();
  return { transport, now, onExchange, signal, timeoutMs, replyLimit: checkedReplyLimit(replyLimit), date, traceId };
}

function checkedReplyLimit(value: unknown): number {
  if (typeof value !== "number") return refuse("reply_limit", notANumber(value));
  return callCore(() => core().replyLimit(value));
}

async function attempt(sending: Sending, maySignAnew: boolean): Promise<unknown> {
  const { state, call, parts, settings, deadline } = sending;
  const { now, date, traceId } = settings;
  const notSent = (cause: unknown) => transportError(false, cause, { isSafe: parts.isSafe, traceId });
  if (deadline.aborted) throw notSent(deadline.reason);
  const signer = state.token ? await freshSigner(state, deadline, notSent) : state.core;
  const sentAt = instant(now());
  const options = { date, traceId };
  let varying;
  try {
    if (state.sign) varying = await signedElsewhere(signer, state.sign, call, sentAt, options, deadline, notSent);
    else varying = varyingText(signer, call, sentAt, options);
  } finally {
    if (signer !== state.core) signer.free();
  }
  // The function that gave a token or a signature may have aborted the signal.
  if (deadline.aborted) throw notSent(deadline.reason);
  return await exchange(sending, joinHalves(parts, varying, traceId), sentAt, maySignAnew);
}

type NotSent = (cause: unknown) => KooDriveError;

/** Returns a core with a fresh token. The token function is called before each attempt. */
async function freshSigner(state: ClientState, deadline: Deadline, notSent: NotSent): Promise<Core> {
  let token: unknown;
  try {
    token = await deadline.race(Promise.resolve().then(state.token));
  } catch (error) {
    throw notSent(error);
  }
  const fresh = text("token", token);
  return callCore(() => state.core.withCredentials(new (core().Credentials)(undefined, undefined, fresh, undefined, false)));
}

/** Returns the half of a request that varies, with the signature of the function `sign`. */
async function signedElsewhere(
  signer: Core,
  sign: SignFunction,
  call: Arguments,
  sentAt: number,
  options: CoreOptions,
  deadline: Deadline,
  notSent: NotSent,
): Promise<string> {
  const { name, fields } = withJson(call);
  const unsigned = callCore(() => signer.unsigned(name, fields, sentAt, options.date, options.traceId));
  let signature: unknown;
  try {
    const { stringToSign } = unsigned;
    signature = await deadline.race(Promise.resolve().then(() => sign(stringToSign)));
  } catch (error) {
    unsigned.free();
    throw notSent(error);
  }
  return callCore(() => unsigned.signed(typeof signature === "string" ? signature : ""));
}

/**
 * Sends `request` and reads the reply. Any failure without an answer from now on leaves the outcome
 * unknown.
 */
async function exchange(
  { state, call, parts, settings, deadline }: Sending,
  request: KooDriveRequest,
  sentAt: number,
  maySignAnew: boolean,
): Promise<unknown> {
  const { transport, now, replyLimit, traceId, onExchange } = settings;
  const startedMs = onExchange ? performance.now() : 0;
  // Every request has both headers.
  const { [X_DATE]: xDate = "", [AUTHORIZATION]: authorization = "" } = request.headers;
  let response: FetchResponse | undefined;
  let failure: KooDriveError | undefined;
  const fetchAndRead = async () => {
    response = await transport(request.url, initOf(request, deadline.signalFor(transport)));
    const { status, headers, type } = response;
    const receivedAt = instant(now());
    if (type === "opaqueredirect") {
      const { name, fields } = withJson(call);
      throw errorOf(state.core.hiddenRedirect(name, fields, xDate, traceId));
    }
    // The extra byte shows the core that the body is too long.
    const body = await readBody(response, replyLimit + 1);
    const received = { status, headers: replyHeaders(headers), body };
    const sent = { xDate, traceId, replyLimit, sentAt, receivedAt, maySignAnew };
    return readSentReply(state.core, call, received, sent);
  };
  try {
    return await deadline.race(fetchAndRead());
  } catch (error) {
    // An invalid input here comes from the transport, such as a status of 0. The request has left.
    const isOurs = isKooDriveError(error) && error.kind !== "invalid_input";
    const sent = response !== undefined || !isNotSent(error);
    failure = isOurs ? error : transportError(sent, redacted(error, authorization), { isSafe: parts.isSafe, xDate, traceId });
    throw failure;
  } finally {
    if (onExchange) {
      callHook(onExchange, { operation: parts.name, request, traceId, status: response?.status, sentAt, startedMs, failure });
    }
  }
}

/**
 * Returns the transport's `init`. Members are spelled out: a spread beside other members takes a
 * microsecond.
 */
export function initOf({ method, headers, body, redirect }: KooDriveRequest, signal: Signal): FetchInit {
  return body === undefined ? { method, headers, redirect, signal } : { method, headers, body, redirect, signal };
}
