package koodrive;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A running job: an iterator of outcomes, one for each item of the source. Close the job after use.
 *
 * <p>Sending happens inside your loop: a slow loop body slows the job. The thread that iterates
 * also reads the source and asks for tokens. Any thread may call {@link #cancel} and
 * {@link #progress}. Each exchange has a virtual thread.
 *
 * <p>If the source throws, the job ends. Calls already read but not sent come out as not sent;
 * after the last outcome {@link #hasNext} throws the source's exception. A halted job ends the same
 * way, with a {@link HaltedException}.
 *
 * <p>An interrupt of the waiting thread ends the job as well, with a {@link CancellationException}.
 * Calls in flight then have unknown outcomes, and the thread stays interrupted.
 *
 * @param <T> an item of the source
 * @param <R> the reply
 */
public final class Dispatch<T, R extends Reply> implements Iterator<CallOutcome<T, R>>, AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final KooDrive client;
    private final Iterator<? extends T> source;
    private final Function<? super T, ? extends Call<R>> call;
    private final DispatchOptions options;
    private final @Nullable Supplier<String> token;
    private final Handle handle;
    private final long origin = System.nanoTime();

    /** Has a permit if a thread handed something in since the last poll. */
    private final Semaphore news = new Semaphore(0);
    private final Map<Long, Thread> inFlight = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    // These fields belong to the thread that iterates.
    private final Map<Long, Pending<T, R>> pending = new HashMap<>();
    private final Queue<CallOutcome<T, R>> outcomes = new ArrayDeque<>();
    private long read;
    /**
     * How many calls the library has asked for and the job has not read. The library asks once for
     * each.
     */
    private long wanted;
    private @Nullable Throwable whyNoToken;

    private volatile boolean cancelled;
    /** The progress at the end of the job; null until then. */
    private volatile @Nullable Progress end;

    /** A call that has no outcome yet. */
    private record Pending<T, R extends Reply>(T item, Call<R> call) {}

    Dispatch(
            KooDrive client,
            Iterator<? extends T> source,
            Function<? super T, ? extends Call<R>> call,
            DispatchOptions options) {
        this.client = client;
        this.source = source;
        this.call = call;
        this.options = options;
        token = options.token() == null ? client.token() : options.token();
        client.enter();
        try {
            handle = Handle.of(client.handle().call(Layout.DISPATCH, record(client, options, token != null)));
        } catch (RuntimeException error) {
            client.leave();
            throw error;
        }
    }

    private static RecordWriter record(KooDrive client, DispatchOptions options, boolean renewsToken) {
        var pairs = new java.util.ArrayList<>(options.options());
        pairs.add(new NameValue("replyLimit", Integer.toString(client.limits().replyLimit())));
        pairs.add(new NameValue("renewsToken", renewsToken ? "1" : "0"));
        var seed = new byte[8];
        RANDOM.nextBytes(seed);
        return new RecordWriter().pairs(Layout.DISPATCH_OPTIONS, pairs).bytes(Layout.DISPATCH_SEED, seed);
    }

    /**
     * Waits for the next outcome. If the job has ended with an exception, the first call after the
     * last outcome throws it.
     *
     * @return whether there is an outcome
     */
    @Override
    public boolean hasNext() {
        advance();
        if (!outcomes.isEmpty()) {
            return true;
        }
        Throwable error = failure.getAndSet(null);
        switch (error) {
            case null -> {
                return false;
            }
            case Error fatal -> throw fatal;
            case RuntimeException failed -> throw failed;
            default -> throw new IllegalStateException(error);
        }
    }

    /** Waits for the next outcome and returns it. */
    @Override
    public CallOutcome<T, R> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return outcomes.remove();
    }

    /**
     * Returns the remaining outcomes as a stream. Closing the stream closes this job.
     *
     * @return a sequential stream
     */
    public Stream<CallOutcome<T, R>> stream() {
        int kind = Spliterator.NONNULL | Spliterator.ORDERED;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, kind), false).onClose(this::close);
    }

    /**
     * Returns the progress of the job.
     *
     * @return the counts
     */
    public Progress progress() {
        try {
            return end != null ? end : Progress.read(handle.call(Layout.PROGRESS));
        } catch (KooDriveException error) {
            if (end != null) {
                return end;
            }
            throw error;
        }
    }

    /**
     * Stops sending. Go on iterating: requests in flight still get their outcomes, and the rest
     * comes out as not sent.
     */
    public void cancel() {
        cancelled = true;
        if (end == null) {
            try {
                handle.call(Layout.CANCEL);
            } catch (KooDriveException error) {
                if (end == null) {
                    throw error;
                }
            }
        }
        news.release();
    }

    /**
     * Cancels the job and waits for the requests in flight. The remaining outcomes can still be
     * iterated over.
     */
    @Override
    public void close() {
        if (end == null) {
            cancel();
            while (end == null) {
                step();
            }
        }
        failure.set(null);
    }

    /** Returns the progress as text. */
    @Override
    public String toString() {
        return "Dispatch[" + progress() + "]";
    }

    /** Runs the job until it has an outcome or has ended. */
    private void advance() {
        while (outcomes.isEmpty() && end == null) {
            step();
        }
    }

    /** Polls and follows the library's actions until it says to wait or that the job is done. */
    private void step() {
        while (true) {
            RecordReader action = handle.call(Layout.POLL, now(new RecordWriter(), Layout.NOW_NOW, Layout.NOW_MONOTONIC));
            String name = action.requiredText(Layout.ACTION_ACTION);
            switch (name) {
                case "send" -> send(action);
                case "outcome" -> outcome(action.requiredRecord(Layout.ACTION_OUTCOME));
                case "calls" -> wanted = action.requiredNumber(Layout.ACTION_CALLS);
                case "token" -> renewToken();
                case "halted" -> halted(action.requiredRecord(Layout.ACTION_HALT));
                case "wait" -> {
                    if (outcomes.isEmpty() && wanted > 0 && !cancelled) {
                        readOne();
                    } else if (outcomes.isEmpty()) {
                        await(action.number(Layout.ACTION_UNTIL));
                    }
                    return;
                }
                case "done" -> {
                    done();
                    return;
                }
                default -> {
                    giveUp();
                    done();
                    throw new IllegalStateException("the library has an action that this package does not know: " + name);
                }
            }
        }
    }

    private void done() {
        // onExchange hears of every attempt before the job ends.
        awaitThreads();
        end = Progress.read(handle.call(Layout.PROGRESS));
        handle.close();
        client.leave();
    }

    private void outcome(RecordReader outcome) {
        Pending<T, R> ended = pending.remove(key(outcome.bytes(Layout.OUTCOME_KEY)));
        outcomes.add(CallOutcome.read(ended.item(), ended.call(), outcome));
    }

    private void readOne() {
        long key = read++;
        wanted--;
        try {
            if (!source.hasNext()) {
                wanted = 0;
                handle.call(Layout.FINISH);
                return;
            }
            T item = source.next();
            Call<R> next = call.apply(item);
            pending.put(key, new Pending<>(item, next));
            var push = new RecordWriter().text(Layout.PUSH_KEY, Long.toString(key));
            handle.call(Layout.PUSH, Calls.write(Layout.PUSH_OPERATION, next, push));
        } catch (Throwable error) {
            // The source threw, or this client cannot send the call.
            pending.remove(key);
            fail(error);
        }
    }

    private static long key(byte @Nullable [] key) {
        return Long.parseLong(new String(key, java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    private void renewToken() {
        String fresh;
        try {
            fresh = token.get();
        } catch (RuntimeException error) {
            noToken(error);
            return;
        }
        var input = new RecordWriter()
            .record(Layout.DISPATCH_RENEW_CREDENTIALS, fields -> fields.text(Layout.CREDENTIALS_TOKEN, fresh));
        try {
            handle.call(Layout.TOKEN, now(input, Layout.DISPATCH_RENEW_NOW, Layout.DISPATCH_RENEW_MONOTONIC));
        } catch (KooDriveException unfit) {
            // The token may be half-written, from a file that another process is writing.
            noToken(unfit);
        }
    }

    private void noToken(RuntimeException why) {
        whyNoToken = why;
        handle.call(Layout.NO_TOKEN, now(new RecordWriter(), Layout.NOW_NOW, Layout.NOW_MONOTONIC));
    }

    private void halted(RecordReader halt) {
        var halted = new HaltedException(halt, whyNoToken);
        boolean goesOn;
        try {
            goesOn = options.onHalt().test(halted);
        } catch (RuntimeException error) {
            fail(error);
            return;
        }
        if (goesOn) {
            handle.call(Layout.RESUME);
        } else {
            fail(halted);
        }
    }

    /**
     * Cancels the job. {@link #hasNext} throws the first such {@code error} after the last outcome.
     */
    private void fail(Throwable error) {
        failure.compareAndSet(null, error);
        cancel();
    }

    private void await(@Nullable Long until) {
        try {
            if (until == null) {
                news.acquire();
            } else {
                news.tryAcquire(until - monotonic(), TimeUnit.NANOSECONDS);
            }
            news.drainPermits();
        } catch (InterruptedException _) {
            interrupted();
        }
    }

    private void interrupted() {
        fail(new CancellationException("the thread that iterates was interrupted; the job has ended"));
        giveUp();
        Thread.currentThread().interrupt();
    }

    /**
     * Interrupts the threads of all requests in flight, and waits for their end, which comes soon.
     */
    private void giveUp() {
        inFlight.values().forEach(Thread::interrupt);
        awaitThreads();
    }

    /** Waits for the threads of the exchanges, even if this thread is interrupted. */
    private void awaitThreads() {
        boolean interrupted = false;
        for (Thread thread : List.copyOf(inFlight.values())) {
            boolean ended = false;
            while (!ended) {
                try {
                    thread.join();
                    ended = true;
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(RecordReader action) {
        RecordReader unsigned = action.requiredRecord(Layout.ACTION_REQUEST);
        long ticket = unsigned.requiredNumber(Layout.REQUEST_EXCHANGE);
        Pending<T, R> sent = pending.get(key(action.bytes(Layout.ACTION_KEY)));
        var departure = new DispatchOptions.Departure(
            sent.item(),
            (int) action.requiredNumber(Layout.ACTION_ATTEMPT),
            action.text(Layout.ACTION_TRACE_ID),
            action.text(Layout.ACTION_X_DATE));
        Thread thread = Thread.ofVirtual().name("koodrive-dispatch").unstarted(() -> {
            try {
                attempt(ticket, sent.call(), departure, unsigned);
            } finally {
                inFlight.remove(ticket);
                news.release();
            }
        });
        inFlight.put(ticket, thread);
        thread.start();
    }

    /** Makes one attempt, in a thread of its own. */
    private void attempt(long ticket, Call<R> call, DispatchOptions.Departure departure, RecordReader unsigned) {
        long began = System.nanoTime();
        Request request;
        Transport.Limits limits;
        try {
            request = new Request(client.signed(handle, Layout.SIGN_ATTEMPT, ticket, unsigned));
            tellDeparture(departure);
            limits = client.limitsSince(began);
        } catch (KeptException error) {
            fail(error.getCause());
            handIn(Layout.WITHDRAW, ticket, false, error);
            return;
        } catch (KooDrive.RefusedSignatureException error) {
            fail(error.refusal);
            handIn(Layout.FAILURE, ticket, false, error);
            return;
        } catch (Transport.NotSentException error) {
            handIn(Layout.FAILURE, ticket, false, error);
            return;
        } catch (Error error) {
            fail(error);
            handIn(Layout.FAILURE, ticket, false, error);
            return;
        }
        exchange(ticket, call, departure.traceId(), request, limits);
    }

    private void tellDeparture(DispatchOptions.Departure departure) throws KeptException {
        try {
            options.beforeSend().accept(departure);
        } catch (Throwable error) {
            throw new KeptException(error);
        }
    }

    /** Reports that the function {@code beforeSend} threw, so the request did not leave. */
    private static final class KeptException extends Exception {
        private static final long serialVersionUID = 1;

        KeptException(Throwable cause) {
            super(Causes.text(cause), cause);
        }
    }

    private void exchange(long ticket, Call<R> call, @Nullable String traceId, Request request, Transport.Limits limits) {
        var startedAt = Instant.ofEpochMilli(client.now());
        long started = System.nanoTime();
        Response response = null;
        RecordReader ended;
        try {
            response = client.transport().exchange(request, limits);
            ended = handIn(ticket, response);
        } catch (Throwable error) {
            if (error instanceof Error) {
                fail(error);
            }
            ended = handIn(Layout.FAILURE, ticket, !(error instanceof Transport.NotSentException), error);
        }
        if (ended.flag(Layout.EXCHANGED_CLOSES_CONNECTION)) {
            client.transport().closeIdleConnections();
        }
        if (options.onExchange() != null) {
            tellExchange(new Exchange(
                Calls.name(call),
                request.method(),
                request.urlWithoutQuery(),
                response == null ? null : (Integer) response.status(),
                startedAt,
                Duration.ofNanos(System.nanoTime() - started),
                traceId,
                KooDriveException.Kind.of(ended.text(Layout.EXCHANGED_KIND)),
                KooDriveException.Outcome.of(ended.text(Layout.EXCHANGED_OUTCOME))));
        }
    }
    private void tellExchange(Exchange exchange) {
        try {
            options.onExchange().accept(exchange);
        } catch (Throwable error) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
        }
    }

    private RecordReader handIn(long ticket, Response response) {
        var input = new RecordWriter()
            .integer(Layout.RESPONSE_TICKET, ticket)
            .integer(Layout.RESPONSE_STATUS, response.status())
            .texts(Layout.RESPONSE_HEADERS, response.replyHeaders())
            .bytes(Layout.RESPONSE_BODY, response.body());
        return handle.call(Layout.RESPONSE, now(input, Layout.RESPONSE_NOW, Layout.RESPONSE_MONOTONIC));
    }

    private RecordReader handIn(int operation, long ticket, boolean left, Throwable cause) {
        var input = new RecordWriter()
            .integer(Layout.FAILURE_TICKET, ticket)
            .flag(Layout.FAILURE_LEFT, left)
            .text(Layout.FAILURE_CAUSE, Causes.text(cause));
        return handle.call(operation, now(input, Layout.FAILURE_NOW, Layout.FAILURE_MONOTONIC));
    }

    private long monotonic() {
        return System.nanoTime() - origin;
    }

    private RecordWriter now(RecordWriter input, int wall, int monotonic) {
        return input.integer(wall, client.now()).integer(monotonic, monotonic());
    }
}
