package koodrive;

import org.jspecify.annotations.Nullable;

/**
 * How far a job is: counts since its start, and of now.
 *
 * @param pushed calls that were read from the source
 * @param requests requests that were sent; more than calls, where some were sent again
 * @param delivered outcomes so far
 * @param refused outcomes so far
 * @param unknown outcomes so far
 * @param givenUp outcomes so far
 * @param notSent outcomes so far
 * @param queued calls that wait for their first attempt, now
 * @param waiting calls that wait to be sent again, now
 * @param inFlight calls that are in flight, now
 * @param rate requests per second that may leave, now
 * @param slowed why that is less than the configured rate: {@code throttled}, {@code failing} or {@code draining}; null where it is not
 * @param sourceEnded whether no more calls will come
 */
public record Progress(
    long pushed,
    long requests,
    long delivered,
    long refused,
    long unknown,
    long givenUp,
    long notSent,
    long queued,
    long waiting,
    long inFlight,
    double rate,
    @Nullable String slowed,
    boolean sourceEnded) {

    static Progress read(RecordReader progress) {
        return new Progress(
            progress.requiredNumber(Layout.PROGRESS_PUSHED),
            progress.requiredNumber(Layout.PROGRESS_REQUESTS),
            progress.requiredNumber(Layout.PROGRESS_DELIVERED),
            progress.requiredNumber(Layout.PROGRESS_REFUSED),
            progress.requiredNumber(Layout.PROGRESS_UNKNOWN),
            progress.requiredNumber(Layout.PROGRESS_GIVEN_UP),
            progress.requiredNumber(Layout.PROGRESS_NOT_SENT),
            progress.requiredNumber(Layout.PROGRESS_QUEUED),
            progress.requiredNumber(Layout.PROGRESS_WAITING),
            progress.requiredNumber(Layout.PROGRESS_IN_FLIGHT),
            Double.parseDouble(progress.requiredText(Layout.PROGRESS_RATE)),
            progress.text(Layout.PROGRESS_SLOWED),
            progress.flag(Layout.PROGRESS_SOURCE_ENDED));
    }
}
