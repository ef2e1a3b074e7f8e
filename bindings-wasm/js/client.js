// The client: what was checked once lives in the core, out of sight of console.log and JSON.stringify.
import { argumentsOf, operationOf } from "./calls.js";
import { core } from "./core.js";
import { checked, known, refuse, text } from "./errors.js";
import { instant } from "./instant.js";
import { send } from "./send.js";
import { bodyBytes, build, optionalInstant, optionalText, read, replyHeaders } from "./wire.js";

/** @import { Core, Credentials } from "koodrive:glue" */
/** @import * as declared from "./index.js" */
/** @import { FixedParts } from "./wire.js" */

/** @typedef {State} ClientState */

const CREDENTIALS = { appId: "app id", appSecret: "app secret", token: "token", authorization: "authorization" };
const OPTIONS = ["endpoint", "userId", ...Object.keys(CREDENTIALS), "clockMarginSeconds", "allowPlainHttp"];

/** Stands where a token will: `send` asks the function for it, and so does the dispatcher; nothing else sends. */
const TOKEN_NOT_YET_KNOWN = "not-yet-known";

/**
 * What stands behind a client of this copy of the package, for the dispatcher. Nothing, if it is none.
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
    known("the options of a Client", options, OPTIONS);
    const { endpoint, userId, clockMarginSeconds: margin, allowPlainHttp = false } = options;
    if (typeof allowPlainHttp !== "boolean") refuse("allowPlainHttp is neither true nor false", "leave it out or give one of them");
    const texts = credentialTexts(options);
    text("endpoint", endpoint);
    text("user id", userId);
    const made = checked(() => {
      const made = new (core().Core)(endpoint, allowPlainHttp, userId, credentials(texts));
      // The core refuses NaN with the text for a wrong margin.
      return margin === undefined ? made : made.withClockMargin(typeof margin === "number" ? margin : NaN);
    });
    this.#state = new State(made, tokenFunction(options));
  }

  /** @param {declared.Call} call @param {declared.RequestOptions} [options] @returns {declared.KooDriveRequest} */
  request(call, options = {}) {
    known("the options of request", options, ["now", "date", "traceId"]);
    const state = this.#live();
    if (state.token) {
      refuse("token is a function, which request does not call", "use send, or withCredentials({ token }) with a token");
    }
    const { now = Date.now(), date, traceId } = options;
    const fields = argumentsOf(call);
    // Most requests are given neither, and an object that crosses takes time.
    const given = date !== undefined || traceId !== undefined;
    const checkedOptions = given ? { date: optionalInstant(date), traceId: optionalText("trace id", traceId) } : undefined;
    return build(state.core, state.fixed, fields, instant(now), checkedOptions);
  }

  /**
   * @template {declared.Call} C
   * @param {C} call
   * @param {declared.ResponseParts} response
   * @returns {declared.ReplyTo<C>}
   */
  parse(call, response) {
    if (typeof response !== "object" || response === null) refuse("the response is missing", "give { status, headers, body }");
    const { core } = this.#live();
    const { status, headers, body } = response;
    return read(core, operationOf(call), { status, headers: replyHeaders(headers), body: bodyBytes(body) });
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
    known("the options of explain", options, ["now", "date", "traceId", "message"]);
    const { now = Date.now(), date, message } = options;
    const fields = argumentsOf(call);
    const checkedOptions = { date: optionalInstant(date), message: optionalText("message", message) };
    return checked(() => this.#live().core.explain(...fields, instant(now), checkedOptions));
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
    known("credentials", given, Object.keys(CREDENTIALS));
    const { core, fixed } = this.#live();
    const texts = credentialTexts(given);
    return another(new State(checked(() => core.withCredentials(credentials(texts))), tokenFunction(given), fixed));
  }

  free() {
    this.#state.free();
  }

  #live() {
    if (this.#state.freed) refuse("the client was freed", "make a new one, or free it later");
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

  /** @param {Core} core @param {declared.TokenFunction} [token] @param {FixedParts[]} [fixed] */
  constructor(core, token, fixed = []) {
    this.core = core;
    this.token = token;
    this.fixed = fixed;
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
 * The texts of the options that authenticate, in the order of the core's arguments.
 * @param {declared.Credentials} options
 */
function credentialTexts(options) {
  const names = /** @type {(keyof typeof CREDENTIALS)[]} */ (Object.keys(CREDENTIALS));
  return names.map((name) => {
    if (options[name] === undefined) return undefined;
    if (name === "token" && tokenFunction(options)) return TOKEN_NOT_YET_KNOWN;
    return text(CREDENTIALS[name], options[name]);
  });
}

/** @type {(texts: (string | undefined)[]) => Credentials} */
const credentials = ([appId, appSecret, token, authorization]) => new (core().Credentials)(appId, appSecret, token, authorization);

/** @type {(options: declared.Credentials) => declared.TokenFunction | undefined} */
const tokenFunction = ({ token }) => (typeof token === "function" ? token : undefined);
