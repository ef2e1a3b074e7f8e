// The host's half: clock, randomness, fetch, time-out. What a reply means is the core's half.
import { readBody } from "./body.js";
import { argumentsOf, jsonOf } from "./calls.js";
import { neverLeft } from "./causes.js";
import { core } from "./core.js";
import { Deadline } from "./deadline.js";
import { checked, errorOf, found, isKooDriveError, isToBeSignedAnew, known, refuse, text, transportError } from "./errors.js";
import { hostFetch } from "./fetch.js";
import { instant } from "./instant.js";
import { AUTHORIZATION, X_DATE } from "./names.js";
import { withoutSecret } from "./secret.js";
import { joined, optionalInstant, optionalText, partsOf, readSent, replyHeaders, varyingOf } from "./wire.js";

/** @import { Arguments } from "./calls.js" */
/** @import { ClientState } from "./client.js" */
/** @import { Call, Exchange, FetchInit, FetchResponse, KooDriveError, KooDriveRequest, ReplyTo, SendOptions } from "./index.js" */
/** @import { Core, RequestOptions } from "koodrive:glue" */
/** @import { FixedParts } from "./wire.js" */

/** @typedef {ReturnType<typeof settingsOf>} Settings */

const OPTIONS = ["fetch", "signal", "timeoutMs", "replyLimit", "onExchange", "now", "date", "traceId"];
const LONGEST_TIMER = 2 ** 31 - 1;
const TRACE_IDS = 64;

/** Made many at a time: to ask for random bytes, and for what the core makes of them, costs more than either is worth. */
let traceIds = "";
let used = 0;

export function newTraceId() {
  if (used === traceIds.length) {
    const random = crypto.getRandomValues(new Uint8Array(TRACE_IDS * 29));
    traceIds = core().traceIds(random);
    used = 0;
  }
  return traceIds.slice(used, (used += traceIds.length / TRACE_IDS));
}

/**
 * Makes one attempt; exactly one more, signed anew, where the core says so: the service refused our clock and thereby told us its
 * own.
 * @template {Call} C
 * @param {ClientState} state
 * @param {C} call
 * @param {SendOptions} options
 * @returns {Promise<ReplyTo<C>>}
 */
export async function send(state, call, options) {
  const settings = settingsOf(options);
  const fields = argumentsOf(call);
  const parts = partsOf(state.core, state.kept, fields);
  const deadline = new Deadline(settings.signal, settings.timeoutMs);
  state.sending++;
  try {
    try {
      return await attempt(state, fields, parts, settings, deadline, settings.date === undefined);
    } catch (error) {
      if (!isToBeSignedAnew(error)) throw error;
    }
    return await attempt(state, fields, parts, settings, deadline, false);
  } finally {
    deadline.clear();
    state.sending--;
    state.release();
  }
}

/** @param {SendOptions} options */
function settingsOf(options) {
  known("send", options, OPTIONS);
  const { fetch = hostFetch(), now = Date.now, onExchange, signal, timeoutMs = 30_000, replyLimit = 2 ** 20 } = options;
  wantFunction("fetch", fetch);
  wantFunction("now", now);
  if (onExchange !== undefined) wantFunction("on_exchange", onExchange);
  wantSignal(signal);
  wantNumber("timeout", timeoutMs);
  const date = optionalInstant(options.date);
  const traceId = optionalText("trace_id", options.traceId) ?? newTraceId();
  return { fetch, now, onExchange, signal, timeoutMs, replyLimit: replyLimitOf(replyLimit), date, traceId };
}

/** @type {(value: unknown) => number} */
function replyLimitOf(value) {
  if (typeof value !== "number") return refuse("reply_limit", notANumber(value));
  return checked(() => core().replyLimit(value));
}

/** @type {(name: string, value: unknown) => void} */
export function wantFunction(name, value) {
  if (typeof value !== "function") refuse(name, "not a function; pass one or leave it out");
}

/** @type {(signal: AbortSignal | null | undefined) => void} */
export function wantSignal(signal) {
  if (signal != null && typeof signal.addEventListener !== "function") refuse("signal", "not an AbortSignal; pass one or leave it out");
}

/** @type {(name: string, value: unknown) => void} */
export function wantNumber(name, value) {
  const fits = typeof value === "number" && value >= 1 && value <= LONGEST_TIMER;
  if (!fits) refuse(name, `out of range; pass a number from 1 to ${LONGEST_TIMER}`);
}

/** Says so of an option. @type {(value: unknown) => string} */
export const notANumber = (value) => `${found(value)} where a number is due; pass a number`;

/**
 * @param {ClientState} state @param {Arguments} call @param {FixedParts} parts @param {Settings} settings
 * @param {Deadline} deadline @param {boolean} maySignAnew
 */
