package koodrive;

/** Returns the space usage. It changes nothing, so it is the safe first call. */
public record GetSpaceUsageByOverview() implements Call<SpaceUsage> {}
