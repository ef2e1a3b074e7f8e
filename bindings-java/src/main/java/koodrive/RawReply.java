package koodrive;

import org.jspecify.annotations.Nullable;

/**
 * A reply, unparsed.
 *
 * @param status HTTP status
 * @param code the service's code
 * @param msg the service's message
 * @param traceId the reply's trace id
 * @param body the body; ids above 2^53 keep their digits in it
 */
public record RawReply(int status, @Nullable String code, @Nullable String msg, @Nullable String traceId, String body)
        implements Reply {}
