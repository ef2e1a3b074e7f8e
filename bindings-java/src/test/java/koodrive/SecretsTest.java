package koodrive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Texts of objects hold no secret, and errors keep their fields. */
class SecretsTest {
    private static final String SECRET = "example-app-secret-not-real";
    private static final NotifyPackageExpire CALL = new NotifyPackageExpire("189642158555241211", "14");

    @Test
    void noTextHoldsASecret() {
        var builder = KooDrive.builder().endpoint("https://koodrive.example").userId("1").token(SECRET).transport((request, _) -> {
            throw new IOException("cannot send " + request);
        });
        try (var client = builder.build()) {
            Request request = client.request(CALL, RequestOptions.NONE);
            assertTrue(request.header("authorization").contains(SECRET));
            var error = new StringWriter();
            assertThrows(KooDriveException.class, () -> client.send(CALL)).printStackTrace(new PrintWriter(error));
            try (var job = client.dispatch(List.of(CALL).iterator(), new DispatchOptions())) {
                var shown = List.of(
                    builder.toString(), client.toString(), request.toString(), request.headers().toString(), error.toString(),
                    job.toString(), job.next().toString(), new Response(200, List.of(), SECRET.getBytes()).toString());
                shown.forEach(text -> assertFalse(text.contains(SECRET), text));
            }
            assertEquals("KooDrive[endpoint=https://koodrive.example, userId=1]", client.toString());
            assertEquals(
                "Request[POST https://koodrive.example/koodrive/ose/v1/carrier/users/notifyPackageExpire]", request.toString());
        }
    }

    @Test
    void inputsAreOverwrittenAfterTheCall() {
        var input = new RecordWriter().text(Layout.OPEN_ENDPOINT, "https://koodrive.example").text(Layout.OPEN_USER_ID, "1")
            .record(Layout.OPEN_CREDENTIALS, fields -> fields.text(Layout.CREDENTIALS_TOKEN, SECRET));
        Handle.open(input).close();
        for (byte one : input.bytes()) {
            assertEquals(0, one);
        }
    }

    @Test
    void anErrorKeepsItsFieldsWhenItIsSerialized() throws Exception {
        try (var client = KooDrive.builder().endpoint("https://koodrive.example").userId("1").token("t").build()) {
            var headers = List.of(new NameValue("Retry-After", "3"), new NameValue("X-TraceId", "t".repeat(58)));
            var response = new Response(429, headers, "{\"code\":7,\"msg\":\"slow down\"}".getBytes());
            var error = assertThrows(KooDriveException.class, () -> client.parse(CALL, response));
            var bytes = new ByteArrayOutputStream();
            try (var out = new ObjectOutputStream(bytes)) {
                out.writeObject(error);
            }
            var copy = (KooDriveException) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
            assertEquals(error.getMessage(), copy.getMessage());
            assertEquals(fields(error), fields(copy));
            assertEquals("[API, REFUSED, true, 429, 7, slow down, PT3S]", fields(copy).subList(0, 7).toString());
        }
    }

    private static List<String> fields(KooDriveException error) {
        return List.of(
            error.kind().toString(), error.outcome().toString(), String.valueOf(error.isRetryable()), String.valueOf(error.status()),
            String.valueOf(error.code()), String.valueOf(error.msg()), String.valueOf(error.retryAfter()),
            String.valueOf(error.requestId()), String.valueOf(error.traceId()), String.valueOf(error.xDate()),
            String.valueOf(error.body()), String.valueOf(error.field()));
    }

    @Test
    void aLoneSurrogateIsRefused() {
        for (String id : List.of("\ud83d", "\udcc1", "a\udcc1b", "\ud83dx")) {
            var error = assertThrows(KooDriveException.class, () -> new NotifyPackageExpire(id, "14"));
            assertEquals("carrierUserId: contains a lone surrogate, which UTF-8 cannot carry; remove it", error.getMessage());
        }
        assertEquals("\ud83d\udcc1", new NotifyPackageExpire("\ud83d\udcc1", "14").carrierUserId());
        assertEquals(
            "carrierUserId: missing; pass text",
            assertThrows(KooDriveException.class, () -> new NotifyPackageExpire(null, "14")).getMessage());
    }
}
