package koodrive;

/** Reads the space usage. The call changes nothing, so it is the safe first call. */
public record GetSpaceUsageByOverview() implements Call<SpaceUsage> {}
