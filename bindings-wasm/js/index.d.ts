/// <reference lib="esnext.disposable" />

/** AP-Singapore: `https://intl.myhuaweicloud-koodrive.com`. */
export declare const INTERNATIONAL: string;

/** CN North-Beijing4: `https://cn.myhuaweicloud-koodrive.com`. */
export declare const CHINA: string;

/** Tells KooDrive that a subscriber's package has expired and enters the reservation period. Changes state. */
export interface NotifyPackageExpire {
  readonly operation: "notifyPackageExpire";
  /** The carrier's id of the user. Text: a number is refused, since JavaScript loses digits above 2^53. */
  readonly carrierUserId: string;
  /** The carrier's id of the package. Text. */
  readonly packageId: string;
  /** 2, the only documented value, which is sent anyway. Any other is refused: see `undocumentedType`. */
  readonly type?: 2 | undefined;
  /**
   * Sent as `type` instead of 2, the only documented value. An integer other than 2. (The publisher's own example sends 1.)
   */
  readonly undocumentedType?: number | undefined;
}

/** Reads the retention policies in force. Changes nothing, so it is the safe first call. */
export interface GetCurrentRetentionPolicy {
  readonly operation: "getCurrentRetentionPolicy";
}

/** A plain object: it can be logged, queued, and posted to a worker. */
export type Call = NotifyPackageExpire | GetCurrentRetentionPolicy;

/** The service took the call. */
export interface Acknowledgement {
  /** Always `"0"`: any other code is an error. */
  readonly code: string;
  /** For people, perhaps in Chinese: never match on it. Null where the reply has none. */
  readonly msg: string | null;
  /** The reply's header `x-traceid`; `send` fills in the id that it sent. Null where there is none. */
  readonly traceId: string | null;
}

/** The reply to `getCurrentRetentionPolicy`. */
export interface RetentionPolicies extends Acknowledgement {
  readonly policyList: readonly RetentionPolicy[];
}

/** One retention policy. A field that the reply lacks is null. */
export interface RetentionPolicy {
  /** Text, digit for digit: ids lie above 2^53. */
  readonly policyId: string | null;
  readonly policyName: string | null;
  readonly description: string | null;
  /** Larger comes first. */
  readonly priority: number | null;
  /** Meaning not published. */
  readonly status: number | null;
}

/** What a call is answered with. */
export type ReplyTo<C extends Call> = C extends GetCurrentRetentionPolicy ? RetentionPolicies : Acknowledgement;

/** A call for one subscriber and one package.
 * @throws {InvalidInputError} an id that is empty, no text, or holds a lone surrogate; a type of 2 asked for as undocumented */
export declare function notifyPackageExpire(fields: Omit<NotifyPackageExpire, "operation">): NotifyPackageExpire;

/** The safe first call. */
export declare function getCurrentRetentionPolicy(): GetCurrentRetentionPolicy;

/** 58 random characters, for `traceId`. */
export declare function newTraceId(): string;

/** An instant of the caller's clock: a `Date`, or milliseconds since 1970. */
export type Instant = Date | number;

/** Exactly one way to authenticate. Which of them the service accepts is not published: ask your Huawei contact. */
export type Credentials =
  | { readonly appId: string; readonly appSecret: string; readonly token?: undefined; readonly authorization?: undefined }
  | { readonly token: string | TokenFunction; readonly appId?: undefined; readonly appSecret?: undefined; readonly authorization?: undefined }
  | { readonly authorization: string; readonly appId?: undefined; readonly appSecret?: undefined; readonly token?: undefined };

/** Gives a token that is valid now. `send` asks before each attempt; cache the token yourself. */
export type TokenFunction = () => string | PromiseLike<string>;

export type ClientOptions = Credentials & {
  /** {@link INTERNATIONAL}, {@link CHINA}, or the base URL that your Huawei contact named. */
  readonly endpoint: string;
  /** X-User-Id, the user id on KooDrive. */
  readonly userId: string;
  /** Seconds by which X-Date stays behind the corrected clock: whole, 0 to 600, default 5. */
  readonly clockMarginSeconds?: number | undefined;
  /** Allows `http://` to other hosts than loopback. The credentials then travel in clear. */
  readonly allowPlainHttp?: boolean | undefined;
};

