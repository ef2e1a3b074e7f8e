//! The faults between a caller and the service, as a script with one entry per request.
//!
//! ```json
//! [429, 503, "pass", "cut", "cut-in-headers", "cut-after-headers", {"delay": 2.5}, {"drip": 0.01},
//!  {"status": 502, "body": "<html>", "contentType": "text/html", "retryAfter": 3, "dateOffset": -3600}]
//! ```
//!
//! A status answers without acting on the call. Cuts, delays and drips act on it and spoil only the
//! answer: that is what makes an outcome unknown.

use std::fmt;
use std::time::Duration;

use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};

/// One entry of the script.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// `"pass"`: nothing goes wrong.
    Pass,
    /// `429` or `{"status": 429, …}`: this answer instead of the service's. The call is not looked
    /// at.
    Status(StatusFault),
    /// `"cut"`, `"cut-in-headers"`, `"cut-after-headers"`: the connection ends there.
    Cut(CutPoint),
    /// `{"delay": seconds}`: the answer comes late.
    Delay(Duration),
    /// `{"drip": seconds}`: the answer comes byte by byte, with this pause after each.
    Drip(Duration),
}

/// The point at which a connection is cut. The service has acted on the call in each case. The enum
/// is exhaustive, like [`Answer`](super::Answer).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CutPoint {
    /// The connection is cut before the first byte of the answer.
    BeforeHeaders,
    /// Half of the headers arrive.
    WithinHeaders,
    /// The headers arrive, `content-length` among them, and nothing of the body.
    AfterHeaders,
}

impl CutPoint {
    const ALL: [Self; 3] = [Self::BeforeHeaders, Self::WithinHeaders, Self::AfterHeaders];

    /// Returns the word of the fault script: `"cut"`, `"cut-in-headers"` or `"cut-after-headers"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BeforeHeaders => "cut",
            Self::WithinHeaders => "cut-in-headers",
            Self::AfterHeaders => "cut-after-headers",
        }
    }
}

/// An answer that the script gives in the service's place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusFault {
    /// 200 to 599, without 204, 205 and 304, which carry no body.
    pub status: StatusCode,
    /// Default: an error in the service's shape, code `SANDBOX.SCRIPTED_FAULT`.
    pub body: Option<String>,
    /// Default `application/json`.
    pub content_type: HeaderValue,
    /// Value of `Retry-After`: in JSON a number of seconds, or the text as it is to be sent, such
    /// as an HTTP date.
    pub retry_after: Option<HeaderValue>,
    /// Seconds by which `Date` departs from the sandbox's clock; default 0.
    pub date_offset: i64,
}

impl StatusFault {
    /// Returns this status with the defaults.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            body: None,
            content_type: HeaderValue::from_static(crate::header::JSON),
            retry_after: None,
            date_offset: 0,
        }
    }
}

/// Longest delay and pause, in seconds: a day.
const LONGEST_WAIT: f64 = 86_400.0;

const EXPECTED: &str = "a status such as 429, \"pass\", \"cut\", \"cut-in-headers\", \"cut-after-headers\", {\"delay\": seconds}, \
     {\"drip\": seconds} or {\"status\": 502, …}";

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FaultVisitor)
    }
}

/// A visitor written by hand, since serde's untagged enums cannot say what was wrong.
struct FaultVisitor;

