//! `POST /koodrive/ose/v1/carrier/retention/policy/batch`:
//! [SetRetentionPolicy](https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/SetRetentionPolicy.html)
//! (`docs/contract.md`, section 8).

use std::borrow::Cow;

use http::Method;
use serde::Serialize;

use super::{Acknowledgement, Operation};
use crate::InvalidInput;
use crate::fields::Unreadable;
use crate::host::{Fields, FromFields};
use crate::reply::Envelope;
use crate::text::{EMPTY, check_count, check_id};

/// Sets the statuses of retention policies. It changes state.
///
/// The publisher documents a token as its only authentication; see
/// [`Authentication::TokenOnly`](crate::Authentication::TokenOnly). Page:
/// [SetRetentionPolicy](https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/SetRetentionPolicy.html).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetRetentionPolicy {
    policy_list: Vec<PolicyStatus>,
}

/// A retention policy and the status that it gets.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyStatus {
    policy_id: String,
    status: String,
}

impl PolicyStatus {
    /// Returns the pair. Both are sent as text, as the published table says; the published example
    /// sends the status as a number.
    #[must_use]
    pub fn new(policy_id: impl Into<String>, status: impl Into<String>) -> Self {
        Self {
            policy_id: policy_id.into(),
            status: status.into(),
        }
    }
}

/// The published limit of `policyList`.
const MOST_POLICIES: usize = 50;

impl SetRetentionPolicy {
    /// Returns the call for these policies, 1 to 50.
    ///
    /// # Errors
    ///
    /// Another number of policies; an empty status; a policy id that is empty, that contains a
    /// control character, or that begins or ends with white space or an invisible character.
    pub fn new(policies: impl IntoIterator<Item = PolicyStatus>) -> Result<Self, InvalidInput> {
        let policy_list: Vec<PolicyStatus> = policies.into_iter().collect();
        check_count("policyList", policy_list.len(), 1, MOST_POLICIES)?;
        for (index, policy) in policy_list.iter().enumerate() {
            check_id(&policy.policy_id).map_err(|problem| {
                InvalidInput::new(format!("policyList[{index}].policyId"), problem)
            })?;
            if policy.status.is_empty() {
                return Err(InvalidInput::new(
                    format!("policyList[{index}].status"),
                    EMPTY,
                ));
            }
        }
        Ok(Self { policy_list })
    }
}

const PATH: &str = "/koodrive/ose/v1/carrier/retention/policy/batch";

impl Operation for SetRetentionPolicy {
    type Reply = Acknowledgement;

    fn name(&self) -> Cow<'static, str> {
        "setRetentionPolicy".into()
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

    fn reply(&self, envelope: Envelope, _: &str) -> Result<Acknowledgement, Unreadable> {
        Ok(envelope.into())
    }
}

impl FromFields for SetRetentionPolicy {
    fn from_fields(fields: &Fields<'_>) -> Result<Self, InvalidInput> {
        fields.expect_only(&["policyList"])?;
        let policies = fields.objects("policyList")?;
        let read = |fields: &Fields<'_>| {
            fields.expect_only(&["policyId", "status"])?;
            Ok(PolicyStatus::new(
                fields.text("policyId")?,
                fields.text("status")?,
            ))
        };
        Self::new(policies.iter().map(read).collect::<Result<Vec<_>, _>>()?)
    }
}
