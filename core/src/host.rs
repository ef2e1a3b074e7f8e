//! Support for bindings: the texts of errors that only a host language can notice, and the
//! decisions that every binding must take alike.
//!
//! Rust's types rule these errors out; JavaScript's and Python's do not. The binding detects an
//! error, this module words it.

mod call;
mod fields;

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use http::{Method, StatusCode};
use serde::Serialize;
use zeroize::zeroize_stack;

use crate::attempt::may_sign_anew;
#[cfg(feature = "dispatch")]
use crate::dispatch::{CallOutcome, Config, Halt, OPTIONS, Unit};
use crate::error::SentHeaders;
use crate::header::ReplyHeaders;
use crate::request::check_reply_limit;
use crate::{
    Client, Credentials, Endpoint, Error, ErrorKind, InvalidInput, Operation, Outcome, RawCall,
    RequestOptions, TraceId, TransportError,
};

pub use crate::error::template::Spelling;
pub use call::{AnyCall, FromFields};
pub use fields::Fields;
pub(crate) use fields::text as field_text;

/// Every field of an error, as a binding hands it over: in this order, serialized in camel case.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ErrorFields {
    /// The text of the error, in which options are spelled as the host spells them.
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
    /// The reply's trace id, or else the one that was sent.
    pub trace_id: Option<String>,
    /// The X-Date that was sent.
    pub x_date: Option<String>,
    /// The wait that the service asks for, in seconds.
    pub retry_after: Option<f64>,
    /// The beginning of the reply's body.
    pub body: Option<String>,
    /// The field that was refused, as the host spells it.
    pub field: Option<String>,
}

impl ErrorFields {
    /// Returns the fields of `error` for a host that spells options so.
    #[must_use]
    pub fn new(error: Error, spelling: Spelling) -> Self {
        let mut fields = Self::plain(
            error.to_string(),
            error.kind(),
            error.outcome(),
            error.is_retryable(),
        );
        fields.trace_id = error.trace_id().map(str::to_owned);
        fields.x_date = error.x_date().map(str::to_owned);
        match error {
            Error::InvalidInput(error) => {
                fields.message = spelling.apply(error.template());
                fields.field = error.field().map(|field| spelling.name(field));
            }
            Error::Transport(_) => {}
            Error::Reply(reply) => {
                fields.message = reply.text(|checks| spelling.apply(checks));
                let parts = *reply.0;
                if parts.is_hidden_redirect {
                    fields.status = Some(0);
                    return fields;
                }
                fields.status = Some(parts.status.as_u16());
                fields.code = parts.code;
                fields.msg = parts.msg;
                fields.request_id = parts.request_id;
                fields.retry_after = parts.retry_after.map(|wait| wait.as_secs_f64());
                fields.body = Some(parts.body);
            }
        }
        fields
    }

    fn plain(message: String, kind: ErrorKind, outcome: Outcome, retryable: bool) -> Self {
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
            x_date: None,
            retry_after: None,
            body: None,
            field: None,
        }
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
    /// The number of calls with the same answer, or of tries without a token.
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
/// It is refused as any redirect is. In its [`ErrorFields`] the status is 0, which is fetch's own
/// word for a hidden one.
#[must_use]
pub fn hidden_redirect(client: &Client, call: &AnyCall, x_date: &str, trace_id: &str) -> Error {
    let sent = SentHeaders {
        x_date: Some(x_date),
        trace_id: Some(trace_id),
    };
    client.hidden_redirect(call, sent).into()
}

/// Returns the error for a value where text is due. Ids are text: JavaScript loses the digits of a
/// number above 2^53.
///
/// `field` is an option in snake case or the wire's name of a field, `found` names what was given,
/// such as "a number".
#[must_use]
pub fn not_text(field: &str, found: &str) -> InvalidInput {
    let reason = if found.contains("number") || found.contains("bigint") {
        ", since a number may lose digits"
    } else {
        ""
    };
    field_error(
        field,
        &format!("{found} where text is due; pass text{reason}"),
    )
}

/// Returns the error for text with half of a UTF-16 pair, which UTF-8 cannot carry: it would become
/// U+FFFD unseen.
#[must_use]
pub fn lone_surrogate(field: &str) -> InvalidInput {
    field_error(
        field,
        "contains a lone surrogate, which UTF-8 cannot carry; remove it",
    )
}

/// Returns the error for a date without a time zone: the service reads UTC.
#[must_use]
pub fn date_without_zone(field: &str) -> InvalidInput {
    field_error(
        field,
        "has no time zone; pass an aware date, since the service reads UTC",
    )
}

/// Returns the error for anything else that is not an instant, or that lies beyond the calendar.
///
/// `expected` names what the host takes, such as "a Date".
#[must_use]
pub fn not_an_instant(field: &str, expected: &str) -> InvalidInput {
    field_error(field, &format!("not a valid date; pass {expected}"))
}

/// Returns the instant that lies `microseconds` after the epoch, rounded to a whole microsecond.
/// `field` and `expected` are those of [`not_an_instant`].
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
    crate::client::margin_out_of_range()
}

