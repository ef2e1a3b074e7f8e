//! Reads the fields of a reply where the contract's rules are not serde's: ids are text or an
//! integer that keeps every digit, null is an absent field, and the last one counts where a field
//! comes twice (`docs/contract.md`, section 3). For those who add an operation.
//!
//! Each function but [`read`] stands in `#[serde(deserialize_with = "…")]`. They need the text of
//! the JSON, so they work with serde_json's deserializers over text and with no other.
//!
//! ```
//! use koodrive::fields;
//! use serde::Deserialize;
//!
//! #[derive(Deserialize, Default)]
//! #[serde(rename_all = "camelCase", default)]
//! struct User {
//!     #[serde(deserialize_with = "fields::text_or_integer")]
//!     user_id: Option<String>,
//!     #[serde(deserialize_with = "fields::text")]
//!     name: Option<String>,
//!     #[serde(deserialize_with = "fields::integer")]
//!     status: Option<i64>,
//! }
//!
//! let user: User = fields::read(r#"{"userId": 1316083732377070977, "name": null, "status": "7"}"#)?;
//! assert_eq!(user.user_id.as_deref(), Some("1316083732377070977"));
//! assert_eq!((user.name, user.status), (None, Some(7)));
//!
//! let refused = fields::read::<User>(r#"{"name": 7}"#).err().unwrap();
//! assert_eq!(refused.to_string(), "name: must be text");
//! # Ok::<(), fields::Unreadable>(())
//! ```

use std::borrow::Cow;
use std::collections::{BTreeMap, btree_map};
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The reason why a reply could not be read: the field and the expected value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(String);

impl Unreadable {
    /// `why` names the field and what it must be; the text of the error ends with it.
    #[must_use]
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// Reads `body`, which must be a JSON object, as [`object`] does.
///
/// # Errors
///
/// Returns an error for a body other than a JSON object, and for a value that `T` refuses. The
/// error's text begins with the name of the field.
pub fn read<'a, T: Deserialize<'a>>(body: &'a str) -> Result<T, Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_str(body);
    let value = object(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| Unreadable(error.to_string()))
}

/// Reads an object. The last one counts where a field comes more than once; the text of an error
/// begins with the name of the field. (What serde derives refuses an object in which a field comes
/// twice.)
///
/// # Errors
///
/// Anything but an object, a name with half of a UTF-16 surrogate pair, and what `T` refuses.
pub fn object<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    // A later member replaces an earlier one of its name.
    let members: BTreeMap<Name<'_>, &RawValue> = Deserialize::deserialize(deserializer)
        .map_err(|_| D::Error::custom("must be an object with names that are text"))?;
    let members = LastMembers {
        rest: members.into_iter(),
        value: None,
    };
    T::deserialize(MapAccessDeserializer::new(members)).map_err(D::Error::custom)
}

/// Reads an object as [`object`] does. Null counts as absent.
///
/// # Errors
///
/// Anything but an object or null, and what `T` refuses.
pub fn optional_object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let raw = <&RawValue>::deserialize(deserializer)?;
    if raw.get() == "null" {
        return Ok(None);
    }
    object(raw).map(Some).map_err(D::Error::custom)
}

/// Returns whether a field is there and not null. Its default must be false.
///
/// # Errors
///
/// This function adds no errors to those of `deserializer`.
pub fn is_present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    <&RawValue>::deserialize(deserializer).map(|raw| raw.get() != "null")
}

/// Reads a list of objects, each as [`object`] does. Null is an empty list.
///
/// # Errors
///
/// Anything but a list, and what `T` refuses.
pub fn objects<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let items: Option<Vec<&RawValue>> =
        Deserialize::deserialize(deserializer).map_err(|_| D::Error::custom("must be a list"))?;
    let read = |(index, item)| {
        object(item).map_err(|error| D::Error::custom(format_args!("item {}: {error}", index + 1)))
    };
    items
        .unwrap_or_default()
        .into_iter()
        .enumerate()
        .map(read)
        .collect()
}

