package koodrive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures a signed request and a parsed reply, beside a program written by hand over
 * {@code javax.crypto.Mac} and Jackson. Both produce all that an HTTP client needs: method, URL,
 * headers and body.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RequestBenchmark {
    private static final String USER_ID = "1505084218764547200";
    private static final String SECRET = "example-app-secret-not-real";
    private static final NotifyPackageExpire CALL = new NotifyPackageExpire("189642158555241211", "14");
    private static final byte[] REPLY = "{\"code\":0,\"msg\":\"Success.\"}".getBytes(StandardCharsets.UTF_8);
    private static final List<NameValue> REPLY_HEADERS = List.of(
        new NameValue("content-type", "application/json"), new NameValue("date", "Mon, 03 Nov 2025 07:01:45 GMT"));

    private KooDrive signing;
    private KooDrive bearer;
    private ByHand hand;

    /** Objects that are created once. */
    @Setup
    public void open() throws GeneralSecurityException {
        var builder = KooDrive.builder().endpoint("https://koodrive.example").userId(USER_ID);
        bearer = builder.token("example-token-not-real").build();
        signing = KooDrive.builder().endpoint("https://koodrive.example").userId(USER_ID).appId("example-app-id").appSecret(SECRET)
            .transport((_, _) -> new Response(200, REPLY_HEADERS, REPLY)).build();
        hand = new ByHand();
    }

    @Benchmark
    public Request signedRequest() {
        return signing.request(CALL, RequestOptions.NONE);
    }

    @Benchmark
    public HandRequest signedRequestByHand() throws IOException {
        return hand.request("189642158555241211", "14");
    }

    @Benchmark
    public Request bearerRequest() {
        return bearer.request(CALL, RequestOptions.NONE);
    }

    /** Builds a request and reads its reply, without the network. */
    @Benchmark
    public Acknowledgement signedExchange() {
        return signing.send(CALL);
    }

    @Benchmark
    public Acknowledgement parse() {
        return signing.parse(CALL, new Response(200, REPLY_HEADERS, REPLY));
    }

    @Benchmark
    public Acknowledgement parseByHand() throws IOException {
        return hand.parse(REPLY);
    }

    /** A request of the program written by hand. */
    public record HandRequest(String method, String url, List<NameValue> headers, byte[] body) {}

    /** The program of a competent user, which reuses the key's state and the digests. */
    private static final class ByHand {
        private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
        private static final HexFormat HEX = HexFormat.of();

        private final ObjectMapper json = new ObjectMapper();
        private final Mac mac = Mac.getInstance("HmacSHA256");
        private final MessageDigest sha256 = MessageDigest.getInstance("SHA-256");

        ByHand() throws GeneralSecurityException {
            mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        }

        HandRequest request(String carrierUserId, String packageId) throws IOException {
            ObjectNode members = json.createObjectNode().put("carrierUserId", carrierUserId).put("type", 2).put("packageId", packageId);
            byte[] body = json.writeValueAsBytes(members);
            String date = DATE.format(Instant.now().minusSeconds(5));
            String canonical = "POST\n/koodrive/ose/v1/carrier/users/notifyPackageExpire/\n\nhost:koodrive.example\nx-date:" + date
                + "\nx-user-id:" + USER_ID + "\n\nhost;x-date;x-user-id\n" + HEX.formatHex(sha256.digest(body));
            String toSign = "HMAC-SHA256\n" + HEX.formatHex(sha256.digest(canonical.getBytes(StandardCharsets.UTF_8)));
            String signature = HEX.formatHex(mac.doFinal(toSign.getBytes(StandardCharsets.UTF_8)));
            return new HandRequest(
                "POST",
                "https://koodrive.example/koodrive/ose/v1/carrier/users/notifyPackageExpire",
                List.of(
                    new NameValue("content-type", "application/json"),
                    new NameValue(
                        "authorization",
                        "HMAC-SHA256 AppId=example-app-id,SignedHeaders=host;x-date;x-user-id,Signature=" + signature),
                    new NameValue("x-date", date),
                    new NameValue("x-user-id", USER_ID)),
                body);
        }

        Acknowledgement parse(byte[] body) throws IOException {
            JsonNode reply = json.readTree(body);
            if (!reply.get("code").asText().equals("0")) {
                throw new IOException(reply.get("msg").asText());
            }
            return new Acknowledgement("0", reply.get("msg").asText(), null);
        }
    }
}
