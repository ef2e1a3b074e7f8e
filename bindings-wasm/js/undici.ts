/**
 * `send` over undici, which is the user's own: a dependency of theirs, in a version of theirs.
 *
 * @packageDocumentation
 */
// undici's `request` in the place of fetch: no web streams, which cost ten times what the request does. It decompresses nothing,
// and no compression is asked for.
import { LIGHT_SIGNAL } from "./deadline.js";
import { type Fetch, KooDriveError } from "./index.js";

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

/** What the request itself says. */
const GIVEN: readonly string[] = ["origin", "path", "method", "headers", "body", "signal"];

/**
 * Sends over undici's `request` instead of `fetch`, as the option `transport` of `send` and `dispatch`: many times faster, and with a proxy, an
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
 * const { code } = await client.send(call, { transport: overUndici(agent) });
 * console.log(code); // → 0
 * await agent.close();
 * ```
 *
 * @param undici - A dispatcher.
 * @param options - undici's own, for each request.
 * @throws InvalidInputError for what is neither a dispatcher nor undici's `request`.
 */
export function overUndici<Options>(undici: UndiciDispatcher<Options>, options?: UndiciOptions<Options>): Fetch;
/**
 * Sends over undici's `request` instead of `fetch`, as the option `transport` of `send` and `dispatch`: many times faster, and with a proxy, an
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
 * const { code } = await client.send(call, { transport: overUndici(request, { headersTimeout: 5_000 }) });
 * console.log(code); // → 0
 * ```
 *
 * @param undici - undici's `request`, which sends over the dispatcher in `options`, or over undici's global one.
 * @param options - undici's own, for each request.
 * @throws InvalidInputError for what is neither a dispatcher nor undici's `request`.
 */
export function overUndici<Options>(undici: UndiciRequest<Options>, options?: UndiciOptions<Options>): Fetch;
export function overUndici(undici: unknown, options: object = {}): Fetch {
  const request = requestOf(undici);
  const more = Object.entries<unknown>({ ...options }).filter(([name]) => !GIVEN.includes(name));
  const transport: Fetch = async (url, { method, headers, body, signal }) => {
    const given: Record<string, unknown> = { method, headers, body, signal };
    // Not spread: that takes microseconds.
    for (const [name, value] of more) given[name] = value;
    const response = await request(url, given);
    refuseFollowed(response);
    const received = response.headers;
    return {
      status: response.statusCode,
      headers: { get: (name) => first(received[name]) },
      body: response.body,
      arrayBuffer: () => response.body.arrayBuffer(),
    };
  };
  return Object.assign(transport, { [LIGHT_SIGNAL]: true });
}

type Request = (url: string, given: Record<string, unknown>) => PromiseLike<UndiciResponse>;

function requestOf(undici: unknown): Request {
  if (typeof undici === "function") return undici as Request;
  if (!isDispatcher(undici)) {
    throw KooDriveError.fromJSON({
      name: "InvalidInputError",
      message: "overUndici: not undici's request and not a dispatcher; pass request, or a Pool, Agent, Client or ProxyAgent",
      kind: "invalid_input",
      outcome: "not_sent",
      retryable: false,
      status: null,
      code: null,
      msg: null,
      requestId: null,
      traceId: null,
      xDate: null,
      retryAfter: null,
      body: null,
      field: null,
    });
  }
  // The URL of the last request: a client has two.
  let last = "";
  let origin = "";
  return (url, given) => {
    if (url !== last) {
      ({ origin } = new URL(url));
      last = url;
    }
    given["origin"] = origin;
    given["path"] = url.slice(origin.length);
    return undici.request(given);
  };
}

/** The module itself has a request as well, and no dispatch. */
const isDispatcher = (value: unknown): value is UndiciDispatcher<unknown> =>
  typeof value === "object" &&
  value !== null &&
  "dispatch" in value &&
  typeof value.dispatch === "function" &&
  "request" in value &&
  typeof value.request === "function";

/** undici follows no redirect unless a dispatcher was composed to do so. Then it is too late, but not to be passed over. */
function refuseFollowed({ body, context }: UndiciResponse): void {
  const { history }: { readonly history?: readonly unknown[] } = context ?? {};
  if (!history || history.length < 2) return;
  body.on("error", () => {}).destroy();
  throw new Error("undici followed a redirect, and the signature with it; give a dispatcher without the redirect interceptor");
}

const first = (value: string | string[] | undefined): string | null => (Array.isArray(value) ? value[0] : value) ?? null;
