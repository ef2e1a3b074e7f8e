//! `POST /koodrive/ose/v1/carrier/operation/reverseOrder`:
//! [reverseOrder](https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/reverseOrder.html)
//! (`docs/contract.md`, section 8).

use std::borrow::Cow;
use std::fmt;

use http::Method;
use serde::{Serialize, Serializer};

use super::{Operation, RawReply, Success};
use crate::InvalidInput;
use crate::fields::Unreadable;
use crate::host::{Fields, FromFields};
use crate::reply::Envelope;
use crate::text::{check_count, check_id, check_integer};

/// Notifies `KooDrive` of orders in reverse, for packages that are paid per use. It changes state.
///
/// The reply beyond `code` and `msg` is not published, so it is a [`RawReply`]. Page:
/// [reverseOrder](https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/reverseOrder.html).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReverseOrder {
    #[serde(rename = "batchSN")]
    batch_sn: String,
    operation_list: Vec<OrderOperation>,
}

/// One operation of a [`ReverseOrder`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderOperation {
    #[serde(rename = "operationSN")]
    operation_sn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier_user_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    package_change_list: Vec<PackageChange>,
}

/// The change of a package.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackageChange {
    change_type: ChangeType,
    package_id: String,
}

/// Body field `changeType`. `1`, "subscribe", is the only documented value and the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeType(i64);

impl ChangeType {
    /// `1`: the user subscribes to the package.
    pub const SUBSCRIBE: Self = Self(1);

    /// Returns a value that no page documents.
    ///
    /// # Errors
    ///
    /// 1, which is documented; an integer outside ± (2^53 − 1), which not every language holds
    /// exactly.
    pub fn undocumented(value: i64) -> Result<Self, InvalidInput> {
        if value == Self::SUBSCRIBE.0 {
            return Err(InvalidInput::new(
                "changeType",
                "1 is the documented value; leave out {undocumented_change_type}",
            ));
        }
        check_integer("changeType", value)?;
        Ok(Self(value))
    }

    /// Returns the number that is sent.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0
    }
}

impl Default for ChangeType {
    fn default() -> Self {
        Self::SUBSCRIBE
    }
}

impl TryFrom<i64> for ChangeType {
    type Error = InvalidInput;

    /// Reads a number that comes from JSON.
    ///
    /// # Errors
    ///
    /// Any value but 1, the only documented one.
    fn try_from(value: i64) -> Result<Self, InvalidInput> {
        if value == Self::SUBSCRIBE.0 {
            return Ok(Self::SUBSCRIBE);
        }
        Err(InvalidInput::new(
            "changeType",
            format!(
                "{value} is not documented; leave it out to send 1 (subscribe), or pass {{undocumented_change_type}}"
            ),
        ))
    }
}

impl fmt::Display for ChangeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for ChangeType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl PackageChange {
    /// Returns the change with change type 1, "subscribe".
    #[must_use]
    pub fn new(package_id: impl Into<String>) -> Self {
        Self {
            change_type: ChangeType::default(),
            package_id: package_id.into(),
        }
    }

    /// Returns the same change with another `changeType`.
    #[must_use]
    pub const fn with_change_type(mut self, change_type: ChangeType) -> Self {
        self.change_type = change_type;
        self
    }
}

impl OrderOperation {
    /// Returns the operation with this serial number, without a user and without a change of
    /// packages.
    #[must_use]
    pub fn new(operation_sn: impl Into<String>) -> Self {
        Self {
            operation_sn: operation_sn.into(),
            carrier_user_id: None,
            package_change_list: Vec::new(),
        }
    }

    /// Returns the same operation for the user with the carrier's id `carrier_user_id`.
    #[must_use]
    pub fn with_carrier_user_id(mut self, carrier_user_id: impl Into<String>) -> Self {
        self.carrier_user_id = Some(carrier_user_id.into());
        self
    }

    /// Returns the same operation with one more change of packages. At most one is published.
    #[must_use]
    pub fn with_package_change(mut self, change: PackageChange) -> Self {
        self.package_change_list.push(change);
        self
    }
}

/// The published limits.
const MOST_OPERATIONS: usize = 50;
const MOST_PACKAGE_CHANGES: usize = 1;
const LONGEST_BATCH_SN: usize = 64;

