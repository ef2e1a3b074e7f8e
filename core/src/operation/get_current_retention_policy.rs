//! `GET /koodrive/ose/v1/carrier/retention/policy/getList`: the retention policies in force (contract.md 2).

use http::Method;
use serde::{Deserialize, Serialize};

use super::{Acknowledgement, Operation, sealed};
use crate::fields::{self, Unreadable};

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
///
/// The published pages disagree on which fields are numbers and which are text, so both are read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct RetentionPolicy {
    /// Text, digit for digit: the published example, 300000000000000000, lies above 2^53.
    #[serde(deserialize_with = "fields::text_or_integer")]
    pub policy_id: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "fields::text")]
    pub policy_name: Option<String>,
    /// What it does, for people.
    #[serde(deserialize_with = "fields::text")]
    pub description: Option<String>,
    /// Larger comes first. Within ± 2^53, so that every language holds it exactly; beyond that the reply is unreadable.
    #[serde(deserialize_with = "fields::integer")]
    pub priority: Option<i64>,
    /// Meaning not published. Within ± 2^53 as well.
    #[serde(deserialize_with = "fields::integer")]
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

    fn reply(
        acknowledgement: Acknowledgement,
        body: &str,
    ) -> Result<RetentionPolicies, Unreadable> {
        let Data { policy_list } = fields::read(body)?;
        Ok(RetentionPolicies {
            code: acknowledgement.code,
            msg: acknowledgement.msg,
            trace_id: acknowledgement.trace_id,
            policy_list,
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Data {
    #[serde(deserialize_with = "fields::objects")]
    policy_list: Vec<RetentionPolicy>,
}
