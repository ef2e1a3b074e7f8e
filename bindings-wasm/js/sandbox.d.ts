/**
 * The service's side of the API, for tests and for a first look: as strict as the published pages read.
 *
 * @packageDocumentation
 */

/// <reference lib="esnext.disposable" />
import type { Fetch, Instant } from "./index.js";

/** An app id and its secret. */
export interface SandboxApp {
  /** As a client takes it. */
  readonly appId: string;
  /** As a client takes it; not empty. */
  readonly appSecret: string;
}

/** A status that the script answers in the service's place. The call is not looked at. */
export interface StatusFault {
  /** 200 to 599, without 204, 205 and 304, which carry no body. */
  readonly status: number;
  /**
   * What the answer's body is.
   * @defaultValue an error in the service's shape, code `SANDBOX.SCRIPTED_FAULT`
   */
  readonly body?: string | undefined;
  /** @defaultValue `application/json` */
  readonly contentType?: string | undefined;
  /** `Retry-After`: seconds, or the text as it is to be sent, such as an HTTP date. */
  readonly retryAfter?: number | string | undefined;
  /**
   * Seconds by which `Date` departs from the sandbox's clock, ahead if positive.
   * @defaultValue 0
   */
  readonly dateOffset?: number | undefined;
}

/**
 * What goes wrong with one request.
 *
 * - `"pass"`: nothing.
 * - `429` or `{ status: 429, … }`: this answer instead of the service's; the call is not acted on.
 * - `"cut"`, `"cut-in-headers"`, `"cut-after-headers"`: the connection ends before the answer's first byte, within its
 *   headers, before its body. The call is acted on: that is what makes an outcome unknown.
 * - `{ delay: 2.5 }`: the answer comes after so many seconds. The call is acted on.
 * - `{ drip: 0.01 }`: the answer comes byte by byte, with this pause in seconds after each. The call is acted on.
 */
export type Fault =
  | "pass"
  | "cut"
  | "cut-in-headers"
  | "cut-after-headers"
  | number
  | StatusFault
  | { readonly delay: number }
  | { readonly drip: number };

/** What the sandbox knows and how it behaves: the members of the server's configuration file, and a clock. */
export interface SandboxConfig {
  /**
   * App ids that are known. Where neither an app nor a token is given, app `example-app-id` with secret
   * `example-app-secret-not-real` and token `example-token-not-real` are.
   */
  readonly apps?: readonly SandboxApp[] | undefined;
  /** Tokens that are known: bare one is taken as `Bearer …` and as `AT …`, with its scheme only so. */
  readonly tokens?: readonly string[] | undefined;
  /**
   * Values of X-User-Id that exist.
   * @defaultValue any
   */
  readonly userIds?: readonly string[] | null | undefined;
  /**
   * Values of X-User-Id on the whitelist.
   * @defaultValue everyone
   */
  readonly whitelist?: readonly string[] | null | undefined;
  /**
   * Users of the carrier that exist, for notifyPackageExpire and reverseOrder.
   * @defaultValue any
   */
  readonly carrierUserIds?: readonly string[] | null | undefined;
  /**
   * Packages of the carrier that exist, for notifyPackageExpire and reverseOrder.
   * @defaultValue any
   */
  readonly packageIds?: readonly string[] | null | undefined;
  /**
   * Status for refused credentials. Both are published.
   * @defaultValue 401
   */
  readonly refusedStatus?: 400 | 401 | undefined;
  /**
   * Accepted values of `type`.
   * @defaultValue 2 alone, the documented one: the publisher's own example, 1, is refused
   */
  readonly acceptedTypes?: readonly number[] | undefined;
  /**
   * Accepted values of `changeType` of reverseOrder.
   * @defaultValue 1 alone, the documented one
   */
  readonly acceptedChangeTypes?: readonly number[] | undefined;
  /**
   * Refuses a call of notifyPackageExpire or reverseOrder whose operation and body were accepted before. The order of the body's
   * members does not count.
   * @defaultValue false
   */
  readonly refuseRepeats?: boolean | undefined;
  /**
   * Copies x-traceid into the reply. No page says that the service does.
   * @defaultValue false
   */
  readonly echoTraceId?: boolean | undefined;
  /**
   * Writes `"code":"0"` instead of `"code":0`: the pages show either.
   * @defaultValue false
   */
  readonly codeAsText?: boolean | undefined;
  /**
   * `msg` of a success.
   * @defaultValue `Success.`
   */
  readonly msg?: string | undefined;
  /**
   * What getCurrentRetentionPolicy and getCarrierRetentionPolicy list, sent as given. An id above 2^53 is a bigint or text: a number
   * is refused.
   */
  readonly policies?: readonly { readonly [name: string]: unknown }[] | undefined;
  /** The `data` of getSpaceUsageByOverview, sent as given. */
  readonly spaceUsage?: { readonly [name: string]: unknown } | undefined;
  /**
   * Answers to raw calls. A request is verified as any other before it is answered.
   * @defaultValue none: a call without a type is answered with 404
   */
  readonly answers?: readonly RawAnswer[] | undefined;
  /**
   * Lets an app id make the three calls for retention policies. The publisher says that app authentication is not supported there.
   * @defaultValue false
   */
  readonly appAuthenticationEverywhere?: boolean | undefined;
  /**
   * The only authority, such as `gateway.example:8443`, that is answered.
   * @defaultValue whatever the URL says
   */
  readonly authority?: string | null | undefined;
  /**
   * What goes wrong, one entry per request, in their order. After the last one nothing does.
   * @defaultValue nothing
   */
  readonly faults?: readonly Fault[] | undefined;
  /**
   * The service's clock.
   * @defaultValue `Date.now`
   */
  readonly now?: (() => Instant) | undefined;
}

