package koodrive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import koodrive.KooDriveException.Kind;
import org.junit.jupiter.api.Test;

/** Jobs of many calls. */
class DispatchTest {
    private static final Function<String, NotifyPackageExpire> NOTIFY = user -> new NotifyPackageExpire(user, "14");
    private static final Transport NOBODY = (_, _) -> {
        throw new AssertionError("nothing is sent");
    };

    private static Iterator<String> users(int count) {
        return LongStream.range(0, count).mapToObj(number -> Long.toString(189642158555241211L + number)).iterator();
    }

    private static DispatchOptions fast() {
        return new DispatchOptions().rate(10_000).backoff(Duration.ofMillis(10)).backoffCap(Duration.ofMillis(50));
    }

    private static KooDrive.Builder offline() {
        return KooDrive.builder().endpoint("https://koodrive.example").userId("1").token("t");
    }

    private static Response response(int status, String body) {
        return new Response(status, List.of(), body.getBytes());
    }

    @Test
    void eachItemHasOneOutcome() throws IOException {
        try (var sandbox = new Sandbox(); var client = sandbox.app().build()) {
            var seen = new ArrayList<String>();
            try (var job = client.dispatch(users(500), NOTIFY, fast())) {
                while (job.hasNext()) {
                    CallOutcome<String, Acknowledgement> outcome = job.next();
                    assertEquals(Verdict.DELIVERED, outcome.verdict());
                    assertEquals("0", outcome.reply().code());
                    assertEquals(1, outcome.attempts());
                    assertEquals(58, outcome.traceId().length());
                    assertFalse(outcome.answeredAt().isBefore(outcome.sentAt()));
                    assertNotNull(outcome.serverDate());
                    seen.add(outcome.item());
                }
                Progress end = job.progress();
                assertEquals(500, end.delivered());
                assertEquals(500, end.requests());
                assertTrue(end.sourceEnded());
                assertEquals(0, end.inFlight());
            }
            assertEquals(500, Set.copyOf(seen).size());
            assertEquals(500, sandbox.accepted().size());
        }
    }

    @Test
    void callsOfAnyKindAreAStream() throws IOException {
        try (var sandbox = new Sandbox(); var client = sandbox.app().build()) {
            var calls = List.of(new GetSpaceUsageByOverview(), new GetSpaceUsageByOverview());
            try (var outcomes = client.dispatch(calls.iterator(), fast()).stream()) {
                var used = outcomes.map(outcome -> outcome.reply().data().totalUsed()).toList();
                assertEquals(2, used.size());
                assertNotNull(used.getFirst());
            }
        }
    }

    @Test
    void faultsAreRepeatedOrUnknown() throws IOException {
        try (var sandbox = Sandbox.withFaults("503", "429", "cut", "{\"status\": 400}"); var client = sandbox.app().build();
                var job = client.dispatch(users(20), NOTIFY, fast())) {
            var verdicts = job.stream().collect(Collectors.groupingBy(CallOutcome::verdict, Collectors.counting()));
            assertEquals(1, verdicts.get(Verdict.UNKNOWN));
            assertEquals(1, verdicts.get(Verdict.REFUSED));
            assertEquals(18, verdicts.get(Verdict.DELIVERED));
            assertEquals(19, sandbox.accepted().size());
            assertEquals(22, job.progress().requests());
        }
    }

    @Test
    void aConnectionIsReusedUnlessTheLibrarySaysOtherwise() {
        class Answers implements Transport {
            final Iterator<Response> answers;
            final AtomicInteger closings = new AtomicInteger();

            Answers(Response first) {
                answers = List.of(first, response(200, "{\"code\":0}")).iterator();
            }

            @Override
            public Response exchange(Request request, Limits limits) throws IOException {
                Response next = answers.next();
                if (next.status() == 0) {
                    throw new IOException("cut");
                }
                return next;
            }

            @Override
            public void closeIdleConnections() {
                closings.incrementAndGet();
            }
        }

        var firsts = Map.of(response(429, ""), 0, response(503, ""), 1, response(500, ""), 1, response(200, "<html>"), 1, response(0, ""), 1);
        firsts.forEach((first, closings) -> {
            var answers = new Answers(first);
            try (var client = offline().transport(answers).build();
                    var job = client.dispatch(users(1), NOTIFY, fast().repeatsAreSafe(true))) {
                assertEquals(Verdict.DELIVERED, job.next().verdict());
                assertFalse(job.hasNext());
                assertEquals(closings, answers.closings.get(), first::toString);
            }
        });
    }

