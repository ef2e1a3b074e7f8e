//! Decides what a response means: status, headers and body become a typed reply or an error.
//!
//! A success is HTTP 200 with a `code` of exactly `0`, unless the operation says otherwise. The
//! pages show `code` as String in the table and as an integer in the example (`docs/contract.md`,
//! section 3), so both are read and kept as text. Gateway errors say `error_code`, `error_msg`,
//! `request_id`.

use std::borrow::Cow;
use std::time::Duration;
use std::{fmt, str};

use http::StatusCode;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::date::{ServerDate, http_date};
use crate::error::{ReplyErrorParts, SentHeaders};
use crate::fields::{raw_text, raw_text_or_integer};
use crate::header::ReplyHeaders;
use crate::operation::{Authentication, Operation, Success};
use crate::text::bounded_body;
use crate::{Client, ReplyError, XDate};

/// A response as it was received.
pub(crate) struct Received<'a> {
    pub(crate) call: &'a dyn Described,
    pub(crate) client: &'a Client,
    pub(crate) status: StatusCode,
    pub(crate) headers: ReplyHeaders<'a>,
    /// Its beginning, where it is longer than the host reads.
    pub(crate) body: &'a [u8],
    pub(crate) sent: SentHeaders<'a>,
}

/// The parts of a call that its errors and its rule of success need. A trait object, so that
/// reading replies is compiled once.
pub(crate) trait Described {
    fn name(&self) -> Cow<'static, str>;
    fn is_safe(&self) -> bool;
    fn success(&self) -> Success;
    fn authentication(&self) -> Authentication;
    /// Returns the URL without its query.
    fn url(&self, client: &Client) -> String;
}

impl<O: Operation + ?Sized> Described for O {
    fn name(&self) -> Cow<'static, str> {
        Operation::name(self)
    }

    fn is_safe(&self) -> bool {
        Operation::is_safe(self)
    }

    fn success(&self) -> Success {
        Operation::success(self)
    }

    fn authentication(&self) -> Authentication {
        Operation::authentication(self)
    }

    fn url(&self, client: &Client) -> String {
        client.endpoint().url(&self.path())
    }
}

impl<'a> Received<'a> {
    pub(crate) fn read<O: Operation + ?Sized>(&self, call: &O) -> Result<O::Reply, ReplyError> {
        let (envelope, body) = self.success()?;
        call.reply(envelope, body)
            .map_err(|why| self.error(Members::default(), Some(why.into_text())))
    }

    /// Returns the error for a body of more than `limit` bytes.
    pub(crate) fn too_long(&self, limit: usize) -> ReplyError {
        let why = format!("the body is longer than the limit of {limit} bytes");
        self.unreadable(Members::default(), why)
    }

    /// Returns the error for a redirect of which the host shows nothing else.
    pub(crate) fn hidden_redirect(&self) -> ReplyError {
        let mut error = self.error(Members::default(), None);
        error.0.is_hidden_redirect = true;
        error
    }

    /// Returns the envelope of a success, and the body as text.
    fn success(&self) -> Result<(Envelope, &'a str), ReplyError> {
        let (members, body, why) = match Members::read(self.body) {
            Ok((members, body)) => (members, body, None),
            // A reply without a body may be a success, for example 204.
            Err(why) if self.body.is_empty() => (Members::default(), "", Some(why)),
            Err(why) => return Err(self.unreadable(Members::default(), why)),
        };
        let Members {
            code,
            msg,
            error_code,
            error_msg,
            request_id,
        } = members;
        let problem = code.problem();
        let envelope = Envelope {
            status: self.status,
            has_code: !matches!((&code, &error_code), (Member::Missing, Member::Missing)),
            code: code.into_text(),
            msg,
            trace_id: self.trace_id(),
        };
        if self.call.success().holds(self.status, &envelope, body) {
            return Ok((envelope, body));
        }
        let members = Members {
            code: envelope.code.map_or(Member::Missing, Member::Text),
            msg: envelope.msg,
            error_code,
            error_msg,
            request_id,
        };
        match problem {
            None => Err(self.error(members, None)),
            Some(problem) => {
                let why = why.unwrap_or_else(|| problem.to_owned());
                Err(self.unreadable(members, why))
            }
        }
    }

    /// Returns the error for a body that cannot be read. It is an ordinary error where the status
    /// alone rules a success out.
    fn unreadable(&self, members: Members, why: String) -> ReplyError {
        let why = self.call.success().is_possible(self.status).then_some(why);
        let members = if why.is_some() {
            Members::default()
        } else {
            members
        };
        self.error(members, why)
    }

    fn trace_id(&self) -> Option<String> {
        let id = self.headers.trace_id().or(self.sent.trace_id);
        id.map(str::to_owned)
    }

