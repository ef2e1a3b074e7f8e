/**
 * Many calls: the dispatcher. It sends every lapse of the day: paced, repeated where that is safe, through rate limits, outages and
 * the end of a token, and gives one outcome for each call.
 *
 * This entry is the whole of `koodrive` over a `.wasm` of its own, so that `koodrive` does not carry the dispatcher. A client's
 * credentials stay in the `.wasm` it was made in, so {@link dispatch} takes a {@link Client} of this entry only. Errors of either
 * entry are recognised by `isKooDriveError`.
 *
 * @packageDocumentation
 */

// `Symbol.asyncDispose`, for {@link Dispatch} and `await using`. TypeScript 5.2 is the first that has it.
/// <reference lib="esnext.disposable" />

import type {
  Call,
  Client as ClientOfKoodrive,
  ClientOptions,
  Credentials,
  Fetch,
  GetCarrierRetentionPolicy,
  GetCurrentRetentionPolicy,
  GetSpaceUsageByOverview,
  InvalidInputError,
  KooDriveError,
  ReplyTo,
  Signal,
  TokenFunction,
  UnreadableReplyError,
} from "./index.js";

/** The whole of `koodrive`. */
export * from "./index.js";

/** As the `Client` of `koodrive`, and what {@link dispatch} takes. */
export declare class Client extends ClientOfKoodrive {
  /** @throws {@link InvalidInputError} as that of `koodrive`. */
  constructor(options: ClientOptions);
  /** As that of `koodrive`, which gives one of this entry. */
  withCredentials(credentials: Credentials): Client;
  /** Tells it from that of `koodrive`, which cannot be dispatched with. */
  private readonly canBeDispatchedWith: true;
}

/** What a source gives, at once or in time: an array, a generator, a stream of rows. */
export type Source<Item> = Iterable<Item> | AsyncIterable<Item>;

/** A call, and what you know it by. */
export type Keyed<Key, C extends Call = Call> = readonly [key: Key, call: C];

/**
 * Sends many calls. Iterate over it: each call has one outcome, in the order in which they are known.
 *
 * Something is sent only while the next outcome is awaited, so a loop whose body takes longer than the rate allows slows the job.
 * Leaving the loop sends nothing more, waits for what is in flight, and drops the outcomes that were not seen.
 *
 * @example
 * ```ts
 * // client is a Client of koodrive/dispatch
 * for await (const { key, verdict, code } of dispatch(client, [["row 1", call] as const], { rate: 50 })) {
 *   console.log(key, verdict, code); // → row 1 delivered 0
 * }
 * ```
 *
 * @param source - Calls, or pairs of a key and a call; read as fast as needed. The key, else the call's position, from 0, comes
 * back with the outcome. What the source throws is thrown when the outcomes of the calls before are out.
 * @throws {@link InvalidInputError} at once, for a client of another entry, an unknown option, a number out of range; when the
 * outcomes are out, for an item that is no call.
 * @throws {@link HaltedError} when the outcomes are out.
 */
export declare function dispatch<C extends Call>(client: Client, source: Source<C>, options?: DispatchOptions): Dispatch<number, C>;
/** The same for a source of keys and calls. */
export declare function dispatch<Key, C extends Call>(
  client: Client,
  source: Source<Keyed<Key, C>>,
  options?: DispatchOptions,
): Dispatch<Key, C>;

/** A job under way. */
export interface Dispatch<Key, C extends Call = Call> extends AsyncIterableIterator<CallOutcome<Key, C>> {
  /** How far it is. */
  readonly progress: Progress;

  /** Sends nothing more. Iterate on: what is in flight is awaited, and the rest comes out as `not_sent`. */
  cancel(): void;

  /** The next outcome. Rejects with what ended the job early, when the outcomes are out. */
  next(): Promise<IteratorResult<CallOutcome<Key, C>, undefined>>;

  /** Cancels, waits for what is in flight, and drops the outcomes that were not seen. Leaving a `for await` does it. */
  return(): Promise<IteratorReturnResult<undefined>>;

