/**
 * A sandbox: the service's side of the API, for tests and for a first try. It is as strict as the
 * published pages.
 *
 * @packageDocumentation
 */
/// <reference lib="esnext.disposable" preserve="true" />
// The core judges a request. This file acts out the answer as a real fetch would. Where fetches
// differ, it follows Node's.
import { initSync, misuse, refuse, refuseNumber, Service } from "../generated/sandbox.js";
import { type Fetch, type Instant, KooDriveError, type KooDriveErrorJSON } from "./index.js";
import { instant } from "./instant.js";
import { load } from "./module/load.js";

/** An app id and its secret. */
export interface SandboxApp {
  /** The app id, by the same rules as a client's. */
  readonly appId: string;
  /** The app secret, by the same rules as a client's. It is not empty. */
  readonly appSecret: string;
}

/** A scripted answer in place of the service's. The sandbox does not look at the call. */
export interface StatusFault {
  /** HTTP status: 200 to 599 except 204, 205 and 304, which carry no body. */
  readonly status: number;
  /**
   * The body of the answer.
   * @defaultValue an error in the service's shape, code `SANDBOX.SCRIPTED_FAULT`
   */
  readonly body?: string | undefined;
  /**
   * The answer's `Content-Type`.
   * @defaultValue `application/json`
   */
  readonly contentType?: string | undefined;
  /** The header `Retry-After`: seconds, or its text, such as an HTTP date. */
  readonly retryAfter?: number | string | undefined;
  /**
   * Seconds by which `Date` is ahead of the sandbox's clock. A negative number puts it behind.
   * @defaultValue 0
   */
  readonly dateOffset?: number | undefined;
}

/**
 * The fault of one request.
 *
 * - `"pass"`: no fault.
 * - `429` or `{ status: 429, … }`: this answer instead of the service's. The sandbox does not act
 *   on the call.
 * - `"cut"`: the connection ends before the first byte of the answer. The sandbox has acted on the
 *   call, so its outcome is unknown to the client.
 * - `"cut-in-headers"`, `"cut-after-headers"`: the same, but within the headers, or before the
 *   body.
 * - `{ delay: 2.5 }`: the answer comes after this many seconds. The sandbox acts on the call.
 * - `{ drip: 0.01 }`: the answer comes byte by byte, with this pause in seconds after each. The
 *   sandbox acts on the call.
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

/**
 * The sandbox's data and behaviour: the members of the server's configuration file, and a clock.
 */
export interface SandboxConfig {
  /**
   * The known app ids.
   * @defaultValue `example-app-id` with the secret `example-app-secret-not-real`, unless `tokens`
   * is given
   */
  readonly apps?: readonly SandboxApp[] | undefined;
  /**
   * The known tokens. A bare token is accepted after `Bearer` and after `AT`. A token with its
   * scheme is accepted with that scheme only.
   * @defaultValue `example-token-not-real`, unless `apps` is given
   */
  readonly tokens?: readonly string[] | undefined;
  /**
   * The values of X-User-Id that exist.
   * @defaultValue any
   */
  readonly userIds?: readonly string[] | null | undefined;
  /**
   * The values of X-User-Id on the whitelist.
   * @defaultValue any
   */
  readonly whitelist?: readonly string[] | null | undefined;
  /**
   * The carrier's users that exist, for notifyPackageExpire and reverseOrder.
   * @defaultValue any
   */
  readonly carrierUserIds?: readonly string[] | null | undefined;
  /**
   * The carrier's packages that exist, for notifyPackageExpire and reverseOrder.
   * @defaultValue any
   */
  readonly packageIds?: readonly string[] | null | undefined;
  /**
   * The status for refused credentials. Both values are published.
   * @defaultValue 401
   */
  readonly refusedStatus?: 400 | 401 | undefined;
  /**
   * The accepted values of `type`.
   * @defaultValue 2 alone, the documented one: the publisher's own example, 1, is refused
   */
  readonly acceptedTypes?: readonly number[] | undefined;
  /**
   * The accepted values of `changeType` of reverseOrder.
   * @defaultValue 1 alone, the documented one
   */
  readonly acceptedChangeTypes?: readonly number[] | undefined;
  /**
   * Refuses a notifyPackageExpire or reverseOrder whose body was accepted before. The order of the
   * body's members does not count.
   * @defaultValue false
   */
  readonly refuseRepeats?: boolean | undefined;
  /**
   * Copies x-traceid into the reply. No page says that the service does.
   * @defaultValue false
   */
  readonly echoTraceId?: boolean | undefined;
  /**
   * Writes `"code":"0"` instead of `"code":0`. The pages show both.
   * @defaultValue false
   */
  readonly codeAsText?: boolean | undefined;
  /**
   * The `msg` of a success.
   * @defaultValue `Success.`
   */
  readonly msg?: string | undefined;
  /**
   * The policies in the replies to getCurrentRetentionPolicy and getCarrierRetentionPolicy, sent
   * unchanged. Give an id above 2^53 as bigint or text; a number is refused.
   */
  readonly policies?: readonly { readonly [name: string]: unknown }[] | undefined;
  /** The `data` of getSpaceUsageByOverview, sent unchanged. */
  readonly spaceUsage?: { readonly [name: string]: unknown } | undefined;
  /**
   * The answers to raw calls. The sandbox checks the request first, as any other.
   * @defaultValue none: a raw call is answered with 404
   */
  readonly answers?: readonly RawAnswer[] | undefined;
  /**
   * Lets an app id make the three retention-policy calls. The publisher says that they take no app
   * authentication.
   * @defaultValue false
   */
  readonly appAuthenticationEverywhere?: boolean | undefined;
  /**
   * The only accepted authority, such as `gateway.example:8443`.
   * @defaultValue the URL's own
   */
  readonly authority?: string | null | undefined;
  /**
   * The path prefix of the endpoint, such as `/gateway/v2`. Other paths get 404.
   * @defaultValue none
   */
  readonly prefix?: string | undefined;
  /**
   * The faults in order, one per request. Later requests have none.
   * @defaultValue none
   */
  readonly faults?: readonly Fault[] | undefined;
  /**
   * Returns the time of the service's clock.
   * @defaultValue `Date.now`
   */
  readonly now?: (() => Instant) | undefined;
}

