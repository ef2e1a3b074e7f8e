package koodrive;

/**
 * A call of the API. Its constructor checks it, and throws a {@link KooDriveException} of the kind
 * {@link KooDriveException.Kind#INVALID_INPUT} if a parameter is not valid.
 *
 * @param <R> the type of the reply
 */
public sealed interface Call<R extends Reply>
        permits NotifyPackageExpire, GetSpaceUsageByOverview, GetCurrentRetentionPolicy, GetCarrierRetentionPolicy, SetRetentionPolicy,
                ReverseOrder, RawCall {}
