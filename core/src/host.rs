//! For bindings: the refusals that only a host language can notice, in the words that all of them share.
//!
//! Rust's types rule these out; JavaScript's and Python's do not. A binding detects, this module speaks. And what every binding
//! would decide in the same way.

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde::Serialize;

use crate::header::ReplyHeaders;
use crate::{
    Client, Credentials, Endpoint, Error, ErrorKind, InvalidInput, ModificationType,
    NotifyPackageExpire, Operation, Outcome, RequestOptions, TraceId, TransportError,
};

/// An error as a binding hands it over: every field, in this order, serialized under JavaScript's names.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ErrorFields {
    /// The text.
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
    /// In seconds.
    pub retry_after: Option<f64>,
    /// See [`ReplyError::is_clock_refusal`](crate::ReplyError::is_clock_refusal). For the binding, not for its users.
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

/// A redirect of which the host shows nothing but that it is one, as browsers do. The service answered it, and with whichever
/// 3xx: so it is refused, as any redirect is. The status is fetch's own word for one that is hidden, 0.
#[must_use]
pub fn hidden_redirect(operation: &str) -> ErrorFields {
    let message = concat(&[
        "the service answered ",
        operation,
        " with a redirect, which is not followed and of which this host shows neither status nor target; check the endpoint",
    ]);
    let mut fields = ErrorFields::new(message, ErrorKind::Api, Outcome::Refused, false);
    fields.status = Some(0);
    fields
}

/// [`Endpoint::parse`], or the variant that allows plain http, where the caller asks for that by name.
///
/// # Errors
///
/// Those of the two.
pub fn endpoint(url: &str, allow_plain_http: bool) -> Result<Endpoint, InvalidInput> {
    if allow_plain_http {
        Endpoint::parse_allowing_plain_http(url)
    } else {
        Endpoint::parse(url)
    }
}

/// A value where text is due. Ids are text: a number is refused, since JavaScript loses digits above 2^53.
///
/// `field` is the publisher's name, `found` what was given instead, such as "a number".
#[must_use]
pub fn not_text(field: &str, found: &str) -> InvalidInput {
    InvalidInput::new(concat(&[
        field,
        " is ",
        found,
        "; it must be text, since a number loses digits: write it in quotes",
    ]))
}

/// Text with half of a UTF-16 pair, which UTF-8 cannot carry: it would become U+FFFD unseen.
#[must_use]
pub fn lone_surrogate(field: &str) -> InvalidInput {
    InvalidInput::new(concat(&[
        field,
        " holds a lone surrogate, which is no character and cannot be sent",
    ]))
}

/// A date without a zone: the service reads UTC.
#[must_use]
pub fn date_without_zone(field: &str) -> InvalidInput {
    InvalidInput::new(concat(&[
        field,
        " has no time zone; the service reads UTC, so give an instant with its zone",
    ]))
}

/// Anything else that is no instant, or lies beyond the calendar.
#[must_use]
pub fn not_an_instant(field: &str, expected: &str) -> InvalidInput {
    InvalidInput::new(concat(&[field, " is no instant; give ", expected]))
}

/// The instant so many microseconds after the epoch, rounded to a whole one. `field` and `expected` as in
/// [`not_an_instant`].
///
/// # Errors
///
/// No number, or beyond the calendar.
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

/// A clock margin that is no whole number of seconds in range.
#[must_use]
pub fn not_a_margin() -> InvalidInput {
    InvalidInput::new("clock margin must be a whole number of seconds from 0 to 600")
}

/// A `type` that is no integer.
#[must_use]
pub fn not_a_type() -> InvalidInput {
    InvalidInput::new(
        "type is no integer; leave it out, since 2 is the only documented value, or ask for an undocumented integer by name",
    )
}

