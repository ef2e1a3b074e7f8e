package koodrive;

/** Reads the retention policies that the carrier can choose. The call needs a token. */
public record GetCarrierRetentionPolicy() implements Call<RetentionPolicies> {}
