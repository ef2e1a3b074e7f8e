//! Reads one level of JSON with serde_json: the members of an object, the elements of an array, a text.
//!
//! A reply is read member by member, each in a form that no later one can spoil, so nothing here is derived. What is neither
//! object, array nor text is passed over without a word: serde_json's own word for it would bring the formatting of
//! floating-point numbers, which is a tenth of the .wasm.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer as _, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A part of a JSON value, one level deep.
pub(crate) enum Part<'p, 'a> {
    /// A member of an object.
    Member(&'p str, &'a RawValue),
    /// An element of an array.
    Element(&'a RawValue),
    /// The text itself.
    Text(&'p str),
}

/// Shows every part of the first level to `each`, in order. Anything but an object, an array or a text has none.
///
/// # Errors
///
/// What is no JSON, or has half of a surrogate pair in a text that is shown. The parts before it have been shown.
pub(crate) fn read<'a>(
    json: &'a str,
    each: &mut dyn FnMut(Part<'_, 'a>),
) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserializer.deserialize_any(Parts(each))?;
    deserializer.end()
}

/// A JSON string as its text, none for anything else.
pub(crate) fn text(raw: &RawValue) -> Option<String> {
    let mut text = None;
    read(raw.get(), &mut |part| {
        if let Part::Text(found) = part {
            text = Some(found.to_owned());
        }
    })
    .ok()?;
    text
}

/// A JSON string as its text, an integer digit for digit, none for anything else.
pub(crate) fn text_or_integer(raw: &RawValue) -> Option<String> {
    let json = raw.get();
    // RawValue holds valid JSON, so digits alone make an integer.
    let digits = json.strip_prefix('-').unwrap_or(json);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(json.to_owned());
    }
    text(raw)
}

struct Parts<'f, 'a>(&'f mut dyn FnMut(Part<'_, 'a>));

impl<'de> Visitor<'de> for Parts<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = members.next_key()? {
            (self.0)(Part::Member(&name, members.next_value()?));
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element()? {
            (self.0)(Part::Element(element));
        }
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        (self.0)(Part::Text(text));
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
}

/// The name of a member, borrowed unless it holds an escape.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str) -> (String, bool) {
        let mut all = String::new();
        let read = read(json, &mut |part| match part {
            Part::Member(name, raw) => all += &[name, "=", raw.get(), ";"].concat(),
            Part::Element(raw) => all += &[raw.get(), ";"].concat(),
            Part::Text(text) => all += text,
        });
        (all, read.is_ok())
    }

    #[test]
    fn one_level_is_shown() {
        for (json, parts) in [
            (
                r#" {"a":1 ,"\u0061b":[1, {}],"a":"x\"}"} "#,
                r#"a=1;ab=[1, {}];a="x\"}";"#,
            ),
            ("[1, [2], {\"a\":null} ]", "1;[2];{\"a\":null};"),
            (r#""\ud83d\ude00\n""#, "😀\n"),
            ("{}", ""),
            ("null", ""),
            ("-1.5e300", ""),
            ("18446744073709551615", ""),
            ("true", ""),
        ] {
            assert_eq!(shown(json), (parts.to_owned(), true), "{json}");
        }
    }

    #[test]
    fn what_is_no_json_is_an_error() {
        for json in [
            "",
            " ",
            "{",
            r#"{"a":1"#,
            r#"{"a":1,}"#,
            r#"{"a" 1}"#,
            "{} {}",
            "[1,]",
            "nul",
            "01",
            "1e999",
            r#""\ud800""#,
            "\"\n\"",
            "\u{feff}{}",
        ] {
            assert!(!shown(json).1, "{json}");
        }
    }
}
