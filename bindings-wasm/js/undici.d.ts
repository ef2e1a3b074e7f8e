/**
 * `send` over undici, which is the user's own: a dependency of theirs, in a version of theirs.
 *
 * @packageDocumentation
 */

import type { Fetch } from "./index.js";

/** What is needed of the body of undici's response: a stream of Node. */
export interface UndiciBody {
  /** The whole of it. */
  arrayBuffer(): PromiseLike<ArrayBuffer>;
  /** Its events; the stream itself is given back. */
  on(event: "error", listener: (error: Error) => void): { destroy(): unknown };
}

/** What is needed of the response that undici's `request` gives. */
export interface UndiciResponse {
  /** HTTP status. */
  readonly statusCode: number;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  /** Read up to the limit. */
  readonly body: UndiciBody;
  /** Where redirects were followed, it names them. */
  readonly context?: object;
}

/** undici's `request`. */
export type UndiciRequest<Options = never> = (url: string, options?: Options) => PromiseLike<UndiciResponse>;

/** undici's `Pool`, `Agent`, `Client`, `ProxyAgent` and other dispatchers. */
export interface UndiciDispatcher<Options = never> {
  /** What makes it a dispatcher. */
  dispatch(options: never, handler: never): boolean;
  /** Sends. */
  request(options: Options): PromiseLike<UndiciResponse>;
}

/** undici's own options of a request, without what the request itself says: `dispatcher`, `headersTimeout`, `bodyTimeout` … */
export type UndiciOptions<Options> = Omit<NonNullable<Options>, "origin" | "path" | "method" | "headers" | "body" | "signal">;

/**
 * Sends over undici's `request` instead of `fetch`, as the option `fetch` of `send`: many times faster, and with a proxy, an
 * authority of your own and a connect time-out.
 *
 * Make it once: connections belong to the dispatcher, which you close yourself. It must neither follow redirects nor retry; a
 * `Pool` or `Client` must be for the endpoint's origin.
 *
 * `signal`, `timeoutMs` and `replyLimit` hold as with `fetch`; undici's own time-outs hold besides. undici decompresses
 * nothing, and `send` asks for no compression.
 *
 * @example
 * ```ts
 * const agent = new Agent({ connections: 64, connect: { timeout: 5_000 } }); // undici's
 * const { code } = await client.send(call, { fetch: overUndici(agent) });
 * console.log(code); // → 0
 * await agent.close();
 * ```
 *
 * @param undici - A dispatcher.
 * @param options - undici's own, for each request.
 * @throws InvalidInputError for what is neither a dispatcher nor undici's `request`.
 */
export declare function overUndici<Options>(undici: UndiciDispatcher<Options>, options?: UndiciOptions<Options>): Fetch;
/** The same over undici's `request`, which sends over the dispatcher in `options`, or over undici's global one. */
export declare function overUndici<Options>(undici: UndiciRequest<Options>, options?: UndiciOptions<Options>): Fetch;
