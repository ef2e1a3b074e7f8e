//! The operations of the service: the fields of each call and of its reply, under the service's
//! names.

use super::Kind::{Integer, Pairs, Record, Records, Text};
use super::{Layout, record};

/// One operation of the service.
#[derive(Debug)]
pub struct CallShape {
    /// The publisher's name, or `rawCall`.
    pub name: &'static str,
    /// The fields of the call.
    pub call: &'static Layout,
    /// The fields of the reply.
    pub reply: &'static Layout,
}

/// Every operation with layouts of its own, and the raw call.
pub const CALLS: &[CallShape] = &[
    CallShape {
        name: "notifyPackageExpire",
        call: &NotifyPackageExpire::LAYOUT,
        reply: &Acknowledgement::LAYOUT,
    },
    CallShape {
        name: "getSpaceUsageByOverview",
        call: &GetSpaceUsageByOverview::LAYOUT,
        reply: &SpaceUsage::LAYOUT,
    },
    CallShape {
        name: "getCurrentRetentionPolicy",
        call: &GetCurrentRetentionPolicy::LAYOUT,
        reply: &RetentionPolicies::LAYOUT,
    },
    CallShape {
        name: "getCarrierRetentionPolicy",
        call: &GetCarrierRetentionPolicy::LAYOUT,
        reply: &RetentionPolicies::LAYOUT,
    },
    CallShape {
        name: "setRetentionPolicy",
        call: &SetRetentionPolicy::LAYOUT,
        reply: &Acknowledgement::LAYOUT,
    },
    CallShape {
        name: "reverseOrder",
        call: &ReverseOrder::LAYOUT,
        reply: &RawReply::LAYOUT,
    },
    CallShape {
        name: "rawCall",
        call: &RawCall::LAYOUT,
        reply: &RawReply::LAYOUT,
    },
];

record! {
    /// Tells the service that a subscriber's package has expired.
    NotifyPackageExpire {
        /// The subscriber's id at the carrier.
        CarrierUserId "carrierUserId" Text,
        /// Id of the package.
        PackageId "packageId" Text,
        /// `type`; 2 is the documented value. Absent: 2.
        Type "type" Integer,
        /// An undocumented `type`, sent unchanged.
        UndocumentedType "undocumentedType" Integer,
    }
}

record! {
    /// Reads the space usage. The call changes nothing, so it is the safe first call.
    GetSpaceUsageByOverview {}
}

record! {
    /// Reads the retention policy in force.
    GetCurrentRetentionPolicy {}
}

record! {
    /// Reads the retention policies that the carrier can choose.
    GetCarrierRetentionPolicy {}
}

record! {
    /// Sets the statuses of retention policies.
    SetRetentionPolicy {
        /// Policies and their new status.
        PolicyList "policyList" Records(&PolicyStatus::LAYOUT),
    }
}

record! {
    /// A policy and its new status.
    PolicyStatus {
        /// Id of the policy.
        PolicyId "policyId" Text,
        /// New status.
        Status "status" Text,
    }
}

record! {
    /// Notifies KooDrive of orders in reverse, for packages that are paid per use.
    ReverseOrder {
        /// Serial number of the batch.
        BatchSn "batchSN" Text,
        /// Operations of the batch.
        OperationList "operationList" Records(&OrderOperation::LAYOUT),
    }
}

record! {
    /// One operation of an order.
    OrderOperation {
        /// Serial number of the operation.
        OperationSn "operationSN" Text,
        /// The subscriber's id at the carrier.
        CarrierUserId "carrierUserId" Text,
        /// Changes of packages.
        PackageChangeList "packageChangeList" Records(&PackageChange::LAYOUT),
    }
}

record! {
    /// A change of a package.
    PackageChange {
        /// Id of the package.
        PackageId "packageId" Text,
        /// `changeType`; 1 is the documented value. Absent: 1.
        ChangeType "changeType" Integer,
        /// An undocumented `changeType`, sent unchanged.
        UndocumentedChangeType "undocumentedChangeType" Integer,
    }
}

record! {
    /// Any other call of the API.
    RawCall {
        /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
        Method "method" Text,
        /// Absolute path below the endpoint.
        Path "path" Text,
        /// Names and values of the query.
        Query "query" Pairs,
        /// Names and values of headers that are not signed.
        Headers "headers" Pairs,
        /// JSON text for the body, sent byte for byte.
        Json "json" Text,
    }
}

record! {
    /// The reply to a call that the service took.
    Acknowledgement {
        /// Always `0`.
        Code "code" Text,
        /// The service's message.
        Msg "msg" Text,
        /// The reply's trace id.
        TraceId "traceId" Text,
    }
}

record! {
    /// The reply with the space usage.
    SpaceUsage {
        /// Always `0`.
        Code "code" Text,
        /// The service's message.
        Msg "msg" Text,
        /// The reply's trace id.
        TraceId "traceId" Text,
        /// The numbers.
        Data "data" Record(&SpaceUsageData::LAYOUT),
        /// The reply's body as it came.
        Body "body" Text,
    }
}

record! {
    /// Numbers of the space usage, digit for digit.
    SpaceUsageData {
        /// Allocated space, in KB.
        TotalAllocation "totalAllocation" Text,
        /// Total space, in KB.
        TotalCapacity "totalCapacity" Text,
        /// Used space, in KB.
        TotalUsed "totalUsed" Text,
        /// Quota, in GB.
        Quota "quota" Text,
    }
}

record! {
    /// The reply with retention policies.
    RetentionPolicies {
        /// The service's code.
        Code "code" Text,
        /// The service's message.
        Msg "msg" Text,
        /// The reply's trace id.
        TraceId "traceId" Text,
        /// The policies.
        PolicyList "policyList" Records(&RetentionPolicy::LAYOUT),
        /// The reply's body as it came.
        Body "body" Text,
    }
}

record! {
    /// A retention policy.
    RetentionPolicy {
        /// Id, digit for digit.
        PolicyId "policyId" Text,
        /// Name.
        PolicyName "policyName" Text,
        /// Description.
        Description "description" Text,
        /// Priority.
        Priority "priority" Integer,
        /// Status.
        Status "status" Integer,
    }
}

record! {
    /// A reply, unparsed.
    RawReply {
        /// HTTP status.
        Status "status" Integer,
        /// The service's code.
        Code "code" Text,
        /// The service's message.
        Msg "msg" Text,
        /// The reply's trace id.
        TraceId "traceId" Text,
        /// The reply's body.
        Body "body" Text,
    }
}
