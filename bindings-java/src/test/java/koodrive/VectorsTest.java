package koodrive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import koodrive.ReverseOrder.OrderOperation;
import koodrive.ReverseOrder.PackageChange;
import koodrive.SetRetentionPolicy.PolicyStatus;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The conformance vectors: bytes of requests, stages of signatures, replies, and the texts of
 * errors.
 */
class VectorsTest {
    private static final Path VECTORS = Path.of("../tests/conformance");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JSON.getNodeFactory();
    private static final Pattern SPELLED = Pattern.compile("\\{([a-z_]+)}|\\{([-0-9.]+) s}");

    @TestFactory
    Stream<DynamicTest> everyCase() throws IOException {
        JsonNode files = JSON.readTree(VECTORS.resolve("index.json").toFile()).get("cases");
        var tests = new ArrayList<DynamicTest>();
        for (var file : files.properties()) {
            JsonNode cases = JSON.readTree(VECTORS.resolve(file.getKey()).toFile()).get("cases");
            assertEquals(file.getValue().asInt(), cases.size(), file.getKey());
            for (JsonNode one : cases) {
                tests.add(dynamicTest(one.get("name").asText(), () ->
                    assertEquals(expected(one.get("expected")).toPrettyString(), found(one.get("given")).toPrettyString())));
            }
        }
        return tests.stream();
    }

    /** Returns {@code expected} with options as Java spells them, and members in one order. */
    private static JsonNode expected(JsonNode expected) {
        ObjectNode wanted = expected.deepCopy();
        if (wanted.get("error") instanceof ObjectNode error) {
            error.put("message", spelled(error.get("message").asText()));
            if (error.hasNonNull("field")) {
                error.put("field", spelledName(error.get("field").asText()));
            }
        }
        return sorted(wanted);
    }

    private static String spelled(String text) {
        return SPELLED.matcher(text).replaceAll(match -> Matcher.quoteReplacement(
            match.group(1) != null ? spelledName(match.group(1)) : milliseconds(match.group(2)) + " ms"));
    }

    private static String milliseconds(String seconds) {
        return new BigDecimal(seconds).movePointRight(3).stripTrailingZeros().toPlainString();
    }

    private static String spelledName(String name) {
        String camel = Pattern.compile("_(.)").matcher(name).replaceAll(match -> match.group(1).toUpperCase());
        return name.equals("clock_margin") ? camel + "Ms" : camel;
    }

