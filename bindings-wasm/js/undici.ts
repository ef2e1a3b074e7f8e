/**
 * A transport over the user's own undici, in the version that the user has installed.
 *
 * @packageDocumentation
 */
// undici's `dispatch` calls a handler for each part of a response. That avoids web streams, which
// cost ten times as much as the request, and the Node streams of its `request`. Nothing is
// decompressed, and no compression is asked for.
import { readBody } from "./body.js";
import { LIGHT_SIGNAL } from "./deadline.js";
import { type Fetch, type FetchInit, type FetchResponse, KooDriveError } from "./index.js";

/**
 * An undici dispatcher: `Pool`, `Agent`, `Client`, `ProxyAgent`, `getGlobalDispatcher()` and
 * others.
 */
export interface UndiciDispatcher<Options = never> {
  /** Sends a request and calls `handler` for each part of its response. */
  dispatch(options: Options, handler: never): boolean;
}

/** The options that each request sets itself. */
const REQUEST_OPTIONS = ["origin", "path", "method", "headers", "body"] as const;

/**
 * undici's own options of a request, except those that each request sets itself: `headersTimeout`,
 * `bodyTimeout` …
 */
export type UndiciOptions<Options> = Partial<Omit<Options, (typeof REQUEST_OPTIONS)[number]>>;

/**
 * Returns a transport over undici for `send` and `dispatch`. It is many times faster than `fetch`,
 * and takes a proxy, a certificate authority and a connect time-out.
 *
 * Make it once. Connections belong to `dispatcher`, which you close. It must neither follow
 * redirects nor retry. A `Pool` or `Client` must be for the endpoint's origin.
 *
 * `signal`, `timeoutMs` and `replyLimit` work as with `fetch`, and undici's own time-outs apply as
 * well. undici decompresses nothing, and `send` asks for no compression.
 *
 * @example
 * ```ts
 * const agent = new Agent({ connections: 64, connect: { timeout: 5_000 } }); // undici's
 * const { code } = await client.send(call, { transport: overUndici(agent) });
 * console.log(code); // → 0
 * await agent.close();
 * ```
 *
 * @param dispatcher - undici's. `getGlobalDispatcher()` returns the one of its own functions.
 * @param options - undici's own, for each request.
 * @throws InvalidInputError for a value that is not a dispatcher.
 */
export function overUndici<Options>(dispatcher: UndiciDispatcher<Options>, options?: UndiciOptions<Options>): Fetch;
export function overUndici(dispatcher: unknown, options: object = {}): Fetch {
  if (!isDispatcher(dispatcher)) refuse("overUndici: not a dispatcher; pass an Agent, a Pool, a ProxyAgent or getGlobalDispatcher()");
  const more = Object.entries<unknown>({ ...options }).filter(([name]) => !(REQUEST_OPTIONS as readonly string[]).includes(name));
  // The last URL is cached, since a client has only two.
  let last = "";
  let origin = "";
  const transport = (url: string, { method, headers, body, signal }: FetchInit) => {
    if (url !== last) {
      ({ origin } = new URL(url));
      last = url;
    }
    const request: Record<string, unknown> = { origin, path: url.slice(origin.length), method, headers, body };
    // Single assignments, since a spread takes microseconds.
    for (const [name, value] of more) request[name] = value;
    return new Promise<FetchResponse>((resolve, reject) => {
      dispatcher.dispatch(request, new Handler(signal, resolve, reject));
    });
  };
  return Object.assign(transport, { [LIGHT_SIGNAL]: true });
}

