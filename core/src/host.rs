//! For bindings: the texts of the errors that only a host language can notice, and the decisions that every binding would have
//! to take alike.
//!
//! Rust's types rule these errors out; JavaScript's and Python's do not. The binding detects an error, this module words it.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde::Serialize;

#[cfg(feature = "dispatch")]
use crate::dispatch::Halt;
use crate::header::ReplyHeaders;
use crate::{
    Client, Credentials, Endpoint, Error, ErrorKind, InvalidInput, ModificationType,
    NotifyPackageExpire, Operation, Outcome, RequestOptions, TraceId,
};

/// Every field of an error, as a binding hands it over: in this order, serialized in camel case.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ErrorFields {
    /// The text of the error.
    pub message: String,
    /// See [`ErrorKind::as_str`](crate::ErrorKind::as_str).
    pub kind: &'static str,
    /// See [`Outcome::as_str`](crate::Outcome::as_str).
    pub outcome: &'static str,
    /// See [`Error::is_retryable`].
    pub retryable: bool,
    /// HTTP status; 0 where the host hides it, see [`hidden_redirect`].
    pub status: Option<u16>,
    /// The service's code.
    pub code: Option<String>,
    /// The service's message.
    pub msg: Option<String>,
    /// A gateway's id of the request.
    pub request_id: Option<String>,
    /// The reply's trace id.
    pub trace_id: Option<String>,
    /// How long the service asks to wait, in seconds.
    pub retry_after: Option<f64>,
    /// See [`ReplyError::is_clock_refusal`](crate::ReplyError::is_clock_refusal). The binding reads it; its users do not see it.
    pub is_clock_refusal: bool,
}

impl ErrorFields {
    fn new(message: String, kind: ErrorKind, outcome: Outcome, retryable: bool) -> Self {
        Self {
            message,
            kind: kind.as_str(),
            outcome: outcome.as_str(),
            retryable,
            status: None,
            code: None,
            msg: None,
            request_id: None,
            trace_id: None,
            retry_after: None,
            is_clock_refusal: false,
        }
    }
}

impl From<Error> for ErrorFields {
    fn from(error: Error) -> Self {
        let (kind, outcome) = (error.kind(), error.outcome());
        let mut fields = Self::new(error.to_string(), kind, outcome, error.is_retryable());
        if let Error::Reply(reply) = error {
            fields.is_clock_refusal = reply.is_clock_refusal();
            let parts = *reply.0;
            fields.status = Some(parts.status.as_u16());
            fields.code = parts.code;
            fields.msg = parts.msg;
            fields.request_id = parts.request_id;
            fields.trace_id = parts.trace_id;
            fields.retry_after = parts.retry_after.map(|wait| wait.as_secs_f64());
        }
        fields
    }
}

/// Every field of a halt, as a binding hands it over: serialized in camel case.
#[cfg(feature = "dispatch")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct HaltFields {
    /// The text.
    pub message: String,
    /// See [`Halt::as_str`].
    pub reason: &'static str,
    /// How many calls got the same answer, or how many tries got no token.
    pub times: u32,
    /// HTTP status of the answer that the calls share.
    pub status: Option<u16>,
    /// The service's code in that answer.
    pub code: Option<String>,
    /// The service's message in that answer.
    pub msg: Option<String>,
}

#[cfg(feature = "dispatch")]
impl From<&Halt> for HaltFields {
    fn from(halt: &Halt) -> Self {
        let (message, reason) = (halt.to_string(), halt.as_str());
        match halt.clone() {
            Halt::SameAnswer {
                calls,
                status,
                code,
                msg,
            } => Self {
                message,
                reason,
                times: calls,
                status: Some(status),
                code,
                msg,
            },
            Halt::NoToken { times } => Self {
                message,
                reason,
                times,
                status: None,
                code: None,
                msg: None,
            },
        }
    }
}

/// Returns the error for a redirect of which the host shows nothing else, as browsers do.
///
/// It is refused as any redirect is. The status is 0, which is fetch's own word for a hidden one.
#[must_use]
pub fn hidden_redirect(operation: &str) -> ErrorFields {
    let message = format!(
        "the service answered {operation} with a redirect, which is not followed and of which this host shows neither status nor target; check the endpoint"
    );
    let mut fields = ErrorFields::new(message, ErrorKind::Api, Outcome::Refused, false);
    fields.status = Some(0);
    fields
}

/// Returns the error for a value where text is due. Ids are text: JavaScript loses the digits of a number above 2^53.
///
/// `field` is the publisher's name, `found` names what was given, such as "a number".
#[must_use]
pub fn not_text(field: &str, found: &str) -> InvalidInput {
    InvalidInput::new(format!(
        "{field} is {found}; it must be text, since a number loses digits: write it in quotes"
    ))
}

