//! Decides what a response means: status, headers and body become a typed reply or an error.
//!
//! A success is HTTP 200 with a `code` of exactly `0`. The pages show `code` as String in the table and as an integer in the
//! example (contract.md 3), so both are read and kept as text. Gateway errors say `error_code`, `error_msg`, `request_id`.

use std::time::Duration;
use std::{fmt, str};

use http::StatusCode;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::date::{ServerDate, http_date};
use crate::error::ReplyErrorParts;
use crate::fields::{raw_text, raw_text_or_integer};
use crate::header::ReplyHeaders;
use crate::operation::{Acknowledgement, Operation};
use crate::text::body_excerpt;
use crate::{Endpoint, ReplyError};

/// A response as it was received.
pub(crate) struct Received<'a> {
    pub(crate) operation: &'static str,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) status: StatusCode,
    pub(crate) headers: ReplyHeaders<'a>,
    /// Its beginning, where it is longer than the host reads.
    pub(crate) body: &'a [u8],
}

impl<'a> Received<'a> {
    pub(crate) fn read<O: Operation>(&self) -> Result<O::Reply, ReplyError> {
        let (acknowledgement, body) = self.acknowledgement()?;
        O::reply(acknowledgement, body).map_err(|why| self.unreadable(why.into_text()))
    }

    /// The error for a body of more than `limit` bytes.
    pub(crate) fn too_long(&self, limit: usize) -> ReplyError {
        self.unreadable(format!("it is longer than the limit of {limit} bytes"))
    }

    /// What every success has, and the body as text.
    fn acknowledgement(&self) -> Result<(Acknowledgement, &'a str), ReplyError> {
        let (envelope, body) = Envelope::read(self.body).map_err(|why| self.unreadable(why))?;
        if self.status != StatusCode::OK {
            return Err(self.error(envelope, None));
        }
        let why = match envelope.code {
            Member::Text(code) if code == SUCCESS => {
                let acknowledgement = Acknowledgement {
                    code,
                    msg: envelope.msg,
                    trace_id: self.headers.trace_id().map(str::to_owned),
                };
                return Ok((acknowledgement, body));
            }
            Member::Text(_) => return Err(self.error(envelope, None)),
            Member::Missing => "it has no code",
            Member::Twice => "it has more than one code",
            Member::Unusable => "its code is neither an integer nor a text that is not empty",
        };
        Err(self.unreadable(why.to_owned()))
    }

    /// Only a 200 can be unreadable: any other status says enough by itself.
    fn unreadable(&self, why: String) -> ReplyError {
        let why = (self.status == StatusCode::OK).then_some(why);
        self.error(Envelope::default(), why)
    }

    fn error(&self, envelope: Envelope, unreadable: Option<String>) -> ReplyError {
        let server_date = ServerDate::read(self.headers);
        let code = envelope.code.into_text();
        let code = code.or(envelope.error_code.into_text());
        let msg = envelope.msg.or(envelope.error_msg);
        let said_something = code.is_some() || msg.is_some();
        ReplyError(Box::new(ReplyErrorParts {
            unreadable,
            operation: self.operation,
            authority: self.endpoint.authority().to_owned(),
            status: self.status,
            code,
            msg,
            request_id: envelope.request_id,
            trace_id: self.headers.trace_id().map(str::to_owned),
            retry_after: retry_after(self.headers.retry_after(), server_date.as_ref()),
            server_date,
            x_date: None,
            excerpt: if said_something {
                None
            } else {
                body_excerpt(self.body)
            },
        }))
    }
}

/// The only code that is no error.
const SUCCESS: &str = "0";

/// Whole seconds, or an HTTP date counted from the reply's own `Date` (RFC 9110, 10.2.3): there is no other clock here.
fn retry_after(value: Option<&str>, server: Option<&ServerDate>) -> Option<Duration> {
    let value = value?.trim();
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return value.parse().ok().map(Duration::from_secs);
    }
    let wait = http_date(value)?.timestamp() - server?.date.timestamp();
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or_default()))
}

/// The members that every reply of this API may have; all others are ignored.
#[derive(Default)]
struct Envelope {
    code: Member,
    msg: Option<String>,
    error_code: Member,
    error_msg: Option<String>,
    request_id: Option<String>,
}

