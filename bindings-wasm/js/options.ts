// Options of the client's methods, and what its hook and `explain` show.
import type { ErrorKind, Outcome } from "./errors.js";
import type { Fetch, Signal } from "./transport.js";

/**
 * An instant of the caller's clock: a `Date`, or milliseconds since 1970 as `Date.now()` gives
 * them.
 */
export type Instant = Date | number;

/** Options of {@link Client.request}. */
export interface RequestOptions {
  /**
   * The caller's clock. X-Date is this, corrected by {@link Client.clockOffsetMs}, less the margin,
   * cut to the second.
   * @defaultValue `Date.now()`
   */
  readonly now?: Instant | undefined;
  /**
   * An X-Date of your own, to reproduce a signature. Cut to the second; it must not be later than
   * now, nor more than 15 minutes earlier (published).
   */
  readonly date?: Instant | undefined;
  /**
   * Sent as `x-traceid`: exactly 58 visible ASCII characters (published as "58 bits"), as
   * {@link newTraceId} makes them.
   */
  readonly traceId?: string | undefined;
}

/** Options of {@link Client.send}. */
export interface SendOptions {
  /**
   * Sends: a `fetch`, `overUndici(…)` of `koodrive/undici`, a sandbox's `fetch`. It must not follow
   * redirects, replay a request, or add credentials.
   *
   * Deno's own `fetch` replays requests on connections that it reuses, so by default each has a new
   * one there. Browsers may replay, too, and a page cannot keep them from it.
   * @defaultValue the global `fetch`
   */
  readonly transport?: Fetch | undefined;
  /**
   * Aborts the call: a {@link NotSentError} before the request was handed to the transport, an
   * {@link OutcomeUnknownError} after.
   */
  readonly signal?: Signal | undefined;
  /**
   * Milliseconds for the whole call, from asking for the token to the last byte of the reply, the
   * second attempt included; 1 to 2^31 − 1.
   * @defaultValue 30 000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Bytes of the reply's body, after decompression: an integer from 1 to 2^30. A longer reply is
   * not read to its end, and is an error.
   * @defaultValue 1 048 576
   */
  readonly replyLimit?: number | undefined;
  /**
   * Sees every attempt, and never a secret. It is not awaited; what it throws or rejects with is
   * ignored.
   */
  readonly onExchange?: ((exchange: Exchange) => unknown) | undefined;
  /**
   * The clock.
   * @defaultValue `Date.now`
   */
  readonly now?: (() => Instant) | undefined;
  /** As for {@link RequestOptions.date}. With it there is no second attempt. */
  readonly date?: Instant | undefined;
  /**
   * As for {@link RequestOptions.traceId}.
   * @defaultValue a new one per call
   */
  readonly traceId?: string | undefined;
}

/** One attempt, and what came of it. */
export interface Exchange {
  /** The publisher's name of the operation; method and path of a raw call. */
  readonly operation: string;
  /** As sent, in upper case. */
  readonly method: string;
  /** As sent, without its query. It holds no secret. */
  readonly url: string;
  /** HTTP status. Null where no answer came, or where a browser hides a redirect. */
  readonly status: number | null;
  /** By {@link SendOptions.now}. */
  readonly startedAt: Date;
  /** Milliseconds, from a monotonic clock, until the reply was read. */
  readonly durationMs: number;
  /** The id that was sent. */
  readonly traceId: string;
  /** Null after a success. */
  readonly kind: ErrorKind | null;
  /** Null after a success. */
  readonly outcome: Outcome | null;
}

/**
 * Options of {@link Client.explain}. Nothing is sent, so `date` may lie outside the 15 minutes.
 * Without it the X-Date of the canonical request in `message` is taken, if there is one.
 */
export interface ExplainOptions extends RequestOptions {
  /**
   * The service's message, an error's `msg` for example, or a canonical request from elsewhere with
   * its lines joined by line breaks or `|`.
   */
  readonly message?: string | null | undefined;
}

/** Every stage of a signature, in the publisher's order and names; never the secret. */
export interface Explanation {
  /** Step 1: the request in its canonical form, lines joined by line breaks. */
  readonly canonicalRequest: string;
  /** Lower-case hex of its SHA-256. */
  readonly canonicalRequestHash: string;
  /** Step 2: the algorithm and that hash, in two lines. */
  readonly stringToSign: string;
  /**
   * Step 3: lower-case hex of the HMAC-SHA256 of that text under the AppSecret. Null for a client
   * with a function `sign`, which is not called.
   */
  readonly signature: string | null;
  /** The names of the signed headers, joined by `;`. */
  readonly signedHeaders: string;
  /**
   * The first line in which the canonical request of the message differs. Null where there is none,
   * or where it agrees.
   */
  readonly difference: Difference | null;
  /** The reason of the refusal that the message gives, as a sentence. Null without a message. */
  readonly finding: string | null;
}

/** One line of the canonical request, both ways. */
export interface Difference {
  /**
   * The name of the line's content, as the publisher has it: `METHOD`, `CanonicalURI`,
   * `HashedRequestPayload` …
   */
  readonly part: string;
  /** Its number, from 1. */
  readonly line: number;
  /** The line as signed here. Empty if there is no such line. */
  readonly ours: string;
  /** The line in the message. Empty if there is no such line. */
  readonly theirs: string;
}
