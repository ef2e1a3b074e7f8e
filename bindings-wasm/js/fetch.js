// The host's own fetch, made to send nothing twice.
import { surelyNotSent } from "./causes.js";

/** @import { Fetch } from "./index.js" */

/** While connecting, as Deno says it. */
const DENO_CONNECTING = /^error sending request for url \(.*?\): client error \(Connect\)/;

export function hostFetch() {
  const { Deno, fetch } = /** @type {any} */ (globalThis);
  return Deno?.createHttpClient ? denoFetch : /** @type {Fetch} */ (fetch);
}

/**
 * Deno sends a request again, on its own and whatever its method, when a connection that was used before is closed under it:
 * so each request has a client, and thereby a connection, of its own. Its errors hold no code, and what failed to connect may be the second sending,
 * so only here is it known that nothing left.
 * @type {Fetch}
 */
async function denoFetch(url, init) {
  const { Deno, fetch } = /** @type {any} */ (globalThis);
  const client = Deno.createHttpClient({});
  try {
    return await fetch(url, { ...init, client });
  } catch (error) {
    const { message, cause } = /** @type {Error} */ (error);
    if (DENO_CONNECTING.test(/** @type {Partial<Error>} */ (cause)?.message ?? message)) surelyNotSent.add(/** @type {Error} */ (error));
    throw error;
  } finally {
    // What is under way ends well, and the leak check of a user's tests finds nothing.
    client.close();
  }
}