/// A member that holds a code.
#[derive(Default)]
enum Member {
    #[default]
    Missing,
    /// Text that is not empty, or an integer digit for digit.
    Text(String),
    /// Null, a fraction, an exponent, an empty text, another type.
    Unusable,
    Twice,
}

impl Member {
    fn add(&mut self, raw: &RawValue) {
        *self = match self {
            Self::Missing => match raw_text_or_integer(raw) {
                Some(text) if !text.is_empty() => Self::Text(text),
                _ => Self::Unusable,
            },
            _ => Self::Twice,
        };
    }

    fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Missing | Self::Unusable | Self::Twice => None,
        }
    }
}

impl Envelope {
    /// Reads the envelope and returns the body as text with it. The error says why the body cannot be read.
    fn read(body: &[u8]) -> Result<(Self, &str), String> {
        if body.is_empty() {
            return Err("the body is empty".to_owned());
        }
        let text = str::from_utf8(body)
            .map_err(|error| format!("the body is not UTF-8 from byte {}", error.valid_up_to()))?;
        match serde_json::from_str(text) {
            Ok(envelope) => Ok((envelope, text)),
            Err(error) => Err(why_unreadable(text, error)),
        }
    }
}

/// `error` is the one of a reader of objects, which stops where something else begins.
fn why_unreadable(text: &str, error: serde_json::Error) -> String {
    let error = match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) if !text.trim_start().starts_with('{') => {
            return "the body is JSON, but no object".to_owned();
        }
        // The name of a member holds half of a surrogate pair, which is JSON, but no text.
        Ok(_) => error,
        Err(error) => error,
    };
    format!(
        "the body is no JSON from line {} column {}",
        error.line(),
        error.column()
    )
}

/// The members' names. A derived struct would refuse a `msg` that comes twice, and could not say that `code` does.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Name {
    Code,
    Msg,
    ErrorCode,
    ErrorMsg,
    RequestId,
    #[serde(other)]
    Unknown,
}

impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    /// Reads member by member, each as it stands: one that cannot be used spoils no other.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope, A::Error> {
        let mut envelope = Envelope::default();
        while let Some(name) = map.next_key()? {
            match name {
                Name::Code => envelope.code.add(map.next_value()?),
                Name::Msg => envelope.msg = raw_text(map.next_value()?),
                Name::ErrorCode => envelope.error_code.add(map.next_value()?),
                Name::ErrorMsg => envelope.error_msg = raw_text(map.next_value()?),
                Name::RequestId => envelope.request_id = raw_text(map.next_value()?),
                Name::Unknown => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(envelope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// serde_json's positions: lines from 1, columns in bytes from 1; at the end of the body its last byte.
    #[test]
    fn a_body_that_is_no_json_is_refused_with_the_place() {
        for (json, line, column) in [
            (" ", 1, 1),
            ("{", 1, 1),
            (r#"{"a":1"#, 1, 6),
            (r#"{"a":1,}"#, 1, 8),
            (r#"{"a" 1}"#, 1, 6),
            (r"{1:1}", 1, 2),
            ("{} {}", 1, 4),
            ("[1,]", 1, 4),
            ("[1 2]", 1, 4),
            ("nul", 1, 3),
            ("01", 1, 2),
            ("{\"中\":1,\r\n 7}", 2, 2),
            ("\n<html>\n</html>", 2, 1),
            ("\u{feff}{}", 1, 1),
            (r#"{"\ud800":1}"#, 1, 9),
        ] {
            let expected = format!("the body is no JSON from line {line} column {column}");
            assert_eq!(
                Envelope::read(json.as_bytes()).err(),
                Some(expected),
                "{json:?}"
            );
        }
    }

    #[test]
    fn a_body_that_is_json_and_no_object_is_said_to_be_so() {
        for json in ["null", " [1, {}]\n", "1e400", r#""\ud800""#, "-0"] {
            assert_eq!(
                Envelope::read(json.as_bytes()).err().as_deref(),
                Some("the body is JSON, but no object"),
                "{json}"
            );
        }
    }
}
