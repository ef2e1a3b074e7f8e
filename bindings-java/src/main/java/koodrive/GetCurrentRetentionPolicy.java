package koodrive;

/** Reads the retention policies in force. The call needs a token. */
public record GetCurrentRetentionPolicy() implements Call<RetentionPolicies> {}