/** The answer to raw calls with this method and path. */
export interface RawAnswer {
  /** The HTTP method in upper case. The constructor refuses any other value. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /**
   * The end of the path as sent: percent-encoded, without the query. The constructor refuses any
   * other form.
   */
  readonly path: string;
  /**
   * HTTP status.
   * @defaultValue 200
   */
  readonly status?: number | undefined;
  /**
   * The body as JSON text.
   * @defaultValue `{"code":0,"msg":"Success."}`
   */
  readonly body?: string | undefined;
}

/**
 * A call that changed state in the sandbox, whether or not its answer arrived.
 *
 * It has the members of the JSON body that was sent, and three of the sandbox's own: `operation`,
 * `xDate`, `traceId`. These three hide members of the body with the same names. An integer beyond
 * 2^53 in the body loses digits.
 */
export interface AcceptedCall {
  /**
   * `notifyPackageExpire`, `setRetentionPolicy` or `reverseOrder`. For a raw call: method and path
   * of its entry in {@link SandboxConfig.answers}, such as `PUT /koodrive/ose/v1/users/1`.
   */
  readonly operation: string;
  /** The carrier's id of the user. notifyPackageExpire always has it. */
  readonly carrierUserId?: string;
  /** The carrier's id of the package. notifyPackageExpire always has it. */
  readonly packageId?: string;
  /**
   * The `type` of notifyPackageExpire: 2, unless {@link SandboxConfig.acceptedTypes} allows others.
   */
  readonly type?: number;
  /** X-Date, such as `20251103T070140Z`. */
  readonly xDate: string;
  /** The trace id. Null if none was sent. */
  readonly traceId: string | null;
  /** Any other member of the body, such as reverseOrder's `operationList`. */
  readonly [member: string]: unknown;
}

/** The core's answer and fault; see sandbox/src/lib.rs. */
interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array<ArrayBuffer>;
  readonly delayMs?: number;
  readonly dripMs?: number;
  readonly cut?: string;
}

/** The host's type of `fetch`, if it has one. */
type HostFetch = typeof globalThis extends { fetch: infer F } ? F : Fetch;

/**
 * The service's side in this process, as strict as the published pages, with faults on demand. It
 * uses no network.
 *
 * It is an imitation of the service. The reply header `x-sandbox-reason` gives the reason of a
 * refusal. The code is a published one, or `SANDBOX.` and the reason.
 *
 * @example
 * ```ts
 * // The call is acted on, and its answer is lost.
 * const sandbox = new Sandbox({ faults: ["cut"] });
 * const error = await client.send(call, { transport: sandbox.fetch }).catch((error) => error);
 * console.log(error.outcome, sandbox.accepted().length); // → unknown 1
 * ```
 */
export class Sandbox {
  #service: Service | undefined;
  readonly #now: () => Instant;

  /**
   * Replaces `fetch`, with its signal, in the option `transport` or in other code. It is bound to
   * its sandbox.
   *
   * A cut connection fails as in Node: with a `TypeError` whose cause has the code
   * `UND_ERR_SOCKET`.
   */
  readonly fetch: HostFetch;