function refuse(message: string): never {
  throw KooDriveError.fromJSON({
    name: "InvalidInputError",
    message,
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

const isDispatcher = (value: unknown): value is { dispatch(options: object, handler: Handler): boolean } =>
  typeof value === "object" && value !== null && "dispatch" in value && typeof value.dispatch === "function";

/** The part of undici's request controller that is used here. */
interface Controller {
  abort(reason: unknown): void;
}

/** undici's context of a request. `history` names the redirects that were followed. */
interface Context {
  readonly history?: readonly unknown[];
}

type Headers = Record<string, string | string[] | undefined>;

/** Handles one request for undici. */
class Handler {
  readonly #signal: FetchInit["signal"];
  readonly #resolve: (response: FetchResponse) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #abort = () => this.#controller?.abort(this.#signal.reason);
  #controller: Controller | undefined;
  #context: Context | undefined;
  #body: Body | undefined;

  constructor(signal: FetchInit["signal"], resolve: (response: FetchResponse) => void, reject: (reason: unknown) => void) {
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    signal.addEventListener("abort", this.#abort);
  }

  onRequestStart(controller: Controller, context?: Context): void {
    this.#controller = controller;
    this.#context = context;
    // The time-out may have passed while the request waited for a connection.
    if (this.#signal.aborted) this.#abort();
  }

  onResponseStart(controller: Controller, status: number, headers: Headers): void {
    // Interim responses are skipped.
    if (status < 200) return;
    // undici follows redirects only if the dispatcher was composed to do so. The signed request has
    // then gone to another URL, so the call fails.
    if (this.#context?.history && this.#context.history.length > 1) {
      controller.abort(
        new Error(
          "undici followed a redirect and sent the signed request to another URL; pass a dispatcher without the redirect interceptor",
        ),
      );
      return;
    }
    const body = new Body(controller);
    this.#body = body;
    const response = {
      status,
      headers: { get: (name: string) => first(headers[name]) },
      body,
      arrayBuffer: async () => new Uint8Array(await readBody(response, Infinity)).buffer,
    };
    this.#resolve(response);
  }

  onResponseData(_: unknown, chunk: Uint8Array): void {
    this.#body?.emit("data", chunk);
  }

  onResponseEnd(): void {
    this.#signal.removeEventListener("abort", this.#abort);
    this.#body?.emit("end");
  }

  onResponseError(_: unknown, error: unknown): void {
    this.#signal.removeEventListener("abort", this.#abort);
    this.#reject(error);
    this.#body?.emit("error", error);
  }

  // undici 6 calls the handler's methods by these names.

  onConnect(abort: (reason: unknown) => void, context?: Context): void {
    this.onRequestStart({ abort }, context);
  }

  onHeaders(status: number, fields: readonly Uint8Array[]): boolean {
    if (this.#controller) this.onResponseStart(this.#controller, status, headersOf(fields));
    return true;
  }

  onData(chunk: Uint8Array): boolean {
    this.onResponseData(undefined, chunk);
    return true;
  }

  onComplete(): void {
    this.onResponseEnd();
  }

  onError(error: unknown): void {
    this.onResponseError(undefined, error);
  }
}

/** Returns the headers in `fields`, where names and values alternate. */
function headersOf(fields: readonly Uint8Array[]): Headers {
  const texts = fields.map((bytes) => String.fromCharCode(...bytes));
  const headers: Headers = {};
  // The first of several equal names counts.
  for (let at = 0; at < texts.length; at += 2) headers[texts[at]?.toLowerCase() ?? ""] ??= texts[at + 1];
  return headers;
}

const first = (value: string | string[] | undefined): string | null => (Array.isArray(value) ? value[0] : value) ?? null;

type Listener = (value?: unknown) => unknown;

/** The body of a response: the part of a Node stream that `readBody` uses. */
class Body {
  readonly #controller: Controller;
  readonly #listeners = new Map<string, Listener>();
  /** The events that came before their listener. */
  #waiting: (readonly [name: string, value: unknown])[] = [];

  constructor(controller: Controller) {
    this.#controller = controller;
  }

  on(name: string, listener: Listener): this {
    this.#listeners.set(name, listener);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const event of waiting) this.emit(...event);
    return this;
  }

  emit(name: string, value?: unknown): void {
    const listener = this.#listeners.get(name);
    if (listener) listener(value);
    else this.#waiting.push([name, value]);
  }

  /** Closes the connection, since the rest of the body is not read. */
  destroy(): void {
    this.#controller.abort(new Error("the rest of the reply is not read"));
  }
}
