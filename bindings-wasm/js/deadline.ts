// Ends an attempt by the caller's signal or by its time-out.
import type { Fetch, Signal } from "./transport.js";

/** Marks the transport of undici.ts, which needs only part of an AbortSignal. */
export const LIGHT_SIGNAL: unique symbol = Symbol.for("koodrive.lightSignal");

/**
 * Ends an attempt when the caller's signal aborts or time is up, even if a transport ignores its
 * signal.
 *
 * The class implements the part of a signal that undici needs. In Node an AbortSignal with a
 * listener costs more than a whole request.
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

  /** Returns the signal for `transport`. */
  signalFor(transport: Fetch): Signal {
    // This class implements all that the transport of undici.ts reads of a signal.
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

  /**
   * Returns the result of `work`, or rejects with the reason of an earlier end. One race runs at a
   * time.
   */
  race<T>(work: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.aborted) reject(this.reason);
      work.then(resolve, reject);
    });
  }

  /** Removes the timer and the listener. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#abort);
  }

  readonly #abort = (): void => this.#end(this.#outer?.reason);

  #end(reason: unknown): void {
    this.aborted = true;
    this.reason = reason;
    // This comes first: the transport may reject with the same reason in other words.
    this.#reject?.(reason);
    this.#controller?.abort(reason);
    for (const listener of this.#listeners) listener();
  }
}
