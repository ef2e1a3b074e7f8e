//! `GET /koodrive/ose/v1/carrier/retention/policy/getList`: the retention policies in force (contract.md 2).

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Acknowledgement, Operation, sealed};
use crate::reply::text_or_integer;

/// Reads the retention policies in force. It changes nothing, so it is the safe first call: it proves endpoint, clock and
/// credentials without touching a subscriber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct GetCurrentRetentionPolicy;

impl GetCurrentRetentionPolicy {
    /// The call takes no arguments.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

/// The reply to [`GetCurrentRetentionPolicy`]. Serializes under the wire's names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RetentionPolicies {
    /// Always `0`.
    pub code: String,
    /// For people; never match on it.
    pub msg: Option<String>,
    /// The reply's header `x-traceid`, if there was one.
    pub trace_id: Option<String>,
    /// Empty where the reply has none.
    pub policy_list: Vec<RetentionPolicy>,
}

/// One retention policy. A field that the reply lacks is none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RetentionPolicy {
    /// Text, digit for digit: the published example, 300000000000000000, lies above 2^53.
    pub policy_id: Option<String>,
    /// Its name.
    pub policy_name: Option<String>,
    /// What it does, for people.
    pub description: Option<String>,
    /// Larger comes first. Within ± 2^53, so that every language holds it exactly; beyond that the reply is unreadable.
    pub priority: Option<i64>,
    /// Meaning not published. Within ± 2^53 as well.
    pub status: Option<i64>,
}

impl Operation for GetCurrentRetentionPolicy {
    const NAME: &'static str = "getCurrentRetentionPolicy";
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/koodrive/ose/v1/carrier/retention/policy/getList";
    type Reply = RetentionPolicies;
}

impl sealed::Operation for GetCurrentRetentionPolicy {
    const INDEX: usize = 1;

    fn body(&self) -> Option<String> {
        None
    }

    fn reply(acknowledgement: Acknowledgement, body: &str) -> Result<RetentionPolicies, String> {
        let members: Members<'_> = serde_json::from_str(body).map_err(|error| error.to_string())?;
        let policies = members.policy_list.unwrap_or_default();
        Ok(RetentionPolicies {
            code: acknowledgement.code,
            msg: acknowledgement.msg,
            trace_id: acknowledgement.trace_id,
            policy_list: policies
                .into_iter()
                .map(RetentionPolicy::try_from)
                .collect::<Result<_, _>>()?,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members<'a> {
    #[serde(borrow)]
    policy_list: Option<Vec<PolicyMembers<'a>>>,
}

/// A policy as it arrives. The pages disagree on which of these are numbers and which are text, so both are read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PolicyMembers<'a> {
    #[serde(borrow)]
    policy_id: Option<&'a RawValue>,
    policy_name: Option<String>,
    description: Option<String>,
    #[serde(borrow)]
    priority: Option<&'a RawValue>,
    #[serde(borrow)]
    status: Option<&'a RawValue>,
}

impl TryFrom<PolicyMembers<'_>> for RetentionPolicy {
    type Error = String;

    fn try_from(members: PolicyMembers<'_>) -> Result<Self, String> {
        let integer = |name: &str, raw: Option<&RawValue>| -> Result<Option<i64>, String> {
            raw.map(|raw| {
                text_or_integer(raw)
                    .and_then(|text| text.parse().ok())
                    .filter(|number: &i64| number.unsigned_abs() < 1 << 53)
                    .ok_or_else(|| format!("{name} of a policy is no integer of 53 bits"))
            })
            .transpose()
        };
        Ok(Self {
            policy_id: members
                .policy_id
                .map(|raw| {
                    text_or_integer(raw)
                        .ok_or("policyId of a policy is neither text nor an integer")
                })
                .transpose()?,
            policy_name: members.policy_name,
            description: members.description,
            priority: integer("priority", members.priority)?,
            status: integer("status", members.status)?,
        })
    }
}
