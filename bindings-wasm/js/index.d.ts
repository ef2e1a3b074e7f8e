/**
 * Client for Huawei Cloud KooDrive's carrier API.
 *
 * Three marks say where a statement comes from. *Published*: Huawei's page of the operation says so. *Inferred*: from Huawei's
 * API-gateway guide. *Decided*: by this package, where the pages are silent or contradict themselves.
 *
 * @packageDocumentation
 */

// `Symbol.dispose`, for {@link Client} and `using`. TypeScript 5.2 is the first that has it.
/// <reference lib="esnext.disposable" />

// Only what says `export` is one.
export {};

// ------------------------------------------------------------------------------------------------------------ endpoints

/** AP-Singapore, `https://intl.myhuaweicloud-koodrive.com` (published). A carrier may be given another endpoint. */
export declare const INTERNATIONAL: string;

/** CN North-Beijing4, `https://cn.myhuaweicloud-koodrive.com` (published). A carrier may be given another endpoint. */
export declare const CHINA: string;

// ---------------------------------------------------------------------------------------------------------------- calls

/**
 * Tells KooDrive that a subscriber's package has expired and enters the reservation period. **It changes state**: what then
 * happens to the subscriber's data follows from the retention policies in force, which {@link getCurrentRetentionPolicy} reads.
 *
 * A plain object that {@link notifyPackageExpire} makes and checks. It can be logged, queued, and posted to a worker; it is
 * checked again when it is used.
 */
export interface NotifyPackageExpire {
  /** The publisher's name of the operation, by which a {@link Call} is told from others. */
  readonly operation: "notifyPackageExpire";
  /**
   * The carrier's own id of the user, not empty; no length or alphabet is published, and it is sent unchanged.
   *
   * Text: a number is refused, since JavaScript loses digits above 2^53, and so is a lone surrogate, which cannot be sent.
   */
  readonly carrierUserId: string;
  /** The carrier's own id of the package, not empty. Text, as for {@link NotifyPackageExpire.carrierUserId}. */
  readonly packageId: string;
  /** 2, "enter the reservation period": the only published value, sent anyway. Leave it out. */
  readonly type?: 2 | undefined;
  /**
   * Sent as `type` instead of 2: an integer other than 2, within ±2^53. No page documents one, though the published example
   * sends 1; so it is asked for by this name, or refused (decided).
   */
  readonly undocumentedType?: number | undefined;
}

/** Reads how much space is allocated and used. It changes nothing. Made by {@link getSpaceUsageByOverview}. */
export interface GetSpaceUsageByOverview {
  /** The publisher's name of the operation. */
  readonly operation: "getSpaceUsageByOverview";
}

/** Reads the retention policies in force. It changes nothing. Made by {@link getCurrentRetentionPolicy}. */
export interface GetCurrentRetentionPolicy {
  /** The publisher's name of the operation. */
  readonly operation: "getCurrentRetentionPolicy";
}

/** Reads the retention policies that the carrier may choose from. It changes nothing. Made by {@link getCarrierRetentionPolicy}. */
export interface GetCarrierRetentionPolicy {
  /** The publisher's name of the operation. */
  readonly operation: "getCarrierRetentionPolicy";
}

/** Sets the statuses of retention policies. **It changes state.** Made by {@link setRetentionPolicy}. */
export interface SetRetentionPolicy {
  /** The publisher's name of the operation. */
  readonly operation: "setRetentionPolicy";
  /** 1 to 50 policies. */
  readonly policyList: readonly PolicyStatus[];
}

/** A retention policy, and the status that it gets. */
export interface PolicyStatus {
  /** Text, since the published example lies above 2^53; not empty. */
  readonly policyId: string;
  /** Text, as the published table says; not empty. */
  readonly status: string;
}

/** Notifies KooDrive of orders in reverse. **It changes state.** Made by {@link reverseOrder}. */
export interface ReverseOrder {
  /** The publisher's name of the operation. */
  readonly operation: "reverseOrder";
  /** The serial number of the batch: 1 to 64 characters. */
  readonly batchSN: string;
  /** 1 to 50 operations. */
  readonly operationList: readonly OrderOperation[];
}