  /**
   * Checks `config`. The sandbox opens no port.
   *
   * @throws InvalidInputError for an unknown member, a value of the wrong type, credentials that a
   * client would refuse.
   */
  constructor(config: SandboxConfig = {}) {
    const { now = Date.now, ...settings } = config ?? {};
    this.#now = now;
    this.#service = callModule(() => {
      if (typeof now !== "function") refuse("now", "not a function; pass one or leave it out");
      return new Service(json(typeof config === "object" && config ? settings : config));
    });
    // This is a property, since users pass it on without its object.
    this.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
      const { signal: own, ...rest } = init ?? {};
      // The signal of the Request alone would not do: Node forgets that one together with the
      // Request.
      const signal = own ?? (input as Partial<Request>)?.signal;
      if (typeof Request !== "function") {
        throw new Error("the sandbox's fetch needs Request and Response, which this host lacks; in Jest, use the test environment node");
      }
      const request = new Request(input, rest);
      signal?.throwIfAborted();
      const body = new Uint8Array(await request.arrayBuffer());
      signal?.throwIfAborted();
      return respond(this.#judge(request, body), signal);
    }) satisfies typeof fetch as HostFetch;
  }

  /**
   * Returns the calls that changed state, in order: notifyPackageExpire, setRetentionPolicy,
   * reverseOrder, and raw calls.
   *
   * A raw call is listed if an entry of {@link SandboxConfig.answers} took it, with any status. A
   * GET changes nothing and is not listed.
   */
  accepted(): AcceptedCall[] {
    return JSON.parse(this.#live().accepted());
  }

  /**
   * Frees the memory now instead of at a garbage collection. Any later use throws
   * InvalidInputError.
   */
  free(): void {
    this.#service?.free();
    this.#service = undefined;
  }

  #judge({ method, url, headers }: Request, body: Uint8Array): Answer {
    const service = this.#live();
    const answer = callModule(() => service.answer(method, url, [...headers].flat(), body, instant(this.#now())));
    const head = JSON.parse(answer.head());
    // `body()` frees the answer, so it comes last.
    return { ...head, body: answer.body() };
  }

  #live(): Service {
    const service = this.#service;
    if (service) return service;
    return callModule(() => {
      misuse("the sandbox was freed; create a new one, or free it later");
      throw new Error("unreachable: the line above throws");
    });
  }
}

/**
 * Declares the method for `using`. TypeScript has `Symbol.dispose` for every host, but some hosts
 * lack it.
 */
export interface Sandbox {
  /** Does what {@link Sandbox.free} does, for `using`. */
  [Symbol.dispose](): void;
}

// A host without the symbol has no `using` either.
if (Symbol.dispose) Object.assign(Sandbox.prototype, { [Symbol.dispose]: Sandbox.prototype.free });

let loaded = false;

/**
 * Returns the result of `work`, which calls the module. Errors of the module become the client's
 * errors.
 */
function callModule<T>(work: () => T): T {
  if (!loaded) {
    load(initSync);
    loaded = true;
  }
  try {
    return work();
  } catch (thrown) {
    if (typeof thrown !== "string") throw thrown;
    const fields: KooDriveErrorJSON = JSON.parse(thrown);
    throw KooDriveError.fromJSON(fields);
  }
}

/**
 * Returns `config` as JSON, with all digits of a bigint. A policy's id lies above 2^53, where
 * numbers lose digits.
 */
function json(config: unknown): string {
  const mark = crypto.randomUUID();
  const text: string | undefined = JSON.stringify(config, (name, value: unknown) => {
    if (typeof value === "bigint") return mark + value;
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) refuseNumber(name);
    return value;
  });
  return `${text}`.replace(new RegExp(`"${mark}(-?\\d+)"`, "g"), "$1");
}

type MaybeSignal = AbortSignal | null | undefined;

async function respond({ status, headers, body, delayMs = 0, dripMs = 0, cut }: Answer, signal: MaybeSignal): Promise<Response> {
  if (cut && cut !== "cut-after-headers") throw new TypeError("fetch failed", { cause: otherSideClosed() });
  const head = new Headers([...headers.map(([name, value]): [string, string] => [name, value]), ["content-length", `${body.length}`]]);
  // The head drips, too.
  const waitMs = delayMs + dripMs * headLength(head);
  if (waitMs > 0) await wait(waitMs, signal);
  let content: BodyInit = body;
  if (cut) content = terminated();
  if (dripMs > 0) content = dripping(body, dripMs, signal);
  return new Response(content, { status, headers: head });
}

const otherSideClosed = (): Error => Object.assign(new Error("other side closed"), { name: "SocketError", code: "UND_ERR_SOCKET" });

const terminated = (): ReadableStream =>
  new ReadableStream({
    pull(controller) {
      controller.error(new TypeError("terminated", { cause: otherSideClosed() }));
    },
  });

/** Returns the length of the head that HTTP/1.1 would write. */
const headLength = (headers: Headers): number =>
  [...headers].reduce((length, [name, value]) => length + `${name}: ${value}\r\n`.length, "HTTP/1.1 200 OK\r\n\r\n".length);

function dripping(bytes: Uint8Array, pauseMs: number, signal: MaybeSignal): ReadableStream {
  const cancelled = new AbortController();
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      await wait(pauseMs, signal, cancelled.signal);
      controller.enqueue(bytes.subarray(at, ++at));
      if (at === bytes.length) controller.close();
    },
    cancel: () => cancelled.abort(),
  });
}

/** Waits `ms` milliseconds. Rejects as soon as one of `signals` is aborted. */
function wait(ms: number, ...signals: readonly MaybeSignal[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      for (const signal of signals) signal?.removeEventListener("abort", end);
      const aborted = signals.find((signal) => signal?.aborted);
      if (aborted) reject(aborted.reason);
      else resolve();
    };
    const timer = setTimeout(end, ms);
    for (const signal of signals) signal?.addEventListener("abort", end);
    if (signals.some((signal) => signal?.aborted)) end();
  });
}
