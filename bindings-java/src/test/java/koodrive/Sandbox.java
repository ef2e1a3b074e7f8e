package koodrive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs {@code koodrive-sandbox} on a free port, with faults on demand. The property
 * {@code koodrive.sandbox} names the program.
 */
final class Sandbox implements AutoCloseable {
    static final String USER_ID = "1505084218764547200";
    static final String APP_ID = "example-app-id";
    static final String APP_SECRET = "example-app-secret-not-real";
    static final String TOKEN = "example-token-not-real";

    private static final ObjectMapper JSON = new ObjectMapper();

    final String url;
    private final Process process;

    Sandbox(String... flags) throws IOException {
        var command = new ArrayList<>(List.of(System.getProperty("koodrive.sandbox", "../target/debug/koodrive-sandbox")));
        command.addAll(List.of(flags));
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        url = JSON.readTree(reader.readLine()).get("url").asText();
    }

    /** Starts a sandbox that applies each of {@code faults} to one request, in this order. */
    static Sandbox withFaults(String... faults) throws IOException {
        var flags = new ArrayList<String>();
        for (String fault : faults) {
            flags.add("--fault");
            flags.add(fault);
        }
        return new Sandbox(flags.toArray(String[]::new));
    }

    /** Returns a builder that lacks only credentials. */
    KooDrive.Builder builder() {
        return KooDrive.builder().endpoint(url).userId(USER_ID);
    }

    KooDrive.Builder app() {
        return builder().appId(APP_ID).appSecret(APP_SECRET);
    }

    /** Returns the calls that the sandbox acted on. */
    JsonNode accepted() throws IOException {
        try (var body = URI.create(url + "/sandbox/accepted").toURL().openStream()) {
            return JSON.readTree(body);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