/** One operation of a {@link ReverseOrder}. */
export interface OrderOperation {
  /** The serial number of the operation, not empty. */
  readonly operationSN: string;
  /** The carrier's own id of the user. Not sent where it is absent. */
  readonly carrierUserId?: string | undefined;
  /** At most one change. Not sent where it is absent or empty. */
  readonly packageChangeList?: readonly PackageChange[] | undefined;
}

/** The change of a package. */
export interface PackageChange {
  /** The carrier's own id of the package, not empty. */
  readonly packageId: string;
  /** 1, "subscribe": the only published value, sent anyway. Leave it out. */
  readonly changeType?: 1 | undefined;
  /** Sent as `changeType` instead of 1: an integer other than 1. No page documents one (decided). */
  readonly undocumentedChangeType?: number | undefined;
}

/** A call of any other operation. Made by {@link rawCall}, from {@link RawCallFields}. */
export interface RawCall {
  /** Not a published name: it says that the call is a raw one. */
  readonly operation: "rawCall";
  /** See {@link RawCallFields.method}. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** See {@link RawCallFields.path}. */
  readonly path: string;
  /** See {@link RawCallFields.query}. */
  readonly query?: QueryLike | undefined;
  /** See {@link RawCallFields.headers}. */
  readonly headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]> | undefined;
  /** JSON text. */
  readonly json?: string | undefined;
}

/** What {@link rawCall} takes. */
export interface RawCallFields {
  /** GET has no `json`. A GET changes nothing, so it may be repeated although its outcome is unknown. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /**
   * The absolute path below the endpoint, such as `/koodrive/ose/v1/users/1316083732377070977`. Use `encodeURIComponent` for a
   * segment of any value. The path is sent in its canonical form: every character but `A-Z a-z 0-9 - _ . ~` is percent-encoded.
   */
  readonly path: string;
  /** Pairs of plain text. They are sent in the order that is signed. */
  readonly query?: QueryLike | undefined;
  /** Sent and not signed, such as `language`. Headers of the client or of the connection are refused. */
  readonly headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]> | undefined;
  /**
   * The body. A string is JSON text and is sent byte for byte; any other value is written as compact JSON, in which NaN, Infinity,
   * integers beyond ±2^53 and cycles are refused.
   */
  readonly json?: unknown;
}

/** A query: an object, or pairs such as those of a `URLSearchParams`. A list stands for as many pairs of its name. */
export type QueryLike = Readonly<Record<string, QueryValue>> | Iterable<readonly [string, QueryValue]>;

/** Text, an integer within ±2^53, or a list of them. */
export type QueryValue = string | number | readonly (string | number)[];

/** A call of this API: a plain object with a member `operation`. */
export type Call =
  | NotifyPackageExpire
  | GetSpaceUsageByOverview
  | GetCurrentRetentionPolicy
  | GetCarrierRetentionPolicy
  | SetRetentionPolicy
  | ReverseOrder
  | RawCall;

/**
 * A call for one subscriber and one package.
 *
 * @example
 * ```ts
 * const call = notifyPackageExpire({ carrierUserId: "189642158555241211", packageId: "14" });
 * const { traceId } = await client.send(call);
 * ```
 *
 * @throws {@link InvalidInputError} for an id that is empty, not text, contains a control character or a lone surrogate, or begins or
 * ends with white space or an invisible character; for a `type` other than 2; for an `undocumentedType` that is 2 or not an integer;
 * for an unknown field.
 */
export declare function notifyPackageExpire(fields: Omit<NotifyPackageExpire, "operation">): NotifyPackageExpire;

/**
 * Returns the safe first call: it changes nothing, takes either kind of credentials, and proves endpoint, clock and credentials
 * without touching a subscriber.
 *
 * @example
 * ```ts
 * const { data } = await client.send(getSpaceUsageByOverview());
 * ```
 */
export declare function getSpaceUsageByOverview(): GetSpaceUsageByOverview;

/** Returns the call that reads the retention policies in force. The publisher documents a token as its only authentication. */
export declare function getCurrentRetentionPolicy(): GetCurrentRetentionPolicy;

/**
 * Returns the call that reads the retention policies that the carrier may choose from. The publisher documents a token as its only
 * authentication.
 */
export declare function getCarrierRetentionPolicy(): GetCarrierRetentionPolicy;

