//! Decides what an error is called, whether KooDrive acted on the call, and whether the call may be
//! repeated.

mod reply_error;
pub(crate) mod template;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::text::excerpt;

pub use reply_error::ReplyError;
pub(crate) use reply_error::ReplyErrorParts;

/// The kind of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Refused by this library before anything was sent.
    InvalidInput,
    /// The network failed and the request surely never left: refused connection, DNS, TLS, connect
    /// time-out.
    NotSent,
    /// The request left, and no complete answer came.
    OutcomeUnknown,
    /// The service answered with any status but 200, or with 200 and a readable code other than
    /// `0`.
    Api,
    /// The service answered 200 with an unreadable body.
    UnreadableReply,
}

impl ErrorKind {
    /// Returns the word that every language uses: `invalid_input`, `not_sent`, `outcome_unknown`,
    /// `api`, `unreadable_reply`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::NotSent => "not_sent",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Api => "api",
            Self::UnreadableReply => "unreadable_reply",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether KooDrive acted on the call that ended in an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The request never reached the service.
    NotSent,
    /// The service received the call and did not act on it.
    Refused,
    /// The service may or may not have acted on it.
    Unknown,
}

impl Outcome {
    /// Returns the word that every language uses: `not_sent`, `refused`, `unknown`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Input that was refused before anything was sent. The text names the field, the problem and what
/// to do, and never holds a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct InvalidInput {
    field: Option<Cow<'static, str>>,
    template: Cow<'static, str>,
}

impl InvalidInput {
    /// Returns the error for a `field`, named as the wire names it. The text is `field: problem`; a
    /// good `problem` ends with what to do. A word of small letters and `_` in braces, as
    /// `{user_id}`, is the name of an option: each language spells it in its own way, and the
    /// braces go.
    #[must_use]
    pub fn new(field: impl Into<Cow<'static, str>>, problem: impl fmt::Display) -> Self {
        let field = field.into();
        Self {
            template: format!("{field}: {problem}").into(),
            field: Some(field),
        }
    }

    /// Returns the error for an option, which each host spells in its own way.
    pub(crate) fn option(name: &'static str, problem: impl fmt::Display) -> Self {
        Self {
            field: Some(name.into()),
            template: format!("{{{name}}}: {problem}").into(),
        }
    }

    /// Returns the error for an option whose name the host says.
    pub(crate) fn named_option(name: &str, problem: impl fmt::Display) -> Self {
        Self {
            field: Some(name.to_owned().into()),
            template: format!("{{{name}}}: {problem}").into(),
        }
    }

    /// Returns the same error for a field within `at`, such as `operationList[0].`.
    pub(crate) fn within(self, at: &str) -> Self {
        Self {
            field: self.field.map(|field| [at, &field].concat().into()),
            template: [at, &self.template].concat().into(),
        }
    }

    /// Returns an error that concerns no field.
    pub(crate) fn message(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: None,
            template: text.into(),
        }
    }

    /// Always [`ErrorKind::InvalidInput`].
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::InvalidInput
    }

    /// Always [`Outcome::NotSent`].
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        Outcome::NotSent
    }

    /// Always false: the same input is refused again.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        false
    }

    /// Returns the field: the wire's name of what stands in a body or makes a raw call
    /// (`carrierUserId`, `path`), or an option in snake case (`user_id`).
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// Returns the text with the names of options in braces, as `{user_id}`, for a host that spells
    /// them in another way.
    #[must_use]
    pub fn template(&self) -> &str {
        &self.template
    }
}

impl fmt::Display for InvalidInput {
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method alone has one lifetime too few"
    )]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        template::spell(&self.template, f, |part, f| part.write(f))
    }
}

impl std::error::Error for InvalidInput {}

/// A failure that only the host can see: no complete answer came. Transports make these, so that
/// the words are the same whichever HTTP client was used.
#[derive(Clone, PartialEq, Eq)]
pub struct TransportError(Box<TransportErrorParts>);

#[derive(Clone, PartialEq, Eq)]
struct TransportErrorParts {
    sent: bool,
    cause: String,
    is_safe: bool,
    trace_id: Option<String>,
    x_date: Option<String>,
}

impl TransportError {
    /// Returns the error of a request that surely never left: refused connection, DNS, TLS, connect
    /// time-out. `cause` is the transport's own text.
    #[must_use]
    pub fn not_sent(cause: impl fmt::Display) -> Self {
        Self::new(false, cause)
    }

    /// Returns the error of a request that left, or may have left, and got no complete answer.
    /// `cause` is the transport's own text.
    #[must_use]
    pub fn outcome_unknown(cause: impl fmt::Display) -> Self {
        Self::new(true, cause)
    }

    fn new(sent: bool, cause: impl fmt::Display) -> Self {
        Self(Box::new(TransportErrorParts {
            sent,
            cause: cause.to_string(),
            is_safe: false,
            trace_id: None,
            x_date: None,
        }))
    }

