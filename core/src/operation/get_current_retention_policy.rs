//! `GET /koodrive/ose/v1/carrier/retention/policy/getList`:
//! [GetCurrentRetentionPolicy](https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetCurrentRetentionPolicy.html)
//! (`docs/contract.md`, section 8).

use std::borrow::Cow;

use super::{Operation, RetentionPolicies, Success, retention_policies};
use crate::InvalidInput;
use crate::fields::Unreadable;
use crate::host::{Fields, FromFields};
use crate::reply::Envelope;

/// Reads the retention policies in force. It changes nothing.
///
/// The publisher documents a token as its only authentication; see
/// [`Authentication::TokenOnly`](crate::Authentication::TokenOnly). Page:
/// [GetCurrentRetentionPolicy](https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetCurrentRetentionPolicy.html).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct GetCurrentRetentionPolicy;

impl GetCurrentRetentionPolicy {
    /// Returns the call, which takes no arguments.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

const PATH: &str = "/koodrive/ose/v1/carrier/retention/policy/getList";

impl Operation for GetCurrentRetentionPolicy {
    type Reply = RetentionPolicies;

    fn name(&self) -> Cow<'static, str> {
        "getCurrentRetentionPolicy".into()
    }

    fn path(&self) -> Cow<'_, str> {
        PATH.into()
    }

    fn fixed_path(&self) -> Option<&'static str> {
        Some(PATH)
    }

    fn success(&self) -> Success {
        retention_policies::SUCCESS
    }

    fn reply(&self, envelope: Envelope, body: &str) -> Result<RetentionPolicies, Unreadable> {
        retention_policies::read(envelope, body)
    }
}

impl FromFields for GetCurrentRetentionPolicy {
    fn from_fields(fields: &Fields<'_>) -> Result<Self, InvalidInput> {
        fields.expect_only(&[])?;
        Ok(Self)
    }
}