export interface RequestOptions {
  /** Default: the host's clock. */
  readonly now?: Instant | undefined;
  /** An explicit X-Date, cut to the second, to reproduce a signature: not in the future, at most 15 minutes old. */
  readonly date?: Instant | undefined;
  /** Exactly 58 visible ASCII characters; see {@link newTraceId}. */
  readonly traceId?: string | undefined;
}

/** A valid `RequestInit`, and the URL. Send it as it is: nothing added, redirects not followed. */
export interface KooDriveRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  /** Absent where the operation has no body. */
  readonly body?: string;
  readonly redirect: "manual";
}

/** A `Headers` object, a plain object, or pairs; names in any case. */
export type HeadersLike =
  | { get(name: string): string | null }
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/** What any HTTP client knows of a response. */
export interface ResponseParts {
  readonly status: number;
  readonly headers: HeadersLike;
  readonly body: string | Uint8Array | ArrayBuffer;
}

/** The host's `AbortSignal`, where its types are loaded. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer S } } ? S : unknown;

/** What `send` needs of `fetch`: the global one, undici's, or a stand-in. */
export type Fetch = (url: string, init: FetchInit) => PromiseLike<FetchResponse>;

export interface FetchInit extends Omit<KooDriveRequest, "url"> {
  readonly signal: Signal;
}

export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** A `ReadableStream` of bytes is read up to the limit; without one, `arrayBuffer` is called. */
  readonly body: unknown;
  arrayBuffer(): PromiseLike<ArrayBuffer>;
}

export interface SendOptions {
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Aborts the exchange. Aborted before sending: `NotSentError`; later: `OutcomeUnknownError`. */
  readonly signal?: Signal | null | undefined;
  /** For one exchange, from the token function to the last byte of the reply. Default 30 000. */
  readonly timeoutMs?: number | undefined;
  /** After decompression. A longer reply is not read to its end. Default 1 MiB. */
  readonly maxReplyBytes?: number | undefined;
  /** Sees every exchange, never a secret. What it throws or rejects with is ignored, and it is not awaited. */
  readonly onExchange?: ((exchange: Exchange) => unknown) | undefined;
  /** A clock. Default: `Date.now`. */
  readonly now?: (() => Instant) | undefined;
  /** As for `request`; there is then no second attempt. */
  readonly date?: Instant | undefined;
  /** Default: a new one. */
  readonly traceId?: string | undefined;
}

/** One request and what came of it. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  /** Null where no answer came. */
  readonly status: number | null;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** The id that was sent. */
  readonly traceId: string;
  /** Null after a success. */
  readonly kind: ErrorKind | null;
  /** Null after a success. */
  readonly outcome: Outcome | null;
}

export interface ExplainOptions extends RequestOptions {
  /** What the service said (an error's `msg`), or a canonical request from elsewhere. */
  readonly message?: string | undefined;
}

/** Every stage of a signature; never the secret. */
export interface Explanation {
  readonly canonicalRequest: string;
  readonly canonicalRequestHash: string;
  readonly stringToSign: string;
  readonly signature: string;
  readonly signedHeaders: string;
  /** The first line in which the service's canonical request differs. */
  readonly difference: { readonly part: string; readonly line: number; readonly ours: string; readonly theirs: string } | null;
  /** What the message says about the refusal, as a sentence; null without a message. */
  readonly finding: string | null;
}

/** A caller of the API. What is given is checked here, once. */
export declare class Client {
  /** @throws {InvalidInputError} anything that could not work, unknown options included */
  constructor(options: ClientOptions);

  /** Builds the request. A token that is a function is asked by `send` only.
   * @throws {InvalidInputError} a call that is none, a date outside the 15 minutes, a trace id of another length */
  request(call: Call, options?: RequestOptions): KooDriveRequest;

