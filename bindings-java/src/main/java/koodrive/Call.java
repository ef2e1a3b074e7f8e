package koodrive;

/**
 * A call of the API. Each is checked when it is made: one that cannot be sent throws a {@link KooDriveException} of the kind
 * {@link KooDriveException.Kind#INVALID_INPUT}.
 *
 * @param <R> what the service replies
 */
public sealed interface Call<R extends Reply>
        permits NotifyPackageExpire, GetSpaceUsageByOverview, GetCurrentRetentionPolicy, GetCarrierRetentionPolicy, SetRetentionPolicy,
                ReverseOrder, RawCall {}
