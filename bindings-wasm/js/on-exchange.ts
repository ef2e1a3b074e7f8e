// Calls the user's hook for each exchange.
import type { ErrorKind, Outcome } from "./errors.js";
import type { Exchange } from "./options.js";
import type { KooDriveRequest } from "./transport.js";

/** An exchange that has ended. */
interface Ended {
  readonly operation: string;
  readonly request: KooDriveRequest;
  readonly traceId: string;
  /** HTTP status; 0 or undefined if unknown. */
  readonly status: number | undefined;
  /** Milliseconds of the wall clock. */
  readonly sentAt: number;
  /** Milliseconds of the monotonic clock. */
  readonly startedMs: number;
  /** Undefined after a success. */
  readonly failure: { readonly kind: ErrorKind; readonly outcome: Outcome } | undefined;
}

/**
 * Calls `hook` with the facts about `ended`. The hook only observes: its errors and rejections are
 * ignored.
 */
export function callHook(hook: (exchange: Exchange) => unknown, ended: Ended): void {
  const { operation, request, traceId, status, sentAt, startedMs, failure } = ended;
  const { kind = null, outcome = null } = failure ?? {};
  const exchange: Exchange = {
    operation,
    method: request.method,
    // The query of a raw call may hold ids.
    url: request.url.replace(/\?.*/s, ""),
    status: status || null,
    startedAt: new Date(sentAt),
    durationMs: performance.now() - startedMs,
    traceId,
    kind,
    outcome,
  };
  try {
    Promise.resolve(hook(exchange)).catch(() => {});
  } catch {
    // The hook only observes.
  }
}
