package koodrive;

import java.io.IOException;
import java.time.Duration;

/**
 * Sends requests, for {@link KooDrive.Builder#transport}. Many threads, virtual ones included, use
 * one transport at the same time.
 */
@FunctionalInterface
public interface Transport {
    /**
     * Sends {@code request} once and reads the response, up to {@code replyLimit} plus one byte. An
     * implementation follows no redirect, adds no credential and retries nothing. An interrupted
     * thread abandons the exchange.
     *
     * @param request the request, to be sent unchanged
     * @param limits time-outs and the longest body
     * @return the response
     * @throws NotSentException if the request surely never left: connection refused, DNS, TLS,
     *     connect time-out
     * @throws IOException if the request may have left and no complete response came
     * @throws InterruptedException if the thread was interrupted
     */
    Response exchange(Request request, Limits limits) throws IOException, InterruptedException;

    /** Closes idle connections, because the service or a proxy before it has failed. */
    default void closeIdleConnections() {}

    /**
     * Limits of an exchange.
     *
     * @param connectTimeout time to open a connection
     * @param timeout time for the whole exchange
     * @param replyLimit longest body of a response, in bytes
     */
    record Limits(Duration connectTimeout, Duration timeout, int replyLimit) {}

    /** Reports that the request surely never left. */
    final class NotSentException extends IOException {
        private static final long serialVersionUID = 1;

        /**
         * Creates the exception with the message of {@code cause}.
         *
         * @param cause why the request never left
         */
        public NotSentException(Throwable cause) {
            super(Causes.text(cause), cause);
        }
    }
}
