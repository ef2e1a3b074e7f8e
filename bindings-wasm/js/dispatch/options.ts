// The options of a job.
import type { Call } from "../calls.js";
import type { TokenFunction } from "../credentials.js";
import type { Exchange } from "../options.js";
import type { Fetch, Signal } from "../transport.js";
import type { HaltedError } from "./halted.js";

/** The rule for an item that is not a call; see {@link DispatchOptions.onBadItem}. */
export type BadItemRule = "throw" | "outcome";

/**
 * Options of {@link dispatch}, together with the numbers of {@link Policy}.
 *
 * `Rule` is the type of {@link DispatchOptions.onBadItem}. `Key` and `C` are those of
 * {@link DispatchOptions.beforeSend}.
 */
export interface DispatchOptions<Rule extends BadItemRule = "throw", Key = unknown, C extends Call = Call> extends Policy {
  /**
   * The transport: a `fetch`, `overUndici(…)` of `koodrive/undici`, or a sandbox's `fetch`. It must
   * not follow redirects, replay a request, or add credentials.
   * @defaultValue the global `fetch`
   */
  readonly transport?: Fetch | undefined;
  /**
   * Cancels the job as {@link Dispatch.cancel} does. The loop continues until all outcomes are out,
   * and ends without an error.
   */
  readonly signal?: Signal | undefined;
  /**
   * Returns a fresh token, or a promise of one. It is called after a 401, and when the token is
   * older than {@link Policy.tokenAgeMs}.
   *
   * If it throws or rejects, it is called again later. After {@link Policy.attempts} failures the
   * job halts.
   * @defaultValue the client's, if its token is a function; that is called before the first
   * request, too
   */
  readonly token?: TokenFunction | undefined;
  /**
   * Called at a halt. If it returns true, or a promise of true, the job continues. Otherwise the
   * {@link HaltedError} is thrown after the outcomes. An error of this function is thrown then as
   * well.
   */
  readonly onHalt?: ((halt: HaltedError) => unknown) | undefined;
  /**
   * Called with each signed request, also of a retry, and awaited: the request leaves after that.
   * Write your journal here.
   *
   * If it throws or rejects, its call is `not_sent` and the job ends. The error is thrown after the
   * outcomes. Up to {@link Policy.concurrency} requests wait at a time. The hook has no time-out.
   */
  readonly beforeSend?: ((outgoing: Outgoing<Key, C>) => unknown) | undefined;
  /**
   * Called after each exchange, for logs and metrics; see {@link SendOptions.onExchange}. Its
   * errors are ignored.
   */
  readonly onExchange?: ((exchange: Exchange) => unknown) | undefined;
  /**
   * The rule for an item of the source that is not a call.
   *
   * - `throw`: the job ends. The {@link InvalidInputError} is thrown after the outcomes.
   * - `outcome`: the item comes out as a {@link BadItem} among the outcomes, and the job continues.
   * @defaultValue "throw"
   */
  readonly onBadItem?: Rule | undefined;
  /**
   * Milliseconds for one exchange up to the last byte of the reply, and for one call of the token
   * function. 1 to 2^31 − 1.
   * @defaultValue 30 000
   */
  readonly timeoutMs?: number | undefined;
}

/** A signed request that is about to leave. It holds no credential. */
export interface Outgoing<Key = unknown, C extends Call = Call> {
  /** Your key for the call, or its position in the source, from 0. */
  readonly key: Key;
  /** The call as the source gave it. */
  readonly call: C;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** The trace id, which all attempts of the call share and no other call has. */
  readonly traceId: string;
  /** The X-Date of this attempt. */
  readonly xDate: string;
}

/**
 * The numbers that rule rate, retries and halts. The service publishes none of them. **Times are
 * milliseconds.**
 */
export interface Policy {
  /**
   * The most requests per second, 0.001 to 100 000. Ask your Huawei contact.
   * @defaultValue 50
   */
  readonly rate?: number | undefined;
  /**
   * Whether the rate falls while too many requests are throttled or fail. With false only a
   * `Retry-After` slows the job.
   * @defaultValue true
   */
  readonly adaptive?: boolean | undefined;
  /**
   * The most requests that may leave at once after a pause, 0 to 1 000 000.
   * @defaultValue 0: a tenth of a second's worth, at least 1
   */
  readonly burst?: number | undefined;
  /**
   * The most requests in flight, 1 to 65 535.
   * @defaultValue 32
   */
  readonly concurrency?: number | undefined;
  /**
   * The most calls that are read ahead, 1 to 1 000 000. The job holds these and the calls in
   * flight.
   * @defaultValue 64
   */
  readonly queue?: number | undefined;
  /**
   * The most attempts for one call, 1 to 100.
   * @defaultValue 8
   */
  readonly attempts?: number | undefined;
  /**
   * The longest random wait before the first retry. Each further retry doubles it.
   * @defaultValue 500
   */
  readonly backoffMs?: number | undefined;
  /**
   * The longest wait before any retry.
   * @defaultValue 60 000
   */
  readonly backoffCapMs?: number | undefined;
  /**
   * The longest `Retry-After` that the job obeys.
   * @defaultValue 3 600 000
   */
  readonly retryAfterCapMs?: number | undefined;
  /**
   * The most retries per first attempt, 0 to 1. One retry per second and a small reserve do not
   * count.
   * @defaultValue 0.2
   */
  readonly retryRatio?: number | undefined;
  /**
   * Halts after this many calls in a row with the same answer and none delivered in between. 0
   * means never.
   * @defaultValue 20
   */
  readonly haltAfter?: number | undefined;
  /**
   * Whether a call may reach the service twice without harm. No page says so. If true, a call with
   * an unknown outcome is sent again.
   * @defaultValue false
   */
  readonly repeatsAreSafe?: boolean | undefined;
  /**
   * The age at which a token is renewed, at least 1000. Choose less than its lifetime.
   * @defaultValue none: only a 401 renews a token
   */
  readonly tokenAgeMs?: number | undefined;
  /**
   * The limit for a reply's body in bytes, after decompression: an integer from 1 to 2^30. A longer
   * reply is unreadable.
   * @defaultValue 1 048 576
   */
  readonly replyLimit?: number | undefined;
}
