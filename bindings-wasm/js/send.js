// The host's half: clock, randomness, fetch, time-out. What a reply means is the core's half.
import { readBody } from "./body.js";
import { argumentsOf } from "./calls.js";
import { neverLeft } from "./causes.js";
import { core } from "./core.js";
import { Deadline } from "./deadline.js";
import { checked, hiddenRedirect, isClockRefusal, isKooDriveError, known, refuse, text, transportError } from "./errors.js";
import { hostFetch } from "./fetch.js";
import { instant } from "./instant.js";
import { AUTHORIZATION, OPERATIONS, X_DATE } from "./names.js";
import { withoutSecret } from "./secret.js";
import { build, optionalInstant, optionalText, readSent, replyHeaders } from "./wire.js";

/** @import { Arguments } from "./calls.js" */
/** @import { ClientState } from "./client.js" */
/** @import { Call, Exchange, FetchInit, FetchResponse, KooDriveError, KooDriveRequest, ReplyTo, SendOptions } from "./index.js" */
/** @import { Core } from "koodrive:glue" */

/** @typedef {ReturnType<typeof settingsOf>} Settings */

const OPTIONS = ["fetch", "signal", "timeoutMs", "maxReplyBytes", "onExchange", "now", "date", "traceId"];
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
 * One attempt; exactly one more, signed anew, where the service refused our clock and thereby told us its own.
 * @template {Call} C
 * @param {ClientState} state
 * @param {C} call
 * @param {SendOptions} options
 * @returns {Promise<ReplyTo<C>>}
 */
export async function send(state, call, options) {
  const settings = settingsOf(options);
  const fields = argumentsOf(call);
  state.sending++;
  try {
    try {
      return await attempt(state, fields, settings);
    } catch (error) {
      if (!isClockRefusal(error) || settings.date !== undefined) throw error;
    }
    return await attempt(state, fields, settings);
  } finally {
    state.sending--;
    state.release();
  }
}

/** @param {SendOptions} options */
function settingsOf(options) {
  known("the options of send", options, OPTIONS);
  const { fetch = hostFetch(), now = Date.now, onExchange, signal, timeoutMs = 30_000, maxReplyBytes = 2 ** 20 } = options;
  wantFunction("fetch", fetch);
  wantFunction("now", now);
  if (onExchange !== undefined) wantFunction("onExchange", onExchange);
  wantSignal(signal);
  wantNumber("timeoutMs", timeoutMs);
  wantNumber("maxReplyBytes", maxReplyBytes);
  const date = optionalInstant(options.date);
  const traceId = optionalText("trace id", options.traceId) ?? newTraceId();
  return { fetch, now, onExchange, signal, timeoutMs, maxReplyBytes: Math.floor(maxReplyBytes), date, traceId };
}

/** @type {(name: string, value: unknown) => void} */
export function wantFunction(name, value) {
  if (typeof value !== "function") refuse(`${name} is no function`, "give one or leave it out");
}

/** @type {(signal: AbortSignal | null | undefined) => void} */
export function wantSignal(signal) {
  if (signal != null && typeof signal.addEventListener !== "function") refuse("signal is no AbortSignal", "give one or leave it out");
}

/** @type {(name: string, value: unknown) => void} */
export function wantNumber(name, value) {
  const fits = typeof value === "number" && value >= 1 && value <= LONGEST_TIMER;
  if (!fits) refuse(`${name} is no number from 1 to ${LONGEST_TIMER}`, "give one or leave it out");
}

/** @type {(state: ClientState, fields: Arguments, settings: Settings) => Promise<any>} */
async function attempt(state, fields, settings) {
  const { now, date, traceId, signal, timeoutMs } = settings;
  const deadline = new Deadline(signal, timeoutMs);
  try {
    if (deadline.aborted) throw transportError(false, deadline.reason, traceId);
    const signer = state.token ? await freshSigner(state, deadline, traceId) : state.core;
    const sentAt = instant(now());
    let request;
    try {
      request = build(signer, state.fixed, fields, sentAt, { date, traceId });
    } finally {
      if (signer !== state.core) signer.free();
    }
    return await exchange(state, fields[0], settings, deadline, request, sentAt);
  } finally {
    deadline.clear();
  }
}

/**
 * The core that signs with a token of now: the function is asked before each attempt.
 * @type {(state: ClientState, deadline: Deadline, traceId: string) => Promise<Core>}
 */
async function freshSigner(state, deadline, traceId) {
  let token;
  try {
    token = await deadline.race(Promise.resolve().then(state.token));
  } catch (error) {
    throw transportError(false, error, traceId);
  }
  text("token", token);
  return checked(() => state.core.withCredentials(new (core().Credentials)(undefined, undefined, token)));
}

/**
 * From the moment the request leaves. Whatever fails here without an answer of the service leaves its outcome unknown.
 * @param {ClientState} state @param {number} operation @param {Settings} settings
 * @param {Deadline} deadline @param {KooDriveRequest} request @param {number} sentAt
 */
async function exchange(state, operation, settings, deadline, request, sentAt) {
  const { fetch, now, maxReplyBytes, traceId, onExchange } = settings;
  const started = onExchange ? performance.now() : 0;
  /** @type {FetchResponse | undefined} */
  let response;
  /** @type {KooDriveError | undefined} */
  let failure;
  const fetchAndRead = async () => {
    response = await fetch(request.url, initOf(request, deadline.signalFor(fetch)));
    const { status, headers, type } = response;
    const receivedAt = instant(now());
    if (type === "opaqueredirect") throw hiddenRedirect(OPERATIONS[operation], traceId);
    // One byte more tells the core that it is too long.
    const body = await readBody(response, maxReplyBytes + 1);
    const received = { status, headers: replyHeaders(headers), body };
    const sent = { xDate: request.headers[X_DATE], traceId, replyLimit: maxReplyBytes, sentAt, receivedAt };
    const reply = readSent(state.core, operation, received, sent);
    reply.traceId ??= traceId;
    return reply;
  };
  try {
    return await deadline.race(fetchAndRead());
  } catch (error) {
    // Input that is refused here is the transport's, such as a status of 0: the request has left.
    const known = isKooDriveError(error) && error.kind !== "invalid_input";
    const sent = response !== undefined || !neverLeft(error);
    failure = known ? error : transportError(sent, withoutSecret(error, request.headers[AUTHORIZATION]), traceId);
    throw failure;
  } finally {
    if (onExchange) {
      const { method, url } = request;
      const { kind = null, outcome = null } = failure ?? {};
      const status = response?.status || null;
      const durationMs = performance.now() - started;
      tell(onExchange, { method, url, status, startedAt: new Date(sentAt), durationMs, traceId, kind, outcome });
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