/// Returns the error for a `type` that is not an integer.
#[must_use]
pub fn not_a_type() -> InvalidInput {
    InvalidInput::new("type", "not an integer; pass an integer or leave it out")
}

/// Returns the longest body of a reply, in bytes, as `send` and a dispatcher take it.
///
/// # Errors
///
/// Anything but a whole number from 1 to 1 GiB.
pub fn reply_limit(bytes: f64) -> Result<usize, InvalidInput> {
    check_reply_limit(bytes)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
    #[expect(clippy::cast_sign_loss, reason = "in range")]
    Ok(bytes as usize)
}

/// Returns the error for anything else that a host's types do not rule out: the `problem` of
/// `field`, and what to do.
#[must_use]
pub fn refused(field: &str, problem: &str) -> InvalidInput {
    field_error(field, problem)
}

/// Returns an error that concerns no field.
#[must_use]
pub fn misused(text: &str) -> InvalidInput {
    InvalidInput::message(text.to_owned())
}

/// Returns the error for `field`, which is a wire name in camel case or an option in snake case. A
/// name of one word reads the same in both.
fn field_error(field: &str, problem: &str) -> InvalidInput {
    if field
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    {
        InvalidInput::named_option(field, problem)
    } else {
        InvalidInput::new(field.to_owned(), problem)
    }
}

/// Returns the configuration with these options of a dispatcher. Names are spelled as the host
/// spells them. Values are in the units of [`OPTIONS`], but for times in JavaScript, which are
/// milliseconds; yes is 1, no is 0.
///
/// # Errors
///
/// An unknown name, a value out of range.
#[cfg(feature = "dispatch")]
pub fn dispatch_config<'a>(
    options: impl IntoIterator<Item = (&'a str, f64)>,
    spelling: Spelling,
) -> Result<Config, InvalidInput> {
    let mut config = Config::default();
    for (name, value) in options {
        let Some(row) = OPTIONS.iter().find(|row| spelling.name(row.name) == name) else {
            let known = OPTIONS.map(|row| format!("{{{}}}", row.name));
            return Err(InvalidInput::message(format!(
                "unknown option {name}; expected one of: {}",
                known.join(", ")
            )));
        };
        let is_milliseconds = spelling == Spelling::Camel && row.unit == Unit::Seconds;
        config = config.set(
            row,
            if is_milliseconds {
                value / 1000.0
            } else {
                value
            },
        )?;
    }
    Ok(config)
}

/// Returns the reply of a delivered call as JSON text; none where it was not delivered.
///
/// # Errors
///
/// A reply of which `call` cannot read a field, as [`Attempt::reply`](crate::Attempt::reply) says
/// it. The verdict stays: the service acted on the call. `client` is the dispatcher's.
#[cfg(feature = "dispatch")]
pub fn delivered_reply<K>(
    client: &Client,
    outcome: &CallOutcome<K>,
    call: &AnyCall,
) -> Option<Result<String, Error>> {
    let reply = outcome.reply.as_ref()?;
    let sent = SentHeaders {
        x_date: outcome.x_date.as_ref().map(crate::XDate::as_str),
        trace_id: reply.trace_id.as_deref(),
    };
    let status = StatusCode::from_u16(reply.status).unwrap_or_default();
    // The dispatcher has read the headers.
    let (headers, body) = (ReplyHeaders::default(), reply.body.as_bytes());
    let read = client.read_reply(call, status, headers, body, usize::MAX, sent);
    Some(read.map_err(Error::from))
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
    /// Whether a function signs in the place of an app secret: see [`Credentials::detached`].
    pub signs_elsewhere: bool,
    /// Whether the token comes later: see [`Credentials::later`].
    pub token_later: bool,
}

