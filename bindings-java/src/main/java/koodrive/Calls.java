package koodrive;

import java.util.List;
import koodrive.ReverseOrder.OrderOperation;
import koodrive.ReverseOrder.PackageChange;
import koodrive.SetRetentionPolicy.PolicyStatus;
import org.jspecify.annotations.Nullable;

/** Writes calls as records, and reads their replies. */
final class Calls {
    /** How messages spell the names of options. */
    static final String SPELLING = "camel";

    private Calls() {}

    /**
     * Checks {@code call} in the core. Throws a {@link KooDriveException} if no client can send it.
     */
    static void check(Call<?> call) {
        var input = write(Layout.CALL_OPERATION, call, new RecordWriter()).text(Layout.CALL_SPELLING, SPELLING);
        Handle.withoutHandle(Layout.CHECK, input);
    }

    /**
     * Writes the operation of {@code call} at {@code place}, and the call's fields at the next
     * place.
     */
    static RecordWriter write(int place, Call<?> call, RecordWriter writer) {
        return writer.text(place, operation(call)).record(place + 1, fields -> writeFields(call, fields));
    }

    /** Returns the name of {@code call} in messages. */
    static String name(Call<?> call) {
        return call instanceof RawCall raw ? raw.method() + " " + raw.path() : operation(call);
    }

    private static String operation(Call<?> call) {
        return switch (call) {
            case NotifyPackageExpire _ -> "notifyPackageExpire";
            case GetSpaceUsageByOverview _ -> "getSpaceUsageByOverview";
            case GetCurrentRetentionPolicy _ -> "getCurrentRetentionPolicy";
            case GetCarrierRetentionPolicy _ -> "getCarrierRetentionPolicy";
            case SetRetentionPolicy _ -> "setRetentionPolicy";
            case ReverseOrder _ -> "reverseOrder";
            case RawCall _ -> "rawCall";
        };
    }

    private static void writeFields(Call<?> call, RecordWriter fields) {
        switch (call) {
            case NotifyPackageExpire notify -> fields
                .text(Layout.NOTIFY_PACKAGE_EXPIRE_CARRIER_USER_ID, notify.carrierUserId())
                .text(Layout.NOTIFY_PACKAGE_EXPIRE_PACKAGE_ID, notify.packageId())
                .integer(Layout.NOTIFY_PACKAGE_EXPIRE_UNDOCUMENTED_TYPE, notify.undocumentedType());
            case GetSpaceUsageByOverview _, GetCurrentRetentionPolicy _, GetCarrierRetentionPolicy _ -> { }
            case SetRetentionPolicy set ->
                fields.records(Layout.SET_RETENTION_POLICY_POLICY_LIST, set.policyList(), Calls::writeStatus);
            case ReverseOrder order -> fields
                .text(Layout.REVERSE_ORDER_BATCH_SN, order.batchSN())
                .records(Layout.REVERSE_ORDER_OPERATION_LIST, order.operationList(), Calls::writeOperation);
            case RawCall raw -> fields
                .text(Layout.RAW_CALL_METHOD, raw.method())
                .text(Layout.RAW_CALL_PATH, raw.path())
                .pairs(Layout.RAW_CALL_QUERY, raw.query())
                .pairs(Layout.RAW_CALL_HEADERS, raw.headers())
                .text(Layout.RAW_CALL_JSON, raw.json());
        }
    }

    private static void writeStatus(PolicyStatus policy, RecordWriter fields) {
        fields.text(Layout.POLICY_STATUS_POLICY_ID, policy.policyId()).text(Layout.POLICY_STATUS_STATUS, policy.status());
    }

    private static void writeOperation(OrderOperation operation, RecordWriter fields) {
        fields
            .text(Layout.ORDER_OPERATION_OPERATION_SN, operation.operationSN())
            .text(Layout.ORDER_OPERATION_CARRIER_USER_ID, operation.carrierUserId())
            .records(Layout.ORDER_OPERATION_PACKAGE_CHANGE_LIST, operation.packageChangeList(), Calls::writeChange);
    }

    private static void writeChange(PackageChange change, RecordWriter fields) {
        fields
            .text(Layout.PACKAGE_CHANGE_PACKAGE_ID, change.packageId())
            .integer(Layout.PACKAGE_CHANGE_UNDOCUMENTED_CHANGE_TYPE, change.undocumentedChangeType());
    }

    /** Reads the reply to {@code call}. */
    // The type of a call names that of its reply.
    @SuppressWarnings("unchecked")
    static <R extends Reply> R reply(Call<R> call, RecordReader reply) {
        return (R) switch (call) {
            case NotifyPackageExpire _, SetRetentionPolicy _ -> new Acknowledgement(
                reply.requiredText(Layout.ACKNOWLEDGEMENT_CODE),
                reply.text(Layout.ACKNOWLEDGEMENT_MSG),
                reply.text(Layout.ACKNOWLEDGEMENT_TRACE_ID));
            case GetSpaceUsageByOverview _ -> new SpaceUsage(
                reply.requiredText(Layout.SPACE_USAGE_CODE),
                reply.text(Layout.SPACE_USAGE_MSG),
                reply.text(Layout.SPACE_USAGE_TRACE_ID),
                data(reply.requiredRecord(Layout.SPACE_USAGE_DATA)),
                reply.requiredText(Layout.SPACE_USAGE_BODY));
            case GetCurrentRetentionPolicy _, GetCarrierRetentionPolicy _ -> new RetentionPolicies(
                reply.text(Layout.RETENTION_POLICIES_CODE),
                reply.text(Layout.RETENTION_POLICIES_MSG),
                reply.text(Layout.RETENTION_POLICIES_TRACE_ID),
                policies(reply),
                reply.requiredText(Layout.RETENTION_POLICIES_BODY));
            case ReverseOrder _, RawCall _ -> new RawReply(
                (int) reply.requiredNumber(Layout.RAW_REPLY_STATUS),
                reply.text(Layout.RAW_REPLY_CODE),
                reply.text(Layout.RAW_REPLY_MSG),
                reply.text(Layout.RAW_REPLY_TRACE_ID),
                reply.requiredText(Layout.RAW_REPLY_BODY));
        };
    }

    private static SpaceUsage.Data data(RecordReader data) {
        return new SpaceUsage.Data(
            data.text(Layout.SPACE_USAGE_DATA_TOTAL_ALLOCATION),
            data.text(Layout.SPACE_USAGE_DATA_TOTAL_CAPACITY),
            data.text(Layout.SPACE_USAGE_DATA_TOTAL_USED),
            data.text(Layout.SPACE_USAGE_DATA_QUOTA));
    }

    private static List<RetentionPolicies.Policy> policies(RecordReader reply) {
        return reply.records(Layout.RETENTION_POLICIES_POLICY_LIST).stream()
            .map(policy -> new RetentionPolicies.Policy(
                policy.text(Layout.RETENTION_POLICY_POLICY_ID),
                policy.text(Layout.RETENTION_POLICY_POLICY_NAME),
                policy.text(Layout.RETENTION_POLICY_DESCRIPTION),
                policy.number(Layout.RETENTION_POLICY_PRIORITY),
                policy.number(Layout.RETENTION_POLICY_STATUS)))
            .toList();
    }
}
