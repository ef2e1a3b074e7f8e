package koodrive;

/** Returns the retention policies in force. It takes a token. */
public record GetCurrentRetentionPolicy() implements Call<RetentionPolicies> {}
