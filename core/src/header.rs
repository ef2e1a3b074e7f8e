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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReplyHeaders<'a> {
    date: Option<&'a [u8]>,
    pub(crate) has_age: bool,
    retry_after: Option<&'a [u8]>,
    trace_id: Option<&'a [u8]>,
}

impl<'a> ReplyHeaders<'a> {
    /// The first value of each header of [`READ_FROM_REPLIES`], in that order. One that holds
    /// anything but visible ASCII, blanks and tabs counts as none, but for an `age`, whose presence
    /// says it all.
    #[must_use]
    pub fn new(values: [Option<&'a [u8]>; 4]) -> Self {
        let [date, age, retry_after, trace_id] = values;
        Self {
            date,
            has_age: age.is_some(),
            retry_after,
            trace_id,
        }
    }

    pub(crate) fn date(&self) -> Option<&'a str> {
        plain_text(self.date)
    }

    pub(crate) fn server_date(&self) -> Option<DateTime<Utc>> {
        http_date(self.date()?)
    }

    pub(crate) fn retry_after(&self) -> Option<&'a str> {
        plain_text(self.retry_after)
    }

    pub(crate) fn trace_id(&self) -> Option<&'a str> {
        plain_text(self.trace_id)
    }
}

impl<'a> From<&'a HeaderMap> for ReplyHeaders<'a> {
    fn from(headers: &'a HeaderMap) -> Self {
        // `READ_FROM_REPLIES` as names: looking for a text makes a name of it every time.
        let names = [DATE, AGE, RETRY_AFTER, X_TRACEID];
        Self::new(names.map(|name| Some(headers.get(name)?.as_bytes())))
    }
}

/// Looked at when it is wanted, and a success wants the trace id alone.
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
        let mut headers = HeaderMap::new();
        for (name, value) in READ_FROM_REPLIES.into_iter().zip(["d", "a", "r", "t"]) {
            headers.insert(name, value.parse().unwrap());
        }
        let picked = ReplyHeaders::new([Some(b"d"), Some(b"a"), Some(b"r"), Some(b"t")]);
        assert_eq!(ReplyHeaders::from(&headers), picked);
    }
}
