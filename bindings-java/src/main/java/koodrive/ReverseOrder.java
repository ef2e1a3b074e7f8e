package koodrive;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Notifies KooDrive of orders in reverse, for packages that are paid per use.
 *
 * @param batchSN serial number of the batch
 * @param operationList operations of the batch
 */
public record ReverseOrder(String batchSN, List<OrderOperation> operationList) implements Call<RawReply> {
    /**
     * Creates the call.
     *
     * @throws KooDriveException if a parameter is not valid
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
                /** Creates the operation with a copy of the list. */
        public OrderOperation {
            packageChangeList = packageChangeList == null ? null : List.copyOf(packageChangeList);
        }
    }

    /**
     * A change of a package.
     *
     * @param packageId id of the package
     * @param undocumentedChangeType an undocumented {@code changeType}, sent unchanged; null for 1,
     *     the documented value
     */
    public record PackageChange(String packageId, @Nullable Long undocumentedChangeType) {
        /**
         * Creates a change of the documented type.
         *
         * @param packageId id of the package
         */
        public PackageChange(String packageId) {
            this(packageId, null);
        }
    }
}
