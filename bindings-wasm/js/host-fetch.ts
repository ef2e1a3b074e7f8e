// Returns the host's own fetch as a transport that sends each request once.
import { membersOf, refuse } from "./checks.js";
import { notSentErrors } from "./network-errors.js";
import type { Fetch, FetchInit, FetchResponse } from "./transport.js";

/** The part of Deno's global object that is used here. */
interface DenoGlobal {
  createHttpClient?(options: object): { close(): void };
}

interface Host {
  readonly Deno?: DenoGlobal;
  readonly fetch: (url: string, init: FetchInit & { readonly client?: unknown }) => Promise<FetchResponse>;
}

const host = (): Host => globalThis as unknown as Host;

/** The text that Deno puts into an error of the connection phase. */
const DENO_CONNECTING = /^error sending request for url \(.*?\): client error \(Connect\)/;

/**
 * Returns the default transport: the host's fetch.
 *
 * @throws {@link InvalidInputError} if the host has none.
 */
export function hostFetch(): Fetch {
  const { Deno, fetch } = host();
  // jsdom, for example, has no fetch.
  if (typeof fetch !== "function") refuse("transport", "missing, and this host has no fetch of its own; pass a fetch or overUndici(…)");
  return Deno?.createHttpClient ? denoFetch : fetch;
}

/**
 * Sends a request over Deno's fetch, once.
 *
 * If a reused connection closes, Deno sends the request again by itself, with any method. A client
 * per request gives each its own connection.
 *
 * Deno's errors have no code, and a failure to connect may come from the second sending. So only
 * this function can tell that nothing left.
 */
async function denoFetch(url: string, init: FetchInit): Promise<FetchResponse> {
  const { Deno, fetch } = host();
  const client = Deno?.createHttpClient?.({});
  try {
    return await fetch(url, { ...init, client });
  } catch (error) {
    const { message, cause } = membersOf(error);
    const text = membersOf(cause).message ?? message;
    if (error instanceof Error && DENO_CONNECTING.test(String(text))) notSentErrors.add(error);
    throw error;
  } finally {
    // Without this the leak check of Deno's tests fails. A request under way still ends normally.
    client?.close();
  }
}
