/// <reference lib="esnext.disposable" preserve="true" />
// The client. Everything that it has checked is in its state, and the core's half of that in the core.
import type { Credentials as CoreCredentials } from "../generated/koodrive.js";
import { argumentsOf, withJson } from "./call-arguments.js";
import type { Call } from "./calls.js";
import { callCore, misuse, optionalText, refuse, rejectUnknown, text } from "./checks.js";
import { ClientState } from "./client-state.js";
import { core } from "./core.js";
import type { ClientOptions, Credentials, SignFunction, TokenFunction } from "./credentials.js";
import { bodyBytes, joined, partsOf, readReply, replyHeaders, varyingOf } from "./encoding.js";
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
 * A caller of the API: endpoint, user id and credentials, checked once, and what was learned about the server's clock.
 *
 * It may be used by any number of calls at a time, and is as long-lived as you like.
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
   * Checks everything that never changes. Nothing is sent.
   *
   * @throws {@link InvalidInputError} for anything that could not work, none or several ways to authenticate, an unknown option.
   */
  constructor(options: ClientOptions);
  /** @internal */
  constructor(options: ClientOptions | ClientState);
  constructor(options: ClientOptions | ClientState) {
    this.#state = options instanceof ClientState ? options : stateFrom(options);
  }

  /**
   * Builds a request, and sends nothing. Then {@link Client.parse} reads what came back.
   *
   * @throws {@link InvalidInputError} for a value that is not a call of this API, a `date` outside the 15 minutes, a `traceId` of another
   * length, an unknown option; and for credentials with a function (`token`, `sign`), which only {@link Client.send} calls.
   */
  request(call: Call, options: RequestOptions = {}): KooDriveRequest {
    rejectUnknown("request", options, REQUEST_OPTIONS);
    const { core, kept, token, sign } = this.#state.live();
    if (token) refuse("token", "a function, which request does not call; use send, or pass a token to withCredentials");
    if (sign) refuse("sign", "a function, which request does not call; use send, or pass an app secret to withCredentials");
    const { now = Date.now(), date, traceId } = options;
    const fields = argumentsOf(call);
    // Most requests are given neither, and an object that crosses takes time.
    const given = date !== undefined || traceId !== undefined;
    const checkedOptions = given ? { date: optionalInstant(date), traceId: optionalText("trace_id", traceId) } : undefined;
    const parts = partsOf(core, kept, fields);
    return joined(parts, varyingOf(core, fields, instant(now), checkedOptions), checkedOptions?.traceId);
  }

  /**
   * Reads the response to a call. It does not learn the server's clock; {@link Client.observeClock} does.
   *
   * @throws {@link ApiError} for any status but 200, and for a code other than `0`.
   * @throws {@link UnreadableReplyError} for a 200 whose body is not a JSON object with a readable code.
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
   * Sends a call, reads the reply, and learns the server's clock from it. The call changes state at the service if its own
   * documentation says so: {@link notifyPackageExpire}, {@link setRetentionPolicy}, {@link reverseOrder}, most raw calls but GET.
   *
   * It makes one attempt. It makes exactly one more, signed anew, where a 400 or 401 carries a `Date` that puts the X-Date sent
   * outside the 15 minutes: that one was refused, so it is no repeat. Nothing else is sent twice: whether repeats are safe is
   * not published.
   *
   * @throws Rejects with a {@link KooDriveError}: {@link InvalidInputError} as for
   * {@link Client.request}; {@link NotSentError} and {@link OutcomeUnknownError} where no complete answer came; {@link ApiError}
   * and {@link UnreadableReplyError} as for {@link Client.parse}.
   */
  async send<C extends Call>(call: C, options: SendOptions = {}): Promise<ReplyTo<C>> {
    return (await send(this.#state.live(), call, options)) as ReplyTo<C>;
  }

  /**
   * Shows how a request is signed, and where the service's canonical request differs. Sends nothing.
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
   * @throws {@link InvalidInputError} for a client that authenticates otherwise than by app id: there is no signature.
   */
  explain(call: Call, options: ExplainOptions = {}): Explanation {
    rejectUnknown("explain", options, EXPLAIN_OPTIONS);
    const { core } = this.#state.live();
    const { now = Date.now(), date, message } = options;
    const { name, fields } = withJson(argumentsOf(call));
    const checkedOptions = { date: optionalInstant(date), message: optionalText("message", message ?? undefined) };
    return callCore(() => core.explain(name, fields, instant(now), checkedOptions));
  }

  /** Milliseconds by which the server's clock is ahead of the caller's, as last learned. 0 before; within ±24 hours. */
  get clockOffsetMs(): number {
    return this.#state.live().core.clockOffset();
  }

  /**
   * Learns the server's clock from the `Date` of a reply, for those who do not use {@link Client.send}.
   *
   * A reply without a usable `Date` changes nothing, nor does one from a cache (`Age`), one that took over a minute or less than
   * no time, or one that puts the clocks more than 24 hours apart.
   *
   * @param sentAt - When the request left, by the caller's clock.
   * @param receivedAt - When the reply's headers came, by the same clock.
   * @throws {@link InvalidInputError} for headers or instants that are none.
   */
  observeClock(headers: HeadersLike, sentAt: Instant, receivedAt: Instant): void {
    const { core } = this.#state.live();
    const picked = replyHeaders(headers);
    callCore(() => core.observeClock(picked, instant(sentAt), instant(receivedAt)));
  }

  /**
   * Returns the same client, learned clock included, with fresh credentials: tokens end while services run. This one stays as it is.
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
   * Gives the client's memory back now, secrets overwritten; without it the garbage collector does so in its own time. Calls of
   * {@link Client.send} under way still end well; any other use throws {@link InvalidInputError}.
   */
  free(): void {
    this.#state.free();
  }
}

/** For `using`: TypeScript knows `Symbol.dispose` of every host, and not every host has it. */
export interface Client {
  /** Does what {@link Client.free} does, for `using`. */
  [Symbol.dispose](): void;
}

// A host without it has no `using` either.
if (Symbol.dispose) Object.assign(Client.prototype, { [Symbol.dispose]: Client.prototype.free });

// Outside the class: one that names itself is renamed by the bundler, and console.log shows it.
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
    // The core refuses NaN with the text for a wrong margin.
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

/** Returns how to make the core's credentials, and the functions among the options that authenticate. */
function credentialsOf({ appId, appSecret, token, authorization, sign }: Credentials): CheckedCredentials {
  const id = optionalText("app_id", appId);
  const secret = optionalText("app_secret", appSecret);
  const value = optionalText("authorization", authorization);
  if (sign !== undefined && typeof sign !== "function") refuse("sign", "not a function; pass one, or {app_secret}");
  if (typeof token === "function" && id === undefined && secret === undefined && value === undefined && sign === undefined) {
    return { make: () => core().Credentials.later(), token };
  }
  // A function beside another way to authenticate: the core says that there must be one way.
  const fixedToken = typeof token === "function" ? "" : optionalText("token", token);
  return { make: () => new (core().Credentials)(id, secret, fixedToken, value, sign !== undefined), sign };
}
