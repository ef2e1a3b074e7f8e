// The service's side in the place of fetch: the core judges a request, and its answer is carried out here, so that `send`
// meets what a real fetch would show it. Where fetches differ, that is Node's.
import { InvalidInputError } from "koodrive:client";
import { Service, initSync, misuse, refuse, refuseNumber } from "koodrive:glue";
import { instant } from "./instant.js";
import { load } from "./module/load.js";

/** @import { AcceptedCall, Sandbox as Declared, SandboxConfig } from "./sandbox.js" */
/** @import { Instant } from "./index.js" */

/**
 * What the service answers, and what becomes of it; see sandbox/src/lib.rs.
 * @typedef {{ status: number, headers: [string, string][], body: Uint8Array<ArrayBuffer> } & Fate} Answer
 * @typedef {{ delayMs?: number, dripMs?: number, cut?: string }} Fate
 */

/** @implements {Omit<Declared, typeof Symbol.dispose>} */
export class Sandbox {
  /** @type {Service | undefined} */
  #service;
  /** @type {() => Instant} */
  #now;

  /**
   * A property, since it is passed on without its object.
   * @type {typeof fetch}
   */
  fetch = async (input, init) => {
    const { signal: own, ...rest } = init ?? {};
    // Not the signal of the Request, which in Node is forgotten with it.
    const signal = own ?? /** @type {Partial<Request>} */ (input)?.signal;
    const request = new Request(input, rest);
    signal?.throwIfAborted();
    const body = new Uint8Array(await request.arrayBuffer());
    signal?.throwIfAborted();
    return respond(this.#judge(request, body), signal);
  };

  /** @param {SandboxConfig} [config] */
  constructor(config = {}) {
    const { now = Date.now, ...settings } = config ?? {};
    this.#now = now;
    this.#service = checked(() => {
      if (typeof now !== "function") refuse("now", "not a function; pass one or leave it out");
      return new Service(json(typeof config === "object" && config ? settings : config));
    });
  }

  /** @returns {AcceptedCall[]} */
  accepted() {
    return JSON.parse(this.#live().accepted());
  }

  free() {
    this.#service?.free();
    this.#service = undefined;
  }

  /** @type {(request: Request, body: Uint8Array) => Answer} */
  #judge({ method, url, headers }, body) {
    const service = this.#live();
    const answer = checked(() => service.answer(method, url, [...headers].flat(), body, instant(this.#now())));
    const head = JSON.parse(answer.head());
    // Taking the body frees the answer.
    return { ...head, body: answer.body() };
  }

  /** @returns {Service} */
  #live() {
    if (!this.#service) checked(() => misuse("the sandbox was freed; create a new one, or free it later"));
    return /** @type {Service} */ (this.#service);
  }
}

// Not in every host yet; where it is missing, `using` is as well.
if (Symbol.dispose) Object.assign(Sandbox.prototype, { [Symbol.dispose]: Sandbox.prototype.free });

let loaded = false;

/**
 * The result of `work`, which calls the module; what that throws becomes an error of the client's.
 * @template T
 * @param {() => T} work
 */
function checked(work) {
  if (!loaded) {
    load(initSync);
    loaded = true;
  }
  try {
    return work();
  } catch (thrown) {
    if (typeof thrown !== "string") throw thrown;
    const fields = JSON.parse(thrown);
    throw new InvalidInputError(fields.message, fields);
  }
}

/**
 * The configuration, with a bigint digit for digit: a policy's id lies above 2^53, where numbers have lost some.
 * @type {(config: unknown) => string}
 */
function json(config) {
  const mark = crypto.randomUUID();
  const text = JSON.stringify(config, (name, value) => {
    if (typeof value === "bigint") return mark + value;
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) refuseNumber(name);
    return value;
  });
  return `${text}`.replace(new RegExp(`"${mark}(-?\\d+)"`, "g"), "$1");
}

/** @type {(answer: Answer, signal?: AbortSignal | null) => Promise<Response>} */
async function respond({ status, headers, body, delayMs = 0, dripMs = 0, cut }, signal) {
  if (cut && cut !== "after headers") throw new TypeError("fetch failed", { cause: otherSideClosed() });
  const head = new Headers([...headers, ["content-length", `${body.length}`]]);
  // The head drips as well.
  const waitMs = delayMs + dripMs * headLength(head);
  if (waitMs > 0) await wait(waitMs, signal);
  let content = /** @type {BodyInit} */ (body);
  if (cut) content = terminated();
  if (dripMs > 0) content = dripping(body, dripMs, signal);
  return new Response(content, { status, headers: head });
}

const otherSideClosed = () => Object.assign(new Error("other side closed"), { name: "SocketError", code: "UND_ERR_SOCKET" });

const terminated = () =>
  new ReadableStream({
    pull(controller) {
      controller.error(new TypeError("terminated", { cause: otherSideClosed() }));
    },
  });

/**
 * As HTTP/1.1 writes it.
 * @type {(headers: Headers) => number}
 */
const headLength = (headers) =>
  [...headers].reduce((length, [name, value]) => length + `${name}: ${value}\r\n`.length, "HTTP/1.1 200 OK\r\n\r\n".length);

/** @type {(bytes: Uint8Array, pauseMs: number, signal?: AbortSignal | null) => ReadableStream} */
function dripping(bytes, pauseMs, signal) {
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

/**
 * Rejects as soon as one of the signals is aborted.
 * @param {number} ms
 * @param {(AbortSignal | null | undefined)[]} signals
 */
function wait(ms, ...signals) {
  return new Promise((/** @type {(value?: undefined) => void} */ resolve, reject) => {
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
