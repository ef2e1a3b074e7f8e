package koodrive;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reports that a job stopped, because every further call would have failed as well. It is thrown
 * after the outcomes of all calls that were read. Correct the cause, then dispatch the calls that
 * were not sent.
 *
 * @serial exclude
 */
public final class HaltedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The reason of a halt. */
    public enum Reason {
        /** {@link #times} calls in a row got the same answer. */
        SAME_ANSWER,
        /** The token source had no valid token {@link #times} times in a row. */
        NO_TOKEN
    }

    private final Reason reason;
    private final int times;
    private final @Nullable Integer status;
    private final @Nullable String code;
    private final @Nullable String msg;

    HaltedException(RecordReader halt, @Nullable Throwable whyNoToken) {
        super(halt.requiredText(Layout.HALT_MESSAGE));
        reason = Reason.valueOf(halt.requiredText(Layout.HALT_REASON).toUpperCase(Locale.ROOT));
        times = (int) halt.requiredNumber(Layout.HALT_TIMES);
        status = halt.integer(Layout.HALT_STATUS);
        code = halt.text(Layout.HALT_CODE);
        msg = halt.text(Layout.HALT_MSG);
        if (reason == Reason.NO_TOKEN && whyNoToken != null) {
            initCause(whyNoToken);
        }
    }

    /**
     * Returns why the job halted.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /**
     * Returns how many calls in a row got the same answer, or how many times in a row there was no
     * token.
     *
     * @return the number
     */
    public int times() {
        return times;
    }

    /**
     * Returns the HTTP status of the shared answer.
     *
     * @return the status, or null
     */
    public @Nullable Integer status() {
        return status;
    }

    /**
     * Returns the service's code in that answer.
     *
     * @return the code, or null
     */
    public @Nullable String code() {
        return code;
    }

    /**
     * Returns the service's message in that answer.
     *
     * @return the message, or null
     */
    public @Nullable String msg() {
        return msg;
    }
}
