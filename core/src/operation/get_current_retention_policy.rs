//! `GET /koodrive/ose/v1/carrier/retention/policy/getList`: the retention policies in force (contract.md 2).

use http::Method;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Acknowledgement, Operation, sealed};
use crate::json::{self, Part};

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
        let mut list = None;
        // The envelope was read, so the body is an object.
        let _ = json::read(body, &mut |part| {
            if let Part::Member("policyList", raw) = part {
                list = Some(raw);
            }
        });
        Ok(RetentionPolicies {
            code: acknowledgement.code,
            msg: acknowledgement.msg,
            trace_id: acknowledgement.trace_id,
            policy_list: list.map(policies).transpose()?.unwrap_or_default(),
        })
    }
}

fn policies(list: &RawValue) -> Result<Vec<RetentionPolicy>, String> {
    let list = list.get();
    if list == "null" {
        return Ok(Vec::new());
    }
    if !list.starts_with('[') {
        return Err("its policyList is no list".to_owned());
    }
    let mut policies = Ok(Vec::new());
    // A RawValue holds JSON, so this does not fail.
    let _ = json::read(list, &mut |part| {
        if let (Part::Element(raw), Ok(found)) = (part, &mut policies) {
            match policy(raw) {
                Ok(policy) => found.push(policy),
                Err(why) => policies = Err(why.to_owned()),
            }
        }
    });
    policies
}

/// The pages disagree on which members are numbers and which are text, so both are read.
fn policy(raw: &RawValue) -> Result<RetentionPolicy, &'static str> {
    if !raw.get().starts_with('{') {
        return Err("a policy in it is no object");
    }
    let mut policy = RetentionPolicy::default();
    let mut wrong = None;
    let read = json::read(raw.get(), &mut |part| {
        let Part::Member(name, raw) = part else {
            return;
        };
        let none = raw.get() == "null";
        let mut text = |field: &mut Option<String>, value: Option<String>, why| {
            if value.is_none() && !none {
                wrong = Some(why);
            }
            *field = value;
        };
        match name {
            "policyId" => text(
                &mut policy.policy_id,
                json::text_or_integer(raw),
                "policyId of a policy is neither text nor an integer",
            ),
            "policyName" => text(
                &mut policy.policy_name,
                json::text(raw),
                "policyName of a policy is no text",
            ),
            "description" => text(
                &mut policy.description,
                json::text(raw),
                "description of a policy is no text",
            ),
            "priority" | "status" => {
                let number = integer(raw);
                if number.is_none() && !none {
                    wrong = Some("priority or status of a policy is no integer of 53 bits");
                }
                if name == "status" {
                    policy.status = number;
                } else {
                    policy.priority = number;
                }
            }
            _ => {}
        }
    });
    match wrong {
        Some(why) => Err(why),
        None => read
            .map(|()| policy)
            .map_err(|_| "a policy in it holds half of a surrogate pair"),
    }
}

/// Within ± 2^53, as a number or as text.
fn integer(raw: &RawValue) -> Option<i64> {
    let number: i64 = json::text_or_integer(raw)?.parse().ok()?;
    (number.unsigned_abs() < 1 << 53).then_some(number)
}
