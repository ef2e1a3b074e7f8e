package koodrive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Authenticator;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import koodrive.KooDriveException.Kind;
import koodrive.KooDriveException.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls over TCP: to the sandbox, and to a server that counts what is on the wire. */
class SendTest {
    private static final NotifyPackageExpire CALL = new NotifyPackageExpire("189642158555241211", "14");
    private static final Duration SHORT = Duration.ofMillis(400);

    /** A transport to test. */
    enum TransportCase {
        OWN,
        SUPPLIED,
        OKHTTP;

        KooDrive build(KooDrive.Builder builder) {
            return switch (this) {
                case OWN -> builder.build();
                case SUPPLIED -> builder.httpClient(HttpClient.newHttpClient()).build();
                case OKHTTP -> builder.transport(new OkHttpTransport()).build();
            };
        }
    }

    private static KooDriveException failure(KooDrive client, Call<?> call) {
        return assertThrows(KooDriveException.class, () -> client.send(call));
    }

    private static void assertUnknown(KooDriveException error) {
        assertEquals(Kind.OUTCOME_UNKNOWN, error.kind(), error.getMessage());
        assertEquals(Outcome.UNKNOWN, error.outcome());
        assertFalse(error.isRetryable());
        assertNotNull(error.traceId());
        assertNotNull(error.xDate());
    }

    @ParameterizedTest
    @EnumSource
    void aCallIsTakenWithAnAppAndWithAToken(TransportCase transport) throws IOException {
        try (var sandbox = new Sandbox("--echo-trace-id"); var app = transport.build(sandbox.app());
                var token = transport.build(sandbox.builder().token(Sandbox.TOKEN))) {
            Acknowledgement reply = app.send(CALL);
            assertEquals("0", reply.code());
            assertEquals("Success.", reply.msg());
            assertEquals(58, reply.traceId().length());
            String chosen = app.send(CALL).traceId();
            assertEquals(chosen, token.send(CALL, RequestOptions.NONE.withTraceId(chosen)).traceId());
            assertNotEquals(chosen, reply.traceId());
            assertNotNull(app.send(new GetSpaceUsageByOverview()).data().totalUsed());
            assertEquals(3, sandbox.accepted().size());
            assertEquals("189642158555241211", sandbox.accepted().get(0).get("carrierUserId").asText());
        }
    }

    @Test
    void aCallIsSentAsynchronously() throws IOException {
        try (var sandbox = new Sandbox(); var client = sandbox.app().build()) {
            var first = client.sendAsync(CALL);
            var second = client.sendAsync(new GetSpaceUsageByOverview());
            assertEquals("0", first.join().code());
            assertEquals("0", second.join().code());
        }
        try (var sandbox = Sandbox.withFaults("429"); var client = sandbox.app().build()) {
            var error = assertThrows(CompletionException.class, () -> client.sendAsync(CALL).join());
            assertEquals(429, assertInstanceOf(KooDriveException.class, error.getCause()).status());
        }
    }

    @Test
    void aSignatureMayBeMadeOutside() throws IOException {
        try (var sandbox = new Sandbox("--clock-offset", "3600")) {
            var builder = sandbox.builder().appId(Sandbox.APP_ID);
            try (var client = builder.sign(text -> Signature.of(Sandbox.APP_SECRET, text)).build()) {
                assertEquals("0", client.send(CALL).code());
            }
            try (var client = builder.sign(_ -> "no signature").build()) {
                KooDriveException error = failure(client, CALL);
                assertEquals(Kind.INVALID_INPUT, error.kind());
                assertEquals(Outcome.NOT_SENT, error.outcome());
            }
            var broken = new IllegalStateException("the HSM is away");
            try (var client = builder.sign(_ -> {
                throw broken;
            }).build()) {
                KooDriveException error = failure(client, CALL);
                assertEquals(Kind.NOT_SENT, error.kind());
                assertTrue(error.getMessage().contains("the HSM is away"), error.getMessage());
                assertEquals(broken, error.getCause().getCause());
            }
            assertEquals(1, sandbox.accepted().size());
        }
    }

    @Test
    void aSourceOfTokensIsAskedBeforeEachCall() throws IOException {
        var asked = new AtomicInteger();
        try (var sandbox = new Sandbox();
                var client = sandbox.builder().token(() -> asked.incrementAndGet() == 1 ? "another" : Sandbox.TOKEN).build()) {
            assertEquals(Outcome.REFUSED, failure(client, CALL).outcome());
            assertEquals("0", client.send(CALL).code());
            assertEquals(2, asked.get());
        }
        var error = assertThrows(KooDriveException.class, () ->
            KooDrive.builder().endpoint("https://koodrive.example").userId("1").token(() -> "x").token("y").build());
        assertEquals("token", error.field());
    }