  /** Reads the response to a call.
   * @throws {ApiError} any status but 200, or a code other than 0
   * @throws {UnreadableReplyError} a 200 that nobody can read */
  parse<C extends Call>(call: C, response: ResponseParts): ReplyTo<C>;

  /**
   * Sends a call over `fetch`. One attempt; exactly one more, signed anew, when a 400 or 401 carries a `Date` that puts the
   * X-Date sent outside the window. Makes a trace id when none is given, and learns the server's clock.
   *
   * The connect time-out is the transport's. A browser hides redirects: there one is an `OutcomeUnknownError`, elsewhere an
   * `ApiError` with its status.
   * @throws {KooDriveError} one of its subclasses
   */
  send<C extends Call>(call: C, options?: SendOptions): Promise<ReplyTo<C>>;

  /** Shows how a call is signed, and where the service's own canonical request departs from it.
   * @throws {InvalidInputError} with a token, since there is nothing to explain */
  explain(call: Call, options?: ExplainOptions): Explanation;

  /** What was learned: the server's clock minus the host's, in milliseconds. */
  readonly clockOffsetMs: number;

  /** Learns the server's clock from the `Date` of a reply; `send` does so itself. Both instants are of the host's clock. */
  observeClock(headers: HeadersLike, sentAt: Instant, receivedAt: Instant): void;

  /** The same client, learned clock included, with fresh credentials. */
  withCredentials(credentials: Credentials): Client;

  /** Gives the memory back at once; otherwise the garbage collector does. Calls of `send` under way still end well. */
  free(): void;
  [Symbol.dispose](): void;
}

/** What happened. */
export type ErrorKind = "invalid_input" | "not_sent" | "outcome_unknown" | "api" | "unreadable_reply";

/** What is true at the service. */
export type Outcome = "not_sent" | "refused" | "unknown";

/** Any error of this package. */
export declare class KooDriveError extends Error {
  protected constructor();
  readonly kind: ErrorKind;
  readonly outcome: Outcome;
  /** True where the call may be repeated although nothing is published about repeats: not sent, or 429 or 503. */
  readonly retryable: boolean;
  /** HTTP status. */
  readonly status?: number;
  /** `code`, or a gateway's `error_code`: text, digit for digit. */
  readonly code?: string;
  /** `msg`, or a gateway's `error_msg`. Never match on it. */
  readonly msg?: string;
  /** A gateway's `request_id`. */
  readonly requestId?: string;
  /** Of the reply, or the one that was sent. */
  readonly traceId?: string;
  /** Seconds that the service asks to wait. */
  readonly retryAfter?: number;
  /** The transport's own error, for `NotSentError` and `OutcomeUnknownError`. */
  readonly cause?: unknown;
}

/** Refused here, before anything was sent. */
export declare class InvalidInputError extends KooDriveError {
  readonly kind: "invalid_input";
  readonly outcome: "not_sent";
}

/** The request surely never left: refused connection, DNS, TLS, connect time-out, aborted before sending. */
export declare class NotSentError extends KooDriveError {
  readonly kind: "not_sent";
  readonly outcome: "not_sent";
}

/** The request left, or may have left, and no complete answer came. */
export declare class OutcomeUnknownError extends KooDriveError {
  readonly kind: "outcome_unknown";
  readonly outcome: "unknown";
}

/** The service answered with any status but 200, or with 200 and a code other than 0. */
export declare class ApiError extends KooDriveError {
  readonly kind: "api";
  readonly outcome: "refused" | "unknown";
  readonly status: number;
}

/** The service answered 200 with something nobody can read. */
export declare class UnreadableReplyError extends KooDriveError {
  readonly kind: "unreadable_reply";
  readonly outcome: "unknown";
  readonly status: number;
}

/** True for errors of this package, of another copy of it or of another realm as well. */
export declare function isKooDriveError(
  error: unknown,
): error is InvalidInputError | NotSentError | OutcomeUnknownError | ApiError | UnreadableReplyError;
