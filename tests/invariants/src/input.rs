//! Splits an input of a target into fields.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

/// Stands between two fields: no UTF-8 holds it, so no text has to be escaped.
pub const SEPARATOR: u8 = 0xff;

/// The fields of an input, one after the other. One that is not there is empty.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// Returns the fields of a whole input.
    #[must_use]
    pub const fn new(input: &'a [u8]) -> Self {
        Self { rest: input }
    }

    /// The next field.
    pub fn bytes(&mut self) -> &'a [u8] {
        let end = self.rest.iter().position(|byte| *byte == SEPARATOR);
        let (field, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest.get(1..).unwrap_or_default();
        field
    }

    /// Returns the next field as text; bytes that are not UTF-8 become U+FFFD.
    pub fn text(&mut self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.bytes())
    }

    /// Returns the next field as a number, or none for any other text.
    pub fn number(&mut self) -> Option<i64> {
        self.text().parse().ok()
    }

    /// Returns the next field as microseconds after the epoch, or the epoch for any other text.
    pub fn instant(&mut self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.number().unwrap_or_default()).unwrap_or_default()
    }

    /// Everything that was not read.
    #[must_use]
    pub const fn rest(self) -> &'a [u8] {
        self.rest
    }
}
