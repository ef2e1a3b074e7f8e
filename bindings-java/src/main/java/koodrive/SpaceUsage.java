package koodrive;

import org.jspecify.annotations.Nullable;

/**
 * The space usage.
 *
 * @param code always {@code 0}
 * @param msg the service's message
 * @param traceId the reply's trace id
 * @param data the numbers
 * @param body the reply's body as it came
 */
public record SpaceUsage(String code, @Nullable String msg, @Nullable String traceId, Data data, String body) implements Reply {
    /**
     * Numbers of the space usage, digit for digit.
     *
     * @param totalAllocation space that is allocated
     * @param totalCapacity space that there is
     * @param totalUsed space that is used, in KB
     * @param quota quota
     */
    public record Data(
        @Nullable String totalAllocation,
        @Nullable String totalCapacity,
        @Nullable String totalUsed,
        @Nullable String quota) {}
}
