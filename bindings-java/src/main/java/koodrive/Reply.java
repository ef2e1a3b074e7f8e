package koodrive;

import org.jspecify.annotations.Nullable;

/** The reply to a call that the service took. */
public sealed interface Reply permits Acknowledgement, SpaceUsage, RetentionPolicies, RawReply {
    /**
     * Returns the service's code.
     *
     * @return the code; null if a raw call's reply has none
     */
    @Nullable String code();

    /**
     * Returns the service's message, which may be Chinese.
     *
     * @return the message, or null
     */
    @Nullable String msg();

    /**
     * Returns the trace id of the reply, to give to your Huawei contact.
     *
     * @return the trace id, or null
     */
    @Nullable String traceId();
}