/**
 * Returns the call that sets the statuses of retention policies; sent, **it changes state**. The publisher documents a token as its
 * only authentication.
 *
 * @throws {@link InvalidInputError} for another number of policies than 1 to 50, an id that is refused, an empty status.
 */
export declare function setRetentionPolicy(fields: Omit<SetRetentionPolicy, "operation">): SetRetentionPolicy;

/**
 * Returns the call that notifies KooDrive of orders in reverse; sent, **it changes state**. Its reply beyond code and msg is not
 * published, so it is a {@link RawReply}.
 *
 * @throws {@link InvalidInputError} for a field beyond its published limit, and for ids as {@link notifyPackageExpire} does.
 */
export declare function reverseOrder(fields: Omit<ReverseOrder, "operation">): ReverseOrder;

/**
 * Returns a call of any operation of the API that has no function of its own.
 *
 * @example
 * ```ts
 * const user = rawCall({ method: "GET", path: "/koodrive/ose/v1/users/1316083732377070977" });
 * const { body } = await client.send(user);
 * ```
 *
 * @throws {@link InvalidInputError} for a path that a URL parser would change (`?`, `#`, an empty or a dot segment, a broken escape),
 * a value of the query that is neither text nor an integer, a header of the client or the connection, a body that is not JSON.
 */
export declare function rawCall(fields: RawCallFields): RawCall;

// -------------------------------------------------------------------------------------------------------------- replies

/** The service took the call: HTTP 200 and the code `0`. */
export interface Acknowledgement {
  /** Always `"0"`; any other code is an {@link ApiError}. Text, although the service may send a number (decided). */
  readonly code: string;
  /** The service's `msg`: for people, in Chinese perhaps, so never match on it. Null where the reply has none. */
  readonly msg: string | null;
  /**
   * The reply's header `x-traceid`. No page says that there is one, so {@link Client.send} fills in the id that it sent, and
   * {@link Client.parse} leaves null.
   */
  readonly traceId: string | null;
}

/** What the service sent, beside what is read of it. */
interface Body {
  /** The reply's body as it came: integers above 2^53 keep their digits. */
  readonly body: string;
  /** Returns `body` parsed as JSON, null where it is empty. Integers above 2^53 lose digits. */
  json(): any;
}

/** The reply to {@link getSpaceUsageByOverview}. */
export interface SpaceUsage extends Acknowledgement, Body {
  /** The figures, as text digit for digit. A field that the reply lacks is null. */
  readonly data: {
    /** KB. */
    readonly totalAllocation: string | null;
    /** KB. */
    readonly totalCapacity: string | null;
    /** KB. */
    readonly totalUsed: string | null;
    /** GB. */
    readonly quota: string | null;
  };
}

/** The reply to {@link getCurrentRetentionPolicy} and {@link getCarrierRetentionPolicy}. */
export interface RetentionPolicies extends Body {
  /** `"0"`, or null: the tables of both pages have no code. */
  readonly code: string | null;
  /** As in an {@link Acknowledgement}. */
  readonly msg: string | null;
  /** As in an {@link Acknowledgement}. */
  readonly traceId: string | null;
  /** In the service's order. Empty where the reply has none. */
  readonly policyList: readonly RetentionPolicy[];
}

/** The reply to a {@link rawCall}, and to {@link reverseOrder}. */
export interface RawReply extends Body {
  /** HTTP status: 2xx. */
  readonly status: number;
  /** `"0"`, or null where the reply has no code. */
  readonly code: string | null;
  /** As in an {@link Acknowledgement}. */
  readonly msg: string | null;
  /** As in an {@link Acknowledgement}. */
  readonly traceId: string | null;
}

/** One retention policy. A field that the reply lacks is null. */
export interface RetentionPolicy {
  /** Text, digit for digit: the published example, 300000000000000000, lies above 2^53. */
  readonly policyId: string | null;
  /** Its name, for people. */
  readonly policyName: string | null;
  /** What it does, for people. */
  readonly description: string | null;
  /** An integer; larger comes first. */
  readonly priority: number | null;
  /** An integer whose meaning is not published. */
  readonly status: number | null;
}

/** The reply to a call of type `C`. */
export type ReplyTo<C extends Call> = C extends RawCall | ReverseOrder
  ? RawReply
  : C extends GetSpaceUsageByOverview
    ? SpaceUsage
    : C extends GetCurrentRetentionPolicy | GetCarrierRetentionPolicy
      ? RetentionPolicies
      : Acknowledgement;

