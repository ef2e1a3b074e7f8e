package koodrive;

import java.io.IOException;
import java.time.Duration;

/** Sends requests, for {@link KooDrive.Builder#transport}. Safe to use from many threads, virtual ones among them. */
@FunctionalInterface
public interface Transport {
    /**
     * Sends a request once and reads the response to its end, or to one byte more than {@code replyLimit}. Follows no redirect, adds no
     * credential, repeats nothing. A thread that is interrupted gives up the exchange.
     *
     * @param request what to send
     * @param limits how long that may take, and how much is read
     * @return the response
     * @throws NotSentException where the request surely never left: connection refused, DNS, TLS, connect time-out
     * @throws IOException where it may have left, and no complete response came
     * @throws InterruptedException where the thread was interrupted
     */
    Response exchange(Request request, Limits limits) throws IOException, InterruptedException;

    /** Closes idle connections instead of reusing them: the service or what is before it is in trouble. */
    default void closeIdleConnections() {}

    /**
     * Limits of an exchange.
     *
     * @param connectTimeout time for a connection
     * @param timeout time for everything
     * @param replyLimit longest body of a response, in bytes
     */
    record Limits(Duration connectTimeout, Duration timeout, int replyLimit) {}

    /** The request surely never left. */
    final class NotSentException extends IOException {
        private static final long serialVersionUID = 1;

        /**
         * Says why.
         *
         * @param cause why it never left
         */
        public NotSentException(Throwable cause) {
            super(Causes.text(cause), cause);
        }
    }
}
