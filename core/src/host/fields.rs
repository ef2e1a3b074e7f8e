//! Reads the fields of a call from JSON, and words what JavaScript and Python let through and
//! Rust's types rule out.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{lone_surrogate, not_text};
use crate::InvalidInput;
use crate::fields::Members;

/// The members of a JSON object, in its order.
#[derive(Debug)]
pub struct Fields<'a> {
    /// The prefix of qualified names, such as `operationList[0].`; empty for the outermost object.
    prefix: String,
    members: Vec<(String, &'a RawValue)>,
}

impl<'a> Fields<'a> {
    /// Reads the text of an object.
    ///
    /// # Errors
    ///
    /// Anything else.
    pub fn parse(json: &'a str) -> Result<Self, InvalidInput> {
        let raw = serde_json::from_str(json)
            .map_err(|_| InvalidInput::message("the fields of the call are not valid JSON"))?;
        Self::read(String::new(), raw)
    }

    fn read(prefix: String, raw: &'a RawValue) -> Result<Self, InvalidInput> {
        if let Some(members) = members(raw) {
            return Ok(Self { prefix, members });
        }
        let field = prefix.trim_end_matches('.').to_owned();
        Err(InvalidInput::new(field, "not an object; pass an object"))
    }

    /// Refuses members other than `names`.
    ///
    /// # Errors
    ///
    /// Names the first unknown one, and those that are known.
    pub fn expect_only(&self, names: &[&str]) -> Result<(), InvalidInput> {
        match self
            .members
            .iter()
            .find(|(name, _)| !names.contains(&&**name))
        {
            None => Ok(()),
            Some((name, _)) if names.is_empty() => Err(InvalidInput::new(
                self.qualified_name(name),
                "unknown field; this call takes none",
            )),
            Some((name, _)) => Err(InvalidInput::new(
                self.qualified_name(name),
                format!("unknown field; expected one of: {}", names.join(", ")),
            )),
        }
    }

    /// Returns the text of a member that must be there.
    ///
    /// # Errors
    ///
    /// A member that is missing or null, or anything but text.
    pub fn text(&self, name: &str) -> Result<String, InvalidInput> {
        self.optional_text(name)?.ok_or_else(|| self.missing(name))
    }

    /// Returns the text of a member, none where it is missing or null.
    ///
    /// # Errors
    ///
    /// Anything but text.
    pub fn optional_text(&self, name: &str) -> Result<Option<String>, InvalidInput> {
        self.raw(name)
            .map(|raw| text(&self.qualified_name(name), raw))
            .transpose()
    }

    /// Returns the integer of a member, none where it is missing or null.
    ///
    /// # Errors
    ///
    /// Anything but an integer within 64 bits.
    pub fn optional_integer(&self, name: &str) -> Result<Option<i64>, InvalidInput> {
        let Some(raw) = self.raw(name) else {
            return Ok(None);
        };
        raw.get().parse().map(Some).map_err(|_| {
            InvalidInput::new(
                self.qualified_name(name),
                "not an integer; pass an integer or leave it out",
            )
        })
    }

    /// Returns the objects of a list; none where it is missing or null.
    ///
    /// # Errors
    ///
    /// Anything but a list of objects.
    pub fn objects(&self, name: &str) -> Result<Vec<Self>, InvalidInput> {
        let Some(raw) = self.raw(name) else {
            return Ok(Vec::new());
        };
        let qualified = self.qualified_name(name);
        let items = list(raw).ok_or_else(|| {
            InvalidInput::new(qualified.clone(), "not a list; pass a list of objects")
        })?;
        items
            .into_iter()
            .enumerate()
            .map(|(index, item)| Self::read(format!("{qualified}[{index}]."), item))
            .collect()
    }

    /// Returns the pairs of a member that is an object or a list of pairs.
    ///
    /// # Errors
    ///
    /// Anything else.
    pub fn pairs(&self, name: &str) -> Result<Vec<(String, &'a RawValue)>, InvalidInput> {
        let Some(raw) = self.raw(name) else {
            return Ok(Vec::new());
        };
        let qualified = self.qualified_name(name);
        let refused = || {
            InvalidInput::new(
                qualified.clone(),
                "not a mapping and not a list of pairs; pass one of them",
            )
        };
        if let Some(members) = members(raw) {
            return Ok(members);
        }
        let pairs = list(raw).ok_or_else(refused)?.into_iter();
        pairs
            .map(|pair| match list(pair).as_deref() {
                Some([name, value]) => Ok((text(&qualified, name)?, *value)),
                _ => Err(refused()),
            })
            .collect()
    }

    /// Returns the same pairs. A value that is a list stands for as many pairs.
    ///
    /// # Errors
    ///
    /// Those of [`pairs`](Self::pairs).
    pub fn repeated_pairs(&self, name: &str) -> Result<Vec<(String, &'a RawValue)>, InvalidInput> {
        let mut flat = Vec::new();
        for (name, value) in self.pairs(name)? {
            match list(value) {
                Some(values) => flat.extend(values.into_iter().map(|value| (name.clone(), value))),
                None => flat.push((name, value)),
            }
        }
        Ok(flat)
    }

    fn raw(&self, name: &str) -> Option<&'a RawValue> {
        // The last counts where a member comes twice.
        let (_, raw) = self.members.iter().rev().find(|(known, _)| known == name)?;
        (raw.get() != "null").then_some(raw)
    }

    fn missing(&self, name: &str) -> InvalidInput {
        InvalidInput::new(self.qualified_name(name), "missing; pass text")
    }

    /// Returns `name` with the objects and lists around it, as errors name it:
    /// `operationList[0].packageId`.
    #[must_use]
    pub fn qualified_name(&self, name: &str) -> String {
        [&self.prefix, name].concat()
    }
}

/// Returns the text of a JSON value.
///
/// # Errors
///
/// Anything but text, and text with half of a UTF-16 pair.
pub(crate) fn text(field: &str, raw: &RawValue) -> Result<String, InvalidInput> {
    serde_json::from_str(raw.get()).map_err(|_| match raw.get().bytes().next() {
        Some(b'"') => lone_surrogate(field),
        Some(b'{') => not_text(field, "an object"),
        Some(b'[') => not_text(field, "a list"),
        Some(b't' | b'f') => not_text(field, "a boolean"),
        Some(b'n') => not_text(field, "null"),
        _ => not_text(field, "a number"),
    })
}

fn list(raw: &RawValue) -> Option<Vec<&RawValue>> {
    read_if(raw, '[')
}

fn members(raw: &RawValue) -> Option<Vec<(String, &RawValue)>> {
    let Members(members) = read_if(raw, '{')?;
    Some(members)
}

/// Reads a value that begins with `first`. `None` if it begins differently: an error of
/// `serde_json` takes longer than the reading of a short value.
fn read_if<'a, T: Deserialize<'a>>(raw: &'a RawValue, first: char) -> Option<T> {
    let text = raw.get();
    text.starts_with(first)
        .then(|| serde_json::from_str(text).ok())?
}
