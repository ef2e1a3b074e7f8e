// Options of a job.
import type { Call } from "../calls.js";
import type { TokenFunction } from "../credentials.js";
import type { Exchange } from "../options.js";
import type { Fetch, Signal } from "../transport.js";
import type { HaltedError } from "./halted.js";

/** The action for an item that is not a call: see {@link DispatchOptions.onBadItem}. */
export type BadItemRule = "throw" | "outcome";

/**
 * Options of {@link dispatch}. Beside these the numbers of the {@link Policy}. `Rule` is that of
 * {@link DispatchOptions.onBadItem}; `Key` and `C` are what {@link DispatchOptions.beforeSend}
 * gets.
 */
export interface DispatchOptions<Rule extends BadItemRule = "throw", Key = unknown, C extends Call = Call> extends Policy {
  /**
   * Sends: a `fetch`, `overUndici(…)` of `koodrive/undici`, a sandbox's `fetch`. It must not follow
   * redirects, replay a request, or add credentials.
   * @defaultValue the global `fetch`
   */
  readonly transport?: Fetch | undefined;
  /**
   * Aborted, it does what {@link Dispatch.cancel} does: the loop goes on until all outcomes are
   * out, and ends well.
   */
  readonly signal?: Signal | undefined;
  /**
   * Gives a fresh token, or a promise of one. Called when the service says 401, and when the token
   * is older than {@link Policy.tokenAgeMs}. If it throws or rejects, it is called again later, and
   * after {@link Policy.attempts} times the job halts.
   * @defaultValue the client's, if its token is a function; that is called before the first
   * request, too
   */
  readonly token?: TokenFunction | undefined;
  /**
   * Called at a halt. If it returns true, or a promise of it, the job goes on; else the
   * {@link HaltedError} is thrown when the outcomes are out. What it throws is thrown then as well.
   */
  readonly onHalt?: ((halt: HaltedError) => unknown) | undefined;
  /**
   * Called with each signed request before it leaves, a repeat as well, and awaited: the request
   * leaves when the hook has returned, or its promise is fulfilled. Write the request down here.
   * What the hook throws ends the job and is thrown when the outcomes are out; its call was
   * `not_sent`. Several requests may wait at a time, as many as may be in flight. The hook has no
   * time-out.
   */
  readonly beforeSend?: ((outgoing: Outgoing<Key, C>) => unknown) | undefined;
  /**
   * Called after each exchange, for logs and metrics, as that of {@link SendOptions.onExchange}.
   * What it throws is ignored.
   */
  readonly onExchange?: ((exchange: Exchange) => unknown) | undefined;
  /**
   * The action for an item of the source that is not a call. `throw`: the job ends, and its
   * {@link InvalidInputError} is thrown when the outcomes are out. `outcome`: the item is a
   * {@link BadItem} among the outcomes, and the job goes on.
   * @defaultValue "throw"
   */
  readonly onBadItem?: Rule | undefined;
  /**
   * Milliseconds for one exchange, to the last byte of the reply, and for asking for a token; 1 to
   * 2^31 − 1.
   * @defaultValue 30 000
   */
  readonly timeoutMs?: number | undefined;
}

/** A signed request that is about to leave. It holds no credential. */
export interface Outgoing<Key = unknown, C extends Call = Call> {
  /** As the source gave it, or the call's position in the source, from 0. */
  readonly key: Key;
  /** As the source gave it. */
  readonly call: C;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** That of all attempts of the call, and of no other call's. */
  readonly traceId: string;
  /** X-Date of this attempt. */
  readonly xDate: string;
}

/**
 * Options by which calls are paced, retried and given up. The service publishes none of them.
 * **Times are milliseconds.**
 */
export interface Policy {
  /**
   * Requests per second, at most; 0.001 to 100 000. Ask your Huawei contact.
   * @defaultValue 50
   */
  readonly rate?: number | undefined;
  /**
   * Whether the pace falls below the rate while too many requests are throttled or fail. Without it
   * only a `Retry-After` is obeyed.
   * @defaultValue true
   */
  readonly adaptive?: boolean | undefined;
  /**
   * Requests that may leave at once after a pause; 0 to 1 000 000.
   * @defaultValue 0: a tenth of a second's worth, at least 1
   */
  readonly burst?: number | undefined;
  /**
   * Requests in flight, at most; 1 to 65 535.
   * @defaultValue 32
   */
  readonly concurrency?: number | undefined;
  /**
   * Calls that are read ahead, at most; 1 to 1 000 000. No more than these and those in flight are
   * held.
   * @defaultValue 64
   */
  readonly queue?: number | undefined;
  /**
   * How often a call is sent, at most; 1 to 100.
   * @defaultValue 8
   */
  readonly attempts?: number | undefined;
  /**
   * Before the n-th repeat a random time up to this, doubled n − 1 times.
   * @defaultValue 500
   */
  readonly backoffMs?: number | undefined;
  /**
   * The longest of these.
   * @defaultValue 60 000
   */
  readonly backoffCapMs?: number | undefined;
  /**
   * The longest `Retry-After` that is obeyed.
   * @defaultValue 3 600 000
   */
  readonly retryAfterCapMs?: number | undefined;
  /**
   * Repeats per first attempt, at most; 0 to 1. One per second and a small reserve are free.
   * @defaultValue 0.2
   */
  readonly retryRatio?: number | undefined;
  /**
   * Halts after so many calls in a row with the same answer and none delivered in between; 0:
   * never.
   * @defaultValue 20
   */
  readonly haltAfter?: number | undefined;
  /**
   * Whether the service may get a call twice without harm. No page says so. With it, a call with an
   * unknown outcome is sent again.
   * @defaultValue false
   */
  readonly repeatsAreSafe?: boolean | undefined;
  /**
   * The age at which a token is replaced before it is refused; at least 1000. Choose less than it
   * lives.
   * @defaultValue none: only a 401 tells
   */
  readonly tokenAgeMs?: number | undefined;
  /**
   * Bytes of a reply's body, after decompression: an integer from 1 to 2^30. A longer one is
   * unreadable.
   * @defaultValue 1 048 576
   */
  readonly replyLimit?: number | undefined;
}