async function attempt(state, call, parts, settings, deadline, maySignAnew) {
  const { now, date, traceId } = settings;
  const notSent = (/** @type {unknown} */ cause) => transportError(false, cause, { isSafe: parts.isSafe, traceId });
  if (deadline.aborted) throw notSent(deadline.reason);
  const signer = state.token ? await freshSigner(state, deadline, notSent) : state.core;
  const sentAt = instant(now());
  let varying;
  try {
    const options = { date, traceId };
    if (state.sign) varying = await signedElsewhere(signer, state.sign, call, sentAt, options, deadline, notSent);
    else varying = varyingOf(signer, call, sentAt, options);
  } finally {
    if (signer !== state.core) signer.free();
  }
  // A function that gave a token or a signature may have ended the wait as well.
  if (deadline.aborted) throw notSent(deadline.reason);
  return await exchange(state, call, parts, settings, deadline, joined(parts, varying, traceId), sentAt, maySignAnew);
}

/**
 * Returns the core that signs with a token of now: the function is asked before each attempt.
 * @type {(state: ClientState, deadline: Deadline, notSent: (cause: unknown) => Error) => Promise<Core>}
 */
async function freshSigner(state, deadline, notSent) {
  let token;
  try {
    token = await deadline.race(Promise.resolve().then(state.token));
  } catch (error) {
    throw notSent(error);
  }
  text("token", token);
  return checked(() => state.core.withCredentials(new (core().Credentials)(undefined, undefined, token, undefined, false)));
}

/**
 * Returns what varies of a request, with the signature of the function `sign`.
 * @param {Core} signer @param {(stringToSign: string) => unknown} sign @param {Arguments} call @param {number} sentAt
 * @param {RequestOptions} options @param {Deadline} deadline @param {(cause: unknown) => Error} notSent
 */
async function signedElsewhere(signer, sign, call, sentAt, options, deadline, notSent) {
  const { name, fields } = jsonOf(call);
  const unsigned = checked(() => signer.unsigned(name, fields, sentAt, options));
  let signature;
  try {
    const { stringToSign } = unsigned;
    signature = await deadline.race(Promise.resolve().then(() => sign(stringToSign)));
  } catch (error) {
    unsigned.free();
    throw notSent(error);
  }
  return checked(() => unsigned.signed(typeof signature === "string" ? signature : ""));
}

/**
 * From the moment the request leaves. Whatever fails here without an answer of the service leaves its outcome unknown.
 * @param {ClientState} state @param {Arguments} call @param {FixedParts} parts @param {Settings} settings
 * @param {Deadline} deadline @param {KooDriveRequest} request @param {number} sentAt @param {boolean} maySignAnew
 */
async function exchange(state, call, parts, settings, deadline, request, sentAt, maySignAnew) {
  const { fetch, now, replyLimit, traceId, onExchange } = settings;
  const started = onExchange ? performance.now() : 0;
  const xDate = request.headers[X_DATE];
  /** @type {FetchResponse | undefined} */
  let response;
  /** @type {KooDriveError | undefined} */
  let failure;
  const fetchAndRead = async () => {
    response = await fetch(request.url, initOf(request, deadline.signalFor(fetch)));
    const { status, headers, type } = response;
    const receivedAt = instant(now());
    if (type === "opaqueredirect") {
      const { name, fields } = jsonOf(call);
      throw errorOf(state.core.hiddenRedirect(name, fields, xDate, traceId));
    }
    // One byte more tells the core that it is too long.
    const body = await readBody(response, replyLimit + 1);
    const received = { status, headers: replyHeaders(headers), body };
    const sent = { xDate, traceId, replyLimit, sentAt, receivedAt, maySignAnew };
    return readSent(state.core, call, received, sent);
  };
  try {
    return await deadline.race(fetchAndRead());
  } catch (error) {
    // Input that is refused here is the transport's, such as a status of 0: the request has left.
    const known = isKooDriveError(error) && error.kind !== "invalid_input";
    const sent = response !== undefined || !neverLeft(error);
    const cause = known ? error : withoutSecret(error, request.headers[AUTHORIZATION]);
    failure = known ? error : transportError(sent, cause, { isSafe: parts.isSafe, xDate, traceId });
    throw failure;
  } finally {
    if (onExchange) {
      const { method, url } = request;
      const { kind = null, outcome = null } = failure ?? {};
      const status = response?.status || null;
      const durationMs = performance.now() - started;
      tell(onExchange, {
        operation: parts.name,
        method,
        // A raw call's query may hold ids.
        url: url.split("?", 1)[0],
        status,
        startedAt: new Date(sentAt),
        durationMs,
        traceId,
        kind,
        outcome,
      });
    }
  }
}

/**
 * Spelled out: to spread an object beside other members takes a microsecond.
 * @type {(request: KooDriveRequest, signal: AbortSignal) => FetchInit}
 */
export function initOf({ method, headers, body, redirect }, signal) {
  return body === undefined ? { method, headers, redirect, signal } : { method, headers, body, redirect, signal };
}

/**
 * A hook observes: whatever it throws or rejects with is its own affair and changes no result.
 * @type {(hook: NonNullable<SendOptions["onExchange"]>, exchange: Exchange) => void}
 */
function tell(hook, exchange) {
  try {
    Promise.resolve(hook(exchange)).catch(() => {});
  } catch {
    // See above.
  }
}
