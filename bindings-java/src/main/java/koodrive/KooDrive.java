package koodrive;

import java.math.BigDecimal;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A client of the API with an endpoint, a user id and credentials, which are checked once. Threads,
 * virtual ones included, may share a client.
 *
 * <p>Methods throw a {@link KooDriveException} if a call is refused, fails, or has an unknown
 * outcome.
 */
public final class KooDrive implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Random bytes that the core needs for a trace id. */
    private static final int TRACE_ID_BYTES = 29;

    private final Handle handle;
    private final String name;
    private final Transport transport;
    private final @Nullable HttpTransport ownTransport;
    private final Transport.Limits limits;
    private final InstantSource clock;
    private final @Nullable Supplier<String> token;
    private final @Nullable UnaryOperator<String> sign;

    /**
     * Counts the client itself until it is closed, each exchange in flight and each running job.
     */
    private final AtomicInteger users = new AtomicInteger(1);
    private final AtomicBoolean closed = new AtomicBoolean();

    private KooDrive(Builder builder) {
        int replyLimit = builder.replyLimit == null ? Library.replyLimit() : builder.replyLimit;
        limits = new Transport.Limits(builder.connectTimeout, builder.timeout, replyLimit);
        clock = builder.clock;
        token = builder.tokenSource;
        sign = builder.sign;
        name = "KooDrive[endpoint=" + builder.endpoint + ", userId=" + builder.userId + "]";
        handle = Handle.open(builder.open());
        try {
            ownTransport = builder.transport == null && builder.httpClient == null
                ? new HttpTransport(shorter(limits.connectTimeout(), limits.timeout()))
                : null;
            transport = ownTransport != null ? ownTransport
                : builder.transport != null ? builder.transport
                : new HttpTransport(builder.httpClient);
        } catch (RuntimeException error) {
            handle.close();
            throw error;
        }
    }

    private static Duration shorter(Duration first, Duration second) {
        return first.compareTo(second) < 0 ? first : second;
    }

    /**
     * Returns a builder. A client needs an endpoint, a user id and credentials.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sends {@code call} once and reads the reply. If the service refuses only the date, the call
     * is signed anew and sent once more. An interrupted thread stops waiting and stays interrupted;
     * the outcome is then unknown.
     *
     * @param <R> the reply
     * @param call the call
     * @return the reply
     */
    public <R extends Reply> R send(Call<R> call) {
        return send(call, RequestOptions.NONE);
    }

    /**
     * Sends {@code call} with {@code options} and reads the reply, as {@link #send(Call)} does.
     *
     * @param <R> the reply
     * @param call the call
     * @param options trace id and date
     * @return the reply
     */
    public <R extends Reply> R send(Call<R> call, RequestOptions options) {
        enter();
        try {
            return exchange(call, options);
        } catch (KooDriveException error) {
            if (error.closesConnection()) {
                transport.closeIdleConnections();
            }
            throw error;
        } finally {
            leave();
        }
    }

    private <R extends Reply> R exchange(Call<R> call, RequestOptions options) {
        long started = System.nanoTime();
        RecordReader request = begin(call, options, false);
        long exchange = request.requiredNumber(Layout.REQUEST_EXCHANGE);
        while (true) {
            RecordReader replied = reply(exchange, attempt(exchange, request, started));
            String state = replied.requiredText(Layout.REPLIED_STATE);
            switch (state) {
                case "done" -> {
                    return Calls.reply(call, replied.requiredRecord(Layout.REPLIED_REPLY));
                }
                case "again" -> request = replied.requiredRecord(Layout.REPLIED_REQUEST);
                default -> throw new IllegalStateException("the library has a state that this package does not know: " + state);
            }
        }
    }

    /**
     * Begins an exchange. If {@code isAlone}, the exchange ends with its request and has a trace id
     * only from {@code options}.
     */
    private RecordReader begin(Call<?> call, RequestOptions options, boolean isAlone) {
        renewToken();
        var input = Calls.write(Layout.BEGIN_OPERATION, call, new RecordWriter())
            .integer(Layout.BEGIN_NOW, now())
            .integer(Layout.BEGIN_DATE, options.date() == null ? null : (Long) milliseconds(options.date()))
            .text(Layout.BEGIN_TRACE_ID, options.traceId());
        if (!isAlone && options.traceId() == null) {
            var random = new byte[TRACE_ID_BYTES];
            RANDOM.nextBytes(random);
            input.bytes(Layout.BEGIN_RANDOM, random);
        }
        return handle.call(Layout.BEGIN, input.integer(Layout.BEGIN_REPLY_LIMIT, limits.replyLimit()).flag(Layout.BEGIN_ALONE, isAlone));
    }

    /**
     * Asks the program's function for a token. An exception of the function reaches the caller
     * unchanged, because nothing was sent.
     */
    private void renewToken() {
        if (token != null) {
            String fresh = token.get();
            handle.call(
                Layout.CREDENTIALS,
                new RecordWriter().record(Layout.RENEW_CREDENTIALS, fields -> fields.text(Layout.CREDENTIALS_TOKEN, fresh)));
        }
    }

    /** Sends a request, after the program's function {@code sign} has signed it if there is one. */
    private Response attempt(long exchange, RecordReader unsigned, long started) {
        try {
            Request request = new Request(signed(handle, Layout.SIGN, exchange, unsigned));
            return transport.exchange(request, limitsSince(started));
        } catch (RefusedSignatureException error) {
            throw error.refusal;
        } catch (Exception error) {
            if (error instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw failed(exchange, error);
        } catch (Error error) {
            error.addSuppressed(failed(exchange, error));
            throw error;
        }
    }

    /** Returns the request of an exchange or an attempt, with its signature. */
    RecordReader signed(Handle handle, int operation, long exchange, RecordReader request)
            throws Transport.NotSentException, RefusedSignatureException {
        String stringToSign = request.text(Layout.REQUEST_STRING_TO_SIGN);
        if (stringToSign == null || sign == null) {
            return request;
        }
        String signature;
        try {
            signature = sign.apply(stringToSign);
        } catch (RuntimeException error) {
            throw new Transport.NotSentException(error);
        }
        var input = new RecordWriter().integer(Layout.SIGN_EXCHANGE, exchange).text(Layout.SIGN_SIGNATURE, signature);
        try {
            return handle.call(operation, input);
        } catch (KooDriveException error) {
            throw new RefusedSignatureException(error);
        }
    }

    /**
     * Reports that the core refused the result of the function {@code sign}, which ends the
     * exchange.
     */
    static final class RefusedSignatureException extends Exception {
        private static final long serialVersionUID = 1;

        final KooDriveException refusal;

        RefusedSignatureException(KooDriveException refusal) {
            super(refusal);
            this.refusal = refusal;
        }
    }

    /** Returns the limits of an exchange, less the time since {@code started}. */
    Transport.Limits limitsSince(long started) throws Transport.NotSentException {
        Duration left = limits.timeout().minusNanos(System.nanoTime() - started);
        if (!left.isPositive()) {
            String late = "the timeout of " + limits.timeout().toMillis() + " ms was over before the request left";
            throw new Transport.NotSentException(new TimeoutException(late));
        }
        return new Transport.Limits(limits.connectTimeout(), left, limits.replyLimit());
    }

    private KooDriveException failed(long exchange, Throwable cause) {
        boolean left = !(cause instanceof Transport.NotSentException);
        var input = new RecordWriter()
            .integer(Layout.FAILED_EXCHANGE, exchange)
            .flag(Layout.FAILED_LEFT, left)
            .text(Layout.FAILED_CAUSE, Causes.text(cause));
        try {
            handle.call(Layout.FAILED, input);
        } catch (KooDriveException error) {
            error.initCause(cause);
            return error;
        }
        throw new IllegalStateException("the library has no error for a request without a response", cause);
    }

    private RecordReader reply(long exchange, Response response) {
        return handle.call(
            Layout.REPLY,
            new RecordWriter()
                .integer(Layout.REPLY_EXCHANGE, exchange)
                .integer(Layout.REPLY_STATUS, response.status())
                .texts(Layout.REPLY_HEADERS, response.replyHeaders())
                .bytes(Layout.REPLY_BODY, response.body())
                .integer(Layout.REPLY_NOW, now()));
    }

    /**
     * Sends {@code call} in a new virtual thread, as {@link #send(Call)} does. Cancelling the
     * future abandons the exchange, and the request may have left.
     *
     * @param <R> the reply
     * @param call the call
     * @return a future of the reply or the exception
     */
    public <R extends Reply> CompletableFuture<R> sendAsync(Call<R> call) {
        return sendAsync(call, RequestOptions.NONE);
    }

    /**
     * Sends {@code call} with {@code options} in a new virtual thread, as {@link #sendAsync(Call)}
     * does.
     *
     * @param <R> the reply
     * @param call the call
     * @param options trace id and date
     * @return a future of the reply or the exception
     */
    public <R extends Reply> CompletableFuture<R> sendAsync(Call<R> call, RequestOptions options) {
        var future = new CompletableFuture<R>();
        Thread thread = Thread.ofVirtual().name("koodrive-send").unstarted(() -> {
            try {
                future.complete(send(call, options));
            } catch (Throwable error) {
                future.completeExceptionally(error);
            }
        });
        future.whenComplete((_, _) -> {
            if (future.isCancelled()) {
                thread.interrupt();
            }
        });
        thread.start();
        return future;
    }

    /**
     * Builds and signs a request, for programs that send it themselves. It has a trace id only from
     * {@code options}.
     *
     * @param call the call
     * @param options trace id and date
     * @return the request
     */
    public Request request(Call<?> call, RequestOptions options) {
        enter();
        try {
            RecordReader unsigned = begin(call, options, true);
            try {
                return new Request(signed(handle, Layout.SIGN, unsigned.requiredNumber(Layout.REQUEST_EXCHANGE), unsigned));
            } catch (RefusedSignatureException error) {
                throw error.refusal;
            } catch (Transport.NotSentException error) {
                throw failed(unsigned.requiredNumber(Layout.REQUEST_EXCHANGE), error);
            }
        } finally {
            leave();
        }
    }

    /**
     * Reads the response to a request of {@link #request}. Only {@link #observeClock} learns the
     * service's clock from such a response.
     *
     * @param <R> the reply
     * @param call the call
     * @param response a complete response
     * @return the reply
     */
    public <R extends Reply> R parse(Call<R> call, Response response) {
        RecordReader replied = handle.call(
            Layout.PARSE,
            Calls.write(Layout.PARSE_OPERATION, call, new RecordWriter())
                .integer(Layout.PARSE_STATUS, response.status())
                .texts(Layout.PARSE_HEADERS, response.replyHeaders())
                .bytes(Layout.PARSE_BODY, response.body()));
        return Calls.reply(call, replied.requiredRecord(Layout.REPLIED_REPLY));
    }

    /**
     * Learns the service's clock from a response to a request of {@link #request}.
     *
     * @param response a complete response
     * @param sentAt when the request left
     * @param receivedAt when the response came
     */
    public void observeClock(Response response, Instant sentAt, Instant receivedAt) {
        handle.call(
            Layout.OBSERVE,
            new RecordWriter()
                .texts(Layout.OBSERVE_HEADERS, response.replyHeaders())
                .integer(Layout.OBSERVE_SENT_AT, milliseconds(sentAt))
                .integer(Layout.OBSERVE_RECEIVED_AT, milliseconds(receivedAt)));
    }

    /**
     * Returns the learned offset of the service's clock.
     *
     * @return how far the service's clock is ahead of this machine's
     */
    public Duration clockOffset() {
        return Duration.ofMillis(handle.call(Layout.CLOCK).requiredNumber(Layout.OFFSET_OFFSET));
    }

    /**
     * Returns every stage of the signature of {@code call}. Nothing is sent.
     *
     * @param call the call
     * @param date the X-Date that was sent; null for the X-Date in {@code message}, or else the
     *     present one
     * @param message the service's message about the refused signature, or null; if it has a
     *     canonical request, the explanation names the first line that differs
     * @return the stages
     */
    public Explanation explain(Call<?> call, @Nullable Instant date, @Nullable String message) {
        RecordReader stages = handle.call(
            Layout.EXPLAIN,
            Calls.write(Layout.EXPLAIN_OPERATION, call, new RecordWriter())
                .integer(Layout.EXPLAIN_NOW, now())
                .integer(Layout.EXPLAIN_DATE, date == null ? null : (Long) milliseconds(date))
                .text(Layout.EXPLAIN_MESSAGE, message));
        return Explanation.read(stages);
    }

    /**
     * Sends many calls, at a pace and with retries that the service allows. Iterate over the
     * outcomes, one for each call.
     *
     * @param <R> the reply
     * @param calls the calls; the thread that iterates reads them as needed
     * @param options pace, retries and more
     * @return the job, which has to be closed
     */
    public <R extends Reply> Dispatch<Call<R>, R> dispatch(Iterator<? extends Call<R>> calls, DispatchOptions options) {
        return new Dispatch<>(this, calls, call -> call, options);
    }

    /**
     * Sends a call for each item, at a pace and with retries that the service allows. Iterate over
     * the outcomes, one for each item.
     *
     * @param <T> an item, such as a row of a table; its outcome has the same item
     * @param <R> the reply
     * @param items the items; the thread that iterates reads them as needed
     * @param call returns the call of an item
     * @param options pace, retries and more
     * @return the job, which has to be closed
     */
    public <T, R extends Reply> Dispatch<T, R> dispatch(
            Iterator<? extends T> items, Function<? super T, ? extends Call<R>> call, DispatchOptions options) {
        return new Dispatch<>(this, items, call, options);
    }

    /**
     * Closes the client to new calls. Exchanges and jobs that have begun go on to their end; then
     * the secrets are overwritten.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            leave();
        }
    }

    /** Returns endpoint and user id as text. */
    @Override
    public String toString() {
        return name;
    }

    Handle handle() {
        return handle;
    }

    Transport transport() {
        return transport;
    }

    Transport.Limits limits() {
        return limits;
    }

    @Nullable Supplier<String> token() {
        return token;
    }

    long now() {
        return milliseconds(clock.instant());
    }

    /** Counts one more user, which has to call {@link #leave}. */
    void enter() {
        users.incrementAndGet();
        if (closed.get()) {
            leave();
            throw new KooDriveException("client", "closed; build another one");
        }
    }

    /** Counts one user less. The last one closes the handle and the client's own transport. */
    void leave() {
        if (users.decrementAndGet() == 0) {
            handle.close();
            if (ownTransport != null) {
                ownTransport.close();
            }
        }
    }

    /**
     * Returns milliseconds since 1970. An instant out of range becomes the nearest long, which the
     * core refuses.
     */
    private static long milliseconds(Instant instant) {
        try {
            return instant.toEpochMilli();
        } catch (ArithmeticException _) {
            return instant.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /** Builds a client. Pass credentials of exactly one kind. */
    public static final class Builder {
        private @Nullable String endpoint;
        private @Nullable String userId;
        private boolean allowPlainHttp;
        private @Nullable String appId;
        private @Nullable String appSecret;
        private @Nullable UnaryOperator<String> sign;
        private @Nullable String token;
        private @Nullable Supplier<String> tokenSource;
        private @Nullable String authorization;
        private @Nullable Duration clockMargin;
        private @Nullable Transport transport;
        private @Nullable HttpClient httpClient;
        private Duration connectTimeout = Duration.ofSeconds(5);
        private Duration timeout = Duration.ofSeconds(30);
        private @Nullable Integer replyLimit;
        private InstantSource clock = InstantSource.system();

        private Builder() {}

        /**
         * Sets the base URL of the service.
         *
         * @param endpoint {@code https://…}
         * @return this builder
         */
        public Builder endpoint(String endpoint) {
            this.endpoint = endpoint;
            return this;
        }

        /**
         * Sets the value of X-User-Id.
         *
         * @param userId the user id
         * @return this builder
         */
        public Builder userId(String userId) {
            this.userId = userId;
            return this;
        }

        /**
         * Allows {@code http://} for hosts other than loopback. Anyone on the network path can then
         * read and change requests.
         *
         * @param allow whether it is allowed
         * @return this builder
         */
        public Builder allowPlainHttp(boolean allow) {
            allowPlainHttp = allow;
            return this;
        }

        /**
         * Sets the app id. It needs {@link #appSecret} or {@link #sign} as well.
         *
         * @param appId the app id
         * @return this builder
         */
        public Builder appId(String appId) {
            this.appId = appId;
            return this;
        }

        /**
         * Sets the secret of the app id.
         *
         * @param appSecret the secret
         * @return this builder
         */
        public Builder appSecret(String appSecret) {
            this.appSecret = appSecret;
            return this;
        }

        /**
         * Sets a function that signs, for a secret in a KMS or an HSM.
         *
         * @param sign takes the string to sign and returns the lower-case hex of its HMAC-SHA256;
         *     called from many threads
         * @return this builder
         */
        public Builder sign(UnaryOperator<String> sign) {
            this.sign = sign;
            return this;
        }

        /**
         * Sets an access token.
         *
         * @param token the token, in any published shape
         * @return this builder
         */
        public Builder token(String token) {
            this.token = token;
            return this;
        }

        /**
         * Sets a source of access tokens. Each call asks it first; a job asks it when a token has
         * expired. If the source throws, {@link KooDrive#send(Call)} sends nothing and throws the
         * same exception.
         *
         * @param token returns a token; called from many threads
         * @return this builder
         */
        public Builder token(Supplier<String> token) {
            tokenSource = token;
            return this;
        }

        /**
         * Sets the value of the header Authorization, sent unchanged.
         *
         * @param authorization the value
         * @return this builder
         */
        public Builder authorization(String authorization) {
            this.authorization = authorization;
            return this;
        }

        /**
         * Sets how far X-Date stays behind the service's clock.
         *
         * @param margin whole seconds, 0 to 600; default 5
         * @return this builder
         */
        public Builder clockMargin(Duration margin) {
            clockMargin = margin;
            return this;
        }

        /**
         * Sets the transport, for a program with an HTTP client of its own.
         *
         * @param transport sends requests
         * @return this builder
         */
        public Builder transport(Transport transport) {
            this.transport = transport;
            return this;
        }

        /**
         * Sets the HTTP client that sends requests. It must follow no redirects and have no
         * authenticator, and its own connect time-out applies. The program closes it, and its
         * connections stay open after a failure.
         *
         * @param client the HTTP client
         * @return this builder
         */
        public Builder httpClient(HttpClient client) {
            httpClient = client;
            return this;
        }

        /**
         * Sets the longest time to open a connection.
         *
         * @param timeout 1 ms to a day; default 5 seconds
         * @return this builder
         */
        public Builder connectTimeout(Duration timeout) {
            connectTimeout = checked("connectTimeout", timeout);
            return this;
        }

        /**
         * Sets the longest time of a call, both attempts together. In a job it is the longest time
         * of each attempt.
         *
         * @param timeout 1 ms to a day; default 30 seconds
         * @return this builder
         */
        public Builder timeout(Duration timeout) {
            this.timeout = checked("timeout", timeout);
            return this;
        }

        /**
         * Sets the longest body of a reply, after decompression. Reading stops beyond the limit.
         *
         * @param bytes 1 to 2^30; default 1 MiB
         * @return this builder
         */
        public Builder replyLimit(int bytes) {
            replyLimit = bytes;
            return this;
        }

        /**
         * Sets the clock, for tests.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /**
         * Checks the settings and returns a client. It opens no connection.
         *
         * @return the client
         */
        public KooDrive build() {
            boolean hasOthers = appId != null || appSecret != null || sign != null || token != null || authorization != null;
            if (tokenSource != null && hasOthers) {
                throw new KooDriveException("token", "a source of tokens beside other credentials; pass one kind of credentials");
            }
            return new KooDrive(this);
        }

        private static Duration checked(String option, Duration timeout) {
            if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(Duration.ofDays(1)) > 0) {
                throw new KooDriveException(option, timeout.toMillis() + " ms is out of range; pass a time from 1 ms to 86400000 ms");
            }
            return timeout;
        }

        private RecordWriter open() {
            return new RecordWriter()
                .text(Layout.OPEN_SPELLING, Calls.SPELLING)
                .text(Layout.OPEN_ENDPOINT, endpoint)
                .flag(Layout.OPEN_ALLOW_PLAIN_HTTP, allowPlainHttp)
                .text(Layout.OPEN_USER_ID, userId)
                .record(Layout.OPEN_CREDENTIALS, tokenSource != null ? null : this::writeCredentials)
                .text(Layout.OPEN_CLOCK_MARGIN, clockMargin == null ? null : seconds(clockMargin));
        }

        private void writeCredentials(RecordWriter credentials) {
            credentials
                .text(Layout.CREDENTIALS_APP_ID, appId)
                .text(Layout.CREDENTIALS_APP_SECRET, appSecret)
                .flag(Layout.CREDENTIALS_SIGNS_ELSEWHERE, sign != null)
                .text(Layout.CREDENTIALS_TOKEN, token)
                .text(Layout.CREDENTIALS_AUTHORIZATION, authorization);
        }

        /** Returns {@code time} in seconds. A fraction stays, so that the core refuses it. */
        private static String seconds(Duration time) {
            return BigDecimal.valueOf(time.getSeconds()).add(BigDecimal.valueOf(time.getNano(), 9)).stripTrailingZeros().toPlainString();
        }
    }
}