/// Shows the app id, which is public, and redacts the other values.
impl fmt::Debug for CredentialsInput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let redacted = |value: Option<&str>| value.map(|_| "***");
        f.debug_struct("CredentialsInput")
            .field("app_id", &self.app_id)
            .field("app_secret", &redacted(self.app_secret))
            .field("token", &redacted(self.token))
            .field("authorization", &redacted(self.authorization))
            .field("signs_elsewhere", &self.signs_elsewhere)
            .field("token_later", &self.token_later)
            .finish()
    }
}

/// Returns the credentials that these options make.
///
/// # Errors
///
/// [`incomplete_credentials`] if half of a pair is missing, [`ambiguous_credentials`] for none or
/// several kinds of credentials, and the errors of [`Credentials`].
pub fn credentials(given: CredentialsInput<'_>) -> Result<Credentials, InvalidInput> {
    let CredentialsInput {
        app_id,
        app_secret,
        token,
        authorization,
        signs_elsewhere,
        token_later,
    } = given;
    let texts = (app_id, app_secret, token, authorization);
    match (texts, signs_elsewhere, token_later) {
        ((Some(app_id), Some(app_secret), None, None), false, false) => {
            Credentials::app(app_id, app_secret)
        }
        ((None, None, Some(token), None), false, false) => Credentials::token(token),
        ((None, None, None, Some(value)), false, false) => Credentials::authorization(value),
        ((Some(app_id), None, None, None), true, false) => Credentials::detached(app_id),
        ((None, None, None, None), false, true) => Ok(Credentials::later()),
        ((Some(_), None, None, None), false, false) => Err(incomplete_credentials(false)),
        ((None, Some(_), None, None), false, false) | ((None, None, None, None), true, false) => {
            Err(incomplete_credentials(true))
        }
        _ => Err(ambiguous_credentials()),
    }
}

/// Returns the error for an app id without its secret, or, if `has_secret`, for a secret or a
/// function that signs without the app id.
#[must_use]
pub fn incomplete_credentials(has_secret: bool) -> InvalidInput {
    InvalidInput::message(if has_secret {
        "{app_id} is missing; pass it with {app_secret} or {sign}"
    } else {
        "{app_secret} is missing; pass it with {app_id}, or pass {sign}"
    })
}

/// Returns the error for no credentials, and for several kinds of credentials.
#[must_use]
pub fn ambiguous_credentials() -> InvalidInput {
    InvalidInput::message(
        "pass one kind of credentials: {app_id} with {app_secret} or {sign}, or {token}, or {authorization}",
    )
}

/// The settings of a client, apart from its credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientSettings<'a> {
    /// See [`Endpoint::parse`].
    pub endpoint: &'a str,
    /// See [`Endpoint::parse_allowing_plain_http`].
    pub allow_plain_http: bool,
    /// The value of X-User-Id.
    pub user_id: &'a str,
    /// The margin in seconds, see [`Client::with_clock_margin`].
    pub clock_margin: u32,
    /// The offset in milliseconds, see [`Client::with_clock_offset`].
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
    let client = Client::new(endpoint, settings.user_id, credentials)?
        .with_clock_margin(settings.clock_margin)?;
    with_clock_offset(&client, settings.clock_offset)
}

/// Returns `client` with a clock offset of its own, in milliseconds.
///
/// # Errors
///
/// Those of [`Client::with_clock_offset`].
pub fn with_clock_offset(client: &Client, milliseconds: i64) -> Result<Client, InvalidInput> {
    let offset = TimeDelta::try_milliseconds(milliseconds).unwrap_or(TimeDelta::MAX);
    client.with_clock_offset(offset)
}

/// Returns the options of a request, with those that are given.
///
/// # Errors
///
/// Those of [`TraceId::parse`].
pub fn options(
    trace_id: Option<&str>,
    date: Option<DateTime<Utc>>,
) -> Result<RequestOptions, InvalidInput> {
    let mut options = RequestOptions::default();
    if let Some(id) = trace_id {
        options = options.trace_id(TraceId::parse(id)?);
    }
    if let Some(date) = date {
        options = options.date(date);
    }
    Ok(options)
}

