//! How results leave for other languages: as maps under the wire's names.
//!
//! Values rather than derived code: a serializer is then compiled for one type, not for every type of every field, and
//! serde-wasm-bindgen keeps no table of the names it has seen. In the .wasm that is a tenth of everything.

use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// A type of this crate that serializes as a map.
pub trait ByName {
    /// Shows every member, in order.
    fn members<'a>(&'a self, show: &mut dyn FnMut(&'static str, Value<'a>));
}

/// What a member may hold.
#[expect(missing_debug_implementations, reason = "no one outside can name it")]
pub enum Value<'a> {
    None,
    Bool(bool),
    /// Within 53 bits, so that every language holds it.
    Integer(i64),
    Number(f64),
    Text(&'a str),
    Map(&'a dyn ByName),
    List(Vec<&'a dyn ByName>),
}

/// A member for a serializer; `IN_FLOATS` as in [`map`].
struct Member<'a, const IN_FLOATS: bool>(Value<'a>);

impl<const IN_FLOATS: bool> Serialize for Member<'_, IN_FLOATS> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::None => serializer.serialize_none(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            #[expect(clippy::cast_precision_loss, reason = "within 53 bits")]
            Value::Integer(value) if IN_FLOATS => serializer.serialize_f64(*value as f64),
            Value::Integer(value) => serializer.serialize_i64(*value),
            Value::Number(value) => serializer.serialize_f64(*value),
            Value::Text(value) => serializer.serialize_str(value),
            Value::Map(value) => map::<S, IN_FLOATS>(*value, serializer),
            Value::List(values) => serializer.collect_seq(
                values
                    .iter()
                    .map(|value| Member::<IN_FLOATS>(Value::Map(*value))),
            ),
        }
    }
}

/// Serializes the members. `IN_FLOATS`: integers as floating-point numbers, the only ones that JavaScript has.
pub(crate) fn map<S: Serializer, const IN_FLOATS: bool>(
    value: &dyn ByName,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    let mut done = Ok(());
    value.members(&mut |name, value| {
        if done.is_ok() {
            done = map.serialize_entry(name, &Member::<IN_FLOATS>(value));
        }
    });
    done?;
    map.end()
}

/// As JavaScript takes it: what it calls a number is a floating-point number. (An integer of 64 bits might be none, and the
/// words for that would bring the formatting of numbers into the .wasm.)
#[derive(Debug, Clone, Copy)]
pub struct ForJavaScript<'a, T>(pub &'a T);

impl<T: ByName> Serialize for ForJavaScript<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        map::<S, true>(self.0, serializer)
    }
}

impl<'a> From<&'a bool> for Value<'a> {
    fn from(value: &'a bool) -> Self {
        Self::Bool(*value)
    }
}

impl<'a> From<&'a u16> for Value<'a> {
    fn from(value: &'a u16) -> Self {
        Self::Integer((*value).into())
    }
}

impl<'a> From<&'a i64> for Value<'a> {
    fn from(value: &'a i64) -> Self {
        Self::Integer(*value)
    }
}

impl<'a> From<&'a usize> for Value<'a> {
    fn from(value: &'a usize) -> Self {
        // A number of lines, so the fallback cannot occur.
        Self::Integer(i64::try_from(*value).unwrap_or(i64::MAX))
    }
}

impl<'a> From<&'a f64> for Value<'a> {
    fn from(value: &'a f64) -> Self {
        Self::Number(*value)
    }
}

impl<'a> From<&'a &'static str> for Value<'a> {
    fn from(value: &'a &'static str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a, T> From<&'a Option<T>> for Value<'a>
where
    Value<'a>: From<&'a T>,
{
    fn from(value: &'a Option<T>) -> Self {
        match value {
            Some(value) => <Self as From<&'a T>>::from(value),
            None => Self::None,
        }
    }
}

impl<'a, T: ByName> From<&'a T> for Value<'a> {
    fn from(value: &'a T) -> Self {
        Self::Map(value)
    }
}

impl<'a, T: ByName> From<&'a Vec<T>> for Value<'a> {
    fn from(values: &'a Vec<T>) -> Self {
        Self::List(values.iter().map(|value| value as &dyn ByName).collect())
    }
}

/// Serializes a struct as a map of these members.
macro_rules! serialize_by_name {
    ($type:ty { $($field:ident: $name:literal,)* }) => {
        impl crate::serialize::ByName for $type {
            fn members<'a>(&'a self, show: &mut dyn FnMut(&'static str, crate::serialize::Value<'a>)) {
                $(show($name, (&self.$field).into());)*
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::serialize::map::<S, false>(self, serializer)
            }
        }
    };
}

pub(crate) use serialize_by_name;
