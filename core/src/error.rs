//! Decides what an error is called, what is true at the service after it, and whether it may be repeated.

mod reply_error;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::text::excerpt;

pub use reply_error::ReplyError;
pub(crate) use reply_error::ReplyErrorParts;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Refused by this library before anything was sent.
    InvalidInput,
    /// The network failed and the request surely never left: refused connection, DNS, TLS, connect time-out.
    NotSent,
    /// The request left, and no complete answer came.
    OutcomeUnknown,
    /// The service answered with any status but 200, or with 200 and a readable code other than `0`.
    Api,
    /// The service answered 200 with something nobody can read.
    UnreadableReply,
}

impl ErrorKind {
    /// The same word in every language: `invalid_input`, `not_sent`, `outcome_unknown`, `api`, `unreadable_reply`.
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

/// What is true at the service after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing reached the service.
    NotSent,
    /// The service received the call and did not act on it.
    Refused,
    /// The service may or may not have acted on it.
    Unknown,
}

impl Outcome {
    /// The same word in every language: `not_sent`, `refused`, `unknown`.
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

/// Input that was refused before anything was sent. The text names the field, what is wrong and what would be right, and
/// never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidInput {
    message: Cow<'static, str>,
}

impl InvalidInput {
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: message.into(),
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
}

impl fmt::Display for InvalidInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for InvalidInput {}

/// A failure that only the host can see: no complete answer came. Transports make these, so that the words are the same
/// whichever HTTP client was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportError {
    sent: bool,
    cause: String,
}

impl TransportError {
    /// The request surely never left: refused connection, DNS, TLS, connect time-out. `cause` is the transport's own text.
    #[must_use]
    pub fn not_sent(cause: impl fmt::Display) -> Self {
        Self {
            sent: false,
            cause: cause.to_string(),
        }
    }

    /// The request left, or may have left, and no complete answer came. `cause` is the transport's own text.
    #[must_use]
    pub fn outcome_unknown(cause: impl fmt::Display) -> Self {
        Self {
            sent: true,
            cause: cause.to_string(),
        }
    }

    /// [`ErrorKind::NotSent`] or [`ErrorKind::OutcomeUnknown`].
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        if self.sent {
            ErrorKind::OutcomeUnknown
        } else {
            ErrorKind::NotSent
        }
    }

    /// [`Outcome::NotSent`] or [`Outcome::Unknown`].
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        if self.sent {
            Outcome::Unknown
        } else {
            Outcome::NotSent
        }
    }

    /// True where the request never left.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        !self.sent
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = if self.sent {
            (
                "the request left and no complete answer came: ",
                "; whether the service acted on it is unknown, so do not repeat it unless repeats are safe",
            )
        } else {
            (
                "the request was not sent: ",
                "; it is safe to send it again",
            )
        };
        write!(f, "{before}{}{after}", excerpt(&self.cause))
    }
}

impl std::error::Error for TransportError {}

/// Any error of this crate.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// What happened.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidInput(error) => error.kind(),
            Self::Transport(error) => error.kind(),
            Self::Reply(error) => error.kind(),
        }
    }

    /// What is true at the service.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::InvalidInput(error) => error.outcome(),
            Self::Transport(error) => error.outcome(),
            Self::Reply(error) => error.outcome(),
        }
    }

    /// True where the call may be repeated although nothing is known about repeats: it was not sent, or the service asked
    /// to come back (429, 503).
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

    /// See [`ReplyError::trace_id`].
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.reply()?.trace_id()
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