impl<'de> Visitor<'de> for FaultVisitor {
    type Value = Fault;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_u64<E: Error>(self, status: u64) -> Result<Fault, E> {
        Ok(Fault::Status(StatusFault::new(scripted_status(status)?)))
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Fault, E> {
        if word == "pass" {
            return Ok(Fault::Pass);
        }
        let mut points = CutPoint::ALL.into_iter();
        let point = points.find(|point| point.as_str() == word);
        point
            .map(Fault::Cut)
            .ok_or_else(|| E::invalid_value(Unexpected::Str(word), &EXPECTED))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Fault, A::Error> {
        Members::deserialize(MapAccessDeserializer::new(map))?.fault()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Members {
    status: Option<u64>,
    body: Option<String>,
    content_type: Option<String>,
    retry_after: Option<RetryAfter>,
    date_offset: Option<i64>,
    delay: Option<f64>,
    drip: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RetryAfter {
    Seconds(u64),
    Text(String),
}

impl Members {
    fn fault<E: Error>(self) -> Result<Fault, E> {
        let only_of_a_status = self.body.is_some()
            || self.content_type.is_some()
            || self.retry_after.is_some()
            || self.date_offset.is_some();
        match (self.status, self.delay, self.drip) {
            (Some(status), None, None) => {
                let mut fault = StatusFault::new(scripted_status(status)?);
                fault.body = self.body;
                if let Some(text) = self.content_type {
                    fault.content_type = header_value("contentType", text)?;
                }
                fault.retry_after = match self.retry_after {
                    Some(RetryAfter::Seconds(seconds)) => Some(seconds.into()),
                    Some(RetryAfter::Text(text)) => Some(header_value("retryAfter", text)?),
                    None => None,
                };
                fault.date_offset = self.date_offset.unwrap_or_default();
                Ok(Fault::Status(fault))
            }
            (None, Some(seconds), None) if !only_of_a_status => {
                wait("delay", seconds).map(Fault::Delay)
            }
            (None, None, Some(seconds)) if !only_of_a_status => {
                wait("drip", seconds).map(Fault::Drip)
            }
            _ => Err(E::custom(format!("a fault must be {EXPECTED}"))),
        }
    }
}

fn scripted_status<E: Error>(status: u64) -> Result<StatusCode, E> {
    u16::try_from(status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .filter(|status| can_answer(*status))
        .ok_or_else(|| E::custom(no_answer(status)))
}

/// Returns whether `status` is final and its answer has a body.
pub(super) fn can_answer(status: StatusCode) -> bool {
    matches!(status.as_u16(), 200..=203 | 206..=303 | 305..=599)
}

pub(super) fn no_answer(status: impl fmt::Display) -> String {
    format!(
        "a fault's status is {status}; it must lie in 200 to 599 and not be 204, 205 or 304, which carry no body"
    )
}

fn header_value<E: Error>(name: &str, text: String) -> Result<HeaderValue, E> {
    HeaderValue::try_from(text)
        .map_err(|_| E::custom(format!("a fault's {name} is no value of a header")))
}

fn wait<E: Error>(name: &str, seconds: f64) -> Result<Duration, E> {
    if (0.0..=LONGEST_WAIT).contains(&seconds) {
        return Ok(Duration::from_secs_f64(seconds));
    }
    Err(E::custom(format!(
        "a fault's {name} is {seconds}; it must be a number of seconds from 0 to {LONGEST_WAIT}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_of_a_script_is_read() {
        let read = |json| serde_json::from_str::<Vec<Fault>>(json).unwrap();
        let mut page = StatusFault::new(StatusCode::BAD_GATEWAY);
        page.body = Some("<html>".to_owned());
        page.content_type = HeaderValue::from_static("text/html");
        page.retry_after = Some(HeaderValue::from_static("3"));
        page.date_offset = -3600;
        assert_eq!(
            read(
                r#"[429, "pass", "cut", "cut-in-headers", "cut-after-headers", {"delay": 2.5}, {"drip": 0},
                   {"status": 502, "body": "<html>", "contentType": "text/html", "retryAfter": 3, "dateOffset": -3600}]"#
            ),
            [
                Fault::Status(StatusFault::new(StatusCode::TOO_MANY_REQUESTS)),
                Fault::Pass,
                Fault::Cut(CutPoint::BeforeHeaders),
                Fault::Cut(CutPoint::WithinHeaders),
                Fault::Cut(CutPoint::AfterHeaders),
                Fault::Delay(Duration::from_millis(2500)),
                Fault::Drip(Duration::ZERO),
                Fault::Status(page),
            ]
        );
        let date = "Mon, 03 Nov 2025 07:02:40 GMT";
        let Fault::Status(fault) =
            read(&format!(r#"[{{"status": 503, "retryAfter": "{date}"}}]"#)).remove(0)
        else {
            panic!("a status");
        };
        assert_eq!(fault.retry_after.unwrap(), date);
    }

    #[test]
    fn an_entry_that_cannot_happen_is_refused() {
        for json in [
            "204",
            "304",
            "199",
            "600",
            "-1",
            "null",
            "true",
            r#""cut-somewhere""#,
            "{}",
            r#"{"delay": 1, "drip": 1}"#,
            r#"{"delay": 1, "body": ""}"#,
            r#"{"delay": 1, "contentType": "text/html"}"#,
            r#"{"delay": 1, "retryAfter": 1}"#,
            r#"{"delay": 1, "dateOffset": 1}"#,
            r#"{"drip": 1, "body": ""}"#,
            r#"{"drip": 1, "dateOffset": 1}"#,
            r#"{"status": 429, "delay": 1}"#,
            r#"{"status": 429, "drip": 1}"#,
            r#"{"delay": -1}"#,
            r#"{"drip": 1e9}"#,
            r#"{"status": 429, "retryAfter": "\n"}"#,
            r#"{"status": 429, "unknown": 1}"#,
        ] {
            assert!(serde_json::from_str::<Fault>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_refusal_says_what_an_entry_may_be() {
        const ENTRIES: &str = r#"a status such as 429, "pass", "cut", "cut-in-headers", "cut-after-headers", {"delay": seconds}, {"drip": seconds} or {"status": 502, …}"#;
        for (json, message) in [
            (
                "204",
                "a fault's status is 204; it must lie in 200 to 599 and not be 204, 205 or 304, which carry no body".to_owned(),
            ),
            (
                r#"{"status": 600}"#,
                "a fault's status is 600; it must lie in 200 to 599 and not be 204, 205 or 304, which carry no body".to_owned(),
            ),
            (
                r#""cut-somewhere""#,
                format!("invalid value: string \"cut-somewhere\", expected {ENTRIES}"),
            ),
            ("true", format!("invalid type: boolean `true`, expected {ENTRIES}")),
            ("{}", format!("a fault must be {ENTRIES}")),
            (
                r#"{"delay": -1}"#,
                "a fault's delay is -1; it must be a number of seconds from 0 to 86400".to_owned(),
            ),
            (
                r#"{"drip": 86400.5}"#,
                "a fault's drip is 86400.5; it must be a number of seconds from 0 to 86400".to_owned(),
            ),
            (
                r#"{"status": 429, "retryAfter": "\n"}"#,
                "a fault's retryAfter is no value of a header".to_owned(),
            ),
        ] {
            let refused = serde_json::from_str::<Fault>(json).unwrap_err().to_string();
            let (refused, _) = refused.rsplit_once(" at line 1 column ").unwrap();
            assert_eq!(refused, message, "{json}");
        }
    }
}
