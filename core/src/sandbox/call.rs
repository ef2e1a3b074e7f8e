//! Decides what a call asks for: query, content type, JSON, the three parameters.

use std::collections::BTreeSet;
use std::{fmt, str};

use http::{HeaderMap, Method};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::reason::{Reason, Refusal};
use super::verify::Received;
use crate::{ModificationType, fields, header};

/// What notifyPackageExpire asks for.
pub(super) struct Parameters {
    pub(super) carrier_user_id: String,
    pub(super) modification_type: ModificationType,
    pub(super) package_id: String,
}

/// No operation takes a query.
pub(super) fn without_query(received: &Received<'_>) -> Result<(), Refusal> {
    if received.uri.query().is_none() {
        return Ok(());
    }
    Err(Refusal::new(
        Reason::UnexpectedQuery,
        "no operation takes a query string",
    ))
}

/// A GET has no body.
pub(super) fn without_body(received: &Received<'_>) -> Result<(), Refusal> {
    if received.body.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        Reason::UnexpectedBody,
        "this operation takes no body",
    ))
}

/// The parameters in the body, their own rules checked.
pub(super) fn parameters(
    received: &Received<'_>,
    accepted_types: &[i64],
) -> Result<Parameters, Refusal> {
    let members = body(received)?;
    let carrier_user_id = members.id(
        "carrierUserId",
        &IdReasons {
            missing: Reason::MissingCarrierUserId,
            not_text: Reason::CarrierUserIdNotText,
            empty: Reason::EmptyCarrierUserId,
        },
    )?;
    let modification_type = members.modification_type(accepted_types)?;
    let package_id = members.id(
        "packageId",
        &IdReasons {
            missing: Reason::MissingPackageId,
            not_text: Reason::PackageIdNotText,
            empty: Reason::EmptyPackageId,
        },
    )?;
    Ok(Parameters {
        carrier_user_id,
        modification_type,
        package_id,
    })
}

fn body<'a>(received: &Received<'a>) -> Result<Members<'a>, Refusal> {
    content_type(received)?;
    Members::read(received.body)
}

fn content_type(received: &Received<'_>) -> Result<(), Refusal> {
    // Without a body there is no content to have a type: it is missing JSON then.
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

/// Checks the body of a call that has a configured answer: none for GET, any JSON for another method.
pub(super) fn any_body(received: &Received<'_>) -> Result<(), Refusal> {
    if received.body.is_empty() {
        return Ok(());
    }
    if *received.method == Method::GET {
        return without_body(received);
    }
    content_type(received)?;
    serde_json::from_slice(received.body)
        .map(|IgnoredAny| ())
        .map_err(|error| malformed(&error))
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
pub(super) fn set_retention_policy(received: &Received<'_>) -> Result<(), Refusal> {
    let SetRetentionPolicy { policy_list } = typed(received)?;
    within("policyList", policy_list.len(), 1, 50)?;
    for PolicyStatus { policy_id, status } in &policy_list {
        not_empty("policyId", policy_id)?;
        not_empty("status", status)?;
    }
    Ok(())
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
    carrier_user_id: Option<String>,
    #[serde(default)]
    package_change_list: Vec<PackageChange>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PackageChange {
    change_type: i64,
    package_id: String,
}

/// Checks the body of reverseOrder.
pub(super) fn reverse_order(received: &Received<'_>) -> Result<(), Refusal> {
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
            not_empty("carrierUserId", id)?;
        }
        let changes = &operation.package_change_list;
        within("packageChangeList", changes.len(), 0, 1)?;
        for change in changes {
            not_empty("packageId", &change.package_id)?;
            if change.change_type != 1 {
                return Err(invalid(&format!(
                    "changeType {} is not documented",
                    change.change_type
                )));
            }
        }
    }
    Ok(())
}

fn typed<T: DeserializeOwned>(received: &Received<'_>) -> Result<T, Refusal> {
    body(received)?;
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

/// Why an id is refused.
struct IdReasons {
    missing: Reason,
    not_text: Reason,
    empty: Reason,
}

/// The members of the body, in its order; an unknown one is ignored.
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

    fn id(&self, name: &str, reasons: &IdReasons) -> Result<String, Refusal> {
        let raw = self
            .get(name)
            .ok_or_else(|| wrong_parameter(reasons.missing, &format!("{name} is missing")))?;
        let text: String = serde_json::from_str(raw)
            .map_err(|_| wrong_parameter(reasons.not_text, &format!("{name} must be a string")))?;
        if text.is_empty() {
            return Err(wrong_parameter(reasons.empty, &format!("{name} is empty")));
        }
        Ok(text)
    }

    fn modification_type(&self, accepted: &[i64]) -> Result<ModificationType, Refusal> {
        let raw = self
            .get("type")
            .ok_or_else(|| wrong_parameter(Reason::MissingType, "type is missing"))?;
        // Valid JSON already, so digits alone make an integer.
        let digits = raw.strip_prefix('-').unwrap_or(raw);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong_parameter(
                Reason::TypeNotInteger,
                "type must be an integer",
            ));
        }
        let value = raw.parse().ok().filter(|value| accepted.contains(value));
        let value = value.ok_or_else(|| {
            wrong_parameter(
                Reason::UndocumentedType,
                &format!("type {raw} is not documented"),
            )
        })?;
        let documented = ModificationType::try_from(value);
        // Of a documented value the second is refused, of any other the first.
        Ok(documented
            .or_else(|_| ModificationType::undocumented(value))
            .unwrap_or_default())
    }
}

/// Published as "Verify parameters failed."
fn wrong_parameter(reason: Reason, why: &str) -> Refusal {
    Refusal::new(reason, ["Verify parameters failed. ", why, "."].concat())
}
