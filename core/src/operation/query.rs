//! The query of a call: its pairs, and their canonical form, which is what is sent and signed.

use percent_encoding::percent_encode;

use crate::InvalidInput;
use crate::signing::RESERVED;

/// Pairs of a name and a value, as plain text. Equal pairs are kept.
///
/// The URL and the signature carry the pairs in one order: by name and then by value, both by code
/// point.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Query(Vec<(String, String)>);

/// A value of a [`Query`]: text, or an integer within ± 2^53.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct QueryValue(Value);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Value {
    Text(String),
    Integer(i64),
}

const FIELD: &str = "query";
/// 2^53: the largest integer that every language holds exactly is one less.
const INTEGERS: u64 = 1 << 53;

impl Query {
    /// Returns a query without pairs.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Returns whether there are no pairs.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a pair. The same name may be added more than once.
    ///
    /// # Errors
    ///
    /// An empty name; an integer outside ± 2^53.
    pub fn with(
        mut self,
        name: impl Into<String>,
        value: impl Into<QueryValue>,
    ) -> Result<Self, InvalidInput> {
        let name = name.into();
        if name.is_empty() {
            return Err(InvalidInput::new(
                FIELD,
                "empty name; pass at least one character for each name",
            ));
        }
        let value = match value.into().0 {
            Value::Text(text) => text,
            Value::Integer(integer) if integer.unsigned_abs() < INTEGERS => integer.to_string(),
            Value::Integer(_) => {
                return Err(InvalidInput::new(
                    FIELD,
                    format!("{name} is an integer outside ± 2^53; pass it as text"),
                ));
            }
        };
        self.0.push((name, value));
        Ok(self)
    }

    /// Returns the pairs in the order in which they were added.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Returns the text that is sent and signed.
    ///
    /// ```text
    /// CanonicalQueryString = encode(name) "=" encode(value), joined by "&", in the order of the names, then of the values
    /// ```
    pub(crate) fn canonical(&self) -> String {
        let mut pairs: Vec<&(String, String)> = self.0.iter().collect();
        // Text is UTF-8, of which the order of bytes is the order of code points.
        pairs.sort();
        let mut text = String::new();
        for (name, value) in pairs {
            if !text.is_empty() {
                text.push('&');
            }
            text.extend(percent_encode(name.as_bytes(), RESERVED));
            text.push('=');
            text.extend(percent_encode(value.as_bytes(), RESERVED));
        }
        text
    }
}

impl From<&str> for QueryValue {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for QueryValue {
    fn from(text: String) -> Self {
        Self(Value::Text(text))
    }
}

impl From<&String> for QueryValue {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl From<i64> for QueryValue {
    fn from(integer: i64) -> Self {
        Self(Value::Integer(integer))
    }
}

impl From<i32> for QueryValue {
    fn from(integer: i32) -> Self {
        i64::from(integer).into()
    }
}

impl From<u32> for QueryValue {
    fn from(integer: u32) -> Self {
        i64::from(integer).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_sorted_by_code_point_before_they_are_encoded() {
        let query = [
            ("b", "2"),
            ("\u{1f600}", ""),
            ("\u{ffff}", ""),
            ("a ", "1"),
            ("a0", "1"),
            ("a", "=&"),
            ("a", " "),
            ("a", " "),
            ("A", "%20"),
        ]
        .into_iter()
        .try_fold(Query::none(), |query, (name, value)| {
            query.with(name, value)
        })
        .unwrap();
        assert_eq!(
            query.canonical(),
            "A=%2520&a=%20&a=%20&a=%3D%26&a%20=1&a0=1&b=2&%EF%BF%BF=&%F0%9F%98%80="
        );
    }

    #[test]
    fn an_integer_that_other_languages_would_round_is_refused() {
        let with = |value: i64| Query::none().with("size", value);
        assert_eq!(
            with(-(1 << 53) + 1).unwrap().canonical(),
            "size=-9007199254740991"
        );
        assert_eq!(with(1 << 53).unwrap_err().field(), Some("query"));
        assert!(with(i64::MIN).is_err());
        assert!(Query::none().with("", "a").is_err());
    }
}