/// Returns the error for text with half of a UTF-16 pair, which UTF-8 cannot carry: it would become U+FFFD unseen.
#[must_use]
pub fn lone_surrogate(field: &str) -> InvalidInput {
    InvalidInput::new(format!(
        "{field} holds a lone surrogate, which is no character and cannot be sent"
    ))
}

/// Returns the error for a date without a time zone: the service reads UTC.
#[must_use]
pub fn date_without_zone(field: &str) -> InvalidInput {
    InvalidInput::new(format!(
        "{field} has no time zone; the service reads UTC, so give an instant with its zone"
    ))
}

/// Returns the error for anything else that is not an instant, or that lies beyond the calendar.
///
/// `expected` names what the host takes, such as "a Date".
#[must_use]
pub fn not_an_instant(field: &str, expected: &str) -> InvalidInput {
    InvalidInput::new(format!("{field} is no instant; give {expected}"))
}

/// Returns the instant that lies `microseconds` after the epoch, rounded to a whole microsecond. `field` and `expected` are
/// those of [`not_an_instant`].
///
/// # Errors
///
/// NaN, and an instant beyond the calendar.
pub fn instant(
    field: &str,
    microseconds: f64,
    expected: &str,
) -> Result<DateTime<Utc>, InvalidInput> {
    #[allow(clippy::cast_possible_truncation, reason = "saturates")]
    let instant = DateTime::from_timestamp_micros(microseconds.round() as i64);
    instant
        .filter(|_| !microseconds.is_nan())
        .ok_or_else(|| not_an_instant(field, expected))
}

/// Returns the error for a clock margin that is not a whole number of seconds in range.
#[must_use]
pub fn not_a_margin() -> InvalidInput {
    InvalidInput::new("clock margin must be a whole number of seconds from 0 to 600")
}

/// Returns the error for a `type` that is not an integer.
#[must_use]
pub fn not_a_type() -> InvalidInput {
    InvalidInput::new(
        "type is no integer; leave it out, since 2 is the only documented value, or ask for an undocumented integer by name",
    )
}

/// Returns the error for anything else that a host's types do not rule out: `what` is wrong, `right` would be right.
#[must_use]
pub fn refused(what: &str, right: &str) -> InvalidInput {
    InvalidInput::new(format!("{what}; {right}"))
}

/// Returns the call with these ids. `number` is its `type`; `undocumented` is one that the caller asked for by name.
///
/// # Errors
///
/// Those of [`ModificationType`] and [`NotifyPackageExpire`].
pub fn notify_package_expire(
    carrier_user_id: String,
    package_id: String,
    number: i64,
    undocumented: Option<i64>,
) -> Result<NotifyPackageExpire, InvalidInput> {
    ModificationType::try_from(number)?;
    let call = NotifyPackageExpire::new(carrier_user_id, package_id)?;
    match undocumented.map(ModificationType::Undocumented) {
        Some(undocumented) => call.with_modification_type(undocumented),
        None => Ok(call),
    }
}

/// The options that authenticate a client; those that the caller did not give are none.
#[derive(Clone, Copy, Default)]
pub struct CredentialsInput<'a> {
    /// See [`Credentials::app`].
    pub app_id: Option<&'a str>,
    /// See [`Credentials::app`].
    pub app_secret: Option<&'a str>,
    /// See [`Credentials::token`].
    pub token: Option<&'a str>,
    /// See [`Credentials::authorization`].
    pub authorization: Option<&'a str>,
}

/// The app id is no secret; the other values are redacted.
impl fmt::Debug for CredentialsInput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let redacted = |value: Option<&str>| value.map(|_| "***");
        f.debug_struct("CredentialsInput")
            .field("app_id", &self.app_id)
            .field("app_secret", &redacted(self.app_secret))
            .field("token", &redacted(self.token))
            .field("authorization", &redacted(self.authorization))
            .finish()
    }
}

/// Returns the credentials that these options make.
///
/// # Errors
///
/// [`ambiguous_credentials`] unless they are given in exactly one of the three ways, and those of [`Credentials`].
pub fn credentials(given: CredentialsInput<'_>) -> Result<Credentials, InvalidInput> {
    match given {
        CredentialsInput {
            app_id: Some(app_id),
            app_secret: Some(app_secret),
            token: None,
            authorization: None,
        } => Credentials::app(app_id, app_secret),
        CredentialsInput {
            app_id: None,
            app_secret: None,
            token: Some(token),
            authorization: None,
        } => Credentials::token(token),
        CredentialsInput {
            app_id: None,
            app_secret: None,
            token: None,
            authorization: Some(value),
        } => Credentials::authorization(value),
        _ => Err(ambiguous_credentials()),
    }
}

