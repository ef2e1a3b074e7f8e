package koodrive;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The final outcome of a call.
 *
 * @param <T> an item of the source
 * @param <R> the reply
 * @param item the item as the source gave it
 * @param verdict what became of its call
 * @param attempts how often it was sent
 * @param traceId the trace id of all its attempts; null where it was never sent
 * @param xDate X-Date of the last attempt
 * @param firstSentAt when the first attempt left, by this machine's clock
 * @param sentAt when the last attempt left
 * @param answeredAt when its answer came
 * @param serverDate {@code Date} of that answer
 * @param status HTTP status of that answer
 * @param reply the reply where the call was delivered; null where a field of it cannot be read, which {@code error} then says
 * @param error the last attempt's error where the call was not delivered; not thrown, for you to look at
 */
public record CallOutcome<T, R extends Reply>(
    T item,
    Verdict verdict,
    int attempts,
    @Nullable String traceId,
    @Nullable String xDate,
    @Nullable Instant firstSentAt,
    @Nullable Instant sentAt,
    @Nullable Instant answeredAt,
    @Nullable Instant serverDate,
    @Nullable Integer status,
    @Nullable R reply,
    @Nullable KooDriveException error) {

    static <T, R extends Reply> CallOutcome<T, R> read(T item, Call<R> call, RecordReader outcome) {
        RecordReader reply = outcome.record(Layout.OUTCOME_REPLY);
        RecordReader error = outcome.record(Layout.OUTCOME_ERROR);
        return new CallOutcome<>(
            item,
            Verdict.valueOf(outcome.requiredText(Layout.OUTCOME_VERDICT).toUpperCase(Locale.ROOT)),
            (int) outcome.requiredNumber(Layout.OUTCOME_ATTEMPTS),
            outcome.text(Layout.OUTCOME_TRACE_ID),
            outcome.text(Layout.OUTCOME_X_DATE),
            outcome.instant(Layout.OUTCOME_FIRST_SENT_AT),
            outcome.instant(Layout.OUTCOME_SENT_AT),
            outcome.instant(Layout.OUTCOME_ANSWERED_AT),
            outcome.instant(Layout.OUTCOME_SERVER_DATE),
            outcome.integer(Layout.OUTCOME_STATUS),
            reply == null ? null : Calls.reply(call, reply),
            error == null ? null : new KooDriveException(error));
    }
}
