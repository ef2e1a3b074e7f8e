// A request, a response, and what sends the one and gives the other.

/**
 * A request, ready to send: a valid `RequestInit`, with its URL. Send it as it is, with nothing
 * added to it, and without following redirects.
 *
 * @example
 * ```ts
 * const request = client.request(call);
 * const response = await fetch(request.url, request);
 * const body = new Uint8Array(await response.arrayBuffer());
 * const reply = client.parse(call, { status: response.status, headers: response.headers, body });
 * ```
 */
export interface KooDriveRequest {
  /** In upper case. */
  readonly method: string;
  /** Absolute; `new URL(url).href` is the same text. */
  readonly url: string;
  /** Names in lower case. Neither `host` nor `content-length`, which the transport adds. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON whose bytes are signed with an app id. Absent where the operation has no body. */
  readonly body?: string;
  /**
   * A redirect is an {@link ApiError} with outcome `refused`; a signature holds for one host and
   * path only.
   */
  readonly redirect: "manual";
}

/**
 * A `Headers` object, a plain object such as Node's `response.headers`, or pairs. Names in any
 * case.
 */
export type HeadersLike =
  | { get(name: string): string | null }
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/** The parts of a response that any HTTP client has. */
export interface ResponseParts {
  /** 100 to 999. */
  readonly status: number;
  /** The response's headers, of which `date`, `age`, `retry-after` and `x-traceid` are read. */
  readonly headers: HeadersLike;
  /** The whole of it, after decompression: the bytes, or UTF-8 that has been read as text. */
  readonly body: string | Uint8Array | ArrayBuffer;
}

/**
 * The host's `AbortSignal`, if its types are loaded: TypeScript's lib `dom`, `@types/node`,
 * `@cloudflare/workers-types`.
 */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer S } } ? S : SignalOfFetch;

/**
 * A type found by `fetch`: if `AbortSignal` is declared as a class, as for Workers, `globalThis`
 * does not have it.
 */
type SignalOfFetch = typeof globalThis extends { fetch: (input: never, init?: infer Init) => unknown }
  ? NonNullable<Init> extends { signal?: infer S }
    ? NonNullable<S>
    : unknown
  : unknown;

/**
 * Sends a request, for the option `transport` of {@link Client.send} and {@link dispatch}: the
 * global `fetch` does, undici's does, and a stand-in is a few lines.
 */
export type Fetch = (url: string, init: FetchInit) => PromiseLike<FetchResponse>;

/** The request, as a transport gets it beside the URL. */
export interface FetchInit extends Omit<KooDriveRequest, "url"> {
  /** Aborts with the caller's signal, or when `timeoutMs` is over. */
  readonly signal: Signal;
}

/** The part of a response that is read: a `Response` has it. */
export interface FetchResponse {
  /** HTTP status. 0 is taken for a redirect that a browser hides. */
  readonly status: number;
  /** `opaqueredirect` where a browser hides a redirect. */
  readonly type?: string | undefined;
  /** A `Headers` object has this. A name that is not there gives null. */
  readonly headers: { get(name: string): string | null };
  /**
   * A `ReadableStream` of bytes, or a stream of Node, is read up to the limit. Anything else:
   * `arrayBuffer` is called.
   */
  readonly body: unknown;
  /** The whole body, after decompression. */
  arrayBuffer(): PromiseLike<ArrayBuffer>;
}
