//! The names of the headers, spelled once, and what is read of a reply's.

use std::str;

use chrono::{DateTime, Utc};
use http::header::{AGE, DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName};

use crate::date::http_date;

/// `authorization`
pub const AUTHORIZATION: HeaderName = http::header::AUTHORIZATION;
/// `content-type`
pub const CONTENT_TYPE: HeaderName = http::header::CONTENT_TYPE;
/// `x-date`: the signing time.
pub const X_DATE: HeaderName = HeaderName::from_static("x-date");
/// `x-user-id`: the user id on `KooDrive`.
pub const X_USER_ID: HeaderName = HeaderName::from_static("x-user-id");
/// `x-traceid`: the service trace id, in requests and perhaps in replies.
pub const X_TRACEID: HeaderName = HeaderName::from_static("x-traceid");

/// The headers of a reply that this crate reads, lower case. A host that keeps headers in a type of
/// its own need copy no others.
pub const READ_FROM_REPLIES: [&str; 4] = ["date", "age", "retry-after", "x-traceid"];

/// Returns the position in [`READ_FROM_REPLIES`] of a header's name, in any case.
#[must_use]
pub fn position(name: &[u8]) -> Option<usize> {
    READ_FROM_REPLIES
        .iter()
        .position(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// The headers of a reply that this crate reads. Build them from a [`HeaderMap`], or from the
/// values of [`READ_FROM_REPLIES`].
#[derive(Debug, Clone, Copy, Default)]
pub struct ReplyHeaders<'a>(Source<'a>);

/// A map is asked for a header when that header is wanted: a success wants the trace id alone.
#[derive(Debug, Clone, Copy)]
enum Source<'a> {
    Map(&'a HeaderMap),
    Values([Option<&'a [u8]>; 4]),
}

impl Default for Source<'_> {
    fn default() -> Self {
        Self::Values([None; 4])
    }
}

impl<'a> ReplyHeaders<'a> {
    /// The first value of each header of [`READ_FROM_REPLIES`], in that order. One that holds
    /// anything but visible ASCII, blanks and tabs counts as none, but for an `age`, whose presence
    /// says it all.
    #[must_use]
    pub const fn new(values: [Option<&'a [u8]>; 4]) -> Self {
        Self(Source::Values(values))
    }

    pub(crate) fn date(&self) -> Option<&'a str> {
        plain_text(self.value(0, DATE))
    }

    pub(crate) fn server_date(&self) -> Option<DateTime<Utc>> {
        http_date(self.date()?)
    }

    /// Returns `date`, which is this reply's, as the time of the server's clock; none if a cache
    /// answered, whose `Date` is old.
    pub(crate) fn server_now(&self, date: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        date.filter(|_| !self.has_age())
    }

    pub(crate) fn has_age(&self) -> bool {
        self.value(1, AGE).is_some()
    }

    pub(crate) fn retry_after(&self) -> Option<&'a str> {
        plain_text(self.value(2, RETRY_AFTER))
    }

    pub(crate) fn trace_id(&self) -> Option<&'a str> {
        plain_text(self.value(3, X_TRACEID))
    }

    /// Returns the first value of the header with this position in [`READ_FROM_REPLIES`].
    fn value(&self, position: usize, name: HeaderName) -> Option<&'a [u8]> {
        match self.0 {
            Source::Map(headers) => Some(headers.get(name)?.as_bytes()),
            Source::Values(values) => values[position],
        }
    }
}

impl<'a> From<&'a HeaderMap> for ReplyHeaders<'a> {
    fn from(headers: &'a HeaderMap) -> Self {
        Self(Source::Map(headers))
    }
}

fn plain_text(value: Option<&[u8]>) -> Option<&str> {
    let text = str::from_utf8(value?).ok()?;
    let plain = |byte: u8| matches!(byte, b'\t' | b' '..=b'~');
    text.bytes().all(plain).then(|| once(text))
}

/// Returns the value of a header that came twice with the same value, which many HTTP clients join
/// as `value, value`; any other as it is. A date holds the separator itself, so the text is
/// compared by halves.
fn once(text: &str) -> &str {
    let length = text.len().saturating_sub(2) / 2;
    match text.split_at_checked(length) {
        Some((first, rest)) if rest.strip_prefix(", ") == Some(first) => first,
        _ => text,
    }
}

/// The one content type of this API.
pub(crate) const JSON: &str = "application/json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_came_twice_is_that_value() {
        const DATE: &str = "Mon, 03 Nov 2025 07:01:45 GMT";
        let later = "Mon, 03 Nov 2025 07:01:46 GMT";
        let twice = |one: &str, other: &str| format!("{one}, {other}");
        assert_eq!(once(&twice(DATE, DATE)), DATE);
        assert_eq!(once("5, 5"), "5");
        for text in [DATE, "", ",", "5", "5,5", "5, 6", &twice(DATE, later)] {
            assert_eq!(once(text), text);
        }
    }

    #[test]
    fn what_is_read_of_a_header_map_is_what_hosts_pick() {
        let texts = ["Mon, 03 Nov 2025 07:01:45 GMT", "7", "120", "a trace id"];
        let mut map = HeaderMap::new();
        for (name, value) in READ_FROM_REPLIES.into_iter().zip(texts) {
            map.insert(name, value.parse().unwrap());
        }
        let picked = texts.map(|text| Some(text.as_bytes()));
        for headers in [ReplyHeaders::from(&map), ReplyHeaders::new(picked)] {
            assert_eq!(headers.date(), Some(texts[0]));
            assert!(headers.has_age());
            assert_eq!(headers.retry_after(), Some(texts[2]));
            assert_eq!(headers.trace_id(), Some(texts[3]));
        }
        let none = HeaderMap::new();
        for headers in [ReplyHeaders::from(&none), ReplyHeaders::default()] {
            assert!(!headers.has_age());
            assert_eq!((headers.date(), headers.retry_after()), (None, None));
            assert_eq!(headers.trace_id(), None);
        }
    }
}
