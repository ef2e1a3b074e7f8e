package koodrive;

/** The result of a job's call. */
public enum Verdict {
    /** The service took the call. */
    DELIVERED,
    /** The service answered and did not act. It will refuse the same call again. */
    REFUSED,
    /** The service may or may not have acted. */
    UNKNOWN,
    /**
     * The service did not act, and attempts or retry budget are spent. The call can be sent another
     * time.
     */
    GIVEN_UP,
    /** The call was never sent, because the job stopped before. */
    NOT_SENT
}
