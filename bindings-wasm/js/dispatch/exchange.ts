// One exchange: over the transport, within its time, and to the dispatcher whatever came of it.
import { readBody } from "../body.js";
import { neverLeft } from "../causes.js";
import { Deadline } from "../deadline.js";
import { checked, describe } from "../errors.js";
import { AUTHORIZATION } from "../names.js";
import { withoutSecret } from "../secret.js";
import { initOf } from "../send.js";
import { replyHeaders, u16 } from "../wire.js";

/** @import { Dispatcher } from "koodrive:glue" */
/** @import { FetchResponse, KooDriveRequest } from "../index.js" */
/** @import { Settings } from "./settings.js" */

/**
 * `limit` is the longest body of a reply. Never rejects.
 * @param {Dispatcher} dispatcher @param {number} ticket @param {KooDriveRequest} request @param {Settings} settings @param {number} limit
 */
export async function exchange(dispatcher, ticket, request, { transport, timeoutMs }, limit) {
  const deadline = new Deadline(undefined, timeoutMs);
  /** @type {FetchResponse | undefined} */
  let response;
  const fetchAndRead = async () => {
    response = await transport(request.url, initOf(request, deadline.signalFor(transport)));
    const { status, headers, type } = response;
    // A browser hides everything else about a redirect.
    if (type === "opaqueredirect") return undefined;
    // One byte more tells the core that it is too long.
    const body = await readBody(response, limit + 1);
    return { status: u16(status), headers: replyHeaders(headers), body };
  };
  try {
    const received = await deadline.race(fetchAndRead());
    checked(() => {
      if (received === undefined) return dispatcher.hiddenRedirect(ticket, Date.now(), performance.now());
      const { status, headers, body } = received;
      return dispatcher.handleResponse(ticket, status, headers, body, Date.now(), performance.now());
    });
  } catch (error) {
    const sent = response !== undefined || !neverLeft(error);
    const cause = causeOf(error, request);
    checked(() => {
      if (sent) dispatcher.outcomeUnknown(ticket, cause, Date.now(), performance.now());
      else dispatcher.notSent(ticket, cause, Date.now(), performance.now());
    });
  } finally {
    deadline.clear();
  }
}

/**
 * What a transport throws may be anything, and each ticket must be answered.
 * @type {(error: unknown, request: KooDriveRequest) => string}
 */
function causeOf(error, request) {
  try {
    return describe(withoutSecret(error, request.headers[AUTHORIZATION]));
  } catch {
    return "the transport failed and does not say how";
  }
}
