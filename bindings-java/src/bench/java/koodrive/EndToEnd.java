package koodrive;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;

/**
 * Measures the CPU time of a call over {@code java.net.http}, and of the same client that sends the
 * same bytes again and again. The calls follow each other, and both peers take turns. Prints a row
 * for each.
 */
public final class EndToEnd {
    private static final int TURNS = 7;
    /** Calls of a turn: the system counts CPU time in hundredths of a second. */
    private static final int CALLS = 10_000;

    private EndToEnd() {}

    /** Takes host and port of the server. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var endpoint = "http://" + arguments[0];
        var call = new NotifyPackageExpire("189642158555241211", "14");
        var koodrive = KooDrive.builder().endpoint(endpoint).userId("1505084218764547200")
            .appId("example-app-id").appSecret("example-app-secret-not-real").build();
        var built = koodrive.request(call, RequestOptions.NONE);
        var constant = HttpRequest.newBuilder(URI.create(built.url())).POST(HttpRequest.BodyPublishers.ofByteArray(built.body()));
        built.headers().forEach(header -> constant.header(header.name(), header.value()));
        var request = constant.build();
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

        var ours = new long[TURNS];
        var theirs = new long[TURNS];
        // The first turns warm up.
        for (int turn = -TURNS; turn < TURNS; turn++) {
            long began = cpuTime();
            for (int i = 0; i < CALLS; i++) {
                client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            }
            long middle = cpuTime();
            for (int i = 0; i < CALLS; i++) {
                koodrive.send(call);
            }
            long end = cpuTime();
            if (turn >= 0) {
                theirs[turn] = (middle - began) / CALLS;
                ours[turn] = (end - middle) / CALLS;
            }
        }
        print("constant bytes", theirs);
        print("koodrive", ours);
    }

    private static long cpuTime() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }

    private static void print(String peer, long[] turns) {
        Arrays.sort(turns);
        System.out.printf(
            "{\"operation\": \"JVM, java.net.http\", \"peer\": \"%s\", \"unit\": \"ns\", \"value\": %d}%n", peer, turns[TURNS / 2]);
    }
}
