// The types of a request, a response, and a transport.

/**
 * A request that is ready to send: a valid `RequestInit` with its URL. Send it unchanged, and
 * follow no redirect.
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
  /** The HTTP method in upper case. */
  readonly method: string;
  /** The absolute URL. `new URL(url).href` is the same text. */
  readonly url: string;
  /** The headers with lower-case names. The transport adds `host` and `content-length`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body: JSON whose bytes are signed with an app id. Absent if the operation has none. */
  readonly body?: string;
  /**
   * A signature holds for one host and path, so a redirect is an {@link ApiError} with the outcome
   * `refused`.
   */
  readonly redirect: "manual";
}

/**
 * A `Headers` object, a plain object such as Node's `response.headers`, or pairs. The case of names
 * does not matter.
 */
export type HeadersLike =
  | { get(name: string): string | null }
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/** The parts of a response that any HTTP client has. */
export interface ResponseParts {
  /** HTTP status, 100 to 999. */
  readonly status: number;
  /** The response's headers. `date`, `age`, `retry-after` and `x-traceid` are read. */
  readonly headers: HeadersLike;
  /** The whole body after decompression: bytes, or text that was decoded from UTF-8. */
  readonly body: string | Uint8Array | ArrayBuffer;
}

/**
 * The host's `AbortSignal`, if its types are loaded: TypeScript's lib `dom`, `@types/node`,
 * `@cloudflare/workers-types`.
 */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer S } } ? S : SignalOfFetch;

/**
 * The type of the signal that `fetch` takes. `globalThis` lacks `AbortSignal` if it is declared as
 * a class, as for Workers.
 */
type SignalOfFetch = typeof globalThis extends { fetch: (input: never, init?: infer Init) => unknown }
  ? NonNullable<Init> extends { signal?: infer S }
    ? NonNullable<S>
    : unknown
  : unknown;

/**
 * Sends a request, for the option `transport` of {@link Client.send} and {@link dispatch}.
 *
 * The global `fetch` and undici's have this type. A test double takes a few lines.
 */
export type Fetch = (url: string, init: FetchInit) => PromiseLike<FetchResponse>;

/** The request without its URL, as a transport gets it. */
export interface FetchInit extends Omit<KooDriveRequest, "url"> {
  /** Aborts with the caller's signal, or after `timeoutMs`. */
  readonly signal: Signal;
}

/** The part of a response that is read. A `Response` has it. */
export interface FetchResponse {
  /** HTTP status. 0 means a redirect that a browser hides. */
  readonly status: number;
  /** `opaqueredirect` for a redirect that a browser hides. */
  readonly type?: string | undefined;
  /**
   * A `Headers` object, or any object with this method, which returns null for a missing header.
   */
  readonly headers: { get(name: string): string | null };
  /**
   * A `ReadableStream` of bytes or a Node stream, which is read up to the limit. For any other
   * value `arrayBuffer` is called.
   */
  readonly body: unknown;
  /** Returns the whole body after decompression. */
  arrayBuffer(): PromiseLike<ArrayBuffer>;
}
