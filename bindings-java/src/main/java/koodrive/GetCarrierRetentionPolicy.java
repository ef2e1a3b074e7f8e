package koodrive;

/** Returns the retention policies of the carrier. It takes a token. */
public record GetCarrierRetentionPolicy() implements Call<RetentionPolicies> {}
