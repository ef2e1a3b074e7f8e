package koodrive;

import java.util.List;

/**
 * Sets the statuses of retention policies. The call needs a token.
 *
 * @param policyList policies and their new status
 */
public record SetRetentionPolicy(List<PolicyStatus> policyList) implements Call<Acknowledgement> {
    /**
     * Creates the call.
     *
     * @throws KooDriveException if a parameter is not valid
     */
    public SetRetentionPolicy(List<PolicyStatus> policyList) {
        this.policyList = List.copyOf(policyList);
        Calls.check(this);
    }

    /**
     * A policy and its new status.
     *
     * @param policyId id of the policy
     * @param status new status
     */
    public record PolicyStatus(String policyId, String status) {}
}