// --------------------------------------------------------------------------------------------------------------- client

/** An instant of the caller's clock: a `Date`, or milliseconds since 1970 as `Date.now()` gives them. */
export type Instant = Date | number;

/**
 * Exactly one way to authenticate. For most calls an app id is the published way, and a token is described as well: ask your Huawei
 * contact. The three retention-policy calls take a token only.
 *
 * None of it is ever shown: not by `console.log(client)`, `JSON.stringify` or `structuredClone`, and in no error.
 */
export type Credentials =
  | {
      /** Signs every request with HMAC-SHA256 (app-id authentication). Visible ASCII without blank and comma. */
      readonly appId: string;
      /** Never sent. Without white space at either end. Keep it on a server: whoever has it can sign anything. */
      readonly appSecret: string;
      readonly sign?: undefined;
      readonly token?: undefined;
      readonly authorization?: undefined;
    }
  | {
      /** As above. */
      readonly appId: string;
      /** Signs in the place of an app secret, which stays in a KMS, an HSM or a FIPS module. */
      readonly sign: SignFunction;
      readonly appSecret?: undefined;
      readonly token?: undefined;
      readonly authorization?: undefined;
    }
  | {
      /**
       * Sent as `Authorization: Bearer <token>`. A token that begins with `Bearer ` or `AT ` is sent as given; `Bearer+x`
       * becomes `Bearer x` (all of them published shapes). Or a function that gives one.
       */
      readonly token: string | TokenFunction;
      readonly appId?: undefined;
      readonly appSecret?: undefined;
      readonly sign?: undefined;
      readonly authorization?: undefined;
    }
  | {
      /** The whole value of the header `Authorization`, sent untouched. */
      readonly authorization: string;
      readonly appId?: undefined;
      readonly appSecret?: undefined;
      readonly sign?: undefined;
      readonly token?: undefined;
    };

/**
 * Gives a token that is valid now, or a promise of one. {@link Client.send} asks it before each attempt, within `timeoutMs`;
 * caching the token is yours to do. If it throws or rejects, `send` rejects with a {@link NotSentError} that has it as `cause`.
 */
export type TokenFunction = () => string | PromiseLike<string>;

/**
 * Returns the lower-case hex of the HMAC-SHA256 of `stringToSign` under the app secret, or a promise of it. {@link Client.send} and
 * `dispatch` call it before each attempt, within `timeoutMs`. If it throws or rejects, the call was not sent.
 */
export type SignFunction = (stringToSign: string) => string | PromiseLike<string>;

/** What a {@link Client} is made of. */
export type ClientOptions = Credentials & {
  /**
   * {@link INTERNATIONAL}, {@link CHINA}, or the base URL that your Huawei contact named: `https://host[:port][/prefix]`, where
   * the prefix holds unreserved characters and `/` only. With an app id, host and path are signed as they stand here, so
   * a proxy that rewrites either breaks the signature.
   */
  readonly endpoint: string;
  /**
   * X-User-Id: the id of the signing user on KooDrive (published as mandatory with either kind of credentials), not the
   * subscriber's. Visible ASCII.
   */
  readonly userId: string;
  /**
   * Milliseconds by which X-Date stays behind the clock, since the service refuses a date later than its own: whole seconds from 0 to
   * 600 000.
   * @defaultValue 5000
   */
  readonly clockMarginMs?: number | undefined;
  /**
   * Allows `http://` to hosts other than loopback. The credentials then travel in clear.
   * @defaultValue false
   */
  readonly allowPlainHttp?: boolean | undefined;
};

/** Options of {@link Client.request}. */
export interface RequestOptions {
  /**
   * The caller's clock. X-Date is this, corrected by {@link Client.clockOffsetMs}, less the margin, cut to the second.
   * @defaultValue `Date.now()`
   */
  readonly now?: Instant | undefined;
  /**
   * An X-Date of your own, to reproduce a signature. Cut to the second; it must not be later than now, nor more than 15
   * minutes earlier (published).
   */
  readonly date?: Instant | undefined;
  /** Sent as `x-traceid`: exactly 58 visible ASCII characters (published as "58 bits"), as {@link newTraceId} makes them. */
  readonly traceId?: string | undefined;
}