    private static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode sorted = NODES.objectNode();
            StreamSupport.stream(((Iterable<String>) object::fieldNames).spliterator(), false).sorted()
                .forEach(name -> sorted.set(name, sorted(object.get(name))));
            return sorted;
        }
        if (node.isArray()) {
            var sorted = NODES.arrayNode();
            node.forEach(item -> sorted.add(sorted(item)));
            return sorted;
        }
        return node.isNumber() ? NODES.textNode(node.decimalValue().stripTrailingZeros().toPlainString()) : node;
    }

    /** Returns everything that the package produces for a case. */
    private static JsonNode found(JsonNode given) {
        ObjectNode found = NODES.objectNode();
        Instant now = instant(given.get("options").get("now"));
        KooDrive client;
        try {
            client = client(given.get("client"), now);
        } catch (KooDriveException error) {
            return sorted(found.set("error", refusal("client", error)));
        }
        try (client) {
            exchange(client, given, found);
        }
        return sorted(found);
    }

    private static void exchange(KooDrive client, JsonNode given, ObjectNode found) {
        if (given.has("observed")) {
            JsonNode observed = given.get("observed");
            var headers = new ArrayList<NameValue>();
            observed.get("headers").properties().forEach(header -> headers.add(new NameValue(header.getKey(), header.getValue().asText())));
            client.observeClock(
                new Response(200, headers, new byte[0]), instant(observed.get("sentAt")), instant(observed.get("receivedAt")));
        }
        JsonNode options = given.get("options");
        Instant date = options.has("date") ? instant(options.get("date")) : null;
        Call<?> call;
        try {
            call = call(given.get("call"));
        } catch (KooDriveException error) {
            found.set("error", refusal("call", error));
            return;
        }
        try {
            Request request = client.request(call, new RequestOptions(text(options, "traceId"), date));
            found.set("request", request(request));
        } catch (KooDriveException error) {
            found.set("error", refusal("request", error));
            return;
        }
        if (given.get("client").has("appId")) {
            Explanation stages = client.explain(call, date, null);
            String canonical = stages.canonicalRequest();
            found.put("bodySha256", canonical.substring(canonical.lastIndexOf('\n') + 1));
            found.put("canonicalRequest", canonical);
            found.put("stringToSign", stages.stringToSign());
            found.put("signature", stages.signature());
        }
        if (given.has("response")) {
            try {
                found.set("reply", reply(client.parse(call, response(given.get("response")))));
            } catch (KooDriveException error) {
                found.set("error", replyError(error));
            }
        }
    }

    static KooDrive client(JsonNode given, Instant now) {
        var builder = KooDrive.builder()
            .endpoint(text(given, "endpoint"))
            .userId(text(given, "userId"))
            .allowPlainHttp(given.path("allowPlainHttp").asBoolean())
            .clock(() -> now)
            .transport((_, _) -> {
                throw new AssertionError("nothing is sent");
            });
        if (given.has("appId")) {
            builder.appId(text(given, "appId"));
        }
        if (given.has("appSecret")) {
            builder.appSecret(text(given, "appSecret"));
        }
        if (given.has("token")) {
            builder.token(text(given, "token"));
        }
        if (given.has("authorization")) {
            builder.authorization(text(given, "authorization"));
        }
        if (given.has("clockMarginSeconds")) {
            builder.clockMargin(Duration.ofSeconds(given.get("clockMarginSeconds").asLong()));
        }
        return builder.build();
    }

    static Call<?> call(JsonNode given) {
        return switch (text(given, "operation")) {
            case "notifyPackageExpire" -> new NotifyPackageExpire(
                text(given, "carrierUserId"), text(given, "packageId"), integer(given, "undocumentedType"));
            case "getSpaceUsageByOverview" -> new GetSpaceUsageByOverview();
            case "getCurrentRetentionPolicy" -> new GetCurrentRetentionPolicy();
            case "getCarrierRetentionPolicy" -> new GetCarrierRetentionPolicy();
            case "setRetentionPolicy" -> new SetRetentionPolicy(list(given, "policyList").stream()
                .map(policy -> new PolicyStatus(text(policy, "policyId"), text(policy, "status"))).toList());
            case "reverseOrder" -> new ReverseOrder(text(given, "batchSN"), list(given, "operationList").stream()
                .map(operation -> new OrderOperation(
                    text(operation, "operationSN"),
                    text(operation, "carrierUserId"),
                    operation.has("packageChangeList") ? changes(operation) : null))
                .toList());
            case "rawCall" -> new RawCall(
                text(given, "method"), text(given, "path"), pairs(given, "query"), pairs(given, "headers"), text(given, "json"));
            case String other -> throw new AssertionError(other);
        };
    }

    private static List<PackageChange> changes(JsonNode operation) {
        return list(operation, "packageChangeList").stream()
            .map(change -> new PackageChange(text(change, "packageId"), integer(change, "undocumentedChangeType")))
            .toList();
    }

    static Response response(JsonNode given) {
        byte[] body = given.has("body")
            ? given.get("body").asText().getBytes(StandardCharsets.UTF_8)
            : HexFormat.of().parseHex(text(given, "bodyHex"));
        return new Response(given.get("status").asInt(), pairs(given, "headers"), body);
    }

    private static ObjectNode request(Request request) {
        ObjectNode found = NODES.objectNode().put("method", request.method()).put("url", request.url());
        ObjectNode headers = found.putObject("headers");
        request.headers().forEach(header -> headers.put(header.name(), header.value()));
        if (request.body() != null) {
            found.put("body", new String(request.body(), StandardCharsets.UTF_8));
        }
        return found;
    }

    private static ObjectNode refusal(String stage, KooDriveException error) {
        return NODES.objectNode()
            .put("stage", stage)
            .put("kind", error.kind().name().toLowerCase())
            .put("outcome", error.outcome().name().toLowerCase())
            .put("retryable", error.isRetryable())
            .put("field", error.field())
            .put("message", error.getMessage());
    }

    static ObjectNode replyError(KooDriveException error) {
        ObjectNode found = refusal("parse", error)
            .put("status", error.status())
            .put("code", error.code())
            .put("msg", error.msg())
            .put("requestId", error.requestId())
            .put("traceId", error.traceId())
            .put("retryAfter", error.retryAfter() == null ? null : seconds(error.retryAfter()))
            .put("body", error.body());
        found.remove("field");
        return found;
    }

    private static BigDecimal seconds(Duration time) {
        return BigDecimal.valueOf(time.getSeconds()).add(BigDecimal.valueOf(time.getNano(), 9));
    }

    static ObjectNode reply(Reply reply) {
        ObjectNode found =
            NODES.objectNode().put("code", reply.code()).put("msg", reply.msg()).put("traceId", reply.traceId());
        switch (reply) {
            case Acknowledgement _ -> { }
            case RawReply raw -> found.put("status", raw.status()).put("body", raw.body());
            case SpaceUsage usage -> {
                SpaceUsage.Data data = usage.data();
                found.put("body", usage.body()).putObject("data")
                    .put("totalAllocation", data.totalAllocation())
                    .put("totalCapacity", data.totalCapacity())
                    .put("totalUsed", data.totalUsed())
                    .put("quota", data.quota());
            }
            case RetentionPolicies policies -> {
                var list = found.put("body", policies.body()).putArray("policyList");
                policies.policyList().forEach(policy -> list.addObject()
                    .put("policyId", policy.policyId())
                    .put("policyName", policy.policyName())
                    .put("description", policy.description())
                    .put("priority", policy.priority())
                    .put("status", policy.status()));
            }
        }
        return found;
    }

    private static Instant instant(JsonNode text) {
        return Instant.parse(text.asText());
    }

    static String text(JsonNode given, String name) {
        JsonNode value = given.get(name);
        return value == null ? null : text(value);
    }

    /** Returns a text, a repeated text, or one that UTF-8 cannot carry. */
    private static String text(JsonNode value) {
        if (value.has("repeat")) {
            return value.get("repeat").asText().repeat(value.get("times").asInt());
        }
        if (value.has("utf16")) {
            var units = new StringBuilder();
            value.get("utf16").forEach(unit -> units.append((char) unit.asInt()));
            return units.toString();
        }
        return value.asText();
    }

    private static Long integer(JsonNode given, String name) {
        return given.has(name) ? (Long) given.get(name).asLong() : null;
    }

    private static List<JsonNode> list(JsonNode given, String name) {
        var items = new ArrayList<JsonNode>();
        given.path(name).forEach(items::add);
        return items;
    }

    static List<NameValue> pairs(JsonNode given, String name) {
        return list(given, name).stream().map(pair -> new NameValue(pair.get(0).asText(), text(pair.get(1)))).toList();
    }
}
