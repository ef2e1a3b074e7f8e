// The end of an attempt: the caller's signal, or time.
import type { Fetch, Signal } from "./transport.js";

/** On the transport of undici.ts, which is content with less than an AbortSignal. */
export const LIGHT_SIGNAL: unique symbol = Symbol.for("koodrive.lightSignal");

/**
 * Ends an attempt with the caller's signal or when time is up, even where a transport ignores its signal.
 *
 * It is a signal itself, as far as undici needs one: in Node an AbortSignal and a listener cost more than a whole request.
 */
export class Deadline {
  aborted = false;
  reason: unknown;
  readonly #outer: Signal | undefined;
  readonly #timer: ReturnType<typeof setTimeout>;
  #controller: AbortController | undefined;
  #reject: ((reason: unknown) => void) | undefined;
  #listeners: (() => void)[] = [];

  constructor(outer: Signal | undefined, timeoutMs: number) {
    this.#outer = outer;
    this.#timer = setTimeout(() => {
      this.#end(new DOMException(`no complete answer within ${timeoutMs} ms`, "TimeoutError"));
    }, timeoutMs);
    if (outer?.aborted) this.#abort();
    else outer?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Returns the signal for this transport. */
  signalFor(transport: Fetch): Signal {
    // The transport of undici.ts uses no more of a signal than there is of it here.
    if (LIGHT_SIGNAL in transport) return this as unknown as Signal;
    this.#controller = new AbortController();
    return this.#controller.signal;
  }

  addEventListener(_: "abort", listener: () => void): void {
    this.#listeners.push(listener);
  }

  removeEventListener(_: "abort", listener: () => void): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  /** Returns the result of `work`, one at a time, or the reason of an end that comes before it. */
  race<T>(work: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.aborted) reject(this.reason);
      work.then(resolve, reject);
    });
  }

  /** Leaves neither a timer nor a listener behind. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#abort);
  }

  readonly #abort = (): void => this.#end(this.#outer?.reason);

  #end(reason: unknown): void {
    this.aborted = true;
    this.reason = reason;
    // First: with the transport the same reason may come in other words.
    this.#reject?.(reason);
    this.#controller?.abort(reason);
    for (const listener of this.#listeners) listener();
  }
}
