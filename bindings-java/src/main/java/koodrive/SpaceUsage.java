package koodrive;

import org.jspecify.annotations.Nullable;

/**
 * The reply with the space usage.
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
     * @param totalAllocation allocated space, in KB
     * @param totalCapacity total space, in KB
     * @param totalUsed used space, in KB
     * @param quota quota, in GB
     */
    public record Data(
        @Nullable String totalAllocation,
        @Nullable String totalCapacity,
        @Nullable String totalUsed,
        @Nullable String quota) {}
}
