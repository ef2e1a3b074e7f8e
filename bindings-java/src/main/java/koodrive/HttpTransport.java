package koodrive;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Sends over {@code java.net.http}, with HTTP/1.1.
 *
 * <p>{@code java.net.http} retries POST, PUT, PATCH and DELETE only with
 * {@code jdk.httpclient.enableAllMethodRetry}, and this class refuses that property. It may
 * retry a GET on a connection that the service closed before it answered. It may retry a refused
 * connection. Neither changes anything at the service.
 */
final class HttpTransport implements Transport, AutoCloseable {
    private static final String REPEATS_ALL = "jdk.httpclient.enableAllMethodRetry";

    /**
     * The connect time-out of this transport's own HTTP client; null if the program supplied a
     * client.
     */
    private final @Nullable Duration connectTimeout;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    /**
     * The HTTP client, guarded by the lock. An own client is created on first use, because that
     * takes as long as everything else together.
     */
    private @Nullable HttpClient http;

    /** Creates a transport with an HTTP client of its own. */
    HttpTransport(Duration connectTimeout) {
        checkRetries();
        this.connectTimeout = connectTimeout;
    }

    /** Creates a transport over the program's HTTP client. */
    HttpTransport(HttpClient client) {
        checkRetries();
        if (client.followRedirects() != HttpClient.Redirect.NEVER) {
            throw new KooDriveException("httpClient", "follows redirects, which would carry the credentials elsewhere; pass one that follows none");
        }
        if (client.authenticator().isPresent()) {
            throw new KooDriveException("httpClient", "has an authenticator, which would send a refused request again; pass one without");
        }
        connectTimeout = null;
        http = client;
    }

    private static void checkRetries() {
        String repeats = System.getProperty(REPEATS_ALL);
        if (repeats != null && (repeats.isEmpty() || repeats.equalsIgnoreCase("true"))) {
            throw new KooDriveException(
                "httpClient",
                "the system property " + REPEATS_ALL + " makes java.net.http repeat calls that are not safe to repeat; remove it, or pass a "
                    + "transport");
        }
    }

    private static HttpClient client(Duration connectTimeout) {
        return HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(connectTimeout)
            .build();
    }

    @Override
    public Response exchange(Request request, Limits limits) throws IOException, InterruptedException {
        var sent = begun(httpRequest(request), limits.replyLimit());
        try {
            return response(sent.get(limits.timeout().toNanos(), TimeUnit.NANOSECONDS), limits.replyLimit());
        } catch (TimeoutException _) {
            throw new HttpTimeoutException("no complete response within " + limits.timeout().toMillis() + " ms");
        } catch (ExecutionException error) {
            throw failure(error.getCause());
        } finally {
            // Closes the connection of an abandoned exchange, and does nothing for one that has
            // ended.
            sent.cancel(true);
        }
    }

    /**
     * Starts an exchange under the read lock. A client takes no requests after its shutdown, so the
     * write lock guards the shutdown.
     */
    private CompletableFuture<HttpResponse<byte[]>> begun(HttpRequest request, int replyLimit) {
        lock.readLock().lock();
        try {
            if (http != null) {
                return http.sendAsync(request, _ -> new LimitedBody(replyLimit));
            }
        } finally {
            lock.readLock().unlock();
        }
        lock.writeLock().lock();
        try {
            if (http == null) {
                http = client(connectTimeout);
            }
            return http.sendAsync(request, _ -> new LimitedBody(replyLimit));
        } finally {
            lock.writeLock().unlock();
        }
    }

    private static HttpRequest httpRequest(Request request) {
        var body = request.body();
        var builder = HttpRequest.newBuilder(URI.create(request.url()))
            .version(HttpClient.Version.HTTP_1_1)
            .method(request.method(), body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        for (NameValue header : request.headers()) {
            builder.header(header.name(), header.value());
        }
        return builder.build();
    }

    private static Response response(HttpResponse<byte[]> response, int replyLimit) throws IOException {
        var headers = new ArrayList<NameValue>();
        response.headers().map().forEach((name, values) -> values.forEach(value -> headers.add(new NameValue(name, value))));
        byte[] body = response.body();
        if (response.headers().firstValue("content-encoding").orElse("").equalsIgnoreCase("gzip") && body.length > 0) {
            // The service compressed a reply although the request did not ask for compression.
            body = new GZIPInputStream(new ByteArrayInputStream(body)).readNBytes(replyLimit + 1);
        }
        return new Response(response.statusCode(), List.copyOf(headers), body);
    }

    private static IOException failure(@Nullable Throwable cause) {
        return switch (cause) {
            case ConnectException error -> new NotSentException(error);
            case HttpConnectTimeoutException error -> new NotSentException(error);
            case SSLHandshakeException error -> new NotSentException(error);
            case IOException error -> error;
            case null -> new IOException("no response");
            default -> new IOException(Causes.text(cause), cause);
        };
    }

    /**
     * Replaces an own client, because {@code java.net.http} cannot close idle connections.
     * Exchanges in flight end on the old client.
     */
    @Override
    public void closeIdleConnections() {
        lock.writeLock().lock();
        try {
            if (connectTimeout != null && http != null) {
                http.shutdown();
                http = null;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Shuts an own client down after its exchanges in flight. */
    @Override
    public void close() {
        closeIdleConnections();
    }

    /** Reads a body up to the limit plus one byte. A longer body closes the connection. */
    private static final class LimitedBody implements BodySubscriber<byte[]> {
        private final int limit;
        private final ByteArrayOutputStream read = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private Flow.@Nullable Subscription subscription;

        LimitedBody(int limit) {
            this.limit = limit;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                var part = new byte[Math.min(buffer.remaining(), limit + 1 - read.size())];
                buffer.get(part);
                read.writeBytes(part);
            }
            if (read.size() > limit && !body.isDone()) {
                subscription.cancel();
                body.complete(read.toByteArray());
            }
        }

        @Override
        public void onError(Throwable error) {
            body.completeExceptionally(error);
        }

        @Override
        public void onComplete() {
            body.complete(read.toByteArray());
        }
    }
}
