//! Decides what a call asks for: query, content type, JSON, the parameters of each operation.

use std::collections::BTreeSet;
use std::{fmt, str};

use http::{HeaderMap, Method};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::reason::{Reason, Refusal};
use super::verify::Received;
use crate::{fields, header};

/// The body of a call that changes state, its own rules checked.
#[derive(Default)]
pub(super) struct Parsed {
    /// Names and the JSON text of their values, as they were sent.
    pub(super) members: Vec<(String, String)>,
    /// The ids that must be in the set of users, if one is configured.
    pub(super) carrier_user_ids: Vec<String>,
    /// The ids that must be in the set of packages, if one is configured.
    pub(super) package_ids: Vec<String>,
}

const CARRIER_USER_ID: IdReasons = IdReasons {
    name: "carrierUserId",
    missing: Reason::MissingCarrierUserId,
    not_text: Reason::CarrierUserIdNotText,
    empty: Reason::EmptyCarrierUserId,
};

const PACKAGE_ID: IdReasons = IdReasons {
    name: "packageId",
    missing: Reason::MissingPackageId,
    not_text: Reason::PackageIdNotText,
    empty: Reason::EmptyPackageId,
};

/// Refuses a query, which no operation takes.
pub(super) fn without_query(received: &Received<'_>) -> Result<(), Refusal> {
    if received.uri.query().is_none() {
        return Ok(());
    }
    Err(Refusal::new(
        Reason::UnexpectedQuery,
        "no operation takes a query string",
    ))
}

/// Refuses a body: a GET has none.
pub(super) fn without_body(received: &Received<'_>) -> Result<(), Refusal> {
    if received.body.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        Reason::UnexpectedBody,
        "this operation takes no body",
    ))
}

/// Checks the body of notifyPackageExpire.
pub(super) fn notify_package_expire(
    received: &Received<'_>,
    accepted_types: &[i64],
) -> Result<Parsed, Refusal> {
    let members = body(received)?;
    let carrier_user_id = members.id(&CARRIER_USER_ID)?;
    members.check_type("type", accepted_types)?;
    let package_id = members.id(&PACKAGE_ID)?;
    Ok(Parsed {
        members: members.into_texts(),
        carrier_user_ids: vec![carrier_user_id],
        package_ids: vec![package_id],
    })
}

fn body<'a>(received: &Received<'a>) -> Result<Members<'a>, Refusal> {
    content_type(received)?;
    Members::read(received.body)
}

fn content_type(received: &Received<'_>) -> Result<(), Refusal> {
    // A request without a body needs no content type; its refusal is the missing JSON.
    if received.body.is_empty() || is_json(received.headers) {
        return Ok(());
    }
    Err(Refusal::new(
        Reason::WrongContentType,
        "the content-type of a body must be application/json, with or without charset=utf-8",
    ))
}

fn malformed(why: &dyn fmt::Display) -> Refusal {
    Refusal::new(
        Reason::MalformedJson,
        format!("the body is not valid JSON: {why}"),
    )
}

