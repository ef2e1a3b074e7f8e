// The hook that sees each exchange.
import type { ErrorKind, Outcome } from "./errors.js";
import type { Exchange } from "./options.js";
import type { KooDriveRequest } from "./transport.js";

/** An exchange that is over. */
interface Ended {
  readonly operation: string;
  readonly request: KooDriveRequest;
  readonly traceId: string;
  /** HTTP status; 0 or undefined where none is known. */
  readonly status: number | undefined;
  /** By the wall clock. */
  readonly sentAt: number;
  /** By the monotonic clock. */
  readonly startedMs: number;
  /** Undefined after a success. */
  readonly failure: { readonly kind: ErrorKind; readonly outcome: Outcome } | undefined;
}

/** Calls the hook. A hook observes: nothing that it throws or rejects with changes the result. */
export function tell(hook: (exchange: Exchange) => unknown, ended: Ended): void {
  const { operation, request, traceId, status, sentAt, startedMs, failure } = ended;
  const { kind = null, outcome = null } = failure ?? {};
  const exchange: Exchange = {
    operation,
    method: request.method,
    // A raw call's query may hold ids.
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
    // See above.
  }
}
