package koodrive;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes orders back.
 *
 * @param batchSN serial number of the batch
 * @param operationList its operations
 */
public record ReverseOrder(String batchSN, List<OrderOperation> operationList) implements Call<RawReply> {
    /**
     * Makes the call.
     *
     * @throws KooDriveException where it cannot be sent
     */
    public ReverseOrder(String batchSN, List<OrderOperation> operationList) {
        this.batchSN = batchSN;
        this.operationList = List.copyOf(operationList);
        Calls.check(this);
    }

    /**
     * One operation of an order.
     *
     * @param operationSN serial number of the operation
     * @param carrierUserId the subscriber's id at the carrier
     * @param packageChangeList changes of packages
     */
    public record OrderOperation(
        String operationSN,
        @Nullable String carrierUserId,
        @Nullable List<PackageChange> packageChangeList) {
        /** Copies the list. */
        public OrderOperation {
            packageChangeList = packageChangeList == null ? null : List.copyOf(packageChangeList);
        }
    }

    /**
     * A change of a package.
     *
     * @param packageId id of the package
     * @param undocumentedChangeType a {@code changeType} that is not documented, sent as it is; null for 1, the documented one
     */
    public record PackageChange(String packageId, @Nullable Long undocumentedChangeType) {
        /**
         * Makes a change of the documented type.
         *
         * @param packageId id of the package
         */
        public PackageChange(String packageId) {
            this(packageId, null);
        }
    }
}
