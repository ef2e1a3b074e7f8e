package koodrive;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reports a call that was refused, failed, or has an unknown outcome. {@link #outcome} says whether
 * KooDrive acted on the call.
 *
 * @serial exclude
 */
public final class KooDriveException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The kind of a failure. */
    public enum Kind {
        /** This package refused the input before anything was sent. */
        INVALID_INPUT,
        /** The request surely never left: connection refused, DNS, TLS, connect time-out. */
        NOT_SENT,
        /** The request was sent, and no complete reply came. */
        OUTCOME_UNKNOWN,
        /** The service answered with an error. */
        API,
        /** The body of a success could not be parsed. */
        UNREADABLE_REPLY;

        static @Nullable Kind of(@Nullable String word) {
            return word == null ? null : valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /** Whether KooDrive acted on the call. */
    public enum Outcome {
        /** The request never reached the service. */
        NOT_SENT,
        /** The service received the call and did not act on it. */
        REFUSED,
        /** The service may or may not have acted on the call. */
        UNKNOWN;

        static @Nullable Outcome of(@Nullable String word) {
            return word == null ? null : valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    private final Kind kind;
    private final Outcome outcome;
    private final boolean retryable;
    private final @Nullable Integer status;
    private final @Nullable String code;
    private final @Nullable String msg;
    private final @Nullable String requestId;
    private final @Nullable String traceId;
    private final @Nullable String xDate;
    private final @Nullable Duration retryAfter;
    private final @Nullable String body;
    private final @Nullable String field;
    private final boolean closesConnection;

    KooDriveException(RecordReader error) {
        super(error.requiredText(Layout.ERROR_MESSAGE));
        kind = Kind.of(error.requiredText(Layout.ERROR_KIND));
        outcome = Outcome.of(error.requiredText(Layout.ERROR_OUTCOME));
        retryable = error.flag(Layout.ERROR_RETRYABLE);
        status = error.integer(Layout.ERROR_STATUS);
        code = error.text(Layout.ERROR_CODE);
        msg = error.text(Layout.ERROR_MSG);
        requestId = error.text(Layout.ERROR_REQUEST_ID);
        traceId = error.text(Layout.ERROR_TRACE_ID);
        xDate = error.text(Layout.ERROR_X_DATE);
        retryAfter = error.duration(Layout.ERROR_RETRY_AFTER);
        body = error.text(Layout.ERROR_BODY);
        field = error.text(Layout.ERROR_FIELD);
        closesConnection = error.flag(Layout.ERROR_CLOSES_CONNECTION);
    }

    /** Creates the error of an option that only this package has. */
    KooDriveException(String option, String problem) {
        super(option + ": " + problem);
        kind = Kind.INVALID_INPUT;
        outcome = Outcome.NOT_SENT;
        retryable = false;
        status = null;
        code = null;
        msg = null;
        requestId = null;
        traceId = null;
        xDate = null;
        retryAfter = null;
        body = null;
        field = option;
        closesConnection = false;
    }

    /**
     * Returns the kind of the failure.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Returns whether KooDrive acted on the call.
     *
     * @return the outcome
     */
    public Outcome outcome() {
        return outcome;
    }

    /**
     * Returns whether the call may be repeated without asking the service first.
     *
     * @return whether it may
     */
    public boolean isRetryable() {
        return retryable;
    }

    /**
     * Returns the HTTP status.
     *
     * @return the status, or null if no response came
     */
    public @Nullable Integer status() {
        return status;
    }

    /**
     * Returns the service's code.
     *
     * @return the code, or null
     */
    public @Nullable String code() {
        return code;
    }

    /**
     * Returns the service's message. It may be Chinese, so never match on it.
     *
     * @return the message, or null
     */
    public @Nullable String msg() {
        return msg;
    }

    /**
     * Returns the gateway's id for the request.
     *
     * @return the id, or null
     */
    public @Nullable String requestId() {
        return requestId;
    }

    /**
     * Returns the reply's trace id, or else the one that was sent.
     *
     * @return the trace id, or null
     */
    public @Nullable String traceId() {
        return traceId;
    }

    /**
     * Returns the X-Date that was sent.
     *
     * @return the date as it was sent, or null
     */
    public @Nullable String xDate() {
        return xDate;
    }

    /**
     * Returns how long the service asks to wait.
     *
     * @return the time, or null
     */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    /**
     * Returns the beginning of the reply's body, at most 16,384 bytes.
     *
     * @return the body, or null
     */
    public @Nullable String body() {
        return body;
    }

    /**
     * Returns the name of the refused field.
     *
     * @return the name, or null
     */
    public @Nullable String field() {
        return field;
    }

    boolean closesConnection() {
        return closesConnection;
    }
}