/// Checks the body of a call that has a configured answer: none for GET, any JSON for another
/// method.
pub(super) fn any_body(received: &Received<'_>) -> Result<Parsed, Refusal> {
    if received.body.is_empty() {
        return Ok(Parsed::default());
    }
    if *received.method == Method::GET {
        without_body(received)?;
    }
    content_type(received)?;
    let text = str::from_utf8(received.body).map_err(|error| malformed(&error))?;
    let IgnoredAny = serde_json::from_str(text).map_err(|error| malformed(&error))?;
    // Valid JSON other than an object has no members. A raw call may send a name twice.
    let members = serde_json::from_str(text)
        .map(|fields::Members(members)| Members(members).into_texts())
        .unwrap_or_default();
    Ok(Parsed {
        members,
        ..Parsed::default()
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetRetentionPolicy {
    policy_list: Vec<PolicyStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PolicyStatus {
    policy_id: String,
    status: String,
}

/// Checks the body of setRetentionPolicy. Both members of an entry are String in the table.
pub(super) fn set_retention_policy(received: &Received<'_>) -> Result<Parsed, Refusal> {
    let members = body(received)?.into_texts();
    let SetRetentionPolicy { policy_list } = typed(received)?;
    within("policyList", policy_list.len(), 1, 50)?;
    for PolicyStatus { policy_id, status } in &policy_list {
        not_empty("policyId", policy_id)?;
        not_empty("status", status)?;
    }
    Ok(Parsed {
        members,
        ..Parsed::default()
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReverseOrder {
    #[serde(rename = "batchSN")]
    batch_sn: String,
    operation_list: Vec<OrderOperation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderOperation {
    #[serde(rename = "operationSN")]
    operation_sn: String,
    carrier_user_id: Option<Box<RawValue>>,
    #[serde(default)]
    package_change_list: Vec<Box<RawValue>>,
}

/// Checks the body of reverseOrder.
pub(super) fn reverse_order(
    received: &Received<'_>,
    accepted_change_types: &[i64],
) -> Result<Parsed, Refusal> {
    let mut parsed = Parsed {
        members: body(received)?.into_texts(),
        ..Parsed::default()
    };
    let order: ReverseOrder = typed(received)?;
    not_empty("batchSN", &order.batch_sn)?;
    within(
        "the length of batchSN",
        order.batch_sn.chars().count(),
        1,
        64,
    )?;
    within("operationList", order.operation_list.len(), 1, 50)?;
    for operation in &order.operation_list {
        not_empty("operationSN", &operation.operation_sn)?;
        if let Some(id) = &operation.carrier_user_id {
            parsed
                .carrier_user_ids
                .push(CARRIER_USER_ID.read(id.get())?);
        }
        let changes = &operation.package_change_list;
        within("packageChangeList", changes.len(), 0, 1)?;
        for change in changes {
            if !change.get().starts_with('{') {
                return Err(invalid("an entry of packageChangeList must be an object"));
            }
            let change = Members::read(change.get().as_bytes())?;
            change.check_type("changeType", accepted_change_types)?;
            parsed.package_ids.push(change.id(&PACKAGE_ID)?);
        }
    }
    Ok(parsed)
}

/// Returns the body, which [`body`] has read as an object before.
fn typed<T: DeserializeOwned>(received: &Received<'_>) -> Result<T, Refusal> {
    serde_json::from_slice(received.body).map_err(|error| invalid(&error.to_string()))
}

fn within(name: &str, count: usize, least: usize, most: usize) -> Result<(), Refusal> {
    if (least..=most).contains(&count) {
        return Ok(());
    }
    Err(invalid(&format!(
        "{name} is {count}; it must lie in {least} to {most}"
    )))
}

fn not_empty(name: &str, text: &str) -> Result<(), Refusal> {
    if text.is_empty() {
        return Err(invalid(&format!("{name} is empty")));
    }
    Ok(())
}

fn invalid(why: &str) -> Refusal {
    wrong_parameter(Reason::InvalidParameter, why)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let (kind, parameter) = match value.split_once(';') {
        Some((kind, parameter)) => (kind, Some(parameter.trim())),
        None => (value, None),
    };
    kind.trim().eq_ignore_ascii_case(header::JSON)
        && parameter.is_none_or(|parameter| {
            parameter.eq_ignore_ascii_case("charset=utf-8")
                || parameter.eq_ignore_ascii_case("charset=\"utf-8\"")
        })
}

/// The reasons for which an id is refused.
struct IdReasons {
    name: &'static str,
    missing: Reason,
    not_text: Reason,
    empty: Reason,
}

impl IdReasons {
    fn read(&self, raw: &str) -> Result<String, Refusal> {
        let name = self.name;
        let text: String = serde_json::from_str(raw)
            .map_err(|_| wrong_parameter(self.not_text, &format!("{name} must be a string")))?;
        if text.is_empty() {
            return Err(wrong_parameter(self.empty, &format!("{name} is empty")));
        }
        Ok(text)
    }
}

/// The members of an object, in its order; an unknown one is ignored.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Members<'a> {
    fn read(body: &'a [u8]) -> Result<Self, Refusal> {
        let text = str::from_utf8(body).map_err(|error| malformed(&error))?;
        let fields::Members(members) =
            serde_json::from_str(text).map_err(|error| match error.classify() {
                Category::Data => {
                    Refusal::new(Reason::NotAnObject, "the body must be a JSON object")
                }
                Category::Io | Category::Syntax | Category::Eof => malformed(&error),
            })?;
        let mut names = BTreeSet::new();
        match members.iter().find(|(name, _)| !names.insert(name)) {
            Some((name, _)) => Err(Refusal::new(
                Reason::DuplicateMember,
                format!("the member {name} occurs more than once"),
            )),
            None => Ok(Self(members)),
        }
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.0.iter().find(|(member, _)| member == name)?;
        Some(value.get())
    }

    fn id(&self, reasons: &IdReasons) -> Result<String, Refusal> {
        let raw = self.get(reasons.name).ok_or_else(|| {
            wrong_parameter(reasons.missing, &format!("{} is missing", reasons.name))
        })?;
        reasons.read(raw)
    }

    /// Checks `type` or `changeType`.
    fn check_type(&self, name: &str, accepted: &[i64]) -> Result<(), Refusal> {
        let raw = self
            .get(name)
            .ok_or_else(|| wrong_parameter(Reason::MissingType, &format!("{name} is missing")))?;
        // Valid JSON already, so digits alone make an integer.
        let digits = raw.strip_prefix('-').unwrap_or(raw);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong_parameter(
                Reason::TypeNotInteger,
                &format!("{name} must be an integer"),
            ));
        }
        if raw.parse().is_ok_and(|value| accepted.contains(&value)) {
            return Ok(());
        }
        Err(wrong_parameter(
            Reason::UndocumentedType,
            &format!("{name} {raw} is not documented"),
        ))
    }

    fn into_texts(self) -> Vec<(String, String)> {
        self.0
            .into_iter()
            .map(|(name, json)| (name, json.get().to_owned()))
            .collect()
    }
}

/// Published as "Verify parameters failed."
fn wrong_parameter(reason: Reason, why: &str) -> Refusal {
    Refusal::new(reason, ["Verify parameters failed. ", why, "."].concat())
}
