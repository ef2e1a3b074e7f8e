//! The operations of the service: the fields of a call and of its reply, by the wire's names.

use super::Kind::{Integer, Pairs, Record, Records, Text};
use super::{Layout, record};

/// One operation of the service.
#[derive(Debug)]
pub struct CallShape {
    /// The publisher's name, or `rawCall`.
    pub name: &'static str,
    /// The fields of the call.
    pub call: &'static Layout,
    /// The fields of its reply.
    pub reply: &'static Layout,
}

/// Every operation that has a shape of its own, and the raw call.
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
        /// `type`, of which 2 is documented. Absent: 2.
        Type "type" Integer,
        /// A `type` that is not documented, sent as it is.
        UndocumentedType "undocumentedType" Integer,
    }
}

record! {
    /// Reads the space usage: the safe first call.
    GetSpaceUsageByOverview {}
}

record! {
    /// Reads the retention policy in force.
    GetCurrentRetentionPolicy {}
}

record! {
    /// Reads the retention policies to choose from.
    GetCarrierRetentionPolicy {}
}

record! {
    /// Chooses retention policies.
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
    /// Takes orders back.
    ReverseOrder {
        /// Serial number of the batch.
        BatchSn "batchSN" Text,
        /// Its operations.
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
        /// `changeType`, of which 1 is documented. Absent: 1.
        ChangeType "changeType" Integer,
        /// A `changeType` that is not documented, sent as it is.
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
        /// Body: JSON text, sent byte for byte.
        Json "json" Text,
    }
}

record! {
    /// The service took the call.
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
    /// The space usage.
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
        /// Space that is allocated.
        TotalAllocation "totalAllocation" Text,
        /// Space that there is.
        TotalCapacity "totalCapacity" Text,
        /// Space that is used, in KB.
        TotalUsed "totalUsed" Text,
        /// Quota.
        Quota "quota" Text,
    }
}

record! {
    /// Retention policies.
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
    /// A reply as it came.
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