/**
 * A request, ready to send: a valid `RequestInit`, with its URL. Send it as it is, with nothing added to it, and without
 * following redirects.
 *
 * @example
 * ```ts
 * const request = client.request(call);
 * const response = await fetch(request.url, request);
 * const body = new Uint8Array(await response.arrayBuffer());
 * const reply = client.parse(call, { status: response.status, headers: response.headers, body });
 * ```
 */
export interface KooDriveRequest {
  /** In upper case. */
  readonly method: string;
  /** Absolute; `new URL(url).href` is the same text. */
  readonly url: string;
  /** Names in lower case. Neither `host` nor `content-length`, which the transport adds. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON whose bytes are signed with an app id. Absent where the operation has no body. */
  readonly body?: string;
  /** A redirect is an {@link ApiError} with outcome `refused`; a signature holds for one host and path only. */
  readonly redirect: "manual";
}

/** A `Headers` object, a plain object such as Node's `response.headers`, or pairs. Names in any case. */
export type HeadersLike =
  | { get(name: string): string | null }
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/** What any HTTP client knows of a response. */
export interface ResponseParts {
  /** 100 to 999. */
  readonly status: number;
  /** Of the response; read are `date`, `age`, `retry-after` and `x-traceid`. */
  readonly headers: HeadersLike;
  /** The whole of it, after decompression: the bytes, or UTF-8 that has been read as text. */
  readonly body: string | Uint8Array | ArrayBuffer;
}

/** The host's `AbortSignal`, if its types are loaded: TypeScript's lib `dom`, `@types/node`, `@cloudflare/workers-types`. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer S } } ? S : SignalOfFetch;

/** Where `AbortSignal` is declared as a class, as for Workers, `globalThis` does not show it; `fetch` takes one. */
type SignalOfFetch = typeof globalThis extends { fetch: (input: any, init?: infer Init) => unknown }
  ? NonNullable<Init> extends { signal?: infer S }
    ? NonNullable<S>
    : unknown
  : unknown;

/** What {@link Client.send} needs of `fetch`: the global one has it, undici's has it, and a stand-in is a few lines. */
export type Fetch = (url: string, init: FetchInit) => PromiseLike<FetchResponse>;

/** What {@link Client.send} hands to {@link SendOptions.fetch} beside the URL. */
export interface FetchInit extends Omit<KooDriveRequest, "url"> {
  /** Aborts with the caller's signal, or when `timeoutMs` is over. */
  readonly signal: Signal;
}

/** What {@link Client.send} reads of a response: a `Response` has it. */
export interface FetchResponse {
  /** HTTP status. 0 is taken for a redirect that a browser hides. */
  readonly status: number;
  /** `opaqueredirect` where a browser hides a redirect. */
  readonly type?: string | undefined;
  /** A `Headers` object has this. A name that is not there gives null. */
  readonly headers: { get(name: string): string | null };
  /** A `ReadableStream` of bytes, or a stream of Node, is read up to the limit. Anything else: `arrayBuffer` is called. */
  readonly body: unknown;
  /** The whole body, after decompression. */
  arrayBuffer(): PromiseLike<ArrayBuffer>;
}

/** Options of {@link Client.send}. */
export interface SendOptions {
  /**
   * What sends. It must not follow redirects, replay a request, or add credentials.
   *
   * Deno's own `fetch` replays requests on connections that it reuses, so by default each has a new one there. Browsers may
   * replay, too, and a page cannot keep them from it.
   * @defaultValue the global `fetch`
   */
  readonly fetch?: Fetch | undefined;
  /** Aborts the call: a {@link NotSentError} before the request was handed to `fetch`, an {@link OutcomeUnknownError} after. */
  readonly signal?: Signal | null | undefined;
  /**
   * Milliseconds for the whole call, from asking for the token to the last byte of the reply, the second attempt included; 1 to
   * 2^31 − 1.
   * @defaultValue 30 000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Bytes of the reply's body, after decompression: an integer from 1 to 2^30. A longer reply is not read to its end, and is an
   * error.
   * @defaultValue 1 048 576
   */
  readonly replyLimit?: number | undefined;
  /** Sees every attempt, and never a secret. It is not awaited; what it throws or rejects with is ignored. */
  readonly onExchange?: ((exchange: Exchange) => unknown) | undefined;
  /**
   * The clock.
   * @defaultValue `Date.now`
   */
  readonly now?: (() => Instant) | undefined;
  /** As for {@link RequestOptions.date}. With it there is no second attempt. */
  readonly date?: Instant | undefined;
  /**
   * As for {@link RequestOptions.traceId}.
   * @defaultValue a new one per call
   */
  readonly traceId?: string | undefined;
}

