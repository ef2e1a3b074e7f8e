package koodrive;

import org.jspecify.annotations.Nullable;

/**
 * The progress of a job: counts since its start, and counts of this moment.
 *
 * @param pushed calls that were read from the source
 * @param requests requests that were sent, retries included
 * @param delivered outcomes {@link Verdict#DELIVERED} so far
 * @param refused outcomes {@link Verdict#REFUSED} so far
 * @param unknown outcomes {@link Verdict#UNKNOWN} so far
 * @param givenUp outcomes {@link Verdict#GIVEN_UP} so far
 * @param notSent outcomes {@link Verdict#NOT_SENT} so far
 * @param queued calls that wait for their first attempt at this moment
 * @param waiting calls that wait for a retry at this moment
 * @param inFlight requests in flight at this moment
 * @param rate requests per second that may leave at this moment
 * @param slowed why {@code rate} is below the configured rate: {@code throttled}, {@code failing}
 *     or {@code draining}; null at the full rate
 * @param sourceEnded whether the source was read to its end
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