/// Returns the error for credentials that are given in none of the three ways, in part, or in several ways.
#[must_use]
pub fn ambiguous_credentials() -> InvalidInput {
    InvalidInput::new(
        "credentials must be given in exactly one way: an app id with its app secret, or a token, or an authorization",
    )
}

/// What a client is made of, apart from its credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientSettings<'a> {
    /// See [`Endpoint::parse`].
    pub endpoint: &'a str,
    /// See [`Endpoint::parse_allowing_plain_http`].
    pub allow_plain_http: bool,
    /// The value of X-User-Id.
    pub user_id: &'a str,
    /// In seconds, see [`Client::with_clock_margin`].
    pub clock_margin: u32,
    /// In milliseconds, see [`Client::with_clock_offset`].
    pub clock_offset: i64,
}

/// Returns the client of these settings.
///
/// # Errors
///
/// Those of [`Endpoint`] and [`Client`].
pub fn client(
    settings: &ClientSettings<'_>,
    credentials: Credentials,
) -> Result<Client, InvalidInput> {
    let endpoint = if settings.allow_plain_http {
        Endpoint::parse_allowing_plain_http(settings.endpoint)?
    } else {
        Endpoint::parse(settings.endpoint)?
    };
    let offset = TimeDelta::try_milliseconds(settings.clock_offset).unwrap_or(TimeDelta::MAX);
    Client::new(endpoint, settings.user_id, credentials)?
        .with_clock_margin(settings.clock_margin)?
        .with_clock_offset(offset)
}

/// Returns the options of a request, with those that are given.
///
/// # Errors
///
/// Those of [`TraceId::new`].
pub fn options(
    trace_id: Option<&str>,
    date: Option<DateTime<Utc>>,
) -> Result<RequestOptions, InvalidInput> {
    let mut options = RequestOptions::default();
    if let Some(id) = trace_id {
        options = options.trace_id(TraceId::new(id)?);
    }
    if let Some(date) = date {
        options = options.date(date);
    }
    Ok(options)
}

/// Returns the status of a response.
///
/// # Errors
///
/// A number outside 100 to 999.
pub fn status(status: u16) -> Result<StatusCode, InvalidInput> {
    StatusCode::from_u16(status).map_err(|_| {
        InvalidInput::new("status is no HTTP status; it must be a number from 100 to 999")
    })
}

/// A response as a host received it.
#[derive(Debug, Clone, Copy)]
pub struct ReceivedResponse<'a> {
    /// As the host gave it; see [`status`].
    pub status: u16,
    /// The headers that are read.
    pub headers: ReplyHeaders<'a>,
    /// The body. A host that stops at a limit reads one byte more than that.
    pub body: &'a [u8],
}

/// Reads a response to `call`: [`Client::parse_parts`].
///
/// # Errors
///
/// Those of [`Client::parse_parts`] and of [`status`].
pub fn parse<O: Operation>(
    client: &Client,
    call: &O,
    response: ReceivedResponse<'_>,
) -> Result<O::Reply, Error> {
    let status = status(response.status)?;
    Ok(client.parse_parts(call, status, response.headers, response.body)?)
}

/// Reads a response as [`parse`] does, unless its body is longer than `limit` bytes.
///
/// # Errors
///
/// Those of [`parse`], and [`Client::reply_too_long`].
pub fn parse_within<O: Operation>(
    client: &Client,
    call: &O,
    response: ReceivedResponse<'_>,
    limit: usize,
) -> Result<O::Reply, Error> {
    if response.body.len() <= limit {
        return parse(client, call, response);
    }
    let status = status(response.status)?;
    let (headers, start) = (response.headers, response.body);
    let error = client.reply_too_long(call, status, headers, start, limit);
    Err(error.into())
}

/// Returns `error` with the X-Date and the trace id that its request was sent with, where it is the error of a reply.
#[must_use]
pub fn with_request(error: Error, x_date: &str, trace_id: &str) -> Error {
    match error {
        Error::Reply(reply) => reply.with_x_date(x_date).with_trace_id(trace_id).into(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_redirect_is_refused_as_one_that_is_seen() {
        let hidden = hidden_redirect("notifyPackageExpire");
        assert_eq!(
            (hidden.kind, hidden.outcome, hidden.retryable, hidden.status),
            ("api", "refused", false, Some(0))
        );
        assert!(hidden.message.contains("notifyPackageExpire"));
    }
}
