/// <reference lib="esnext.disposable" preserve="true" />
// The client. The core holds the checked options; ClientState holds the core and the user's
// functions.
import type { Credentials as CoreCredentials } from "../generated/koodrive.js";
import { argumentsOf, withJson } from "./call-arguments.js";
import type { Call } from "./calls.js";
import { callCore, misuse, optionalText, refuse, rejectUnknown, text } from "./checks.js";
import { ClientState } from "./client-state.js";
import { core } from "./core.js";
import type { ClientOptions, Credentials, SignFunction, TokenFunction } from "./credentials.js";
import { bodyBytes, joinHalves, partsOf, readReply, replyHeaders, varyingText } from "./encoding.js";
import { instant, optionalInstant } from "./instant.js";
import type { ExplainOptions, Explanation, Instant, RequestOptions, SendOptions } from "./options.js";
import type { ReplyTo } from "./replies.js";
import { send } from "./send.js";
import type { HeadersLike, KooDriveRequest, ResponseParts } from "./transport.js";

const CREDENTIALS = ["appId", "appSecret", "token", "authorization", "sign"];
const CLIENT_OPTIONS = ["endpoint", "userId", ...CREDENTIALS, "clockMarginMs", "allowPlainHttp"];
const REQUEST_OPTIONS = ["now", "date", "traceId"];
const EXPLAIN_OPTIONS = [...REQUEST_OPTIONS, "message"];

/**
 * Returns the internal state of `client`, or undefined if another copy of the package created it.
 * @internal
 */
export let stateOf: (client: unknown) => ClientState | undefined;

/**
 * A caller of the API: checked endpoint, user id and credentials, and the learned clock of the
 * server.
 *
 * One client serves any number of concurrent calls for as long as the program runs.
 *
 * @example
 * ```ts
 * const client = new Client({ endpoint: INTERNATIONAL, userId: "1505084218764547200", token: async () => "…" });
 * ```
 */
export class Client {
  readonly #state: ClientState;