  /** Itself. */
  [Symbol.asyncIterator](): Dispatch<Key, C>;

  /** As {@link Dispatch.return}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Options of {@link dispatch}. Beside these the numbers of the {@link Policy}. */
export interface DispatchOptions extends Policy {
  /**
   * What sends: `fetch`, `overUndici(…)` of `koodrive/undici`, a sandbox's `fetch`. As for `send`, it must not follow redirects,
   * replay a request, or add credentials.
   * @defaultValue the global `fetch`
   */
  readonly transport?: Fetch | undefined;
  /** Aborted, it does what {@link Dispatch.cancel} does: the loop goes on until all outcomes are out, and ends well. */
  readonly signal?: Signal | null | undefined;
  /**
   * Gives a fresh token, or a promise of one. Called when the service says 401, and when the token is older than
   * {@link Policy.tokenAgeMs}. If it throws or rejects, it is called again later, and after {@link Policy.attempts} times the job halts.
   * @defaultValue the client's, if its token is a function; that is called before the first request, too
   */
  readonly token?: TokenFunction | undefined;
  /**
   * Called at a halt. If it returns true, or a promise of it, the job goes on; else the {@link HaltedError} is thrown when the
   * outcomes are out. What it throws is thrown then as well.
   */
  readonly onHalt?: ((halt: HaltedError) => unknown) | undefined;
  /**
   * Milliseconds for one exchange, to the last byte of the reply, and for asking for a token; 1 to 2^31 − 1.
   * @defaultValue 30 000
   */
  readonly timeoutMs?: number | undefined;
}

/** Options by which calls are paced, retried and given up. The service publishes none of them. **Times are milliseconds.** */
export interface Policy {
  /**
   * Requests per second, at most; 0.001 to 100 000. Ask your Huawei contact.
   * @defaultValue 50
   */
  readonly rate?: number | undefined;
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
   * Calls that are read ahead, at most; 1 to 1 000 000. No more than these and those in flight are held.
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
   * @defaultValue 0.1
   */
  readonly retryRatio?: number | undefined;
  /**
   * Halts after so many calls in a row with the same answer and none delivered in between; 0: never.
   * @defaultValue 20
   */
  readonly haltAfter?: number | undefined;
  /**
   * Whether the service may get a call twice without harm. No page says so. With it, a call with an unknown outcome is sent again.
   * @defaultValue false
   */
  readonly repeatsAreSafe?: boolean | undefined;
  /**
   * The age at which a token is replaced before it is refused; at least 1000. Choose less than it lives.
   * @defaultValue none: only a 401 tells
   */
  readonly tokenAgeMs?: number | undefined;
  /**
   * Bytes of a reply's body, after decompression: an integer from 1 to 2^30. A longer one is unreadable.
   * @defaultValue 1 048 576
   */
  readonly replyLimit?: number | undefined;
}

/** What became of a call: the last that is heard of it. Frozen. */
export type CallOutcome<Key = unknown, C extends Call = Call> = Delivered<Key, C> | NotDelivered<Key, C> | NotSent<Key, C>;

/** What is true at the service. */
export type Verdict = CallOutcome["verdict"];

/** The service took the call. */
export interface Delivered<Key = unknown, C extends Call = Call> extends Sent<Key, C> {
  readonly verdict: "delivered";
  /**
   * The service's reply, as `send` returns it: its type follows from the operation of the call. Null where a field of it cannot be
   * read, which `error` then says; a notification has no such field.
   */
  readonly reply: ReplyTo<C> | Unread<C, null>;
  /** Null, but for a field that cannot be read. The service took the call all the same. */
  readonly error: null | Unread<C, UnreadableReplyError>;
}

/** `Then` for calls whose replies have fields beyond code and msg. */
type Unread<C extends Call, Then> = C extends GetSpaceUsageByOverview | GetCurrentRetentionPolicy | GetCarrierRetentionPolicy
  ? Then
  : never;

/**
 * `refused`: it did not act, and will not next time. `unknown`: it may have acted; never repeated, unless
 * {@link Policy.repeatsAreSafe}. `given_up`: it did not act, however often it was asked.
 */
export interface NotDelivered<Key = unknown, C extends Call = Call> extends Sent<Key, C> {
  readonly verdict: "refused" | "unknown" | "given_up";
  /** What was answered, if anything, is in the error. */
  readonly reply: null;
  /** The last attempt's error: not thrown, for you to look at. */
  readonly error: KooDriveError;
}

/** It never saw the call: the job ended before. */
export interface NotSent<Key = unknown, C extends Call = Call> extends OutcomeMembers<Key, C> {
  readonly verdict: "not_sent";
  /** Nothing was answered. */
  readonly reply: null;
  /** Null, but for a clock beyond the calendar. */
  readonly error: InvalidInputError | null;
  /** Nothing was sent. */
  readonly traceId: null;
}

/** Of a call that was sent. */
interface Sent<Key, C extends Call> extends OutcomeMembers<Key, C> {
  /** That of all its attempts, and of no other call's. */
  readonly traceId: string;
  /** X-Date of the last attempt. */
  readonly xDate: string;
  /** When the first attempt left, by this machine's clock. */
  readonly firstSentAt: Date;
  /** When the last attempt left, by this machine's clock. */
  readonly sentAt: Date;
}

/** What all outcomes have. */
interface OutcomeMembers<Key, C extends Call> {
  /** As the source gave it, or the call's position in the source, from 0. */
  readonly key: Key;
  /** As the source gave it. */
  readonly call: C;
  /** How often it was sent. */
  readonly attempts: number;
  /** That of all its attempts, and of no other call's. Null if it was never sent. */
  readonly traceId: string | null;
  /** X-Date of the last attempt. */
  readonly xDate: string | null;
  /** When the first attempt left, by this machine's clock. */
  readonly firstSentAt: Date | null;
  /** When the last attempt left, by this machine's clock. */
  readonly sentAt: Date | null;
  /** When its answer came, by this machine's clock. Null where none came. */
  readonly answeredAt: Date | null;
  /** `Date` of that answer. */
  readonly serverDate: Date | null;
  /** HTTP status of that answer; null where no answer came, or where a browser hides a redirect. */
  readonly status: number | null;
  /** The service's code in that answer. */
  readonly code: string | null;
  /** The service's message in that answer. May be Chinese, so never match on it. */
  readonly msg: string | null;
}

/** How far a job is: calls since its start, and now. */
export interface Progress {
  /** Calls that were read from the source. */
  readonly pushed: number;
  /** Requests that were sent; more than calls, where some were sent again. */
  readonly requests: number;
  /** Outcomes so far. */
  readonly delivered: number;
  /** Outcomes so far. */
  readonly refused: number;
  /** Outcomes so far. */
  readonly unknown: number;
  /** Outcomes so far. */
  readonly givenUp: number;
  /** Outcomes so far. */
  readonly notSent: number;
  /** Calls that wait for their first attempt, now. */
  readonly queued: number;
  /** Calls that wait to be sent again, now. */
  readonly waiting: number;
  /** Calls that are in flight, now. */
  readonly inFlight: number;
  /** Requests per second that may leave, now: less than was allowed while the service is in distress. */
  readonly rate: number;
}

/**
 * Nothing more was sent, since it would have been in vain. Thrown when the outcomes of all calls that were read are out.
 *
 * What is true at the service is in those outcomes. Correct the cause, and dispatch what was not sent. No `KooDriveError`.
 */
export declare class HaltedError extends Error {
  // The package makes its errors; nobody else does.
  protected constructor();
  readonly name: "HaltedError";
  /** `same_answer`: so many calls in a row got it, and none was delivered in between. `no_token`: the token function failed. */
  readonly reason: "same_answer" | "no_token";
  /** How many calls, or how many failures, in a row. */
  readonly times: number;
  /** HTTP status of the answer that they share. Null where there was no token. */
  readonly status: number | null;
  /** The service's code in it. */
  readonly code: string | null;
  /** The service's message in the last of them. */
  readonly msg: string | null;
  /** What the token function has thrown. */
  readonly cause?: unknown;
}
