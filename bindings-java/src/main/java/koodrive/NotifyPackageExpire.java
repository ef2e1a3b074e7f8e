package koodrive;

import org.jspecify.annotations.Nullable;

/**
 * Tells the service that a subscriber's package has expired.
 *
 * @param carrierUserId the subscriber's id at the carrier
 * @param packageId id of the package
 * @param undocumentedType a {@code type} that is not documented, sent as it is; null for 2, the documented one
 */
public record NotifyPackageExpire(String carrierUserId, String packageId, @Nullable Long undocumentedType)
        implements Call<Acknowledgement> {
    /**
     * Makes the call.
     *
     * @throws KooDriveException where it cannot be sent
     */
    public NotifyPackageExpire(String carrierUserId, String packageId, @Nullable Long undocumentedType) {
        this.carrierUserId = carrierUserId;
        this.packageId = packageId;
        this.undocumentedType = undocumentedType;
        Calls.check(this);
    }

    /**
     * Makes the call with the documented type.
     *
     * @param carrierUserId the subscriber's id at the carrier
     * @param packageId id of the package
     * @throws KooDriveException where it cannot be sent
     */
    public NotifyPackageExpire(String carrierUserId, String packageId) {
        this(carrierUserId, packageId, null);
    }
}
