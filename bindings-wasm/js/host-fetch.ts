// The host's own fetch, made to send nothing twice.
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

/** Deno says so while it connects. */
const DENO_CONNECTING = /^error sending request for url \(.*?\): client error \(Connect\)/;

/** Returns the transport that is used where the caller names none. */
export function hostFetch(): Fetch {
  const { Deno, fetch } = host();
  // Also in jsdom.
  if (typeof fetch !== "function") refuse("transport", "missing, and this host has no fetch of its own; pass a fetch or overUndici(…)");
  return Deno?.createHttpClient ? denoFetch : fetch;
}

/**
 * Sends over Deno's fetch, once.
 *
 * Deno sends a request again, on its own and whatever its method, when a connection that was used
 * before is closed under it: so each request has a client, and thereby a connection, of its own.
 * Deno's errors hold no code, and a failure to connect may be that of the second sending, so only
 * here is it known that nothing left.
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
    // A request under way ends well, and the leak check of a user's tests finds nothing.
    client?.close();
  }
}
