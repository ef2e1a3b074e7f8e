package koodrive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Runs the cases of {@code tests/differential}. {@code cargo xtask differential} compares the
 * results with those of other languages. The property {@code koodrive.cases} names the file with
 * the cases, {@code koodrive.results} the file for the results.
 */
class RandomCases {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JSON.getNodeFactory();
    private static final Map<KooDriveException.Kind, String> NAMES = Map.of(
        KooDriveException.Kind.INVALID_INPUT, "InvalidInputError",
        KooDriveException.Kind.API, "ApiError",
        KooDriveException.Kind.UNREADABLE_REPLY, "UnreadableReplyError");

    @Test
    void everyCase() throws IOException {
        try (var cases = Files.newBufferedReader(Path.of(System.getProperty("koodrive.cases")));
                BufferedWriter results = Files.newBufferedWriter(Path.of(System.getProperty("koodrive.results")))) {
            for (String line = cases.readLine(); line != null; line = cases.readLine()) {
                results.write(JSON.writeValueAsString(outcome(JSON.readTree(line))));
                results.newLine();
            }
        }
    }

    /** Returns every stage that the case reaches, or its error, in the form of outcome.mjs. */
    private static ObjectNode outcome(JsonNode given) {
        ObjectNode found = NODES.objectNode().set("number", given.get("number"));
        if (cannotBeSaid(given.get("call"))) {
            return found.put("unsaid", true);
        }
        JsonNode options = given.get("options");
        Instant now = Instant.ofEpochMilli(options.get("now").asLong());
        Instant date = options.has("date") ? Instant.ofEpochMilli(options.get("date").asLong()) : null;
        KooDrive client = stage(found, "client", () -> VectorsTest.client(given.get("client"), now), _ -> NODES.textNode("made"));
        if (client == null) {
            return found;
        }
        try (client) {
            Call<?> call = stage(found, "call", () -> VectorsTest.call(given.get("call")), _ -> NODES.textNode("made"));
            if (call != null) {
                exchange(client, call, date, given, found);
            }
        }
        return found;
    }

    private static void exchange(KooDrive client, Call<?> call, Instant date, JsonNode given, ObjectNode found) {
        JsonNode observed = given.get("observed");
        if (observed != null) {
            stage(found, "clockOffset", () -> {
                var response = new Response(200, VectorsTest.pairs(observed, "headers"), new byte[0]);
                client.observeClock(
                    response,
                    Instant.ofEpochMilli(observed.get("sentAt").asLong()),
                    Instant.ofEpochMilli(observed.get("receivedAt").asLong()));
                return client.clockOffset().toMillis();
            }, NODES::numberNode);
        }
        var options = new RequestOptions(VectorsTest.text(given.get("options"), "traceId"), date);
        stage(found, "request", () -> client.request(call, options), RandomCases::request);
        stage(found, "explanation", () -> client.explain(call, date, VectorsTest.text(given, "message")), JSON::valueToTree);
        stage(found, "reply", () -> client.parse(call, VectorsTest.response(given.get("response"))), VectorsTest::reply);
    }

    /**
     * Returns whether Java lacks a way to pass {@code call}. The plain constructor has only type 2,
     * and a query takes only texts and integers. Java's integers are exact beyond 2^53.
     */
    private static boolean cannotBeSaid(JsonNode call) {
        if (call.path("type").asLong(2) != 2) {
            return true;
        }
        for (JsonNode pair : call.path("query")) {
            JsonNode value = pair.get(1);
            if (value.isNull() || value.isBoolean() || value.isDouble() || value.asLong() >= 1L << 53) {
                return true;
            }
        }
        return false;
    }

    /** Returns the result of a stage, or null if it is refused, and notes why. */
    private static <T> T stage(ObjectNode found, String name, Supplier<T> work, Function<T, JsonNode> noted) {
        try {
            T result = work.get();
            found.set(name, noted.apply(result));
            return result;
        } catch (KooDriveException error) {
            found.set(name, error(error));
        } catch (RuntimeException error) {
            found.putObject(name).put("crash", error.toString());
        }
        return null;
    }

    private static JsonNode request(Request request) {
        ObjectNode found = NODES.objectNode().put("method", request.method()).put("url", request.url());
        ArrayNode headers = found.putArray("headers");
        request.headers().stream()
            .sorted((one, other) -> one.name().compareTo(other.name()))
            .forEach(header -> headers.addArray().add(header.name()).add(header.value()));
        return found.put("body", request.body() == null ? "" : new String(request.body(), java.nio.charset.StandardCharsets.UTF_8));
    }

    private static JsonNode error(KooDriveException error) {
        return VectorsTest.replyError(error)
            .put("field", error.field())
            .put("xDate", error.xDate())
            .put("retryAfter", retryAfter(error.retryAfter()))
            .put("name", NAMES.get(error.kind()))
            .without("stage");
    }

    /** Returns whole seconds. A time beyond {@code Duration} is 2^64 in the other languages. */
    private static String retryAfter(Duration time) {
        return time == null ? null
            : time.getSeconds() == Long.MAX_VALUE ? "18446744073709551616"
            : Long.toString(time.toSeconds());
    }
}