/** An answer to raw calls with this method and path. */
export interface RawAnswer {
  /** In upper case. The constructor refuses any other. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The end of the path, as it is sent: percent-encoded, without the query. The constructor refuses any other form. */
  readonly path: string;
  /**
   * HTTP status.
   * @defaultValue 200
   */
  readonly status?: number | undefined;
  /**
   * JSON text.
   * @defaultValue `{"code":0,"msg":"Success."}`
   */
  readonly body?: string | undefined;
}

/**
 * A call that changes state and was acted on, whether or not its answer arrived: the members of its JSON body as they were
 * sent, and three of the sandbox's own. A member of the body with the name of one of these three is left out. As everywhere
 * in JavaScript, an integer beyond 2^53 in the body loses digits.
 */
export interface AcceptedCall {
  /**
   * `notifyPackageExpire`, `setRetentionPolicy` or `reverseOrder`; for a raw call the method and the path of the entry of
   * {@link SandboxConfig.answers}, such as `PUT /koodrive/ose/v1/users/1`.
   */
  readonly operation: string;
  /** The carrier's id of the user; always there in notifyPackageExpire. */
  readonly carrierUserId?: string;
  /** The carrier's id of the package; always there in notifyPackageExpire. */
  readonly packageId?: string;
  /** What notifyPackageExpire sent as `type`: 2, unless {@link SandboxConfig.acceptedTypes} allows others. */
  readonly type?: number;
  /** X-Date, such as `20251103T070140Z`. */
  readonly xDate: string;
  /** Null where none was sent. */
  readonly traceId: string | null;
  /** Any other member of the body, such as `operationList` of reverseOrder. */
  readonly [member: string]: unknown;
}

/**
 * The service's side, in this process: as strict as the published pages read, and with faults on demand. No network is used.
 *
 * This is not the service. Why it refused a request stands in the reply header `x-sandbox-reason`, and its code is a published
 * one or `SANDBOX.` and the reason.
 *
 * @example
 * ```ts
 * // The call is acted on, and its answer is lost.
 * const sandbox = new Sandbox({ faults: ["cut"] });
 * const error = await client.send(call, { fetch: sandbox.fetch }).catch((error) => error);
 * console.log(error.outcome, sandbox.accepted().length); // → unknown 1
 * ```
 */
export declare class Sandbox {
  /** @throws InvalidInputError for an unknown member, a value of the wrong type, credentials that no client could have. */
  constructor(config?: SandboxConfig);

  /**
   * Stands in for `fetch`, signal included; for `send`, or for anything that takes a fetch. Already bound to its sandbox.
   * A cut connection fails as in Node: `TypeError` with a cause of code `UND_ERR_SOCKET`.
   */
  readonly fetch: typeof globalThis extends { fetch: infer F } ? F : Fetch;

  /**
   * Returns the calls that were acted on and change state, in order: notifyPackageExpire, setRetentionPolicy, reverseOrder, and
   * the raw calls other than GET that an entry of {@link SandboxConfig.answers} took, whatever its status. A GET changes
   * nothing and is not listed.
   */
  accepted(): AcceptedCall[];

  /** Gives the memory back at once; otherwise the garbage collector does. Any later use throws InvalidInputError. */
  free(): void;

  /** {@link Sandbox.free}, for `using`. */
  [Symbol.dispose](): void;
}
