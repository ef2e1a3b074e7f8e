//! Reads the fields of a host's record. A field that is not valid becomes an error that names it.

use std::fmt::Display;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use koodrive::header::{READ_FROM_REPLIES, ReplyHeaders};
use koodrive::{InvalidInput, TransportError, host};

use crate::layout::Place;
use crate::record::{Malformed, Record, text};

/// The fields of one record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a>(Record<'a>);

impl<'a> Input<'a> {
    pub(crate) const fn new(record: Record<'a>) -> Self {
        Self(record)
    }

    pub(crate) fn bytes<P: Place>(self, place: P) -> Option<&'a [u8]> {
        self.0.field(place.index())
    }

    pub(crate) fn text<P: Place>(self, place: P) -> Result<Option<&'a str>, InvalidInput> {
        self.bytes(place)
            .map(|field| required_utf8(field, place.name()))
            .transpose()
    }

    pub(crate) fn required_text<P: Place>(self, place: P) -> Result<&'a str, InvalidInput> {
        self.text(place)?
            .ok_or_else(|| host::refused(place.name(), "missing; pass text"))
    }

    /// Parses the field at `place`, or returns none for an absent field. `expected` completes the
    /// error's "pass …".
    fn parsed<P: Place, T: FromStr>(
        self,
        place: P,
        expected: impl Display,
    ) -> Result<Option<T>, InvalidInput> {
        let Some(field) = self.bytes(place) else {
            return Ok(None);
        };
        let value = text(field).and_then(|text| text.parse().ok());
        value
            .map(Some)
            .ok_or_else(|| host::refused(place.name(), &format!("not valid; pass {expected}")))
    }

    pub(crate) fn integer<P: Place, T: FromStr>(self, place: P) -> Result<Option<T>, InvalidInput> {
        self.parsed(place, "an integer in decimal digits, in range")
    }

    pub(crate) fn required_integer<P: Place, T: FromStr>(
        self,
        place: P,
    ) -> Result<T, InvalidInput> {
        self.integer(place)?.ok_or_else(|| {
            host::refused(place.name(), "missing; pass an integer in decimal digits")
        })
    }

    pub(crate) fn flag<P: Place>(self, place: P) -> Result<bool, InvalidInput> {
        match self.bytes(place) {
            None | Some(b"0") => Ok(false),
            Some(b"1") => Ok(true),
            Some(_) => Err(host::refused(place.name(), "not a flag; pass 0 or 1")),
        }
    }

    pub(crate) fn instant<P: Place>(self, place: P) -> Result<Option<DateTime<Utc>>, InvalidInput> {
        let expected = "milliseconds since 1970 in decimal digits";
        let refused = || host::not_an_instant(place.name(), expected);
        let Some(field) = self.bytes(place) else {
            return Ok(None);
        };
        let milliseconds = text(field).and_then(|text| text.parse().ok());
        let instant = milliseconds.and_then(DateTime::from_timestamp_millis);
        instant.map(Some).ok_or_else(refused)
    }

    pub(crate) fn required_instant<P: Place>(
        self,
        place: P,
    ) -> Result<DateTime<Utc>, InvalidInput> {
        self.instant(place)?.ok_or_else(|| {
            host::refused(
                place.name(),
                "missing; pass milliseconds since 1970 in decimal digits",
            )
        })
    }

    /// Returns the record in the field at `place`, or none for an absent field.
    pub(crate) fn record<P: Place>(self, place: P) -> Result<Option<Record<'a>>, InvalidInput> {
        let field = self.bytes(place);
        field
            .map(|field| Record::parse(field).map_err(|Malformed| malformed(place.name())))
            .transpose()
    }

    pub(crate) fn headers<P: Place>(self, place: P) -> Result<ReplyHeaders<'a>, InvalidInput> {
        let fields = self.record(place)?.unwrap_or_default().fields();
        let mut values = [None; READ_FROM_REPLIES.len()];
        for (value, field) in values.iter_mut().zip(fields) {
            *value = field;
        }
        Ok(ReplyHeaders::new(values))
    }

    pub(crate) fn transport_error<L: Place, C: Place>(
        self,
        left: L,
        cause: C,
    ) -> Result<TransportError, InvalidInput> {
        let has_left = self.flag(left)?;
        let cause = self.bytes(cause).unwrap_or_default();
        let cause = String::from_utf8_lossy(cause);
        Ok(host::transport_error(has_left, cause))
    }
}

/// Returns the text in `bytes`. A host with UTF-16 strings writes a lone surrogate as three bytes,
/// from `ED A0 80` on; it has an error of its own.
pub(crate) fn required_utf8<'a>(bytes: &'a [u8], field: &str) -> Result<&'a str, InvalidInput> {
    text(bytes).ok_or_else(|| {
        let is_surrogate = |pair: &[u8]| pair[0] == 0xed && pair[1] >= 0xa0;
        if bytes.windows(2).any(is_surrogate) {
            host::lone_surrogate(field)
        } else {
            host::refused(field, "not UTF-8; pass UTF-8")
        }
    })
}

pub(crate) fn malformed(field: &str) -> InvalidInput {
    host::refused(
        field,
        "not a record: a field goes beyond its end; write each field's length plus one in front of it",
    )
}
