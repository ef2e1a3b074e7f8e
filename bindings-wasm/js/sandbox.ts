/**
 * The service's side of the API, for tests and for a first look: as strict as the published pages read.
 *
 * @packageDocumentation
 */
/// <reference lib="esnext.disposable" preserve="true" />
// The core judges a request, and its answer is carried out here, so that `send` meets what a real fetch would show it. Where fetches
// differ, that is Node's.
import { initSync, misuse, refuse, refuseNumber, Service } from "../generated/sandbox.js";
import { type Fetch, type Instant, KooDriveError, type KooDriveErrorJSON } from "./index.js";
import { instant } from "./instant.js";
import { load } from "./module/load.js";

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
   * The body of the answer.
   * @defaultValue an error in the service's shape, code `SANDBOX.SCRIPTED_FAULT`
   */
  readonly body?: string | undefined;
  /**
   * The answer's `Content-Type`.
   * @defaultValue `application/json`
   */
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
 * The fault of one request.
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

/** The sandbox's data and behaviour: the members of the server's configuration file, and a clock. */
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
   * The policies that getCurrentRetentionPolicy and getCarrierRetentionPolicy list, sent as given. An id above 2^53 is a bigint or text: a number
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
   * The path prefix of the endpoint, such as `/gateway/v2`. A path with another prefix is answered with 404.
   * @defaultValue none
   */
  readonly prefix?: string | undefined;
  /**
   * Faults, one entry per request, in their order. Requests after the last entry have none.
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
  /** The `type` that notifyPackageExpire sent: 2, unless {@link SandboxConfig.acceptedTypes} allows others. */
  readonly type?: number;
  /** X-Date, such as `20251103T070140Z`. */
  readonly xDate: string;
  /** Null where none was sent. */
  readonly traceId: string | null;
  /** Any other member of the body, such as `operationList` of reverseOrder. */
  readonly [member: string]: unknown;
}

/** The service's answer, and its fault; see sandbox/src/lib.rs. */
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
 * The service's side, in this process: as strict as the published pages read, and with faults on demand. No network is used.
 *
 * This is not the service. Why it refused a request stands in the reply header `x-sandbox-reason`, and its code is a published
 * one or `SANDBOX.` and the reason.
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
   * Stands in for `fetch`, signal included; for the option `transport`, or for anything that takes a fetch. Already bound to its
   * sandbox. A cut connection fails as in Node: `TypeError` with a cause of code `UND_ERR_SOCKET`.
   */
  readonly fetch: HostFetch;

  /**
   * Checks the configuration. Nothing is listened to.
   *
   * @throws InvalidInputError for an unknown member, a value of the wrong type, credentials that no client could have.
   */
  constructor(config: SandboxConfig = {}) {
    const { now = Date.now, ...settings } = config ?? {};
    this.#now = now;
    this.#service = callModule(() => {
      if (typeof now !== "function") refuse("now", "not a function; pass one or leave it out");
      return new Service(json(typeof config === "object" && config ? settings : config));
    });
    // A property, since it is passed on without its object.
    this.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
      const { signal: own, ...rest } = init ?? {};
      // Not the signal of the Request, which in Node is forgotten with it.
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
   * Returns the calls that were acted on and change state, in order: notifyPackageExpire, setRetentionPolicy, reverseOrder, and
   * the raw calls other than GET that an entry of {@link SandboxConfig.answers} took, whatever its status. A GET changes
   * nothing and is not listed.
   */
  accepted(): AcceptedCall[] {
    return JSON.parse(this.#live().accepted());
  }

  /** Gives the memory back at once; otherwise the garbage collector does. Any later use throws InvalidInputError. */
  free(): void {
    this.#service?.free();
    this.#service = undefined;
  }

  #judge({ method, url, headers }: Request, body: Uint8Array): Answer {
    const service = this.#live();
    const answer = callModule(() => service.answer(method, url, [...headers].flat(), body, instant(this.#now())));
    const head = JSON.parse(answer.head());
    // Taking the body frees the answer.
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

/** For `using`: TypeScript knows `Symbol.dispose` of every host, and not every host has it. */
export interface Sandbox {
  /** Does what {@link Sandbox.free} does, for `using`. */
  [Symbol.dispose](): void;
}

// A host without it has no `using` either.
if (Symbol.dispose) Object.assign(Sandbox.prototype, { [Symbol.dispose]: Sandbox.prototype.free });

let loaded = false;

/** Returns the result of `work`, which calls the module; what that throws becomes an error of the client's. */
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

/** Writes the configuration, a bigint digit for digit: a policy's id lies above 2^53, where numbers have lost some. */
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
  // The head drips as well.
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

/** As HTTP/1.1 writes it. */
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

/** Rejects as soon as one of the signals is aborted. */
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