    @Test
    void aTokenThatEndedIsRenewedOnceForAll() throws IOException {
        var asked = new AtomicInteger();
        try (var sandbox = new Sandbox(); var client = sandbox.builder().token("ended").build();
                var job = client.dispatch(users(50), NOTIFY, fast().token(() -> {
                    asked.incrementAndGet();
                    return Sandbox.TOKEN;
                }))) {
            assertEquals(50, job.stream().filter(outcome -> outcome.verdict() == Verdict.DELIVERED).count());
            assertEquals(1, asked.get());
        }
    }

    @Test
    void withoutATokenTheJobHaltsAndSaysWhy() {
        var why = new IllegalStateException("the login is down");
        try (var client = KooDrive.builder().endpoint("https://koodrive.example").userId("1").token(() -> {
                    throw why;
                }).transport(NOBODY).build();
                var job = client.dispatch(users(3), NOTIFY, fast().attempts(2))) {
            for (int i = 0; i < 3; i++) {
                assertEquals(Verdict.NOT_SENT, job.next().verdict());
            }
            var halted = assertThrows(HaltedException.class, job::hasNext);
            assertEquals(HaltedException.Reason.NO_TOKEN, halted.reason());
            assertSame(why, halted.getCause());
            assertFalse(job.hasNext());
        }
    }

    @Test
    void theSameAnswerHaltsTheJobUnlessItIsToGoOn() throws IOException {
        try (var sandbox = new Sandbox(); var client = sandbox.builder().appId(Sandbox.APP_ID).appSecret("another").build()) {
            try (var job = client.dispatch(users(1000), NOTIFY, fast())) {
                var verdicts = new ArrayList<Verdict>();
                var halted = assertThrows(HaltedException.class, () -> job.forEachRemaining(outcome -> verdicts.add(outcome.verdict())));
                assertEquals(HaltedException.Reason.SAME_ANSWER, halted.reason());
                assertEquals(401, halted.status());
                assertTrue(job.progress().requests() < 40, () -> job.progress().toString());
                assertTrue(verdicts.contains(Verdict.REFUSED) && verdicts.contains(Verdict.NOT_SENT));
            }
            var halts = new AtomicInteger();
            try (var job = client.dispatch(users(60), NOTIFY, fast().onHalt(_ -> halts.incrementAndGet() < 100))) {
                assertEquals(60, job.stream().filter(outcome -> outcome.verdict() == Verdict.REFUSED).count());
                assertTrue(halts.get() > 0);
            }
        }
    }

    @Test
    void aSourceThatThrowsEndsTheJobAfterItsOutcomes() throws IOException {
        var broken = new IllegalStateException("the table is gone");
        try (var sandbox = new Sandbox(); var client = sandbox.app().build();
                var job = client.dispatch(users(10), user -> {
                    if (user.endsWith("5")) {
                        throw broken;
                    }
                    return NOTIFY.apply(user);
                }, fast())) {
            var outcomes = new ArrayList<CallOutcome<String, Acknowledgement>>();
            assertSame(broken, assertThrows(IllegalStateException.class, () -> job.forEachRemaining(outcomes::add)));
            assertEquals(4, outcomes.size());
            assertFalse(job.hasNext());
        }
    }

    @Test
    void aJobThatIsCancelledAwaitsWhatIsInFlightAndReportsTheRest() {
        var sent = new AtomicInteger();
        Transport slow = (_, _) -> {
            sent.incrementAndGet();
            Thread.sleep(50);
            return response(200, "{\"code\":0}");
        };
        try (var client = offline().transport(slow).build(); var job = client.dispatch(users(1000), NOTIFY, fast().concurrency(4))) {
            assertEquals(Verdict.DELIVERED, job.next().verdict());
            job.cancel();
            int delivered = 1;
            int notSent = 0;
            while (job.hasNext()) {
                switch (job.next().verdict()) {
                    case DELIVERED -> delivered++;
                    case NOT_SENT -> notSent++;
                    default -> throw new AssertionError();
                }
            }
            assertEquals(sent.get(), delivered);
            assertTrue(notSent > 0);
            assertTrue(delivered < 20);
        }
    }

    @Test
    void aJobThatIsClosedKeepsItsOutcomesAndItsClient() {
        Transport slow = (_, _) -> {
            Thread.sleep(20);
            return response(200, "{\"code\":0}");
        };
        var client = offline().transport(slow).build();
        var job = client.dispatch(users(100), NOTIFY, fast().concurrency(4));
        assertEquals(Verdict.DELIVERED, job.next().verdict());
        client.close();
        assertTrue(job.hasNext());
        job.close();
        job.close();
        int left = 0;
        while (job.hasNext()) {
            job.next();
            left++;
        }
        assertEquals(job.progress().pushed() - 1, left);
        assertTrue(assertThrows(KooDriveException.class, client::clockOffset).getMessage().contains("the handle is not open"));
    }

