// The client: what was checked once lives in the core, out of sight of console.log and JSON.stringify.
import { argumentsOf, jsonOf } from "./calls.js";
import { core } from "./core.js";
import { checked, known, misuse, refuse, text } from "./errors.js";
import { instant } from "./instant.js";
import { send } from "./send.js";
import { bodyBytes, joined, optionalInstant, optionalText, partsOf, read, replyHeaders, varyingOf } from "./wire.js";

/** @import { Core, Credentials } from "koodrive:glue" */
/** @import * as declared from "./index.js" */
/** @import { KeptParts } from "./wire.js" */

/** @typedef {State} ClientState */

const CREDENTIALS = ["appId", "appSecret", "token", "authorization", "sign"];
const OPTIONS = ["endpoint", "userId", ...CREDENTIALS, "clockMarginMs", "allowPlainHttp"];

/**
 * Returns the internal state of `client`, or undefined if another copy of the package created it.
 * @type {(client: any) => ClientState | undefined}
 */
export let stateOf;

export class Client {
  /** @type {State} */
  #state;

  static {
    stateOf = (client) => (typeof client === "object" && client !== null && #state in client ? client.#live() : undefined);
  }

  /** @param {declared.ClientOptions} options */
  constructor(options) {
    // What withCredentials made.
    if (options instanceof State) {
      this.#state = options;
      return;
    }
    known("Client", options, OPTIONS);
    const { endpoint, userId, clockMarginMs: margin, allowPlainHttp = false } = options;
    if (typeof allowPlainHttp !== "boolean") refuse("allow_plain_http", "not a boolean; pass true or leave it out");
    text("endpoint", endpoint);
    text("user_id", userId);
    const { make, token, sign } = credentialsOf(options);
    const made = checked(() => {
      const made = new (core().Core)(endpoint, allowPlainHttp, userId, make());
      // The core refuses NaN with the text for a wrong margin.
      return margin === undefined ? made : made.withClockMargin(typeof margin === "number" ? margin : NaN);
    });
    this.#state = new State(made, token, sign);
  }

  /** @param {declared.Call} call @param {declared.RequestOptions} [options] @returns {declared.KooDriveRequest} */
  request(call, options = {}) {
    known("request", options, ["now", "date", "traceId"]);
    const state = this.#live();
    if (state.token) refuse("token", "a function, which request does not call; use send, or pass a token to withCredentials");
    if (state.sign) refuse("sign", "a function, which request does not call; use send, or pass an app secret to withCredentials");
    const { now = Date.now(), date, traceId } = options;
    const fields = argumentsOf(call);
    // Most requests are given neither, and an object that crosses takes time.
    const given = date !== undefined || traceId !== undefined;
    const checkedOptions = given ? { date: optionalInstant(date), traceId: optionalText("trace_id", traceId) } : undefined;
    const parts = partsOf(state.core, state.kept, fields);
    return joined(parts, varyingOf(state.core, fields, instant(now), checkedOptions), checkedOptions?.traceId);
  }

  /**
   * @template {declared.Call} C
   * @param {C} call
   * @param {declared.ResponseParts} response
   * @returns {declared.ReplyTo<C>}
   */
  parse(call, response) {
    if (typeof response !== "object" || response === null) misuse("parse: not a response; pass { status, headers, body }");
    const { core } = this.#live();
    const { status, headers, body } = response;
    return read(core, argumentsOf(call), { status, headers: replyHeaders(headers), body: bodyBytes(body) });
  }

  /**
   * @template {declared.Call} C
   * @param {C} call
   * @param {declared.SendOptions} [options]
   * @returns {Promise<declared.ReplyTo<C>>}
   */
  async send(call, options = {}) {
    return send(this.#live(), call, options);
  }

  /** @param {declared.Call} call @param {declared.ExplainOptions} [options] @returns {declared.Explanation} */
  explain(call, options = {}) {
    known("explain", options, ["now", "date", "traceId", "message"]);
    const { now = Date.now(), date, message } = options;
    const { name, fields } = jsonOf(argumentsOf(call));
    const checkedOptions = { date: optionalInstant(date), message: optionalText("message", message ?? undefined) };
    return checked(() => this.#live().core.explain(name, fields, instant(now), checkedOptions));
  }

  get clockOffsetMs() {
    return this.#live().core.clockOffset();
  }

  /** @param {declared.HeadersLike} headers @param {declared.Instant} sentAt @param {declared.Instant} receivedAt */
  observeClock(headers, sentAt, receivedAt) {
    const state = this.#live();
    const picked = replyHeaders(headers);
    checked(() => state.core.observeClock(picked, instant(sentAt), instant(receivedAt)));
  }

  /** @param {declared.Credentials} given */
  withCredentials(given) {
    known("withCredentials", given, CREDENTIALS);
    const { core, kept } = this.#live();
    const { make, token, sign } = credentialsOf(given);
    return another(new State(checked(() => core.withCredentials(make())), token, sign, kept));
  }

  free() {
    this.#state.free();
  }

  #live() {
    if (this.#state.freed) misuse("the client was freed; create a new one, or free it later");
    return this.#state;
  }
}

// Outside the class: one that names itself is renamed by the bundler, and console.log shows it.
/** @type {(state: any) => Client} */
const another = (state) => new Client(state);

// Not in every host yet; where it is missing, `using` is as well.
if (Symbol.dispose) Object.assign(Client.prototype, { [Symbol.dispose]: Client.prototype.free });

class State {
  /** How many calls of send are under way: each still needs the core to read its reply. */
  sending = 0;
  freed = false;

  /** @param {Core} core @param {declared.TokenFunction} [token] @param {declared.SignFunction} [sign] @param {KeptParts} [kept] */
  constructor(core, token, sign, kept = new Map()) {
    this.core = core;
    this.token = token;
    this.sign = sign;
    this.kept = kept;
  }

  free() {
    this.freed = true;
    this.release();
  }

  /** What is forgotten is freed with the garbage; this frees it at once. */
  release() {
    if (this.freed && this.sending === 0 && this.core) {
      this.core.free();
      this.core = /** @type {any} */ (undefined);
    }
  }
}

/**
 * Returns how to make the core's credentials, and the functions among the options that authenticate.
 * @param {declared.Credentials} options
 * @returns {{ make: () => Credentials, token?: declared.TokenFunction, sign?: declared.SignFunction }}
 */
function credentialsOf({ appId, appSecret, token, authorization, sign }) {
  const id = optionalText("app_id", appId);
  const secret = optionalText("app_secret", appSecret);
  const value = optionalText("authorization", authorization);
  if (sign !== undefined && typeof sign !== "function") refuse("sign", "not a function; pass one, or {app_secret}");
  if (typeof token === "function" && id === undefined && secret === undefined && value === undefined && sign === undefined) {
    return { make: () => core().Credentials.later(), token };
  }
  // A function beside another way to authenticate: the core says that there must be one way.
  const text = typeof token === "function" ? "" : optionalText("token", token);
  return { make: () => new (core().Credentials)(id, secret, text, value, sign !== undefined), sign };
}
