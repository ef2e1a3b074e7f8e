package koodrive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * 64 threads share one client. Java's own HMAC verifies each signature, and the memory stays the
 * same.
 */
class ThreadsTest {
    private static final int THREADS = 64;
    private static final Instant NOW = Instant.parse("2025-11-03T07:01:45Z");
    private static final String PATH = "/koodrive/ose/v1/carrier/users/notifyPackageExpire/";

    enum Kind {
        PLATFORM,
        VIRTUAL;

        ThreadFactory factory() {
            return this == PLATFORM ? Thread.ofPlatform().factory() : Thread.ofVirtual().factory();
        }
    }

    /** {@code -Dkoodrive.soak=N} verifies N signatures with each kind of thread. */
    @ParameterizedTest
    @EnumSource
    void eachSignatureIsRight(Kind kind) throws Exception {
        long signatures = Long.getLong("koodrive.soak", 200_000);
        try (var client = KooDrive.builder().endpoint("https://koodrive.example").userId(Sandbox.USER_ID)
                .appId(Sandbox.APP_ID).appSecret(Sandbox.APP_SECRET).clock(() -> NOW)
                .transport((request, _) -> answered(request)).build()) {
            run(kind, client, signatures / 10);
            long before = heap();
            long verified = run(kind, client, signatures);
            long after = heap();
            System.out.println(verified + " signatures verified with " + kind + " threads; heap " + before + " and then " + after + " bytes");
            assertEquals(signatures / THREADS * THREADS, verified);
            assertTrue(after < before + (2 << 20), () -> "the heap grew from " + before + " to " + after + " bytes");
        }
    }

    private static long run(Kind kind, KooDrive client, long signatures) throws Exception {
        var verified = new AtomicLong();
        try (var threads = Executors.newThreadPerTaskExecutor(kind.factory())) {
            List<Future<?>> running = IntStream.range(0, THREADS).<Future<?>>mapToObj(thread -> threads.submit(() -> {
                var checker = new Checker();
                for (long i = 0; i < signatures / THREADS; i++) {
                    String user = Long.toString(thread * 1_000_000_000L + i);
                    Request request = client.request(new NotifyPackageExpire(user, "14"), RequestOptions.NONE);
                    checker.check(user, request);
                    // Every 100th is a whole exchange, which must get the reply to its own request.
                    if (i % 100 == 0) {
                        assertEquals(user, client.send(new NotifyPackageExpire(user, "14")).msg());
                    }
                    verified.incrementAndGet();
                }
                return null;
            })).toList();
            for (Future<?> one : running) {
                one.get();
            }
        }
        return verified.get();
    }

    /** Answers each request with its user as the message. */
    private static Response answered(Request request) {
        String body = new String(request.body(), StandardCharsets.UTF_8);
        String user = body.substring(body.indexOf(":\"") + 2, body.indexOf("\",\"type\""));
        return new Response(200, List.of(), ("{\"code\":0,\"msg\":\"" + user + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Computes the publisher's steps a second time, with the JDK alone. */
    private static final class Checker {
        private final Mac mac;
        private final MessageDigest sha256;

        Checker() throws Exception {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Sandbox.APP_SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            sha256 = MessageDigest.getInstance("SHA-256");
        }

        void check(String user, Request request) {
            String body = "{\"carrierUserId\":\"" + user + "\",\"type\":2,\"packageId\":\"14\"}";
            assertEquals(body, new String(request.body(), StandardCharsets.UTF_8));
            String canonical = "POST\n" + PATH + "\n\nhost:koodrive.example\nx-date:20251103T070140Z\nx-user-id:" + Sandbox.USER_ID
                + "\n\nhost;x-date;x-user-id\n" + hex(sha256.digest(body.getBytes(StandardCharsets.UTF_8)));
            String toSign = "HMAC-SHA256\n" + hex(sha256.digest(canonical.getBytes(StandardCharsets.UTF_8)));
            String signature = hex(mac.doFinal(toSign.getBytes(StandardCharsets.UTF_8)));
            assertEquals(
                "HMAC-SHA256 AppId=" + Sandbox.APP_ID + ",SignedHeaders=host;x-date;x-user-id,Signature=" + signature,
                request.header("authorization"));
        }

        private static String hex(byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
    }
}
