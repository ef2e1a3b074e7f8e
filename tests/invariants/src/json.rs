//! The readers of a reply's fields take what RFC 8259 and the contract allow, give what serde_json
//! reads, with the last of a field that comes twice, and refuse the rest, naming the field; they
//! never panic, and never allocate more than 64 × the text + 1 KiB.

use std::fmt;

use koodrive::fields::{self, Unreadable};
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::allocated;

/// Fields that the random JSON of the tests has, one for each reader.
#[derive(Debug, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Read {
    #[serde(deserialize_with = "fields::text_or_integer")]
    code: Option<String>,
    #[serde(deserialize_with = "fields::text")]
    msg: Option<String>,
    #[serde(deserialize_with = "fields::integer")]
    priority: Option<i64>,
    #[serde(deserialize_with = "fields::objects")]
    policy_list: Vec<Self>,
}

/// Takes the input as text, and skips input that is not UTF-8. Returns whether a field could be
/// read.
///
/// # Panics
///
/// Panics if the invariant does not hold.
#[allow(clippy::must_use_candidate, reason = "a fuzz target does not care")]
pub fn check(input: &[u8]) -> bool {
    std::str::from_utf8(input).is_ok_and(holds)
}

/// Returns whether a field could be read.
///
/// # Panics
///
/// Panics if the invariant does not hold.
#[allow(clippy::must_use_candidate, reason = "a fuzz target does not care")]
pub fn holds(text: &str) -> bool {
    let mut is_read = agrees(text);
    // The text is tried as the value of each field.
    for name in ["code", "msg", "priority", "policyList"] {
        is_read |= agrees(&format!(r#"{{"{name}":{text}}}"#));
    }
    is_read
}

fn agrees(text: &str) -> bool {
    let most = 64 * text.len() + 1024;
    let read: Result<Read, Unreadable> = allocated::at_most(most, || fields::read(text));
    match (expected(text), read) {
        (Ok(expected), Ok(read)) => {
            assert_eq!(read, expected, "{text}");
            true
        }
        (Err(field), Err(why)) => {
            assert!(why.to_string().starts_with(field), "{text}: {why}");
            false
        }
        (expected, read) => panic!("{text}: {read:?} in the place of {expected:?}"),
    }
}

/// The error is the beginning of a refusal's text: the name of the first field that is wrong, in
/// the alphabet's order.
fn expected(text: &str) -> Result<Read, &'static str> {
    let Some(Part::Object(members)) = parts(text) else {
        return Err("");
    };
    let last = |name: &str| {
        let mut named = members.iter().rev().filter(|(member, _)| member == name);
        named
            .next()
            .map(|(_, json)| *json)
            .filter(|json| *json != "null")
    };
    let mut read = Read::default();
    if let Some(json) = last("code") {
        read.code = Some(text_or_integer(json).ok_or("code: must be text or an integer")?);
    }
    if let Some(json) = last("msg") {
        read.msg = Some(serde_json::from_str(json).map_err(|_| "msg: must be text")?);
    }
    if let Some(json) = last("policyList") {
        let Some(Part::Array(items)) = parts(json) else {
            return Err("policyList: must be a list");
        };
        for item in items {
            let item = expected(item).map_err(|_| "policyList: item ")?;
            read.policy_list.push(item);
        }
    }
    if let Some(json) = last("priority") {
        let number = text_or_integer(json).and_then(|number| number.parse().ok());
        let number = number.filter(|number: &i64| number.abs_diff(0) < 1 << 53);
        read.priority = Some(number.ok_or("priority: must be an integer within ± 2^53")?);
    }
    Ok(read)
}

/// Text as serde_json reads it, an integer digit for digit.
fn text_or_integer(json: &str) -> Option<String> {
    let integer = !json.contains(['.', 'e', 'E'])
        && json.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    if integer {
        Some(json.to_owned())
    } else {
        serde_json::from_str(json).ok()
    }
}

/// One level of JSON, as serde_json reads it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// Every member, in order, twice where it is there twice.
    Object(Vec<(String, &'a str)>),
    /// Every element.
    Array(Vec<&'a str>),
    /// A value without parts.
    Other,
}

/// Returns none for text other than JSON, and for a name with half of a surrogate pair.
pub(crate) fn parts(text: &str) -> Option<Part<'_>> {
    serde_json::from_str(text).ok()
}

impl<'de: 'a, 'a> Deserialize<'de> for Part<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A number that is too large for a floating-point one, and half of a surrogate pair, are
        // values all the same.
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let mut reader = serde_json::Deserializer::from_str(raw);
        let parts = match raw.as_bytes() {
            [b'{', ..] => reader.deserialize_map(Parts),
            [b'[', ..] => reader.deserialize_seq(Parts),
            _ => IgnoredAny::deserialize(&mut reader).map(|_| Part::Other),
        };
        parts.map_err(D::Error::custom)
    }
}

struct Parts;

impl<'de> Visitor<'de> for Parts {
    type Value = Part<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Part<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some((name, raw)) = map.next_entry::<String, &RawValue>()? {
            members.push((name, raw.get()));
        }
        Ok(Part::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Part<'de>, A::Error> {
        let mut elements = Vec::new();
        while let Some(raw) = seq.next_element::<&RawValue>()? {
            elements.push(raw.get());
        }
        Ok(Part::Array(elements))
    }
}