    @Test
    void anInterruptEndsTheJobAndWhatIsInFlightIsUnknown() throws InterruptedException {
        var arrived = new CountDownLatch(4);
        Transport endless = (_, _) -> {
            arrived.countDown();
            Thread.sleep(60_000);
            throw new AssertionError();
        };
        try (var client = offline().transport(endless).build(); var job = client.dispatch(users(100), NOTIFY, fast().concurrency(4))) {
            var verdicts = new ArrayList<Verdict>();
            var kept = new ArrayList<Boolean>();
            Thread thread = Thread.ofPlatform().start(() -> {
                assertThrows(CancellationException.class, () -> job.forEachRemaining(outcome -> verdicts.add(outcome.verdict())));
                kept.add(Thread.currentThread().isInterrupted());
            });
            arrived.await();
            thread.interrupt();
            thread.join();
            assertEquals(4, verdicts.stream().filter(Verdict.UNKNOWN::equals).count());
            assertEquals(verdicts.size() - 4, verdicts.stream().filter(Verdict.NOT_SENT::equals).count());
            assertEquals(List.of(true), kept);
        }
    }

    @Test
    void aJournalSeesEachAttemptBeforeItLeaves() throws IOException {
        var seen = ConcurrentHashMap.<String>newKeySet();
        try (var sandbox = Sandbox.withFaults("503"); var client = sandbox.app().build();
                var job = client.dispatch(users(5), NOTIFY, fast().beforeSend(attempt ->
                    seen.add(attempt.item() + " " + attempt.attempt() + " " + attempt.traceId() + " " + attempt.xDate())))) {
            List<String> last = job.stream()
                .map(outcome -> outcome.item() + " " + outcome.attempts() + " " + outcome.traceId() + " " + outcome.xDate()).toList();
            assertEquals(6, seen.size());
            assertTrue(seen.containsAll(last));
        }
        var full = new IllegalStateException("the disk is full");
        try (var client = offline().transport(NOBODY).build();
                var job = client.dispatch(users(5), NOTIFY, fast().beforeSend(_ -> {
                    throw full;
                }))) {
            var verdicts = new ArrayList<Verdict>();
            assertSame(full, assertThrows(IllegalStateException.class, () -> job.forEachRemaining(outcome -> verdicts.add(outcome.verdict()))));
            assertFalse(verdicts.isEmpty());
            assertTrue(verdicts.stream().allMatch(verdict -> verdict == Verdict.NOT_SENT), verdicts::toString);
        }
    }