/** One attempt, and what came of it. */
export interface Exchange {
  /** The publisher's name of the operation; method and path of a raw call. */
  readonly operation: string;
  /** As sent, in upper case. */
  readonly method: string;
  /** As sent, without its query. It holds no secret. */
  readonly url: string;
  /** HTTP status. Null where no answer came, or where a browser hides a redirect. */
  readonly status: number | null;
  /** By {@link SendOptions.now}. */
  readonly startedAt: Date;
  /** Milliseconds, from a monotonic clock, until the reply was read. */
  readonly durationMs: number;
  /** The id that was sent. */
  readonly traceId: string;
  /** Null after a success. */
  readonly kind: ErrorKind | null;
  /** Null after a success. */
  readonly outcome: Outcome | null;
}

/**
 * Options of {@link Client.explain}. Nothing is sent, so `date` may lie outside the 15 minutes. Without it the X-Date of the canonical
 * request in `message` is taken, if there is one.
 */
export interface ExplainOptions extends RequestOptions {
  /**
   * What the service said, an error's `msg` for example, or a canonical request from elsewhere with its lines joined by line
   * breaks or `|`.
   */
  readonly message?: string | null | undefined;
}

/** Every stage of a signature, in the publisher's order and names; never the secret. */
export interface Explanation {
  /** Step 1: the request in its canonical form, lines joined by line breaks. */
  readonly canonicalRequest: string;
  /** Lower-case hex of its SHA-256. */
  readonly canonicalRequestHash: string;
  /** Step 2: the algorithm and that hash, in two lines. */
  readonly stringToSign: string;
  /**
   * Step 3: lower-case hex of the HMAC-SHA256 of that text under the AppSecret. Null for a client with a function `sign`, which is not
   * called.
   */
  readonly signature: string | null;
  /** The names of the signed headers, joined by `;`. */
  readonly signedHeaders: string;
  /** The first line in which the canonical request of the message differs. Null where there is none, or where it agrees. */
  readonly difference: Difference | null;
  /** What the message says about the refusal, as a sentence. Null without a message. */
  readonly finding: string | null;
}

/** One line of the canonical request, both ways. */
export interface Difference {
  /** What the line holds, as the publisher calls it: `METHOD`, `CanonicalURI`, `HashedRequestPayload` … */
  readonly part: string;
  /** Its number, from 1. */
  readonly line: number;
  /** As signed here. Empty where there is no such line. */
  readonly ours: string;
  /** As in the message. Empty where there is no such line. */
  readonly theirs: string;
}

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
export declare class Client {
  /** @throws {@link InvalidInputError} for anything that could not work, none or several ways to authenticate, an unknown option. */
  constructor(options: ClientOptions);

  /**
   * Builds a request, and sends nothing. Then {@link Client.parse} reads what came back.
   *
   * @throws {@link InvalidInputError} for what is no call of this API, a `date` outside the 15 minutes, a `traceId` of another
   * length, an unknown option; and for credentials with a function (`token`, `sign`), which only {@link Client.send} calls.
   */
  request(call: Call, options?: RequestOptions): KooDriveRequest;

  /**
   * Reads the response to a call. It does not learn the server's clock; {@link Client.observeClock} does.
   *
   * @throws {@link ApiError} for any status but 200, and for a code other than `0`.
   * @throws {@link UnreadableReplyError} for a 200 whose body is no JSON object with a readable code.
   * @throws {@link InvalidInputError} for something that is no response.
   */
  parse<C extends Call>(call: C, response: ResponseParts): ReplyTo<C>;

