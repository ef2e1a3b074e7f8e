/** On the fetch of undici.js, which is content with less than an AbortSignal. */
export const LIGHT_SIGNAL = Symbol.for("koodrive.lightSignal");

/**
 * Ends an attempt with the caller's signal or when time is up, even where a stand-in for fetch ignores its signal.
 *
 * It is a signal itself, as far as undici needs one: in Node an AbortSignal and a listener cost more than a whole request.
 */
export class Deadline {
  aborted = false;
  /** @type {unknown} */
  reason;
  #outer;
  #timer;
  /** @type {AbortController | undefined} */
  #controller;
  /** @type {((reason: unknown) => void) | undefined} */
  #reject;
  /** @type {(() => void)[]} */
  #listeners = [];

  /** @param {AbortSignal | null | undefined} outer @param {number} timeoutMs */
  constructor(outer, timeoutMs) {
    this.#outer = outer;
    this.#timer = setTimeout(() => {
      this.#end(new DOMException(`no complete answer within ${timeoutMs} ms`, "TimeoutError"));
    }, timeoutMs);
    if (outer?.aborted) this.#abort();
    else outer?.addEventListener("abort", this.#abort, { once: true });
  }

  /** The signal for this transport. @param {Function} fetch @returns {AbortSignal} */
  signalFor(fetch) {
    if (LIGHT_SIGNAL in fetch) return /** @type {any} */ (this);
    this.#controller = new AbortController();
    return this.#controller.signal;
  }

  /** @param {"abort"} _ @param {() => void} listener */
  addEventListener(_, listener) {
    this.#listeners.push(listener);
  }

  /** @param {"abort"} _ @param {() => void} listener */
  removeEventListener(_, listener) {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  /**
   * The result of `work`, one at a time, or the reason of an end that comes before it.
   * @template T @param {PromiseLike<T>} work @returns {Promise<T>}
   */
  race(work) {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.aborted) reject(this.reason);
      work.then(resolve, reject);
    });
  }

  /** Nothing is left behind. */
  clear() {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#abort);
  }

  #abort = () => this.#end(this.#outer?.reason);

  /** @param {unknown} reason */
  #end(reason) {
    this.aborted = true;
    this.reason = reason;
    // First: with the transport the same reason may come in other words.
    this.#reject?.(reason);
    this.#controller?.abort(reason);
    for (const listener of this.#listeners) listener();
  }
}
