package koodrive;

import org.jspecify.annotations.Nullable;

/**
 * The reply to a call that the service took.
 *
 * @param code always {@code 0}
 * @param msg the service's message
 * @param traceId the reply's trace id
 */
public record Acknowledgement(String code, @Nullable String msg, @Nullable String traceId) implements Reply {}
