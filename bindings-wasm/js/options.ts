// The options of the client's methods, and the objects that `onExchange` and `explain` give.
import type { ErrorKind, Outcome } from "./errors.js";
import type { Fetch, Signal } from "./transport.js";

/** An instant of the caller's clock: a `Date`, or milliseconds since 1970, as from `Date.now()`. */
export type Instant = Date | number;

/** Options of {@link Client.request}. */
export interface RequestOptions {
  /**
   * The caller's clock. X-Date is this instant plus {@link Client.clockOffsetMs}, minus the margin,
   * truncated to the second.
   * @defaultValue `Date.now()`
   */
  readonly now?: Instant | undefined;
  /**
   * An X-Date of your own, to reproduce a signature. It is truncated to the second. It must be at
   * most 15 minutes before `now` and not after it (published).
   */
  readonly date?: Instant | undefined;
  /**
   * The trace id, sent as `x-traceid`: exactly 58 visible ASCII characters (published as "58
   * bits"). {@link newTraceId} makes one.
   */
  readonly traceId?: string | undefined;
}

/** Options of {@link Client.send}. */
export interface SendOptions {
  /**
   * The transport: a `fetch`, `overUndici(…)` of `koodrive/undici`, or a sandbox's `fetch`. It must
   * not follow redirects, replay a request, or add credentials.
   *
   * Deno's own `fetch` replays requests on reused connections, so the default opens a new
   * connection per request there. Browsers may also replay, and a page cannot prevent it.
   * @defaultValue the global `fetch`
   */
  readonly transport?: Fetch | undefined;
  /**
   * Aborts the call: with a {@link NotSentError} before the transport has the request, with an
   * {@link OutcomeUnknownError} after that.
   */
  readonly signal?: Signal | undefined;
  /**
   * Milliseconds for the whole call: token function, both attempts, and the reply to its last byte.
   * 1 to 2^31 − 1.
   * @defaultValue 30 000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * The limit for a reply's body in bytes, after decompression: an integer from 1 to 2^30. Reading
   * stops at the limit, and a longer reply is an error.
   * @defaultValue 1 048 576
   */
  readonly replyLimit?: number | undefined;
  /**
   * Called after every attempt, without any secret. It is not awaited; its errors and rejections
   * are ignored.
   */
  readonly onExchange?: ((exchange: Exchange) => unknown) | undefined;
  /**
   * Returns the current instant.
   * @defaultValue `Date.now`
   */
  readonly now?: (() => Instant) | undefined;
  /** As {@link RequestOptions.date}. With it there is no second attempt. */
  readonly date?: Instant | undefined;
  /**
   * As {@link RequestOptions.traceId}.
   * @defaultValue a new one per call
   */
  readonly traceId?: string | undefined;
}

/** One attempt and its result. */
export interface Exchange {
  /** The publisher's name of the operation, or method and path of a raw call. */
  readonly operation: string;
  /** The HTTP method in upper case. */
  readonly method: string;
  /** The URL without its query. It holds no secret. */
  readonly url: string;
  /** HTTP status. Null without an answer, or if a browser hides a redirect. */
  readonly status: number | null;
  /** When the attempt began, by {@link SendOptions.now}. */
  readonly startedAt: Date;
  /** Milliseconds until the reply was read, by a monotonic clock. */
  readonly durationMs: number;
  /** The trace id that was sent. */
  readonly traceId: string;
  /** The kind of the error. Null after a success. */
  readonly kind: ErrorKind | null;
  /** The outcome of the error. Null after a success. */
  readonly outcome: Outcome | null;
}

/**
 * Options of {@link Client.explain}. Since nothing is sent, `date` may lie outside the 15 minutes.
 *
 * `date` defaults to the X-Date of the canonical request in `message`, if there is one.
 */
export interface ExplainOptions extends RequestOptions {
  /**
   * The service's message, such as an error's `msg`, or a canonical request whose lines are joined
   * by line breaks or `|`.
   */
  readonly message?: string | null | undefined;
}

/**
 * Every stage of a signature, in the publisher's order and under its names. The secret is not among
 * them.
 */
export interface Explanation {
  /** Step 1: the request in its canonical form, with lines joined by line breaks. */
  readonly canonicalRequest: string;
  /** The SHA-256 of `canonicalRequest` in lower-case hex. */
  readonly canonicalRequestHash: string;
  /** Step 2: the algorithm and `canonicalRequestHash`, a line each. */
  readonly stringToSign: string;
  /**
   * Step 3: the HMAC-SHA256 of `stringToSign` under the app secret, in lower-case hex. Null for a
   * client with a function `sign`, which is not called.
   */
  readonly signature: string | null;
  /** The names of the signed headers, joined by `;`. */
  readonly signedHeaders: string;
  /**
   * The first line that differs in the canonical request of the message. Null if the message has
   * none, or an equal one.
   */
  readonly difference: Difference | null;
  /** The reason for the refusal according to the message, as a sentence. Null without a message. */
  readonly finding: string | null;
}

/** One line of both canonical requests. */
export interface Difference {
  /**
   * The publisher's name for the line's content: `METHOD`, `CanonicalURI`, `HashedRequestPayload` …
   */
  readonly part: string;
  /** The number of the line, from 1. */
  readonly line: number;
  /** The line as signed here. Empty if it is missing. */
  readonly ours: string;
  /** The line in the message. Empty if it is missing. */
  readonly theirs: string;
}
