package koodrive;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Options of a job. docs/dispatcher.md explains their defaults and ranges.
 * {@link KooDrive#dispatch} refuses a value out of range. Messages give times in milliseconds,
 * under names that end in {@code Ms}.
 */
public final class DispatchOptions {
    private final List<NameValue> options = new ArrayList<>();
    private @Nullable Supplier<String> token;
    private Predicate<HaltedException> onHalt = _ -> false;
    private Consumer<Departure> beforeSend = _ -> { };
    private @Nullable Consumer<Exchange> onExchange;

    /** Creates options with the defaults. */
    public DispatchOptions() {}

    /**
     * An attempt that is about to leave.
     *
     * @param item the item of the source
     * @param attempt the number of the attempt, from 1 for the first of its call
     * @param traceId the trace id of the attempt
     * @param xDate the X-Date of the attempt
     */
    public record Departure(Object item, int attempt, @Nullable String traceId, @Nullable String xDate) {}

    /**
     * Sets the rate.
     *
     * @param perSecond requests per second, 0.001 to 100,000; default 50
     * @return these options
     */
    public DispatchOptions rate(double perSecond) {
        return set("rate", Double.toString(perSecond));
    }

    /**
     * Sets how many requests may leave at once after a pause.
     *
     * @param requests 1 to 1,000,000; default a tenth of a second's worth
     * @return these options
     */
    public DispatchOptions burst(int requests) {
        return set("burst", Integer.toString(requests));
    }

    /**
     * Sets whether the pace falls below the rate while too many requests are throttled or fail.
     *
     * @param adaptive whether the pace falls; default true
     * @return these options
     */
    public DispatchOptions adaptive(boolean adaptive) {
        return set("adaptive", adaptive ? "1" : "0");
    }

    /**
     * Sets how many requests are in flight at most. Each request has a virtual thread.
     *
     * @param requests 1 to 65,535; default 32
     * @return these options
     */
    public DispatchOptions concurrency(int requests) {
        return set("concurrency", Integer.toString(requests));
    }

    /**
     * Sets how many calls wait for their first attempt at most.
     *
     * @param calls 1 to 1,000,000; default 64
     * @return these options
     */
    public DispatchOptions queue(int calls) {
        return set("queue", Integer.toString(calls));
    }

    /**
     * Sets how often a call is sent at most.
     *
     * @param times 1 to 100; default 8
     * @return these options
     */
    public DispatchOptions attempts(int times) {
        return set("attempts", Integer.toString(times));
    }

    /**
     * Sets the longest wait before the first retry. The wait doubles with each retry.
     *
     * @param wait up to a day; default 0.5 seconds
     * @return these options
     */
    public DispatchOptions backoff(Duration wait) {
        return set("backoffMs", milliseconds(wait));
    }

    /**
     * Sets the longest wait before any retry.
     *
     * @param wait up to a day; default 60 seconds
     * @return these options
     */
    public DispatchOptions backoffCap(Duration wait) {
        return set("backoffCapMs", milliseconds(wait));
    }

    /**
     * Sets the longest {@code Retry-After} that is obeyed.
     *
     * @param wait up to a day; default an hour
     * @return these options
     */
    public DispatchOptions retryAfterCap(Duration wait) {
        return set("retryAfterCapMs", milliseconds(wait));
    }

    /**
     * Sets how many retries there are per first attempt, at most.
     *
     * @param ratio 0 to 1; default 0.2
     * @return these options
     */
    public DispatchOptions retryRatio(double ratio) {
        return set("retryRatio", Double.toString(ratio));
    }

    /**
     * Sets how many calls in a row with the same answer halt the job.
     *
     * @param calls 0 for never; default 20
     * @return these options
     */
    public DispatchOptions haltAfter(int calls) {
        return set("haltAfter", Integer.toString(calls));
    }

    /**
     * Sets whether a call with an unknown outcome may be sent again. The service's documentation
     * does not say that repeats are safe.
     *
     * @param safe whether repeats are safe; default false
     * @return these options
     */
    public DispatchOptions repeatsAreSafe(boolean safe) {
        return set("repeatsAreSafe", safe ? "1" : "0");
    }

    /**
     * Sets the age at which a token is replaced before it is refused.
     *
     * @param age less than the lifetime of a token
     * @return these options
     */
    public DispatchOptions tokenAge(Duration age) {
        return set("tokenAgeMs", milliseconds(age));
    }

    /**
     * Sets a source of tokens. The job asks it after a 401 and when a token is too old. By default
     * the job uses the client's source.
     *
     * @param token returns a fresh token; called in the thread that iterates
     * @return these options
     */
    public DispatchOptions token(Supplier<String> token) {
        this.token = token;
        return this;
    }

    /**
     * Sets the function that decides at a halt. By default the job ends with the
     * {@link HaltedException}.
     *
     * @param onHalt returns true to go on; called in the thread that iterates
     * @return these options
     */
    public DispatchOptions onHalt(Predicate<HaltedException> onHalt) {
        this.onHalt = onHalt;
        return this;
    }

    /**
     * Sets a function that sees each attempt before it leaves, for a journal. If the function
     * throws, that attempt does not leave, and the job ends with the exception.
     *
     * @param beforeSend called from many threads
     * @return these options
     */
    public DispatchOptions beforeSend(Consumer<Departure> beforeSend) {
        this.beforeSend = beforeSend;
        return this;
    }

    /**
     * Sets a function that sees each ended attempt, for logs and metrics. The job ends after all
     * its calls of the function. An exception of the function changes nothing, and goes to the
     * thread's handler of uncaught exceptions.
     *
     * @param onExchange called from many threads
     * @return these options
     */
    public DispatchOptions onExchange(Consumer<Exchange> onExchange) {
        this.onExchange = onExchange;
        return this;
    }

    List<NameValue> options() {
        return options;
    }

    @Nullable Supplier<String> token() {
        return token;
    }

    Predicate<HaltedException> onHalt() {
        return onHalt;
    }

    Consumer<Departure> beforeSend() {
        return beforeSend;
    }

    @Nullable Consumer<Exchange> onExchange() {
        return onExchange;
    }

    private DispatchOptions set(String name, String value) {
        options.add(new NameValue(name, value));
        return this;
    }

    private static String milliseconds(Duration time) {
        return Double.toString(time.getSeconds() * 1e3 + time.getNano() / 1e6);
    }
}
