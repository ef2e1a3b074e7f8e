// The host's half: clock, randomness, fetch, time-out. What a reply means is the core's half.
import { readBody } from "./body.js";
import { argumentsOf } from "./calls.js";
import { neverLeft } from "./causes.js";
import { core } from "./core.js";
import { checked, hiddenRedirect, isClockRefusal, isKooDriveError, known, refuse, text, transportError } from "./errors.js";
import { hostFetch } from "./fetch.js";
import { instant } from "./instant.js";
import { AUTHORIZATION, X_DATE } from "./names.js";
import { withoutSecret } from "./secret.js";
import { build, headerLines, optionalInstant, optionalText, read } from "./wire.js";

/** @import { ClientState } from "./client.js" */
/** @import { Call, Exchange, Fetch, FetchResponse, KooDriveError, KooDriveRequest, ReplyTo, SendOptions } from "./index.js" */
/** @import { Core } from "koodrive:glue" */

/** @typedef {ReturnType<typeof settingsOf>} Settings */
/** @typedef {ReturnType<typeof startDeadline>} Deadline */

const OPTIONS = ["fetch", "signal", "timeoutMs", "maxReplyBytes", "onExchange", "now", "date", "traceId"];
const LONGEST_TIMER = 2 ** 31 - 1;

export function newTraceId() {
  const random = crypto.getRandomValues(new Uint8Array(29));
  return checked(() => core().traceId(random));
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
  argumentsOf(call);
  state.sending++;
  try {
    try {
      return await attempt(state, call, settings);
    } catch (error) {
      if (!isClockRefusal(error) || settings.date !== undefined) throw error;
    }
    return await attempt(state, call, settings);
  } finally {
    state.sending--;
    state.release();
  }
}

/** @param {SendOptions} options */
function settingsOf(options) {
  known("the options of send", options, OPTIONS);
  const { fetch = hostFetch(), now = Date.now, onExchange, signal, timeoutMs = 30_000, maxReplyBytes = 2 ** 20 } = options;
  /** @type {(name: string, value: unknown) => void} */
  const wantFunction = (name, value) => {
    if (typeof value !== "function") refuse(`${name} is no function`, "give one or leave it out");
  };
  wantFunction("fetch", fetch);
  wantFunction("now", now);
  if (onExchange !== undefined) wantFunction("onExchange", onExchange);
  if (signal != null && typeof signal.addEventListener !== "function") refuse("signal is no AbortSignal", "give one or leave it out");
  /** @type {(name: string, value: unknown, most: number) => void} */
  const wantNumber = (name, value, most) => {
    if (typeof value !== "number" || !(value >= 1 && value <= most)) refuse(`${name} is no number from 1 to ${most}`, "give one or leave it out");
  };
  wantNumber("timeoutMs", timeoutMs, LONGEST_TIMER);
  wantNumber("maxReplyBytes", maxReplyBytes, LONGEST_TIMER);
  const date = optionalInstant(options.date);
  const traceId = optionalText("trace id", options.traceId) ?? newTraceId();
  return { fetch, now: () => instant(now()), onExchange, signal, timeoutMs, maxReplyBytes: Math.floor(maxReplyBytes), date, traceId };
}

/**
 * @template {Call} C
 * @param {ClientState} state
 * @param {C} call
 * @param {Settings} settings
 * @returns {Promise<ReplyTo<C>>}
 */
async function attempt(state, call, settings) {
  const { now, date, traceId, signal, timeoutMs } = settings;
  const deadline = startDeadline(signal, timeoutMs);
  try {
    if (deadline.signal.aborted) throw transportError(false, deadline.signal.reason, traceId);
    const signer = await signerOf(state, deadline, traceId);
    const sentAt = now();
    let request;
    try {
      request = build(signer, state.fixed, call, sentAt, date, traceId);
    } finally {
      if (signer !== state.core) signer.free();
    }
    return await exchange(state, call, settings, deadline, request, sentAt);
  } finally {
    deadline.end();
  }
}

/**
 * The core that signs: a token that is a function is asked before each attempt.
 * @type {(state: ClientState, deadline: Deadline, traceId: string) => Promise<Core>}
 */
async function signerOf(state, deadline, traceId) {
  if (!state.token) return state.core;
  let token;
  try {
    token = await deadline.race(Promise.resolve().then(state.token));
  } catch (error) {
    throw transportError(false, error, traceId);
  }
  text("token", token);
  return checked(() => state.core.withCredentials("token", token));
}

/**
 * From the moment the request leaves. Whatever fails here without an answer of the service leaves its outcome unknown.
 * @template {Call} C
 * @param {ClientState} state
 * @param {C} call
 * @param {Settings} settings
 * @param {Deadline} deadline
 * @param {KooDriveRequest} request
 * @param {number} sentAt
 * @returns {Promise<ReplyTo<C>>}
 */
async function exchange(state, call, settings, deadline, request, sentAt) {
  const { traceId, onExchange } = settings;
  const started = performance.now();
  /** @type {FetchResponse | undefined} */
  let response;
  /** @type {KooDriveError | undefined} */
  let failure;
  try {
    response = await deadline.race(fetching(settings.fetch, request, deadline.signal));
    return await answer(state, call, settings, deadline, request, response, sentAt);
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
 * A stand-in for fetch may throw at once.
 * @type {(fetch: Fetch, request: KooDriveRequest, signal: AbortSignal) => Promise<FetchResponse>}
 */
const fetching = async (fetch, { url, ...init }, signal) => fetch(url, { ...init, signal });

/**
 * @template {Call} C
 * @param {ClientState} state
 * @param {C} call
 * @param {Settings} settings
 * @param {Deadline} deadline
 * @param {KooDriveRequest} request
 * @param {FetchResponse} response
 * @param {number} sentAt
 * @returns {Promise<ReplyTo<C>>}
 */
async function answer(state, call, settings, deadline, request, response, sentAt) {
  const { now, traceId, maxReplyBytes } = settings;
  const { status, headers } = response;
  const receivedAt = now();
  if (response.type === "opaqueredirect") throw hiddenRedirect(call.operation, traceId);
  checked(() => state.core.observeClock(headerLines(headers), sentAt, receivedAt));
  const { body, complete } = await readBody(response, maxReplyBytes, deadline);
  const sent = { xDate: request.headers[X_DATE], traceId, limit: complete ? undefined : maxReplyBytes };
  const reply = read(state.core, call, { status, headers, body }, sent);
  /** @type {{ traceId: string | null }} */ (reply).traceId ??= traceId;
  return reply;
}

/**
 * Aborts with the caller's signal or when time is up, even where a stand-in for fetch ignores its signal.
 * @param {AbortSignal | null | undefined} outer @param {number} timeoutMs
 */
function startDeadline(outer, timeoutMs) {
  const controller = new AbortController();
  const { signal } = controller;
  const abort = () => controller.abort(outer?.reason);
  const timer = setTimeout(
    () => controller.abort(new DOMException(`no complete answer within ${timeoutMs} ms`, "TimeoutError")),
    timeoutMs,
  );
  if (outer?.aborted) abort();
  else outer?.addEventListener("abort", abort, { once: true });
  /** @type {Promise<never>} */
  const aborted = new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => {});
  return {
    signal,
    /** @template T @param {PromiseLike<T>} work @returns {Promise<T>} */
    race: (work) => Promise.race([work, aborted]),
    end() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", abort);
    },
  };
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