  /**
   * Sends a call over `fetch`, reads the reply, and learns the server's clock from it.
   *
   * It makes one attempt. It makes exactly one more, signed anew, where a 400 or 401 carries a `Date` that puts the X-Date sent
   * outside the 15 minutes: that one was refused, so it is no repeat. Nothing else is sent twice: whether repeats are safe is
   * not published.
   *
   * @throws Rejects with a {@link KooDriveError}: {@link InvalidInputError} as for
   * {@link Client.request}; {@link NotSentError} and {@link OutcomeUnknownError} where no complete answer came; {@link ApiError}
   * and {@link UnreadableReplyError} as for {@link Client.parse}.
   */
  send<C extends Call>(call: C, options?: SendOptions): Promise<ReplyTo<C>>;

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
  explain(call: Call, options?: ExplainOptions): Explanation;

  /** Milliseconds by which the server's clock is ahead of the caller's, as last learned. 0 before; within ±24 hours. */
  readonly clockOffsetMs: number;

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
  observeClock(headers: HeadersLike, sentAt: Instant, receivedAt: Instant): void;

  /**
   * The same client, learned clock included, with fresh credentials: tokens end while services run. This one stays as it is.
   *
   * @throws {@link InvalidInputError} as the constructor.
   */
  withCredentials(credentials: Credentials): Client;

  /**
   * Gives the client's memory back now, secrets overwritten; without it the garbage collector does so in its own time. Calls of
   * {@link Client.send} under way still end well; any other use throws {@link InvalidInputError}.
   */
  free(): void;

  /** {@link Client.free}, for `using`. */
  [Symbol.dispose](): void;
}

/** 58 random characters, for `traceId`. */
export declare function newTraceId(): string;

// --------------------------------------------------------------------------------------------------------------- errors

/**
 * What happened, in the same words in Rust, JavaScript and Python. Each is the `kind` of one class: {@link InvalidInputError},
 * {@link NotSentError}, {@link OutcomeUnknownError}, {@link ApiError}, {@link UnreadableReplyError}.
 */
export type ErrorKind = "invalid_input" | "not_sent" | "outcome_unknown" | "api" | "unreadable_reply";

/**
 * What is true at the service: `not_sent`, nothing reached it; `refused`, it received the call and did not act on it;
 * `unknown`, it may or may not have acted.
 */
export type Outcome = "not_sent" | "refused" | "unknown";

/** What all errors of this package have. */
declare class KooDriveErrorMembers extends Error {
  // The package makes its errors; nobody else does.
  protected constructor();
  /** Tells the classes apart: `switch (error.kind)` narrows a {@link KooDriveError}. */
  readonly kind: ErrorKind;
  /** What is true at the service. */
  readonly outcome: Outcome;
  /**
   * True where the call may be sent again although nothing is published about repeats: it was surely not acted on (not sent, or
   * refused with 429 or 503), or it changes nothing (GET).
   */
  readonly retryable: boolean;
  /** HTTP status. Null where the service did not answer. */
  readonly status: number | null;
  /** The service's `code`, or a gateway's `error_code`: text, digit for digit. */
  readonly code: string | null;
  /** The service's `msg`, or a gateway's `error_msg`: for people, in Chinese perhaps, so never match on it. */
  readonly msg: string | null;
  /** A gateway's `request_id`. */
  readonly requestId: string | null;
  /** The reply's, or where it has none the one that {@link Client.send} sent. */
  readonly traceId: string | null;
  /** The X-Date that {@link Client.send} sent: `20251103T070140Z`. */
  readonly xDate: string | null;
  /** Seconds that the service asks to wait (`Retry-After`; a date there is counted from the reply's own `Date`). */
  readonly retryAfter: number | null;
  /** The first 16,384 bytes of the reply's body, as text. Not part of the message. */
  readonly body: string | null;
  /** The field that was refused: the wire's name, or an option. */
  readonly field: string | null;
  /** Returns every field as a plain object, for a log or a queue; {@link KooDriveErrorClass.fromJSON} makes an error of it again. */
  toJSON(): KooDriveErrorJSON;
  /** What the transport, or the function `token`, has thrown. */
  readonly cause?: unknown;
}

