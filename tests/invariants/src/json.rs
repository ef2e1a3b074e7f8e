//! The core's reader of JSON takes what serde_json takes, shows the same members, elements, texts and integers, and refuses the rest; it never panics, and never allocates more than 3 × the text + 256 bytes.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::allocated;

/// The very file of the core, which keeps it to itself.
#[path = "../../../core/src/json.rs"]
mod ours;

/// The input is the text; what is no UTF-8 is none.
///
/// # Panics
///
/// Where the invariant does not hold.
pub fn check(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        holds(text);
    }
}

/// # Panics
///
/// Where the invariant does not hold.
pub fn holds(text: &str) {
    let mut members = Vec::new();
    let mut elements = Vec::new();
    let read = ours::read(text, &mut |part| match part {
        ours::Part::Member(name, raw) => members.push((name.to_owned(), raw)),
        ours::Part::Element(raw) => elements.push(raw),
    });
    let most = 3 * text.len() + 256;
    let bounded = allocated::at_most(most, || ours::read(text, &mut |_| {}));
    assert_eq!(read, bounded);

    let theirs = parts(text);
    assert_eq!(read.is_ok(), theirs.is_some(), "{read:?}");
    let Some(theirs) = theirs else {
        assert!(read.is_err_and(|at| at <= text.len() && text.is_char_boundary(at)));
        assert!(serde_json::from_str::<Value>(text).is_err());
        return;
    };
    match theirs {
        Part::Object(expected) => {
            assert!(elements.is_empty());
            let found: Vec<(String, &str)> = members
                .iter()
                .map(|(name, raw)| (name.clone(), raw.get()))
                .collect();
            assert_eq!(found, expected);
        }
        Part::Array(expected) => {
            assert!(members.is_empty());
            assert_eq!(
                elements.iter().map(|raw| raw.get()).collect::<Vec<_>>(),
                expected
            );
        }
        Part::Other => assert!(members.is_empty() && elements.is_empty()),
    }
    assert_as_value(text, &members, &elements);
    for raw in members.iter().map(|(_, raw)| raw).chain(&elements) {
        assert_leaf(raw);
    }
    if let Ok(raw) = serde_json::from_str::<&RawValue>(text) {
        assert_leaf(raw);
    }
}

/// Where serde_json can make a [`Value`] of the text, it is the same value. It cannot where a number is beyond its
/// floating-point numbers, where nesting is deeper than 128, and where half of a surrogate pair stands in a value: nobody
/// reads those, so they do not make a reply unreadable.
fn assert_as_value(text: &str, members: &[(String, &RawValue)], elements: &[&RawValue]) {
    let value = |raw: &RawValue| {
        serde_json::from_str::<Value>(raw.get()).expect("a part of a value is one")
    };
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(expected)) => {
            let found: serde_json::Map<String, Value> = members
                .iter()
                .map(|(name, raw)| (name.clone(), value(raw)))
                .collect();
            assert_eq!(found, expected);
        }
        Ok(Value::Array(expected)) => {
            assert_eq!(
                elements.iter().map(|raw| value(raw)).collect::<Vec<_>>(),
                expected
            );
        }
        Ok(_) => {}
        Err(error) => {
            let why = error.to_string();
            let known = [
                "number out of range",
                "recursion limit exceeded",
                "hex escape",
                "surrogate",
            ];
            assert!(known.iter().any(|known| why.contains(known)), "{why}");
        }
    }
}

/// A text is what serde_json reads as one, an integer is kept digit for digit.
fn assert_leaf(raw: &RawValue) {
    let most = 3 * raw.get().len() + 256;
    let text = allocated::at_most(most, || ours::text(raw));
    assert_eq!(text, serde_json::from_str(raw.get()).ok(), "{raw}");
    let integer = !raw.get().contains(['.', 'e', 'E'])
        && raw
            .get()
            .starts_with(|c: char| c == '-' || c.is_ascii_digit());
    let expected = if integer {
        Some(raw.get().to_owned())
    } else {
        text
    };
    assert_eq!(
        allocated::at_most(most, || ours::text_or_integer(raw)),
        expected,
        "{raw}"
    );
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

/// None for what is no JSON, and for a name with half of a surrogate pair.
pub(crate) fn parts(text: &str) -> Option<Part<'_>> {
    serde_json::from_str(text).ok()
}

impl<'de: 'a, 'a> Deserialize<'de> for Part<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A number that is too large for a floating-point one, and half of a surrogate pair, are values all the same.
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