    @Test
    void onExchangeIsToldOfEachAttempt() {
        var answers = List.of(response(429, ""), response(200, "{\"code\":0}")).iterator();
        Transport transport = (_, _) -> {
            if (!answers.hasNext()) {
                throw new IOException("cut");
            }
            return answers.next();
        };
        var hook = new IllegalStateException("the hook is broken");
        var uncaught = new ConcurrentLinkedQueue<Throwable>();
        var before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((_, error) -> uncaught.add(error));
        try (var client = offline().transport(transport).build()) {
            var raw = new RawCall("POST", "/koodrive/ose/v1/things/7").query("user", "17");
            var names = Map.of(
                new NotifyPackageExpire("1", "14"), "notifyPackageExpire POST /koodrive/ose/v1/carrier/users/notifyPackageExpire 429 API REFUSED,"
                    + "notifyPackageExpire POST /koodrive/ose/v1/carrier/users/notifyPackageExpire 200 null null",
                raw, "POST /koodrive/ose/v1/things/7 POST /koodrive/ose/v1/things/7 null OUTCOME_UNKNOWN UNKNOWN");
            for (Call<?> call : List.of(new NotifyPackageExpire("1", "14"), raw)) {
                var told = new ConcurrentLinkedQueue<Exchange>();
                var options = fast().onExchange(exchange -> {
                    told.add(exchange);
                    throw hook;
                });
                String traceId = traceId(client, call, options);
                var shown = told.stream().sorted(Comparator.comparing(Exchange::startedAt)).map(exchange -> {
                    assertTrue(exchange.url().startsWith("https://koodrive.example/"), exchange.url());
                    assertEquals(traceId, exchange.traceId());
                    assertTrue(exchange.duration().isPositive());
                    return exchange.operation() + " " + exchange.method() + " " + exchange.url().substring("https://koodrive.example".length())
                        + " " + exchange.status() + " " + exchange.kind() + " " + exchange.outcome();
                }).collect(Collectors.joining(","));
                assertEquals(names.get(call), shown);
            }
            assertEquals(List.of(hook, hook, hook), List.copyOf(uncaught));
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    /** Runs a job of one call and returns its trace id. */
    private static <R extends Reply> String traceId(KooDrive client, Call<R> call, DispatchOptions options) {
        try (var job = client.dispatch(List.of(call).iterator(), options)) {
            String traceId = job.next().traceId();
            assertFalse(job.hasNext());
            return traceId;
        }
    }

    @Test
    void aStatusThatHttpDoesNotHaveLeavesTheOutcomeUnknown() {
        Transport odd = (_, _) -> response(99, "");
        try (var client = offline().transport(odd).build()) {
            var call = new NotifyPackageExpire("1", "14");
            var error = assertThrows(KooDriveException.class, () -> client.send(call));
            assertEquals(Kind.OUTCOME_UNKNOWN, error.kind());
            try (var job = client.dispatch(List.of(call).iterator(), fast())) {
                assertEquals(Verdict.UNKNOWN, job.next().verdict());
                assertFalse(job.hasNext());
            }
        }
    }

    @Test
    void aSignatureMadeOutsideIsAskedForEachAttempt() throws IOException {
        try (var sandbox = Sandbox.withFaults("503");
                var client = sandbox.builder().appId(Sandbox.APP_ID).sign(text -> Signature.of(Sandbox.APP_SECRET, text)).build();
                var job = client.dispatch(users(5), NOTIFY, fast())) {
            assertEquals(5, job.stream().filter(outcome -> outcome.verdict() == Verdict.DELIVERED).count());
        }
        try (var client = signing().sign(_ -> "no signature").transport(NOBODY).build();
                var job = client.dispatch(users(5), NOTIFY, fast())) {
            var error = assertThrows(KooDriveException.class, () -> job.forEachRemaining(outcome ->
                assertTrue(isNotAtTheService(outcome.verdict()))));
            assertEquals(Kind.INVALID_INPUT, error.kind());
        }
    }

    private static boolean isNotAtTheService(Verdict verdict) {
        return verdict == Verdict.NOT_SENT || verdict == Verdict.GIVEN_UP;
    }

    private static KooDrive.Builder signing() {
        return KooDrive.builder().endpoint("https://koodrive.example").userId("1").appId("a");
    }

    @Test
    void optionsAreCheckedWhenTheJobIsMadeAndNamedInCamelCase() {
        try (var client = offline().transport(NOBODY).build()) {
            var error = assertThrows(KooDriveException.class, () ->
                client.dispatch(users(1), NOTIFY, new DispatchOptions().backoffCap(Duration.ofDays(2))));
            assertEquals("backoffCapMs", error.field(), error.getMessage());
            assertTrue(error.getMessage().contains("86400000 ms"), error.getMessage());
            var options = new DispatchOptions().rate(20).burst(3).adaptive(false).concurrency(4).queue(5).attempts(6)
                .backoff(Duration.ofMillis(1)).backoffCap(Duration.ofSeconds(2)).retryAfterCap(Duration.ofHours(1)).retryRatio(0.5)
                .haltAfter(0).repeatsAreSafe(true).tokenAge(Duration.ofMinutes(20));
            try (var job = client.dispatch(List.<NotifyPackageExpire>of().iterator(), options)) {
                assertEquals(20, job.progress().rate());
                assertNull(job.progress().slowed());
                assertFalse(job.hasNext());
            }
        }
    }

    /** A source that is read only as needed does not fill the memory. */
    @Test
    void aLongSourceIsNotReadAhead() {
        var read = new AtomicInteger();
        var most = new AtomicInteger();
        Transport quick = (_, _) -> response(200, "{\"code\":0}");
        try (var client = offline().transport(quick).build();
                var job = client.dispatch(users(20_000), user -> {
                    read.incrementAndGet();
                    return NOTIFY.apply(user);
                }, fast().rate(100_000))) {
            int seen = 0;
            while (job.hasNext()) {
                job.next();
                seen++;
                most.accumulateAndGet(read.get() - seen, Math::max);
            }
            assertEquals(20_000, seen);
            assertTrue(most.get() <= 64 + 32, () -> most + " calls were held");
        }
    }
}