/** What `toJSON` of an error returns. The cause is not in it. */
export interface KooDriveErrorJSON {
  /** The name of the class. */
  readonly name: string;
  /** The text. */
  readonly message: string;
  /** What happened. */
  readonly kind: ErrorKind;
  /** What is true at the service. */
  readonly outcome: Outcome;
  /** As of the error. */
  readonly retryable: boolean;
  /** As of the error. */
  readonly status: number | null;
  /** As of the error. */
  readonly code: string | null;
  /** As of the error. */
  readonly msg: string | null;
  /** As of the error. */
  readonly requestId: string | null;
  /** As of the error. */
  readonly traceId: string | null;
  /** As of the error. */
  readonly xDate: string | null;
  /** As of the error. */
  readonly retryAfter: number | null;
  /** As of the error. */
  readonly body: string | null;
  /** As of the error. */
  readonly field: string | null;
}

/**
 * Refused here, before anything was sent. The message names the field, what is wrong and what would be right, and never holds a
 * secret.
 */
export declare class InvalidInputError extends KooDriveErrorMembers {
  readonly name: "InvalidInputError";
  readonly kind: "invalid_input";
  readonly outcome: "not_sent";
  readonly retryable: false;
}

/**
 * The request surely never left: refused connection, DNS, TLS, connect time-out, a token function that failed, aborted before
 * sending. Browsers do not tell these apart from others, so there a failed `fetch` is an {@link OutcomeUnknownError}.
 */
export declare class NotSentError extends KooDriveErrorMembers {
  readonly name: "NotSentError";
  readonly kind: "not_sent";
  readonly outcome: "not_sent";
  readonly retryable: true;
}

/**
 * The request left, or may have left, and no complete answer came: connection lost, time-out, aborted. Find out what the service
 * has done before you repeat it.
 */
export declare class OutcomeUnknownError extends KooDriveErrorMembers {
  readonly name: "OutcomeUnknownError";
  readonly kind: "outcome_unknown";
  readonly outcome: "unknown";
  /** True for a call that changes nothing (GET). */
  readonly retryable: boolean;
}

/**
 * The service answered with any status but 200, or with 200 and a code other than `0`.
 *
 * `outcome` is `refused` for 3xx, 4xx, 503 and for 200 with another code; `unknown` for any other 5xx, any other status and for
 * code 13000201, "inner server invoke failure". At 400, 401 and 403 the message ends with what to check, in which order.
 */
export declare class ApiError extends KooDriveErrorMembers {
  readonly name: "ApiError";
  readonly kind: "api";
  readonly outcome: "refused" | "unknown";
  /** Any, 200 with another code than `0` included; 0 where a browser hides which redirect it was. */
  readonly status: number;
}

/** The service answered with a success whose body cannot be parsed. Find out what it has done before you repeat the call. */
export declare class UnreadableReplyError extends KooDriveErrorMembers {
  readonly name: "UnreadableReplyError";
  readonly kind: "unreadable_reply";
  readonly outcome: "unknown";
  /** True for a call that changes nothing (GET). */
  readonly retryable: boolean;
  /** 200; any 2xx for a raw call. */
  readonly status: number;
}

/**
 * Any error of this package: a union, told apart by `kind`.
 *
 * @example
 * ```ts
 * try {
 *   await client.send(call);
 * } catch (error) {
 *   if (!isKooDriveError(error)) throw error;
 *   switch (error.kind) {
 *     case "api":
 *       console.log(error.status, error.code); // an ApiError
 *       break;
 *     case "not_sent":
 *     case "outcome_unknown":
 *       console.log(error.cause); // what the transport said
 *       break;
 *     default:
 *       throw error;
 *   }
 * }
 * ```
 */
export type KooDriveError = InvalidInputError | NotSentError | OutcomeUnknownError | ApiError | UnreadableReplyError;

/**
 * The class above all of them: `error instanceof KooDriveError`, which narrows to the union. It is false for an error of another
 * copy of this package; {@link isKooDriveError} knows that one, too.
 */
export declare const KooDriveError: KooDriveErrorClass;

/** Of {@link KooDriveError}: something to stand right of `instanceof`. */
export interface KooDriveErrorClass extends Function {
  /**
   * Returns the error of which `toJSON` gave this object.
   * @throws {@link InvalidInputError} for anything else.
   */
  fromJSON(json: KooDriveErrorJSON): KooDriveError;
  /** What `instanceof` narrows to. */
  readonly prototype: KooDriveError;
}

/** True for any error of this package, even of another copy of it (ESM and CommonJS are two) or of another realm. */
export declare function isKooDriveError(error: unknown): error is KooDriveError;