    @Test
    void aRefusedSignatureIsExplained() throws IOException {
        try (var sandbox = new Sandbox(); var client = sandbox.builder().appId(Sandbox.APP_ID).appSecret("another").build()) {
            KooDriveException error = failure(client, CALL);
            assertEquals(Kind.API, error.kind());
            assertEquals(Outcome.REFUSED, error.outcome());
            assertEquals(401, error.status());
            Explanation stages = client.explain(CALL, null, error.msg());
            assertNull(stages.difference());
            assertNotNull(stages.finding());
            assertEquals(Signature.of("another", stages.stringToSign()), stages.signature());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3600", "-3600"})
    void aRefusedDateIsSignedAnewOnce(String offset) throws IOException {
        var sent = new AtomicInteger();
        var http = new HttpTransport(Duration.ofSeconds(5));
        Transport counting = (request, limits) -> {
            sent.incrementAndGet();
            return http.exchange(request, limits);
        };
        try (http; var sandbox = new Sandbox("--clock-offset", offset); var client = sandbox.app().transport(counting).build()) {
            assertEquals("0", client.send(CALL).code());
            assertEquals(2, sent.get());
            assertEquals("0", client.send(CALL).code());
            assertEquals(3, sent.get());
            assertEquals(Long.parseLong(offset), client.clockOffset().toSeconds(), 2.0);
        }
    }

    @Test
    void aDateThatIsAlwaysRefusedIsTwoRequestsOnTheWire() throws IOException {
        byte[] refusal = "{\"error_code\":\"APIG.0301\",\"error_msg\":\"Incorrect IAM authentication information: x-date is expired\"}"
            .getBytes();
        try (var server = new RawServer((request, out) -> {
                    out.write(RawServer.answer("401 Unauthorized", "date: Mon, 03 Nov 2025 0" + request + ":00:00 GMT\r\n", refusal));
                    return true;
                });
                var client = server.builder().clock(() -> java.time.Instant.parse("2025-11-03T07:01:45Z")).build()) {
            assertEquals(401, failure(client, CALL).status());
            assertEquals(2, server.requests.size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "cut-in-headers", "cut-after-headers"})
    void aCutConnectionLeavesTheOutcomeUnknown(String fault) throws IOException {
        for (TransportCase transport : TransportCase.values()) {
            try (var sandbox = Sandbox.withFaults(fault); var client = transport.build(sandbox.app())) {
                assertUnknown(failure(client, CALL));
                assertEquals(1, sandbox.accepted().size());
                assertEquals("0", client.send(CALL).code());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"delay\": 5}", "{\"drip\": 0.1}"})
    void aLateReplyLeavesTheOutcomeUnknown(String fault) throws IOException {
        for (TransportCase transport : TransportCase.values()) {
            try (var sandbox = Sandbox.withFaults(fault); var client = transport.build(sandbox.app().timeout(SHORT))) {
                long started = System.nanoTime();
                assertUnknown(failure(client, CALL));
                assertTrue(System.nanoTime() - started < 3_000_000_000L);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anErrorAnswerIsThrown(TransportCase transport) throws IOException {
        try (var sandbox = Sandbox.withFaults(
                    "{\"status\": 429, \"retryAfter\": 3}", "{\"status\": 302}", "503", "{\"status\": 200, \"body\": \"<html>\"}");
                var client = transport.build(sandbox.app())) {
            KooDriveException throttled = failure(client, CALL);
            assertEquals(Outcome.REFUSED, throttled.outcome());
            assertTrue(throttled.isRetryable());
            assertEquals(Duration.ofSeconds(3), throttled.retryAfter());
            assertEquals(302, failure(client, CALL).status());
            assertTrue(failure(client, CALL).isRetryable());
            KooDriveException unreadable = failure(client, CALL);
            assertEquals(Kind.UNREADABLE_REPLY, unreadable.kind());
            assertEquals("<html>", unreadable.body());
            assertEquals(0, sandbox.accepted().size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRedirectIsNotFollowed(TransportCase transport) throws IOException {
        try (var other = new RawServer((_, out) -> {
                    out.write(RawServer.success());
                    return true;
                });
                var server = new RawServer((_, out) -> {
                    out.write(RawServer.answer("307 Temporary Redirect", "location: " + other.url() + "/\r\n", new byte[0]));
                    return true;
                });
                var client = transport.build(server.builder())) {
            KooDriveException error = failure(client, CALL);
            assertEquals(307, error.status());
            assertEquals(Outcome.REFUSED, error.outcome());
            assertEquals(0, other.requests.size());
            assertEquals(1, server.requests.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReplyThatIsTooLongIsNotReadToItsEnd(TransportCase transport) throws IOException {
        var written = new AtomicInteger();
        try (var server = new RawServer((_, out) -> {
                    out.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n".getBytes());
                    for (int i = 0; i < 200; i++) {
                        out.write(new byte[1 << 20]);
                        written.incrementAndGet();
                    }
                    return false;
                });
                var client = transport.build(server.builder().replyLimit(1000))) {
            KooDriveException error = failure(client, CALL);
            assertEquals(Kind.UNREADABLE_REPLY, error.kind());
            assertEquals(Outcome.UNKNOWN, error.outcome());
            assertTrue(error.getMessage().contains("1000"), error.getMessage());
            assertTrue(written.get() < 100, () -> written + " MiB were taken");
        }
    }

    @Test
    void theReplyLimitCountsAfterDecompression() throws IOException {
        var small = gzip("{\"code\":0,\"msg\":\"Success.\"}".getBytes());
        var large = gzip(new byte[3 << 20]);
        try (var server = new RawServer((request, out) -> {
                    out.write(RawServer.answer("200 OK", "content-encoding: gzip\r\n", request == 1 ? small : large));
                    return true;
                });
                var client = server.builder().build()) {
            assertEquals("0", client.send(CALL).code());
            assertEquals(Kind.UNREADABLE_REPLY, failure(client, CALL).kind());
        }
    }

    private static byte[] gzip(byte[] body) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(body);
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @EnumSource
    void aFailedConnectionMeansNotSent(TransportCase transport) throws IOException {
        int closed;
        try (var socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        for (String endpoint : new String[] {"http://127.0.0.1:" + closed, "https://nobody.invalid"}) {
            try (var client = transport.build(KooDrive.builder().endpoint(endpoint).userId("1").token("t"))) {
                KooDriveException error = failure(client, CALL);
                assertEquals(Kind.NOT_SENT, error.kind(), error.getMessage());
                assertTrue(error.isRetryable());
            }
        }
    }

    @Test
    void aServerWithoutTlsGetsNoRequest() throws IOException {
        try (var server = new RawServer((_, _) -> false);
                var client = KooDrive.builder().endpoint(server.url().replace("http:", "https:")).userId("1").token("t")
                    .timeout(SHORT).build()) {
            failure(client, CALL);
            assertEquals(0, server.requests.stream().filter(request -> request.contains("notify")).count());
        }
    }

    /**
     * java.net.http may find that the service has closed an idle connection. It retries only a GET
     * then.
     */
    @Test
    void aPostIsNotRetriedAfterAnIdleConnectionEnds() throws IOException {
        try (var server = new RawServer((request, out) -> {
                    if (request == 2) {
                        return false;
                    }
                    out.write(RawServer.success());
                    return true;
                });
                var client = server.builder().build()) {
            client.send(CALL);
            assertUnknown(failure(client, CALL));
            assertEquals(2, server.requests.size());
            assertEquals(1, server.connections.get());
        }
    }

    @Test
    void aGetIsRetriedByJavaAfterAnIdleConnectionEnds() throws IOException {
        byte[] usage = "{\"code\":0,\"msg\":\"Success.\",\"data\":{}}".getBytes();
        try (var server = new RawServer((request, out) -> {
                    if (request == 2) {
                        return false;
                    }
                    out.write(RawServer.answer("200 OK", "", usage));
                    return true;
                });
                var client = server.builder().build()) {
            client.send(new GetSpaceUsageByOverview());
            client.send(new GetSpaceUsageByOverview());
            assertEquals(3, server.requests.size());
            assertEquals(server.requests.get(1), server.requests.get(2));
        }
    }

    @Test
    void onlyUserAgentIsAddedToTheHeaders() throws IOException {
        try (var server = new RawServer((_, out) -> {
                    out.write(RawServer.success());
                    return true;
                });
                var client = server.builder().build()) {
            client.send(CALL);
            var names = server.requests.getFirst().lines().skip(1).filter(line -> !line.isEmpty())
                .map(line -> line.substring(0, line.indexOf(':')).toLowerCase()).sorted().toList();
            var expected = java.util.List.of(
                "authorization", "content-length", "content-type", "host", "user-agent", "x-date", "x-traceid", "x-user-id");
            assertEquals(expected, names);
        }
    }

    @Test
    void aFailureClosesTheConnection() throws IOException {
        try (var server = new RawServer((request, out) -> {
                    out.write(request == 2 ? RawServer.answer("503 Service Unavailable", "", new byte[0]) : RawServer.success());
                    return true;
                });
                var client = server.builder().build()) {
            client.send(CALL);
            failure(client, CALL);
            assertEquals(1, server.connections.get());
            client.send(CALL);
            assertEquals(2, server.connections.get());
        }
    }

    @Test
    void clientsThatWouldRepeatOrRedirectAreRefused() {
        var builder = KooDrive.builder().endpoint("https://koodrive.example").userId("1").token("t");
        var following = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
        var authenticating = HttpClient.newBuilder().authenticator(new Authenticator() { }).build();
        for (HttpClient client : new HttpClient[] {following, authenticating}) {
            var error = assertThrows(KooDriveException.class, () -> builder.httpClient(client).build());
            assertEquals("httpClient", error.field());
        }
        System.setProperty("jdk.httpclient.enableAllMethodRetry", "true");
        try {
            assertThrows(KooDriveException.class, () -> builder.httpClient(HttpClient.newHttpClient()).build());
        } finally {
            System.clearProperty("jdk.httpclient.enableAllMethodRetry");
        }
    }

    @Test
    void aThreadThatIsInterruptedStopsWaiting() throws Exception {
        var arrived = new CountDownLatch(1);
        try (var server = new RawServer((_, _) -> {
                    arrived.countDown();
                    Thread.sleep(60_000);
                    return false;
                });
                var client = server.builder().build()) {
            var found = new AtomicReference<KooDriveException>();
            var wasInterrupted = new AtomicReference<Boolean>();
            Thread thread = Thread.ofVirtual().start(() -> {
                found.set(failure(client, CALL));
                wasInterrupted.set(Thread.currentThread().isInterrupted());
            });
            arrived.await();
            thread.interrupt();
            thread.join();
            assertUnknown(found.get());
            assertInstanceOf(InterruptedException.class, found.get().getCause());
            assertTrue(wasInterrupted.get());
        }
    }

    @Test
    void aFutureThatIsCancelledGivesTheExchangeUp() throws Exception {
        var arrived = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        try (var server = new RawServer((_, out) -> {
                    arrived.countDown();
                    try {
                        while (true) {
                            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes());
                            Thread.sleep(10);
                        }
                    } catch (IOException error) {
                        ended.countDown();
                        throw error;
                    }
                });
                var client = server.builder().build()) {
            var future = client.sendAsync(CALL);
            arrived.await();
            future.cancel(true);
            assertThrows(CancellationException.class, future::join);
            assertTrue(ended.await(5, java.util.concurrent.TimeUnit.SECONDS), "the connection is closed");
        }
    }

    @Test
    void theTimeoutCoversTheSignature() {
        try (var client = KooDrive.builder().endpoint("https://koodrive.example").userId("1").appId("a").timeout(Duration.ofMillis(20))
                .sign(text -> {
                    try {
                        Thread.sleep(60);
                    } catch (InterruptedException error) {
                        throw new IllegalStateException(error);
                    }
                    return Signature.of("s", text);
                }).build()) {
            KooDriveException error = failure(client, CALL);
            assertEquals(Kind.NOT_SENT, error.kind());
            assertTrue(error.getMessage().contains("20 ms was over before the request left"), error.getMessage());
        }
    }

    @Test
    void aClosedClientTakesNoMoreCallsAndLetsThoseUnderWayEnd() throws Exception {
        var arrived = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        try (var server = new RawServer((_, out) -> {
                    arrived.countDown();
                    answer.await();
                    out.write(RawServer.success());
                    return true;
                })) {
            var client = server.builder().build();
            var future = client.sendAsync(CALL);
            arrived.await();
            client.close();
            client.close();
            assertEquals("client", failure(client, CALL).field());
            answer.countDown();
            assertEquals("0", future.join().code());
            // The last exchange has ended, so the secrets are overwritten.
            assertTrue(assertThrows(KooDriveException.class, client::clockOffset).getMessage().contains("the handle is not open"));
        }
    }
}
