// The client: what was checked once lives in the core, out of sight of console.log and JSON.stringify.
import { argumentsOf, operationOf } from "./calls.js";
import { core } from "./core.js";
import { checked, known, refuse, text } from "./errors.js";
import { instant } from "./instant.js";
import { send } from "./send.js";
import { bodyBytes, build, headerLines, optionalInstant, optionalText, read } from "./wire.js";

/** @import { Core } from "koodrive:glue" */
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
    const { way, texts, token } = credentials(options);
    text("endpoint", endpoint);
    text("user id", userId);
    // What is no number is no margin either, and the core says so.
    const seconds = margin === undefined || typeof margin === "number" ? margin : NaN;
    const { Core } = core();
    this.#state = new State(checked(() => new Core(endpoint, allowPlainHttp, userId, way, texts[0] ?? "", texts[1], seconds)), token);
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
    return build(state.core, state.fixed, fields, instant(now), optionalInstant(date), optionalText("trace id", traceId));
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
    return read(core, operationOf(call), status, headerLines(headers), bodyBytes(body));
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
    const wanted = /** @type {const} */ ([instant(now), optionalInstant(date), optionalText("message", message)]);
    return checked(() => this.#live().core.request(...fields, ...wanted, true));
  }

  get clockOffsetMs() {
    return this.#live().core.clockOffset();
  }

  /** @param {declared.HeadersLike} headers @param {declared.Instant} sentAt @param {declared.Instant} receivedAt */
  observeClock(headers, sentAt, receivedAt) {
    const state = this.#live();
    const lines = headerLines(headers);
    checked(() => state.core.observeClock(lines, instant(sentAt), instant(receivedAt)));
  }

  /** @param {declared.Credentials} given */
  withCredentials(given) {
    known("credentials", given, Object.keys(CREDENTIALS));
    const { core, fixed } = this.#live();
    const { way, texts, token } = credentials(given);
    return another(new State(checked(() => core.withCredentials(way, texts[0] ?? "", texts[1])), token, fixed));
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
 * The one way to authenticate that was given; the core refuses none and several.
 * @param {declared.Credentials} options
 */
function credentials(options) {
  const names = /** @type {(keyof typeof CREDENTIALS)[]} */ (Object.keys(CREDENTIALS));
  const given = names.filter((name) => options[name] !== undefined);
  const token = typeof options.token === "function" ? options.token : undefined;
  const texts = given.map((name) => (name === "token" && token ? TOKEN_NOT_YET_KNOWN : text(CREDENTIALS[name], options[name])));
  return { way: given.join(","), texts, token };
}
