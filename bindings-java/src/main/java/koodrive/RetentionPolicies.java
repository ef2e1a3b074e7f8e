package koodrive;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reply with retention policies.
 *
 * @param code the service's code; null if the reply has none
 * @param msg the service's message
 * @param traceId the reply's trace id
 * @param policyList the policies
 * @param body the reply's body as it came
 */
public record RetentionPolicies(
    @Nullable String code,
    @Nullable String msg,
    @Nullable String traceId,
    List<Policy> policyList,
    String body) implements Reply {
    /**
     * A retention policy.
     *
     * @param policyId id, digit for digit
     * @param policyName name
     * @param description description
     * @param priority priority
     * @param status status
     */
    public record Policy(
        @Nullable String policyId,
        @Nullable String policyName,
        @Nullable String description,
        @Nullable Long priority,
        @Nullable Long status) {}
}
