/** Ends an attempt with the caller's signal or when time is up, even where a stand-in for fetch ignores its signal. */
export class Deadline {
  #controller = new AbortController();
  #outer;
  #timer;
  /** @type {((reason: unknown) => void) | undefined} */
  #reject;

  /** @param {AbortSignal | null | undefined} outer @param {number} timeoutMs */
  constructor(outer, timeoutMs) {
    this.#outer = outer;
    this.#timer = setTimeout(() => {
      this.#end(new DOMException(`no complete answer within ${timeoutMs} ms`, "TimeoutError"));
    }, timeoutMs);
    if (outer?.aborted) this.#abort();
    else outer?.addEventListener("abort", this.#abort, { once: true });
  }

  get signal() {
    return this.#controller.signal;
  }

  /**
   * The result of `work`, one at a time, or the reason of an end that comes before it.
   * @template T @param {PromiseLike<T>} work @returns {Promise<T>}
   */
  race(work) {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.signal.aborted) reject(this.signal.reason);
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
    // First: with the transport the same reason may come in other words.
    this.#reject?.(reason);
    this.#controller.abort(reason);
  }
}
