import type { Fetch } from "./index.js";

/** What is needed of the response that undici's `request` gives. */
export interface UndiciResponse {
  readonly statusCode: number;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly body: {
    arrayBuffer(): PromiseLike<ArrayBuffer>;
    on(event: "error", listener: (error: Error) => void): { destroy(): unknown };
  };
  readonly context?: object;
}

/** undici's `request`. */
export type UndiciRequest<Options = never> = (url: string, options?: Options) => PromiseLike<UndiciResponse>;

/** undici's `Pool`, `Agent`, `Client`, `ProxyAgent` and other dispatchers. */
export interface UndiciDispatcher<Options = never> {
  dispatch(options: never, handler: never): boolean;
  request(options: Options): PromiseLike<UndiciResponse>;
}

/** undici's own options of a request, without what the request itself says: `dispatcher`, `headersTimeout`, `bodyTimeout` … */
export type UndiciOptions<Options> = Omit<NonNullable<Options>, "origin" | "path" | "method" | "headers" | "body" | "signal">;

/**
 * Sends over undici's `request`, which is many times faster than `fetch`, and has a proxy, an authority of your own and a
 * connect time-out.
 *
 * ```js
 * import { Agent } from "undici";
 * const agent = new Agent({ connections: 64, connect: { timeout: 5_000 } });
 * await client.send(call, { fetch: overUndici(agent) });
 * ```
 *
 * Make it once: connections belong to the dispatcher. Give it a dispatcher that neither follows redirects nor retries; a `Pool`
 * or `Client` must be for the endpoint's origin. Close the dispatcher yourself.
 *
 * undici decompresses nothing, and `send` asks for no compression. {@link SendOptions.signal}, `timeoutMs` and `maxReplyBytes`
 * hold as with `fetch`; undici's own time-outs hold besides them.
 * @param undici undici's `request`, or a dispatcher
 * @param options for each request, as undici documents them
 * @throws {@link InvalidInputError} where `undici` is neither
 */
export declare function overUndici<Options>(undici: UndiciDispatcher<Options>, options?: UndiciOptions<Options>): Fetch;
export declare function overUndici<Options>(undici: UndiciRequest<Options>, options?: UndiciOptions<Options>): Fetch;