/// Reads text. Null counts as absent.
///
/// # Errors
///
/// Anything else, and text with half of a UTF-16 surrogate pair, which a Rust string cannot hold.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Deserialize::deserialize(deserializer).map_err(|_| D::Error::custom("must be text"))
}

/// Reads text, or an integer digit for digit: ids are larger than 2^53, where a floating-point
/// number loses digits. Null counts as absent.
///
/// # Errors
///
/// Anything else: a fraction, an exponent, another type.
pub fn text_or_integer<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    optional(
        deserializer,
        raw_text_or_integer,
        "must be text or an integer",
    )
}

/// Reads an integer within ± 2^53, which every language holds exactly, as a number or as text. Null
/// counts as absent.
///
/// # Errors
///
/// Anything else.
pub fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let integer = |raw: &RawValue| {
        let number: i64 = raw_text_or_integer(raw)?.parse().ok()?;
        (number.unsigned_abs() < 1 << 53).then_some(number)
    };
    optional(deserializer, integer, "must be an integer within ± 2^53")
}

fn optional<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: impl FnOnce(&RawValue) -> Option<T>,
    must_be: &str,
) -> Result<Option<T>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    if raw.get() == "null" {
        return Ok(None);
    }
    read(raw).map(Some).ok_or_else(|| D::Error::custom(must_be))
}

/// The members of an object in their order, a name that comes twice included. (A map would keep one
/// of the two.)
pub(crate) struct Members<'a>(pub(crate) Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(Self)
    }
}

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

/// Returns a JSON string as its text. None for anything else, and for half of a surrogate pair.
pub(crate) fn raw_text(raw: &RawValue) -> Option<String> {
    if !raw.get().starts_with('"') {
        return None;
    }
    serde_json::from_str(raw.get()).ok()
}

/// Returns a JSON string as its text, an integer digit for digit. None for anything else.
pub(crate) fn raw_text_or_integer(raw: &RawValue) -> Option<String> {
    let json = raw.get();
    // RawValue holds valid JSON, so digits alone make an integer.
    let digits = json.strip_prefix('-').unwrap_or(json);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(json.to_owned());
    }
    raw_text(raw)
}

/// Borrowed where it has no escapes.
#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// Names the field in the error of its value, which serde does not.
struct LastMembers<'a> {
    rest: btree_map::IntoIter<Name<'a>, &'a RawValue>,
    value: Option<(Name<'a>, &'a RawValue)>,
}