/// The call of these ids, user and package. `number` is its `type`; `undocumented` one that is asked for by name.
///
/// # Errors
///
/// Those of [`ModificationType`] and [`NotifyPackageExpire`].
pub fn notify_package_expire(
    (carrier_user_id, package_id): (String, String),
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

/// The client of these settings. `url` is the endpoint's, and whether plain http is allowed; `clock_margin` is seconds,
/// `clock_offset` milliseconds.
///
/// # Errors
///
/// Those of [`Endpoint`] and [`Client`].
pub fn client(
    (url, allow_plain_http): (&str, bool),
    user_id: impl Into<String>,
    credentials: Credentials,
    clock_margin: u32,
    clock_offset: i64,
) -> Result<Client, InvalidInput> {
    let offset = TimeDelta::try_milliseconds(clock_offset).unwrap_or(TimeDelta::MAX);
    Client::new(endpoint(url, allow_plain_http)?, user_id, credentials)?
        .with_clock_margin(clock_margin)?
        .with_clock_offset(offset)
}

/// The credentials of a client: `way` names the options that were given, in this order and joined by commas, and `texts`
/// are their values.
///
/// # Errors
///
/// None or several of the three ways to authenticate, and what [`Credentials`] refuses.
pub fn credentials(way: &str, texts: &[impl AsRef<str>]) -> Result<Credentials, InvalidInput> {
    match (way, texts) {
        ("app_id,app_secret" | "appId,appSecret", [app_id, app_secret]) => {
            Credentials::app(app_id.as_ref(), app_secret.as_ref())
        }
        ("token", [token]) => Credentials::token(token.as_ref()),
        ("authorization", [value]) => Credentials::authorization(value.as_ref()),
        _ => Err(ambiguous_credentials()),
    }
}

/// None or several of the three ways to authenticate.
#[must_use]
pub fn ambiguous_credentials() -> InvalidInput {
    InvalidInput::new(
        "credentials must be given in exactly one way: an app id with its app secret, or a token, or an authorization",
    )
}

/// The parts, one after the other.
#[must_use]
pub fn joined(parts: &[&str]) -> String {
    concat(parts)
}

/// The status of a response.
///
/// # Errors
///
/// A number outside 100 to 999.
pub fn status(status: u16) -> Result<StatusCode, InvalidInput> {
    StatusCode::from_u16(status).map_err(|_| {
        InvalidInput::new("status is no HTTP status; it must be a number from 100 to 999")
    })
}

/// The options of a request, of those that are given.
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

/// [`Client::parse_parts`], or [`Client::reply_too_long`] where a host's `send` knows better, of status, headers and body.
/// `sent` is what it does know: the most bytes that it reads of a body, and the X-Date and the trace id that went out, which
/// an error then names.
///
/// # Errors
///
/// Those of the two, and of [`status`].
pub fn read<O: Operation>(
    client: &Client,
    call: &O,
    (status, headers, body): (u16, ReplyHeaders<'_>, &[u8]),
    sent: Option<&(usize, String, String)>,
) -> Result<O::Reply, Error> {
    let status = self::status(status)?;
    let Some((most, x_date, trace_id)) = sent else {
        return Ok(client.parse_parts(call, status, headers, body)?);
    };
    let reply = if body.len() > *most {
        Err(client.reply_too_long(call, status, headers, body, *most))
    } else {
        client.parse_parts(call, status, headers, body)
    };
    Ok(reply.map_err(|error| error.with_x_date(x_date).with_trace_id(trace_id))?)
}

/// Anything else that a host's types do not rule out: `what` is wrong, `right` would be right.
#[must_use]
pub fn refused(what: &str, right: &str) -> InvalidInput {
    InvalidInput::new(concat(&[what, "; ", right]))
}

/// The error for what a host noticed, by the name of its function here or in [`TransportError`]; any other name is
/// [`refused`]. `first` and `second` are that function's arguments.
#[must_use]
pub fn error(name: &str, first: &str, second: &str) -> Error {
    match name {
        "not_sent" => return TransportError::not_sent(first).into(),
        "outcome_unknown" => return TransportError::outcome_unknown(first).into(),
        "not_text" => not_text(first, second),
        "lone_surrogate" => lone_surrogate(first),
        "date_without_zone" => date_without_zone(first),
        "not_a_margin" => not_a_margin(),
        "not_a_type" => not_a_type(),
        _ => refused(first, second),
    }
    .into()
}

fn concat(parts: &[&str]) -> String {
    parts.concat()
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