  static {
    stateOf = (client) => (typeof client === "object" && client !== null && #state in client ? client.#state.live() : undefined);
  }

  /**
   * Checks `options`. Nothing is sent.
   *
   * @throws {@link InvalidInputError} for an invalid or unknown option, and for none or several
   * ways to authenticate.
   */
  constructor(options: ClientOptions);
  /** @internal */
  constructor(options: ClientOptions | ClientState);
  constructor(options: ClientOptions | ClientState) {
    this.#state = options instanceof ClientState ? options : stateFrom(options);
  }

  /**
   * Returns the signed request for `call`. Nothing is sent. {@link Client.parse} reads the
   * response.
   *
   * @throws {@link InvalidInputError} for a value that is not a call of this API, a `date` outside
   * the 15 minutes, an invalid `traceId`, an unknown option.
   * @throws {@link InvalidInputError} for credentials with a function (`token`, `sign`), which only
   * {@link Client.send} calls.
   */
  request(call: Call, options: RequestOptions = {}): KooDriveRequest {
    rejectUnknown("request", options, REQUEST_OPTIONS);
    const { core, kept, token, sign } = this.#state.live();
    if (token) refuse("token", "a function, which request does not call; use send, or pass a token to withCredentials");
    if (sign) refuse("sign", "a function, which request does not call; use send, or pass an app secret to withCredentials");
    const { now = Date.now(), date, traceId } = options;
    const fields = argumentsOf(call);
    const checkedOptions = { date: optionalInstant(date), traceId: optionalText("trace_id", traceId) };
    const parts = partsOf(core, kept, fields);
    return joinHalves(parts, varyingText(core, fields, instant(now), checkedOptions), checkedOptions.traceId);
  }

  /**
   * Reads the `response` to `call`. It does not learn the server's clock;
   * {@link Client.observeClock} does.
   *
   * @throws {@link ApiError} for any status but 200, and for a code other than `0`.
   * @throws {@link UnreadableReplyError} for a 200 whose body is not a JSON object with a readable
   * code.
   * @throws {@link InvalidInputError} for a value that is not a response.
   */
  parse<C extends Call>(call: C, response: ResponseParts): ReplyTo<C> {
    if (typeof response !== "object" || response === null) misuse("parse: not a response; pass { status, headers, body }");
    const { core } = this.#state.live();
    const { status, headers, body } = response;
    const received = { status, headers: replyHeaders(headers), body: bodyBytes(body) };
    return readReply(core, argumentsOf(call), received) as ReplyTo<C>;
  }

  /**
   * Sends `call`, reads the reply, and learns the server's clock from it.
   *
   * These calls change state at the service: {@link notifyPackageExpire},
   * {@link setRetentionPolicy}, {@link reverseOrder}, and most raw calls but GET.
   *
   * `send` makes one attempt. It makes one more, signed anew, if a 400 or 401 has a `Date` more
   * than 15 minutes from the X-Date sent. The service refused that first attempt, so the second is
   * not a repeat. `send` repeats nothing else: no page says that repeats are safe.
   *
   * @throws Rejects with a {@link KooDriveError}: {@link InvalidInputError} as for
   * {@link Client.request}; {@link NotSentError} and {@link OutcomeUnknownError} without a complete
   * answer; {@link ApiError} and {@link UnreadableReplyError} as for {@link Client.parse}.
   */
  async send<C extends Call>(call: C, options: SendOptions = {}): Promise<ReplyTo<C>> {
    return (await send(this.#state.live(), call, options)) as ReplyTo<C>;
  }

  /**
   * Returns the stages of the signature of `call`, and the first difference from the service's
   * canonical request. Nothing is sent.
   *
   * @example
   * ```ts
   * try {
   *   await client.send(call);
   * } catch (error) {
   *   // The service's message names the X-Date that was signed.
   *   if (error instanceof ApiError) console.log(client.explain(call, { message: error.msg }).finding);
   * }
   * ```
   *
   * @throws {@link InvalidInputError} for a client without an app id: its requests have no
   * signature.
   */
  explain(call: Call, options: ExplainOptions = {}): Explanation {
    rejectUnknown("explain", options, EXPLAIN_OPTIONS);
    const { core } = this.#state.live();
    const { now = Date.now(), date, message } = options;
    const { name, fields } = withJson(argumentsOf(call));
    const checkedOptions = { date: optionalInstant(date), message: optionalText("message", message ?? undefined) };
    return callCore(() => core.explain(name, fields, instant(now), checkedOptions));
  }

  /**
   * Milliseconds by which the server's clock is ahead of the caller's, within ±24 hours. 0 until
   * the client has learned it.
   */
  get clockOffsetMs(): number {
    return this.#state.live().core.clockOffset();
  }

  /**
   * Learns the server's clock from the `Date` of a reply. {@link Client.send} does this itself.
   *
   * These replies change nothing:
   *
   * - one without a usable `Date`, or with one more than 24 hours off;
   * - one from a cache (`Age`);
   * - one that took over a minute, or negative time.
   *
   * @param sentAt - When the request left, by the caller's clock.
   * @param receivedAt - When the reply's headers came, by the same clock.
   * @throws {@link InvalidInputError} for invalid headers or instants.
   */
  observeClock(headers: HeadersLike, sentAt: Instant, receivedAt: Instant): void {
    const { core } = this.#state.live();
    const picked = replyHeaders(headers);
    callCore(() => core.observeClock(picked, instant(sentAt), instant(receivedAt)));
  }

  /**
   * Returns a client with fresh `credentials` that shares the learned clock. This client keeps its
   * own credentials.
   *
   * @throws {@link InvalidInputError} as the constructor.
   */
  withCredentials(credentials: Credentials): Client {
    rejectUnknown("withCredentials", credentials, CREDENTIALS);
    const { core, kept } = this.#state.live();
    const { make, ...functions } = credentialsOf(credentials);
    return clientWith(
      new ClientState(
        callCore(() => core.withCredentials(make())),
        functions,
        kept,
      ),
    );
  }

  /**
   * Frees the client's memory now and overwrites its secrets. Without this call the garbage
   * collector does so later.
   *
   * {@link Client.send} calls under way still end normally. Any other use throws
   * {@link InvalidInputError}.
   */
  free(): void {
    this.#state.free();
  }
}

/**
 * Declares the method for `using`. TypeScript has `Symbol.dispose` for every host, but some hosts
 * lack it.
 */
export interface Client {
  /** Does what {@link Client.free} does, for `using`. */
  [Symbol.dispose](): void;
}

// A host without the symbol has no `using` either.
if (Symbol.dispose) Object.assign(Client.prototype, { [Symbol.dispose]: Client.prototype.free });

// A function outside the class: bundlers rename a class that names itself, and console.log shows
// that name.
const clientWith = (state: ClientState): Client => new Client(state);

function stateFrom(options: ClientOptions): ClientState {
  rejectUnknown("Client", options, CLIENT_OPTIONS);
  const { endpoint, userId, clockMarginMs: margin, allowPlainHttp = false } = options;
  if (typeof allowPlainHttp !== "boolean") refuse("allow_plain_http", "not a boolean; pass true or leave it out");
  text("endpoint", endpoint);
  text("user_id", userId);
  const { make, ...functions } = credentialsOf(options);
  const made = callCore(() => {
    const made = new (core().Core)(endpoint, allowPlainHttp, userId, make());
    // The core refuses NaN with its text for a wrong margin.
    return margin === undefined ? made : made.withClockMargin(typeof margin === "number" ? margin : NaN);
  });
  return new ClientState(made, functions);
}

interface CheckedCredentials {
  /** Makes the core's credentials. */
  readonly make: () => CoreCredentials;
  readonly token?: TokenFunction | undefined;
  readonly sign?: SignFunction | undefined;
}

/** Returns a maker of the core's credentials, and the functions among the options. */
function credentialsOf({ appId, appSecret, token, authorization, sign }: Credentials): CheckedCredentials {
  const id = optionalText("app_id", appId);
  const secret = optionalText("app_secret", appSecret);
  const value = optionalText("authorization", authorization);
  if (sign !== undefined && typeof sign !== "function") refuse("sign", "not a function; pass one, or {app_secret}");
  if (typeof token === "function" && id === undefined && secret === undefined && value === undefined && sign === undefined) {
    return { make: () => core().Credentials.later(), token };
  }
  // With a function beside another way to authenticate, the core throws the error for several ways.
  const fixedToken = typeof token === "function" ? "" : optionalText("token", token);
  return { make: () => new (core().Credentials)(id, secret, fixedToken, value, sign !== undefined), sign };
}
