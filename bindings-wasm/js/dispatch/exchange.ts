// Makes one exchange over the transport, within the time-out, and hands its result to the
// dispatcher.
import type { Dispatcher } from "../../generated/koodrive.js";
import { AUTHORIZATION } from "../../generated/names.js";
import { readBody } from "../body.js";
import { callCore, describe } from "../checks.js";
import { Deadline } from "../deadline.js";
import { replyHeaders, statusOf } from "../encoding.js";
import { isNotSent } from "../network-errors.js";
import { callHook } from "../on-exchange.js";
import { redacted } from "../redact.js";
import { initOf } from "../send.js";
import type { FetchResponse, KooDriveRequest } from "../transport.js";
import type { Settings } from "./settings.js";

/** A signed request that is about to leave. */
export interface Departure {
  /** The dispatcher's number for the attempt. */
  readonly ticket: number;
  readonly operation: string;
  readonly request: KooDriveRequest;
  readonly traceId: string;
}

/**
 * Sends the request of `departure` and hands its result to `dispatcher`. `limit` is the longest
 * body of a reply in bytes. Never rejects.
 */
export async function exchange(dispatcher: Dispatcher, departure: Departure, settings: Settings, limit: number): Promise<void> {
  const { ticket, request } = departure;
  const { transport, timeoutMs, onExchange } = settings;
  const sentAt = onExchange ? Date.now() : 0;
  const startedMs = onExchange ? performance.now() : 0;
  const deadline = new Deadline(undefined, timeoutMs);
  let response: FetchResponse | undefined;
  const fetchAndRead = async () => {
    response = await transport(request.url, initOf(request, deadline.signalFor(transport)));
    const { status, headers, type } = response;
    // A browser hides everything else about a redirect.
    if (type === "opaqueredirect") return undefined;
    // The extra byte shows the core that the body is too long.
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
    // Every request has this header.
    const cause = causeOf(error, request.headers[AUTHORIZATION]);
    callCore(() => {
      if (sent) dispatcher.outcomeUnknown(ticket, cause, Date.now(), performance.now());
      else dispatcher.notSent(ticket, cause, Date.now(), performance.now());
    });
  } finally {
    deadline.clear();
  }
  if (onExchange) {
    const status = response?.status;
    callHook(onExchange, { ...departure, status, sentAt, startedMs, failure: dispatcher.lastExchange() });
  }
}

/**
 * Returns the text of `error` with the credentials in `authorization` redacted.
 *
 * A thrown value may be of any type, and reading it may throw. The dispatcher must get a result for
 * each ticket all the same.
 */
export function causeOf(error: unknown, authorization?: string): string {
  try {
    return describe(authorization === undefined ? error : redacted(error, authorization));
  } catch {
    return "it failed and does not say how";
  }
}
