// One exchange: over the transport, within its time, and to the dispatcher whatever came of it.
import type { Dispatcher } from "../../generated/koodrive.js";
import { AUTHORIZATION } from "../../generated/names.js";
import { readBody } from "../body.js";
import { callCore, describe } from "../checks.js";
import { Deadline } from "../deadline.js";
import { replyHeaders, statusOf } from "../encoding.js";
import { isNotSent } from "../network-errors.js";
import { redacted } from "../redact.js";
import { initOf } from "../send.js";
import type { FetchResponse, KooDriveRequest } from "../transport.js";
import type { Settings } from "./settings.js";

/** Sends what the dispatcher has named `ticket`; `limit` is the longest body of a reply. Never rejects. */
export async function exchange(
  dispatcher: Dispatcher,
  ticket: number,
  request: KooDriveRequest,
  { transport, timeoutMs }: Settings,
  limit: number,
): Promise<void> {
  const deadline = new Deadline(undefined, timeoutMs);
  let response: FetchResponse | undefined;
  const fetchAndRead = async () => {
    response = await transport(request.url, initOf(request, deadline.signalFor(transport)));
    const { status, headers, type } = response;
    // A browser hides everything else about a redirect.
    if (type === "opaqueredirect") return undefined;
    // One byte more tells the core that it is too long.
    const body = await readBody(response, limit + 1);
    return { status: statusOf(status), headers: replyHeaders(headers), body };
  };
  try {
    const received = await deadline.race(fetchAndRead());
    callCore(() => {
      if (received === undefined) return dispatcher.hiddenRedirect(ticket, Date.now(), performance.now());
      const { status, headers, body } = received;
      return dispatcher.handleResponse(ticket, status, headers, body, Date.now(), performance.now());
    });
  } catch (error) {
    const sent = response !== undefined || !isNotSent(error);
    const cause = causeOf(error, request);
    callCore(() => {
      if (sent) dispatcher.outcomeUnknown(ticket, cause, Date.now(), performance.now());
      else dispatcher.notSent(ticket, cause, Date.now(), performance.now());
    });
  } finally {
    deadline.clear();
  }
}

/** Returns the text of a failure. What a transport throws may be anything, and each ticket must be answered. */
function causeOf(error: unknown, { headers }: KooDriveRequest): string {
  try {
    // It is in every request.
    return describe(redacted(error, headers[AUTHORIZATION] ?? ""));
  } catch {
    return "the transport failed and does not say how";
  }
}
