package koodrive;

/** The kinds of outcomes that a call of a job has. */
public enum Verdict {
    /** The service took it. */
    DELIVERED,
    /** The service answered, and did not act: the same call is refused again. */
    REFUSED,
    /** The service may have acted or not. */
    UNKNOWN,
    /** The service did not act, however often it was asked. */
    GIVEN_UP,
    /** The service never saw the call: the job was stopped before. */
    NOT_SENT
}
