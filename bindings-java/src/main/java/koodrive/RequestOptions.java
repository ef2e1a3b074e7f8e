package koodrive;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Options of one request.
 *
 * @param traceId trace id to send, 58 characters; null for a random one
 * @param date X-Date to send, to reproduce a signature; null for the computed one
 */
public record RequestOptions(@Nullable String traceId, @Nullable Instant date) {
    /** No options. */
    public static final RequestOptions NONE = new RequestOptions(null, null);

    /**
     * Returns these options with {@code traceId}.
     *
     * @param traceId 58 characters
     * @return the options
     */
    public RequestOptions withTraceId(String traceId) {
        return new RequestOptions(traceId, date);
    }

    /**
     * Returns these options with {@code date} as X-Date.
     *
     * @param date the instant, cut to the second
     * @return the options
     */
    public RequestOptions withDate(Instant date) {
        return new RequestOptions(traceId, date);
    }
}
