// undici's `request` in the place of fetch: no web streams, which cost ten times what the request does. It decompresses nothing,
// and no compression is asked for.
import { InvalidInputError } from "koodrive:client";
import { LIGHT_SIGNAL } from "./deadline.js";

/** @import { Fetch } from "./index.js" */
/** @import { UndiciDispatcher, UndiciRequest, UndiciResponse } from "./undici.js" */

/** What the request itself says. */
const GIVEN = ["origin", "path", "method", "headers", "body", "signal"];

/**
 * @param {UndiciRequest | UndiciDispatcher} undici
 * @param {object} [options]
 * @returns {Fetch}
 */
export function overUndici(undici, options = {}) {
  const request = requestOf(undici);
  const more = Object.entries(options).filter(([name]) => !GIVEN.includes(name));
  /** @type {Fetch} */
  const fetch = async (url, { method, headers, body, signal }) => {
    /** @type {Record<string, unknown>} */
    const given = { method, headers, body, signal };
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
  return Object.assign(fetch, { [LIGHT_SIGNAL]: true });
}

/** @type {(undici: any) => (url: string, given: Record<string, unknown>) => PromiseLike<UndiciResponse>} */
function requestOf(undici) {
  if (typeof undici === "function") return undici;
  // The module itself has a request as well, and no dispatch.
  if (typeof undici?.dispatch !== "function" || typeof undici.request !== "function") {
    const message = "overUndici: not undici's request and not a dispatcher; pass request, or a Pool, Agent, Client or ProxyAgent";
    throw new InvalidInputError(message, { kind: "invalid_input", outcome: "not_sent", retryable: false });
  }
  // The URL of the last request: a client has two.
  let last = "";
  let origin = "";
  return (url, given) => {
    if (url !== last) {
      ({ origin } = new URL(url));
      last = url;
    }
    given.origin = origin;
    given.path = url.slice(origin.length);
    return undici.request(given);
  };
}

/**
 * undici follows no redirect unless a dispatcher was composed to do so. Then it is too late, but not to be passed over.
 * @type {(response: UndiciResponse) => void}
 */
function refuseFollowed({ body, context }) {
  const { history } = /** @type {{ history?: unknown[] }} */ (context ?? {});
  if (!history || history.length < 2) return;
  body.on("error", () => {}).destroy();
  throw new Error("undici followed a redirect, and the signature with it; give a dispatcher without the redirect interceptor");
}

/** @type {(value: string | string[] | undefined) => string | null} */
const first = (value) => (Array.isArray(value) ? value[0] : value) ?? null;
