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
 * A caller of the API: endpoint, user id and credentials, checked once. Safe to share between threads, virtual ones among them.
 *
 * <p>Methods throw a {@link KooDriveException} where a call is refused, fails, or has an outcome that nobody knows.
 */
public final class KooDrive implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Bytes of which the core makes a trace id. */
    private static final int TRACE_ID_BYTES = 29;

    private final Handle handle;
    private final String name;
    private final Transport transport;
    private final @Nullable HttpTransport ownTransport;
    private final Transport.Limits limits;
    private final InstantSource clock;
    private final @Nullable Supplier<String> token;
    private final @Nullable UnaryOperator<String> sign;

    /** One for the client until it is closed, and one for each exchange and each job under way. */
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
     * Returns a builder, which needs an endpoint, a user id and credentials.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sends a call and reads the reply. One attempt; one more, signed anew, where the service refused the date alone. A thread that is
     * interrupted stops waiting, keeps its interrupted status, and the outcome is unknown.
     *
     * @param <R> the reply
     * @param call the call
     * @return the reply
     */
    public <R extends Reply> R send(Call<R> call) {
        return send(call, RequestOptions.NONE);
    }

    /**
     * Sends a call and reads the reply, as {@link #send(Call)} does.
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

    /** An exchange that is alone ends with its request, and has no trace id but a chosen one. */
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

    /** A failure of the program's function is thrown as it is: nothing was begun. */
    private void renewToken() {
        if (token != null) {
            String fresh = token.get();
            handle.call(
                Layout.CREDENTIALS,
                new RecordWriter().record(Layout.RENEW_CREDENTIALS, fields -> fields.text(Layout.CREDENTIALS_TOKEN, fresh)));
        }
    }

    /** Signs a request where that is done outside, and sends it. */
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

    /** Returns the request of an exchange or of an attempt with its signature. */
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

    /** The core took what the function {@code sign} returned for no signature. The exchange has ended then. */
    static final class RefusedSignatureException extends Exception {
        private static final long serialVersionUID = 1;

        final KooDriveException refusal;

        RefusedSignatureException(KooDriveException refusal) {
            super(refusal);
            this.refusal = refusal;
        }
    }

    /** Returns what is left of the limits of an exchange. */
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
     * Sends a call in a virtual thread of its own, as {@link #send(Call)} does. A future that is cancelled gives up the exchange; the
     * request may have left.
     *
     * @param <R> the reply
     * @param call the call
     * @return the reply to come, or the exception
     */
    public <R extends Reply> CompletableFuture<R> sendAsync(Call<R> call) {
        return sendAsync(call, RequestOptions.NONE);
    }

    /**
     * Sends a call in a virtual thread of its own, as {@link #sendAsync(Call)} does.
     *
     * @param <R> the reply
     * @param call the call
     * @param options trace id and date
     * @return the reply to come, or the exception
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
     * Builds and signs a request, for those who send by themselves. No trace id is made.
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
     * Reads the response to a request of {@link #request}. The clock is not learned from it: see {@link #observeClock}.
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
     * Learns the service's clock from a response that was not sent for by {@link #send(Call)}.
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
     * Returns what has been learned of the service's clock.
     *
     * @return how far the service's clock is ahead of this machine's
     */
    public Duration clockOffset() {
        return Duration.ofMillis(handle.call(Layout.CLOCK).requiredNumber(Layout.OFFSET_OFFSET));
    }

    /**
     * Shows every stage of the signature of a call. Nothing is sent.
     *
     * @param call the call
     * @param date the X-Date that was sent; null for that of {@code message}, or else the present one
     * @param message what the service said when it refused the signature; where it holds a canonical request, the explanation names the
     *     first line that differs
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
     * Sends many calls, paced and repeated as the service allows: iterate over their outcomes, one for each call.
     *
     * @param <R> the reply
     * @param calls the calls; read as fast as needed, in the thread that iterates
     * @param options pace, repeats and more
     * @return the outcomes; close it
     */
    public <R extends Reply> Dispatch<Call<R>, R> dispatch(Iterator<? extends Call<R>> calls, DispatchOptions options) {
        return new Dispatch<>(this, calls, call -> call, options);
    }

    /**
     * Sends a call for each item, paced and repeated as the service allows: iterate over their outcomes, one for each item.
     *
     * @param <T> an item, such as a row of a table; it comes back with the outcome
     * @param <R> the reply
     * @param items the items; read as fast as needed, in the thread that iterates
     * @param call makes the call of an item
     * @param options pace, repeats and more
     * @return the outcomes; close it
     */
    public <T, R extends Reply> Dispatch<T, R> dispatch(
            Iterator<? extends T> items, Function<? super T, ? extends Call<R>> call, DispatchOptions options) {
        return new Dispatch<>(this, items, call, options);
    }

    /**
     * Takes no more calls. Calls and jobs that are under way go on to their end, and then secrets are overwritten.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            leave();
        }
    }

    /** Shows endpoint and user id. */
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

    /** Counts one more user, who has to {@link #leave}. */
    void enter() {
        users.incrementAndGet();
        if (closed.get()) {
            leave();
            throw new KooDriveException("client", "closed; build another one");
        }
    }

    /** The last user closes what is behind the client. */
    void leave() {
        if (users.decrementAndGet() == 0) {
            handle.close();
            if (ownTransport != null) {
                ownTransport.close();
            }
        }
    }

    /** An instant beyond the range is refused by the core as any other that no date can say. */
    private static long milliseconds(Instant instant) {
        try {
            return instant.toEpochMilli();
        } catch (ArithmeticException _) {
            return instant.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /** What a client is made of. Authenticate in exactly one way. */
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
         * Allows {@code http://} to hosts other than loopback. Everybody on the way can then read and change requests.
         *
         * @param allow whether it is allowed
         * @return this builder
         */
        public Builder allowPlainHttp(boolean allow) {
            allowPlainHttp = allow;
            return this;
        }

        /**
         * Sets the app id, which needs an app secret, or a function that signs.
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
         * Sets a function that signs where the secret is kept, such as a KMS or an HSM.
         *
         * @param sign gets the string to sign, and returns the lower-case hex of its HMAC-SHA256; called from many threads
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
         * Sets a source of access tokens, which is asked before each call, and by a job when a token has ended. What it throws is thrown by
         * {@link KooDrive#send(Call)}, and nothing was sent.
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
         * Sets the time by which X-Date stays behind the service's clock.
         *
         * @param margin whole seconds, 0 to 600; 5 unless chosen
         * @return this builder
         */
        public Builder clockMargin(Duration margin) {
            clockMargin = margin;
            return this;
        }

        /**
         * Sets what sends requests.
         *
         * @param transport sends over an HTTP client of the program
         * @return this builder
         */
        public Builder transport(Transport transport) {
            this.transport = transport;
            return this;
        }

        /**
         * Sets the HTTP client that sends requests. It must follow no redirects and have no authenticator; its own connect time-out holds. It
         * is not closed with this client, and connections stay open after a failure.
         *
         * @param client the HTTP client
         * @return this builder
         */
        public Builder httpClient(HttpClient client) {
            httpClient = client;
            return this;
        }

        /**
         * Sets the time that a connection may take.
         *
         * @param timeout 1 ms to a day; 5 seconds unless chosen
         * @return this builder
         */
        public Builder connectTimeout(Duration timeout) {
            connectTimeout = checked("connectTimeout", timeout);
            return this;
        }

        /**
         * Sets the time that a call may take, both attempts together. In a job it is the time of each attempt.
         *
         * @param timeout 1 ms to a day; 30 seconds unless chosen
         * @return this builder
         */
        public Builder timeout(Duration timeout) {
            this.timeout = checked("timeout", timeout);
            return this;
        }

        /**
         * Sets the longest body of a reply after decompression. A longer one is not read to its end.
         *
         * @param bytes 1 to 2^30; 1 MiB unless chosen
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
         * Checks everything, and connects to nothing.
         *
         * @return the client
         */
        public KooDrive build() {
            boolean hasOthers = appId != null || appSecret != null || sign != null || token != null || authorization != null;
            if (tokenSource != null && hasOthers) {
                throw new KooDriveException("token", "a source of tokens beside other credentials; authenticate in exactly one way");
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

        /** A part of a second stays, so that the core refuses it. */
        private static String seconds(Duration time) {
            return BigDecimal.valueOf(time.getSeconds()).add(BigDecimal.valueOf(time.getNano(), 9)).stripTrailingZeros().toPlainString();
        }
    }
}
