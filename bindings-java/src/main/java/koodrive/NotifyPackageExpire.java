package koodrive;

import org.jspecify.annotations.Nullable;

/**
 * Tells the service that a subscriber's package has expired.
 *
 * @param carrierUserId the subscriber's id at the carrier
 * @param packageId id of the package
 * @param undocumentedType an undocumented {@code type}, sent unchanged; null for 2, the documented
 *     value
 */
public record NotifyPackageExpire(String carrierUserId, String packageId, @Nullable Long undocumentedType)
        implements Call<Acknowledgement> {
    /**
     * Creates the call.
     *
     * @throws KooDriveException if a parameter is not valid
     */
    public NotifyPackageExpire(String carrierUserId, String packageId, @Nullable Long undocumentedType) {
        this.carrierUserId = carrierUserId;
        this.packageId = packageId;
        this.undocumentedType = undocumentedType;
        Calls.check(this);
    }

    /**
     * Creates the call with the documented type.
     *
     * @param carrierUserId the subscriber's id at the carrier
     * @param packageId id of the package
     * @throws KooDriveException if a parameter is not valid
     */
    public NotifyPackageExpire(String carrierUserId, String packageId) {
        this(carrierUserId, packageId, null);
    }
}
