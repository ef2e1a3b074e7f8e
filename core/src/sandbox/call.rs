//! Decides what a call asks for: query, content type, JSON, the three parameters.

use std::collections::BTreeSet;
use std::{fmt, str};

use http::HeaderMap;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::reason::{Reason, Refusal};
use super::verify::Received;
use crate::{ModificationType, header};

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
    // Without a body there is no content to have a type: it is missing JSON then.
    if !received.body.is_empty() && !is_json(received.headers) {
        return Err(Refusal::new(
            Reason::WrongContentType,
            "the content-type of a body must be application/json, with or without charset=utf-8",
        ));
    }
    let members = Members::read(received.body)?;
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
        let malformed = |why: &dyn fmt::Display| {
            Refusal::new(Reason::MalformedJson, format!("the body is no JSON: {why}"))
        };
        let text = str::from_utf8(body).map_err(|error| malformed(&error))?;
        let members: Self = serde_json::from_str(text).map_err(|error| match error.classify() {
            Category::Data => Refusal::new(Reason::NotAnObject, "the body must be a JSON object"),
            Category::Io | Category::Syntax | Category::Eof => malformed(&error),
        })?;
        let mut names = BTreeSet::new();
        match members.0.iter().find(|(name, _)| !names.insert(name)) {
            Some((name, _)) => Err(Refusal::new(
                Reason::DuplicateMember,
                format!("the member {name} occurs more than once"),
            )),
            None => Ok(members),
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
        Ok(ModificationType::try_from(value).unwrap_or(ModificationType::Undocumented(value)))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(Self)
    }
}

/// By hand: a map would keep the last of two members with one name.
struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

/// Published as "Verify parameters failed."
fn wrong_parameter(reason: Reason, why: &str) -> Refusal {
    Refusal::new(reason, ["Verify parameters failed. ", why, "."].concat())
}