    fn error(&self, members: Members, unreadable: Option<String>) -> ReplyError {
        let server_date = ServerDate::read(self.headers);
        let code = members.code.into_text();
        let code = code.or(members.error_code.into_text());
        let msg = members.msg.or(members.error_msg);
        ReplyError(Box::new(ReplyErrorParts {
            unreadable,
            operation: self.call.name(),
            is_safe: self.call.is_safe(),
            token_only: self.call.authentication() == Authentication::TokenOnly,
            scheme: self.client.credentials().scheme(),
            url: self.call.url(self.client),
            status: self.status,
            is_hidden_redirect: false,
            code,
            msg,
            request_id: members.request_id,
            trace_id: self.trace_id(),
            retry_after: retry_after(self.headers.retry_after(), server_date.as_ref()),
            server_date,
            x_date: self.sent.x_date.and_then(|date| XDate::parse(date).ok()),
            body: bounded_body(self.body),
        }))
    }
}

/// The members that every reply of this API has, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Envelope {
    /// HTTP status.
    pub status: StatusCode,
    /// `code`, as text and digit for digit; none where it is missing or cannot be used.
    pub code: Option<String>,
    /// `msg`. May be Chinese: never match on it.
    pub msg: Option<String>,
    /// The reply's header `x-traceid`, or else the trace id that was sent, where the exchange is
    /// known.
    pub trace_id: Option<String>,
    has_code: bool,
}

impl Envelope {
    /// Returns whether the reply has a member `code`, even one that cannot be used (null, a
    /// fraction, an empty text, or two of them), or a gateway's `error_code`.
    #[must_use]
    pub const fn has_code(&self) -> bool {
        self.has_code
    }

    /// Returns the envelope of a reply that was a success.
    #[cfg(feature = "dispatch")]
    pub(crate) fn of(reply: &crate::RawReply) -> Self {
        Self {
            // The number was a status before, so the fallback cannot occur.
            status: StatusCode::from_u16(reply.status).unwrap_or_default(),
            code: reply.code.clone(),
            msg: reply.msg.clone(),
            trace_id: reply.trace_id.clone(),
            has_code: reply.code.is_some(),
        }
    }
}

/// Reads whole seconds, or an HTTP date counted from the reply's own `Date` (RFC 9110, 10.2.3),
/// which is the only clock here.
fn retry_after(value: Option<&str>, server: Option<&ServerDate>) -> Option<Duration> {
    let value = value?.trim();
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return value.parse().ok().map(Duration::from_secs);
    }
    let wait = http_date(value)?.timestamp() - server?.date.timestamp();
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or_default()))
}

/// The members of a body that are read for every reply; all others are ignored.
#[derive(Default)]
struct Members {
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

    /// Returns why this value cannot be used as a code.
    const fn problem(&self) -> Option<&'static str> {
        match self {
            Self::Text(_) => None,
            Self::Missing => Some("code is missing"),
            Self::Twice => Some("code appears twice"),
            Self::Unusable => Some("code is neither an integer nor a non-empty string"),
        }
    }

    fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Missing | Self::Unusable | Self::Twice => None,
        }
    }
}

impl Members {
    /// Reads the members and returns the body as text with them. The error says why the body cannot
    /// be read.
    fn read(body: &[u8]) -> Result<(Self, &str), String> {
        if body.is_empty() {
            return Err("the body is empty".to_owned());
        }
        let text = str::from_utf8(body).map_err(|error| {
            format!("the body is not UTF-8 at byte {}", error.valid_up_to() + 1)
        })?;
        match serde_json::from_str(text) {
            Ok(members) => Ok((members, text)),
            Err(error) => Err(why_unreadable(text, error)),
        }
    }
}

/// `error` is the one of a reader of objects, which stops where something else begins.
fn why_unreadable(text: &str, error: serde_json::Error) -> String {
    let error = match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) if !text.trim_start().starts_with('{') => {
            return "the body is not a JSON object".to_owned();
        }
        // The name of a member holds half of a surrogate pair, which is JSON, but no text.
        Ok(_) => error,
        Err(error) => error,
    };
    format!(
        "the body is not valid JSON at line {} column {}",
        error.line(),
        error.column()
    )
}

/// The members' names. A derived struct would refuse a `msg` that comes twice, and could not say
/// that `code` does.
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

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    /// Reads member by member, each as it stands: one that cannot be used spoils no other.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Members::default();
        while let Some(name) = map.next_key()? {
            match name {
                Name::Code => members.code.add(map.next_value()?),
                Name::Msg => members.msg = raw_text(map.next_value()?),
                Name::ErrorCode => members.error_code.add(map.next_value()?),
                Name::ErrorMsg => members.error_msg = raw_text(map.next_value()?),
                Name::RequestId => members.request_id = raw_text(map.next_value()?),
                Name::Unknown => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// serde_json's positions: lines from 1, columns in bytes from 1; at the end of the body its
    /// last byte.
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
            let expected = format!("the body is not valid JSON at line {line} column {column}");
            assert_eq!(
                Members::read(json.as_bytes()).err(),
                Some(expected),
                "{json:?}"
            );
        }
    }

    #[test]
    fn a_body_that_is_json_and_no_object_is_said_to_be_so() {
        for json in ["null", " [1, {}]\n", "1e400", r#""\ud800""#, "-0"] {
            assert_eq!(
                Members::read(json.as_bytes()).err().as_deref(),
                Some("the body is not a JSON object"),
                "{json}"
            );
        }
    }
}