impl<'de> MapAccess<'de> for LastMembers<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Self::Error> {
        self.value = self.rest.next();
        match &self.value {
            Some((name, _)) => seed
                .deserialize(name.0.as_ref().into_deserializer())
                .map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Self::Error> {
        let (Name(name), raw) = self
            .value
            .take()
            .ok_or_else(|| Self::Error::custom("a value was asked for before its name"))?;
        seed.deserialize(raw)
            .map_err(|error| Self::Error::custom(format_args!("{name}: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq, Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Fields {
        #[serde(deserialize_with = "text")]
        text: Option<String>,
        #[serde(deserialize_with = "text_or_integer")]
        some_id: Option<String>,
        #[serde(deserialize_with = "integer")]
        count: Option<i64>,
        #[serde(deserialize_with = "objects")]
        list: Vec<Self>,
    }

    fn why(json: &str) -> String {
        read::<Fields>(json).unwrap_err().to_string()
    }

    #[test]
    fn text_is_unescaped_and_nothing_else_is_text() {
        for (json, expected) in [
            (r#""""#, ""),
            (r#""plain 中 😀""#, "plain 中 😀"),
            (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r#""\u0000\u00e9\u4e2D\uFFFF""#, "\0é中\u{ffff}"),
            (r#""a\ud83d\ude00b""#, "a😀b"),
        ] {
            let fields: Fields = read(&format!(r#"{{"text":{json}}}"#)).unwrap();
            assert_eq!(fields.text.as_deref(), Some(expected), "{json}");
        }
        for json in [
            "7",
            "true",
            "{}",
            r#"["a"]"#,
            r#""\ud800""#,
            r#""\ud800x""#,
            r#""\ud800\ud800""#,
            r#""\udc00\ud800""#,
        ] {
            assert_eq!(why(&format!(r#"{{"text":{json}}}"#)), "text: must be text");
        }
    }

    #[test]
    fn an_id_keeps_every_digit() {
        let long = "9".repeat(10_000);
        for (json, expected) in [
            ("0", "0"),
            ("-0", "-0"),
            ("300000000000000001", "300000000000000001"),
            (&*long, &*long),
            (r#""007""#, "007"),
            (r#""""#, ""),
        ] {
            let fields: Fields = read(&format!(r#"{{"someId":{json}}}"#)).unwrap();
            assert_eq!(fields.some_id.as_deref(), Some(expected), "{json}");
        }
        for json in ["1.0", "1e3", "1E3", "-1.5", "true", "[1]", "{}"] {
            assert_eq!(
                why(&format!(r#"{{"someId":{json}}}"#)),
                "someId: must be text or an integer"
            );
        }
    }

    #[test]
    fn an_integer_lies_within_53_bits() {
        for (json, expected) in [
            ("7", 7),
            (r#""7""#, 7),
            ("-9007199254740991", -9_007_199_254_740_991),
            (r#""9007199254740991""#, 9_007_199_254_740_991),
        ] {
            let fields: Fields = read(&format!(r#"{{"count":{json}}}"#)).unwrap();
            assert_eq!(fields.count, Some(expected), "{json}");
        }
        for json in [
            "9007199254740992",
            "-9007199254740992",
            "99999999999999999999",
            "1.0",
            r#""""#,
            r#""high""#,
            "[]",
        ] {
            assert_eq!(
                why(&format!(r#"{{"count":{json}}}"#)),
                "count: must be an integer within ± 2^53"
            );
        }
    }

    #[test]
    fn null_and_absence_are_none() {
        for json in [
            "{}",
            r#"{"text":null,"someId":null,"count":null,"list":null}"#,
        ] {
            assert_eq!(read(json), Ok(Fields::default()));
        }
    }

    #[test]
    fn of_a_field_that_comes_twice_the_last_counts() {
        let fields: Fields = read(r#"{"text":7,"te\u0078t":"b","text":"c"}"#).unwrap();
        assert_eq!(fields.text.as_deref(), Some("c"));
    }

    #[test]
    fn unknown_fields_may_hold_anything() {
        let deep = ["[".repeat(100_000), "]".repeat(100_000)].concat();
        for json in [
            "1e400",
            r#""\ud800""#,
            r#"{"\ud800":[{}]}"#,
            &"9".repeat(10_000),
            &deep,
        ] {
            let fields = read(&format!(r#"{{"unknown":{json},"count":1}}"#));
            assert_eq!(fields.map(|fields: Fields| fields.count), Ok(Some(1)));
        }
    }

    #[test]
    fn an_error_names_the_way_to_the_field() {
        for (json, expected) in [
            (r#"{"list":7}"#, "list: must be a list"),
            (r#"{"list":{}}"#, "list: must be a list"),
            (
                r#"{"list":[{},7]}"#,
                "list: item 2: must be an object with names that are text",
            ),
            (
                r#"{"list":[{"list":[{},{"text":7}]}]}"#,
                "list: item 1: list: item 2: text: must be text",
            ),
            (
                r#"{"list":[{"\ud800":1}]}"#,
                "list: item 1: must be an object with names that are text",
            ),
            ("[]", "must be an object with names that are text"),
            ("{", "must be an object with names that are text"),
            ("{} {}", "trailing characters at line 1 column 4"),
        ] {
            assert_eq!(why(json), expected, "{json}");
        }
    }

    #[test]
    fn an_object_within_an_object_is_read_by_the_same_rules() {
        #[derive(Deserialize)]
        struct Data {
            #[serde(deserialize_with = "object")]
            data: Fields,
        }
        let read = |json| read::<Data>(json).map(|data| data.data.count);
        assert_eq!(read(r#"{"data":{"count":1,"count":2}}"#), Ok(Some(2)));
        assert_eq!(
            read(r#"{"data":null}"#),
            Err(Unreadable::new(
                "data: must be an object with names that are text"
            ))
        );
    }
}