    /// [`ErrorKind::NotSent`] or [`ErrorKind::OutcomeUnknown`].
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        if self.0.sent {
            ErrorKind::OutcomeUnknown
        } else {
            ErrorKind::NotSent
        }
    }

    /// [`Outcome::NotSent`] or [`Outcome::Unknown`].
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        if self.0.sent {
            Outcome::Unknown
        } else {
            Outcome::NotSent
        }
    }

    /// True where the request never left, and for a call that changes nothing.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        !self.0.sent || self.0.is_safe
    }

    /// Returns the trace id that was sent, where the error was made by an attempt.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.0.trace_id.as_deref()
    }

    /// Returns the X-Date that was sent, where the error was made by an attempt.
    #[must_use]
    pub fn x_date(&self) -> Option<&str> {
        self.0.x_date.as_deref()
    }

    pub(crate) fn of_request(mut self, is_safe: bool, sent: SentHeaders<'_>) -> Self {
        self.0.is_safe = is_safe;
        self.0.trace_id = sent.trace_id.map(str::to_owned);
        self.0.x_date = sent.x_date.map(str::to_owned);
        self
    }
}

/// The values of a request that its error names.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SentHeaders<'a> {
    pub(crate) x_date: Option<&'a str>,
    pub(crate) trace_id: Option<&'a str>,
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = &*self.0;
        f.write_str(if parts.sent {
            "the request got no complete reply: "
        } else {
            "the request was not sent: "
        })?;
        f.write_str(&excerpt(&parts.cause))?;
        if let Some(trace_id) = &parts.trace_id {
            write!(f, ", trace id {trace_id}")?;
        }
        f.write_str(match (parts.sent, parts.is_safe) {
            (false, _) => "; the service did not receive the call, so a retry is safe",
            (true, true) => UNKNOWN_SAFE,
            (true, false) => UNKNOWN,
        })
    }
}

impl std::error::Error for TransportError {}

/// Ends the text of an error with an unknown outcome.
pub(crate) const UNKNOWN: &str =
    "; outcome unknown: the service may have processed the call, so retry only if repeats are safe";

/// Ends it for a call that changes nothing.
pub(crate) const UNKNOWN_SAFE: &str =
    "; outcome unknown, but the call changes nothing, so a retry is safe";

/// Errors show their text in `Debug`, since that is what `unwrap` and `main` print.
macro_rules! debug_is_display {
    ($($error:ty),*) => {$(
        impl fmt::Debug for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

debug_is_display!(InvalidInput, TransportError, ReplyError, Error);

/// Any error of this crate.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// Refused before anything was sent.
    InvalidInput(InvalidInput),
    /// No complete answer came; made by transports.
    Transport(TransportError),
    /// The answer was not a success.
    Reply(ReplyError),
}

impl Error {
    /// Returns the kind of the failure.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidInput(error) => error.kind(),
            Self::Transport(error) => error.kind(),
            Self::Reply(error) => error.kind(),
        }
    }

    /// Returns whether KooDrive acted on the call.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::InvalidInput(error) => error.outcome(),
            Self::Transport(error) => error.outcome(),
            Self::Reply(error) => error.outcome(),
        }
    }

    /// True where the call may be repeated although nothing is known about repeats: it was not
    /// sent, the service asked to come back (429, 503), or the call changes nothing.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::InvalidInput(error) => error.is_retryable(),
            Self::Transport(error) => error.is_retryable(),
            Self::Reply(error) => error.is_retryable(),
        }
    }

    /// HTTP status, where the service answered.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.reply().map(ReplyError::status)
    }

    /// See [`ReplyError::code`].
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.reply()?.code()
    }

    /// See [`ReplyError::msg`].
    #[must_use]
    pub fn msg(&self) -> Option<&str> {
        self.reply()?.msg()
    }

    /// See [`ReplyError::request_id`].
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.reply()?.request_id()
    }

    /// See [`ReplyError::trace_id`] and [`TransportError::trace_id`].
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        match self {
            Self::InvalidInput(_) => None,
            Self::Transport(error) => error.trace_id(),
            Self::Reply(error) => error.trace_id(),
        }
    }

    /// Returns the X-Date of the request, where it is known.
    #[must_use]
    pub fn x_date(&self) -> Option<&str> {
        match self {
            Self::InvalidInput(_) => None,
            Self::Transport(error) => error.x_date(),
            Self::Reply(error) => error.x_date(),
        }
    }

    /// See [`ReplyError::body`].
    #[must_use]
    pub fn body(&self) -> Option<&str> {
        Some(self.reply()?.body())
    }

    /// See [`InvalidInput::field`].
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::InvalidInput(error) => error.field(),
            Self::Transport(_) | Self::Reply(_) => None,
        }
    }

    /// Returns whether the transport must close the connection instead of reusing it. True after a
    /// 503, so that a balancer chooses another node, and after every unknown outcome, since the
    /// rest of a reply may still arrive.
    #[must_use]
    pub fn closes_connection(&self) -> bool {
        self.outcome() == Outcome::Unknown || self.status() == Some(StatusCode::SERVICE_UNAVAILABLE)
    }

    /// See [`ReplyError::retry_after`].
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.reply()?.retry_after()
    }

    const fn reply(&self) -> Option<&ReplyError> {
        match self {
            Self::Reply(error) => Some(error),
            Self::InvalidInput(_) | Self::Transport(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidInput(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
            Self::Reply(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The variants print as themselves; a source would print the same sentence twice.
        None
    }
}

impl From<InvalidInput> for Error {
    fn from(error: InvalidInput) -> Self {
        Self::InvalidInput(error)
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl From<ReplyError> for Error {
    fn from(error: ReplyError) -> Self {
        Self::Reply(error)
    }
}
