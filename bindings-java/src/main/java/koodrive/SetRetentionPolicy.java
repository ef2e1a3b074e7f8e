package koodrive;

import java.util.List;

/**
 * Chooses retention policies. It takes a token.
 *
 * @param policyList policies and their new status
 */
public record SetRetentionPolicy(List<PolicyStatus> policyList) implements Call<Acknowledgement> {
    /**
     * Makes the call.
     *
     * @throws KooDriveException where it cannot be sent
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
