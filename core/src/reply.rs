//! Decides what a response means: status, headers and body become a typed reply or an error.
//!
//! A success is HTTP 200 with a `code` of exactly `0`. The pages show `code` as String in the table and as an integer in the
//! example (contract.md 3), so both are read and kept as text. Gateway errors say `error_code`, `error_msg`, `request_id`.

use std::str;
use std::time::Duration;

use http::StatusCode;
use serde_json::value::RawValue;

use crate::date::ServerDate;
use crate::error::ReplyErrorParts;
use crate::header::ReplyHeaders;
use crate::json::{self, Part};
use crate::operation::{Acknowledgement, Operation};
use crate::text::{body_excerpt, concat, decimal};
use crate::{Endpoint, ReplyError, http_date};

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
        O::reply(acknowledgement, body).map_err(|why| self.unreadable(why))
    }

    /// The error for a body of more than `limit` bytes.
    pub(crate) fn too_long(&self, limit: usize) -> ReplyError {
        self.unreadable(concat(&[
            "it is longer than the limit of ",
            &decimal(limit),
            " bytes",
        ]))
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
    let wait = http_date::parse(value)?.timestamp() - server?.date.timestamp();
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
            Self::Missing => match json::text_or_integer(raw) {
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
    /// Reads the envelope and gives the body back as text. The error says why it cannot be read.
    ///
    /// Member by member: one that cannot be used spoils no other.
    fn read(body: &[u8]) -> Result<(Self, &str), String> {
        if body.is_empty() {
            return Err("the body is empty".to_owned());
        }
        let text = str::from_utf8(body).map_err(|error| {
            concat(&[
                "the body is not UTF-8 from byte ",
                &decimal(error.valid_up_to()),
            ])
        })?;
        let mut envelope = Self::default();
        json::read(text, &mut |part| {
            if let Part::Member(name, raw) = part {
                match name {
                    "code" => envelope.code.add(raw),
                    "msg" => envelope.msg = json::text(raw),
                    "error_code" => envelope.error_code.add(raw),
                    "error_msg" => envelope.error_msg = json::text(raw),
                    "request_id" => envelope.request_id = json::text(raw),
                    _ => {}
                }
            }
        })
        .map_err(|at| concat(&["the body is no JSON from byte ", &decimal(at)]))?;
        if !text.trim_start().starts_with('{') {
            return Err("the body is JSON, but no object".to_owned());
        }
        Ok((envelope, text))
    }
}
