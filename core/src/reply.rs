//! Decides what a response means: status, headers and body become a typed reply or an error.
//!
//! A success is HTTP 200 with a `code` of exactly `0`. The pages show `code` as String in the table and as an integer in the
//! example (contract.md 3), so both are read and kept as text. Gateway errors say `error_code`, `error_msg`, `request_id`.

use std::borrow::Cow;
use std::fmt;
use std::str;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::date::{ServerDate, parse_http_date};
use crate::error::ReplyErrorParts;
use crate::operation::{Acknowledgement, Operation};
use crate::text::body_excerpt;
use crate::{Endpoint, ReplyError, header};

/// A response as it was received.
pub(crate) struct Received<'a> {
    pub(crate) operation: &'static str,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) status: StatusCode,
    pub(crate) headers: &'a HeaderMap,
    /// Its beginning, where it is longer than the host reads.
    pub(crate) body: &'a [u8],
}

impl<'a> Received<'a> {
    pub(crate) fn read<O: Operation>(&self) -> Result<O::Reply, ReplyError> {
        let (acknowledgement, body) = self.acknowledgement()?;
        O::reply(acknowledgement, body).map_err(|why| self.unreadable(why))
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
                    trace_id: trace_id(self.headers),
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
            trace_id: trace_id(self.headers),
            retry_after: retry_after(self.headers, server_date.as_ref()),
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

fn trace_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::X_TRACEID)?.to_str().ok()?;
    Some(value.to_owned())
}

/// Whole seconds, or an HTTP date counted from the reply's own `Date` (RFC 9110, 10.2.3): there is no other clock here.
fn retry_after(headers: &HeaderMap, server: Option<&ServerDate>) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return value.parse().ok().map(Duration::from_secs);
    }
    let wait = parse_http_date(value)? - server?.date;
    Some(wait.to_std().unwrap_or_default())
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
            Self::Missing => match text_or_integer(raw) {
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

/// A JSON string as its text, an integer digit for digit, none for anything else.
pub(crate) fn text_or_integer(raw: &RawValue) -> Option<String> {
    let raw = raw.get();
    if raw.starts_with('"') {
        return serde_json::from_str(raw).ok();
    }
    // RawValue holds valid JSON, so digits alone make an integer.
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| raw.to_owned())
}

/// A JSON string as its text, none for anything else.
fn text(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

impl Envelope {
    /// Reads the envelope and gives the body back as text. The error says why it cannot be read.
    fn read(body: &[u8]) -> Result<(Self, &str), String> {
        if body.is_empty() {
            return Err("the body is empty".to_owned());
        }
        let text = str::from_utf8(body)
            .map_err(|error| format!("the body is not UTF-8 from byte {}", error.valid_up_to()))?;
        let envelope = serde_json::from_str(text)
            .map_err(|error| format!("the body is no JSON object: {error}"))?;
        Ok((envelope, text))
    }
}

impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

/// By hand, since a derived reader gives up at the first member it cannot use, and then the others would be lost.
struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Envelope, A::Error> {
        let mut envelope = Envelope::default();
        while let Some(Name(name)) = members.next_key()? {
            match &*name {
                "code" => envelope.code.add(members.next_value()?),
                "msg" => envelope.msg = text(members.next_value()?),
                "error_code" => envelope.error_code.add(members.next_value()?),
                "error_msg" => envelope.error_msg = text(members.next_value()?),
                "request_id" => envelope.request_id = text(members.next_value()?),
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(envelope)
    }
}

/// The name of a member, borrowed unless it holds an escape.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
