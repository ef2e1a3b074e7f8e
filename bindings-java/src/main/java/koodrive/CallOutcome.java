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
 * @param verdict the result of the item's call
 * @param attempts how often the call was sent
 * @param traceId the trace id of all attempts; null if the call was never sent
 * @param xDate X-Date of the last attempt
 * @param firstSentAt when the first attempt left, by this machine's clock
 * @param sentAt when the last attempt left
 * @param answeredAt when the answer to the last attempt came
 * @param serverDate {@code Date} of that answer
 * @param status HTTP status of that answer
 * @param reply the reply to a delivered call; null if a field of the reply is unreadable, and
 *     {@code error} then names the field
 * @param error the last attempt's error, if the call was not delivered; it is returned here instead
 *     of thrown
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
