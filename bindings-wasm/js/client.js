// The client: what was checked once lives in the core, out of sight of console.log and JSON.stringify.
import { argumentsOf } from "./calls.js";
import { core } from "./core.js";
import { checked, known, refuse, text } from "./errors.js";
import { instant } from "./instant.js";
import { send } from "./send.js";
import { build, headerLines, optionalInstant, optionalText, read } from "./wire.js";

const CREDENTIALS = { appId: "app id", appSecret: "app secret", token: "token", authorization: "authorization" };
const OPTIONS = ["endpoint", "userId", ...Object.keys(CREDENTIALS), "clockMarginSeconds", "allowPlainHttp"];

/** Stands where a token will: `send` asks the function for it, and nothing else sends. */
const TOKEN_NOT_YET_KNOWN = "not-yet-known";

export class Client {
  /** `{ core, fixed, token, sending, freed }`, see send.js. */
  #state;

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
    this.#state = new State(checked(() => new Core(endpoint, allowPlainHttp, userId, way, texts, seconds)), token);
  }

  request(call, options = {}) {
    known("the options of request", options, ["now", "date", "traceId"]);
    const state = this.#live();
    if (state.token) {
      refuse("token is a function, which request does not call", "use send, or withCredentials({ token }) with a token");
    }
    const { now = Date.now(), date, traceId } = options;
    return build(state.core, state.fixed, call, instant(now), optionalInstant(date), optionalText("trace id", traceId));
  }

  parse(call, response) {
    if (typeof response !== "object" || response === null) refuse("the response is missing", "give { status, headers, body }");
    return read(this.#live().core, call, response);
  }

  async send(call, options = {}) {
    return send(this.#live(), call, options);
  }

  explain(call, options = {}) {
    known("the options of explain", options, ["now", "date", "traceId", "message"]);
    const { now = Date.now(), date, message } = options;
    const fields = argumentsOf(call);
    const wanted = [instant(now), optionalInstant(date), optionalText("message", message)];
    return checked(() => this.#live().core.explain(...fields, ...wanted));
  }

  get clockOffsetMs() {
    return this.#live().core.clockOffset();
  }

  observeClock(headers, sentAt, receivedAt) {
    const state = this.#live();
    const lines = headerLines(headers);
    checked(() => state.core.observeClock(lines, instant(sentAt), instant(receivedAt)));
  }

  withCredentials(given) {
    known("credentials", given, Object.keys(CREDENTIALS));
    const { core, fixed } = this.#live();
    const { way, texts, token } = credentials(given);
    return another(new State(checked(() => core.withCredentials(way, texts)), token, fixed));
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
const another = (state) => new Client(state);

// Not in every host yet; where it is missing, `using` is as well.
if (Symbol.dispose) Client.prototype[Symbol.dispose] = Client.prototype.free;

class State {
  /** How many calls of send are under way: each still needs the core to read its reply. */
  sending = 0;
  freed = false;

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
      this.core = undefined;
    }
  }
}

/** The one way to authenticate that was given; the core refuses none and several. */
function credentials(options) {
  const given = Object.keys(CREDENTIALS).filter((name) => options[name] !== undefined);
  const token = typeof options.token === "function" ? options.token : undefined;
  const texts = given.map((name) => (name === "token" && token ? TOKEN_NOT_YET_KNOWN : text(CREDENTIALS[name], options[name])));
  return { way: given.join(","), texts, token };
}
