package koodrive;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An ended attempt, for logs and metrics. It has no credential. For a {@link RawCall}, the
 * operation and the URL have the path, with the ids in that path.
 *
 * @param operation the publisher's name of the operation, or method and path of a raw call
 * @param method the HTTP method
 * @param url the URL that was sent, without its query
 * @param status the HTTP status; null if no complete answer came
 * @param startedAt when the attempt began, by the client's clock
 * @param duration the time until the reply was read, by a monotonic clock
 * @param traceId the trace id that was sent
 * @param kind the kind of the attempt's error; null after a success
 * @param outcome the outcome of the attempt's error; null after a success
 */
public record Exchange(
    String operation,
    String method,
    String url,
    @Nullable Integer status,
    Instant startedAt,
    Duration duration,
    @Nullable String traceId,
    KooDriveException.@Nullable Kind kind,
    KooDriveException.@Nullable Outcome outcome) {}
