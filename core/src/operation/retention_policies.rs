//! The reply of the two operations that list retention policies.

use serde::{Deserialize, Serialize};

use super::Success;
use super::success::ZERO;
use crate::fields::{self, Unreadable};
use crate::reply::Envelope;

/// The reply to [`GetCurrentRetentionPolicy`](crate::GetCurrentRetentionPolicy) and
/// [`GetCarrierRetentionPolicy`](crate::GetCarrierRetentionPolicy). Serializes under the wire's
/// names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RetentionPolicies {
    /// `0`, or none: the tables of both pages have no code, the example of one has it.
    pub code: Option<String>,
    /// The message for people; never match on its text.
    pub msg: Option<String>,
    /// The reply's header `x-traceid`, or else the trace id that was sent, where the exchange is
    /// known.
    pub trace_id: Option<String>,
    /// Empty where the reply has none.
    pub policy_list: Vec<RetentionPolicy>,
    /// The reply's body as it came.
    pub body: String,
}

/// One retention policy. A field that the reply lacks is `None`.
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
    /// Its description, for people.
    #[serde(deserialize_with = "fields::text")]
    pub description: Option<String>,
    /// Larger comes first; the published default is 10. Within ± 2^53; beyond that the reply is
    /// unreadable.
    #[serde(deserialize_with = "fields::integer")]
    pub priority: Option<i64>,
    /// Its meaning is not published. Within ± 2^53 as well.
    #[serde(deserialize_with = "fields::integer")]
    pub status: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    #[serde(deserialize_with = "fields::objects")]
    policy_list: Vec<RetentionPolicy>,
}

pub(super) fn read(envelope: Envelope, body: &str) -> Result<RetentionPolicies, Unreadable> {
    let Body { policy_list } = fields::read(body)?;
    Ok(RetentionPolicies {
        code: envelope.code,
        msg: envelope.msg,
        trace_id: envelope.trace_id,
        policy_list,
        body: body.to_owned(),
    })
}

/// The tables of both pages have no code: a 200 without one that has a `policyList` is a success as
/// well.
pub(super) const SUCCESS: Success = Success::at_200(|envelope, body| {
    envelope.code.as_deref() == Some(ZERO) || !envelope.has_code() && has_policy_list(body)
});

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Presence {
    #[serde(deserialize_with = "fields::is_present")]
    policy_list: bool,
}

fn has_policy_list(body: &str) -> bool {
    fields::read(body).is_ok_and(|presence: Presence| presence.policy_list)
}