/// Returns the raw call of the method with the name `method`, without a query, headers or a body.
///
/// # Errors
///
/// Those of [`RawCall::new`].
pub fn raw_call(method: &str, path: &str) -> Result<RawCall, InvalidInput> {
    // A method that HTTP cannot carry is as unknown as HEAD is.
    let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::HEAD);
    RawCall::new(method, path)
}

/// Returns the status of a response.
///
/// # Errors
///
/// A number outside 100 to 999.
pub fn status(status: u16) -> Result<StatusCode, InvalidInput> {
    StatusCode::from_u16(status).map_err(|_| {
        InvalidInput::option(
            "status",
            "not an HTTP status; pass a number from 100 to 999",
        )
    })
}

/// A response as a host received it.
#[derive(Debug, Clone, Copy)]
pub struct ReceivedResponse<'a> {
    /// The status as the host gave it; see [`status`].
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

/// A request that a host has sent, without a handle for its attempt: the fields that reading its
/// reply needs.
#[derive(Debug, Clone, Copy)]
pub struct SentRequest<'a> {
    /// X-Date.
    pub x_date: &'a str,
    /// x-traceid.
    pub trace_id: &'a str,
    /// The longest body of its reply, in bytes.
    pub reply_limit: usize,
    /// On the host's clock.
    pub sent_at: DateTime<Utc>,
    /// Whether the attempt may be signed anew after a refused date: only a first attempt without a
    /// date from the caller.
    pub may_sign_anew: bool,
}

/// The error of an exchange, and whether [`Attempt::again`](crate::Attempt::again) would make
/// another attempt.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The error.
    pub error: Error,
    /// Whether the host is to send the call once more, signed anew.
    pub sign_anew: bool,
}

impl From<InvalidInput> for Failure {
    fn from(error: InvalidInput) -> Self {
        Self {
            error: error.into(),
            sign_anew: false,
        }
    }
}

/// Reads the response to a request that was sent, and learns the server's clock from it, as
/// [`Attempt::reply`](crate::Attempt::reply) does.
///
/// # Errors
///
/// Those of [`Attempt::reply`](crate::Attempt::reply) and of [`status`].
pub fn parse_sent<O: Operation>(
    client: &Client,
    call: &O,
    response: ReceivedResponse<'_>,
    sent: &SentRequest<'_>,
    received_at: DateTime<Utc>,
) -> Result<O::Reply, Failure> {
    let ReceivedResponse { headers, body, .. } = response;
    client.observe_clock(headers, sent.sent_at, received_at);
    let status = status(response.status)?;
    let (limit, of_request) = (sent.reply_limit, sent.headers());
    let reply = client.read_reply(call, status, headers, body, limit, of_request);
    reply.map_err(|error| Failure {
        sign_anew: may_sign_anew(&error, false, !sent.may_sign_anew),
        error: error.into(),
    })
}

/// Returns the error of a request without a complete reply. `has_left` is false where it surely was
/// not sent.
#[must_use]
pub fn transport_error(has_left: bool, cause: impl fmt::Display) -> TransportError {
    if has_left {
        TransportError::outcome_unknown(cause)
    } else {
        TransportError::not_sent(cause)
    }
}

/// Overwrites what requests left on the stack, states of the key among it: more than any function
/// of a binding reaches. For the end of a client or a dispatcher, whose fields overwrite
/// themselves.
pub fn overwrite_stack() {
    zeroize_stack::<8192>();
}

/// Returns the error of a request that was sent, or was about to be, and got no complete reply, as
/// [`Attempt::failed`](crate::Attempt::failed) does.
#[must_use]
pub fn failed<'a>(
    error: TransportError,
    is_safe: bool,
    x_date: Option<&'a str>,
    trace_id: impl Into<Option<&'a str>>,
) -> Error {
    let sent = SentHeaders {
        x_date,
        trace_id: trace_id.into(),
    };
    error.of_request(is_safe, sent).into()
}

impl SentRequest<'_> {
    const fn headers(&self) -> SentHeaders<'_> {
        SentHeaders {
            x_date: Some(self.x_date),
            trace_id: Some(self.trace_id),
        }
    }
}