impl ReverseOrder {
    /// Returns the call for a batch with the serial number `batch_sn` and 1 to 50 operations.
    ///
    /// # Errors
    ///
    /// A `batch_sn` of more than 64 characters; another number of operations, more than one change
    /// of packages in an operation; a serial number or an id that is empty, that contains a control
    /// character, or that begins or ends with white space or an invisible character.
    pub fn new(
        batch_sn: impl Into<String>,
        operations: impl IntoIterator<Item = OrderOperation>,
    ) -> Result<Self, InvalidInput> {
        let batch_sn = batch_sn.into();
        let check = |field: &str, id: &str| {
            check_id(id).map_err(|problem| InvalidInput::new(field.to_owned(), problem))
        };
        check("batchSN", &batch_sn)?;
        let length = batch_sn.chars().count();
        if length > LONGEST_BATCH_SN {
            return Err(InvalidInput::new(
                "batchSN",
                format!("{length} characters long; pass at most {LONGEST_BATCH_SN}"),
            ));
        }
        let operation_list: Vec<OrderOperation> = operations.into_iter().collect();
        check_count("operationList", operation_list.len(), 1, MOST_OPERATIONS)?;
        for (index, operation) in operation_list.iter().enumerate() {
            let at = format!("operationList[{index}]");
            check(&format!("{at}.operationSN"), &operation.operation_sn)?;
            if let Some(id) = &operation.carrier_user_id {
                check(&format!("{at}.carrierUserId"), id)?;
            }
            let changes = &operation.package_change_list;
            let list = format!("{at}.packageChangeList");
            check_count(&list, changes.len(), 0, MOST_PACKAGE_CHANGES)?;
            for (index, change) in changes.iter().enumerate() {
                check(&format!("{list}[{index}].packageId"), &change.package_id)?;
            }
        }
        Ok(Self {
            batch_sn,
            operation_list,
        })
    }
}

const PATH: &str = "/koodrive/ose/v1/carrier/operation/reverseOrder";

impl Operation for ReverseOrder {
    type Reply = RawReply;

    fn name(&self) -> Cow<'static, str> {
        "reverseOrder".into()
    }

    fn method(&self) -> Method {
        Method::POST
    }

    fn path(&self) -> Cow<'_, str> {
        PATH.into()
    }

    fn fixed_path(&self) -> Option<&'static str> {
        Some(PATH)
    }

    fn body(&self) -> Option<String> {
        // Text in lists serializes, so none cannot occur.
        serde_json::to_string(self).ok()
    }

    fn success(&self) -> Success {
        Success::CODE_ZERO
    }

    fn reply(&self, envelope: Envelope, body: &str) -> Result<RawReply, Unreadable> {
        Ok(RawReply::new(envelope, body))
    }
}

impl FromFields for ReverseOrder {
    fn from_fields(fields: &Fields<'_>) -> Result<Self, InvalidInput> {
        fields.expect_only(&["batchSN", "operationList"])?;
        let operations = fields.objects("operationList")?;
        let operations = operations.iter().map(OrderOperation::from_fields);
        Self::new(
            fields.text("batchSN")?,
            operations.collect::<Result<Vec<_>, _>>()?,
        )
    }
}

impl FromFields for OrderOperation {
    fn from_fields(fields: &Fields<'_>) -> Result<Self, InvalidInput> {
        fields.expect_only(&["operationSN", "carrierUserId", "packageChangeList"])?;
        let changes = fields.objects("packageChangeList")?;
        let changes = changes.iter().map(PackageChange::from_fields);
        Ok(Self {
            operation_sn: fields.text("operationSN")?,
            carrier_user_id: fields.optional_text("carrierUserId")?,
            package_change_list: changes.collect::<Result<_, _>>()?,
        })
    }
}

impl FromFields for PackageChange {
    fn from_fields(fields: &Fields<'_>) -> Result<Self, InvalidInput> {
        fields.expect_only(&["changeType", "undocumentedChangeType", "packageId"])?;
        let change = Self::new(fields.text("packageId")?);
        let documented = fields
            .optional_integer("changeType")?
            .map(ChangeType::try_from);
        let undocumented = fields.optional_integer("undocumentedChangeType")?;
        let change_type = match (documented.transpose(), undocumented) {
            (Ok(_), Some(value)) => ChangeType::undocumented(value),
            (documented, _) => documented.map(Option::unwrap_or_default),
        };
        change_type
            .map(|change_type| change.with_change_type(change_type))
            .map_err(|error| error.within(&fields.qualified_name("")))
    }
}
