//! The outcome of a call, with everything that an auditor asks for.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::fields::Unreadable;
use crate::reply::Envelope;
use crate::{Error, ErrorKind, Operation, Outcome, PreparedCall, RawReply, TraceId, XDate};

/// The result of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// The service took it.
    Delivered,
    /// The service answered and did not act on it. The same call is refused again.
    Refused,
    /// The service may or may not have acted on it. Never repeated, unless repeats were declared
    /// safe.
    Unknown,
    /// The service did not act on it, and trying on was given up: attempts or retry budget are
    /// spent, or the dispatcher was cancelled between two attempts. Push it again another time.
    GivenUp,
    /// The call was never sent: the dispatcher was cancelled, or the host kept the call from
    /// leaving. Push it again another time.
    NotSent,
}

impl Verdict {
    /// Returns the word that every language uses: `delivered`, `refused`, `unknown`, `given_up`,
    /// `not_sent`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::GivenUp => "given_up",
            Self::NotSent => "not_sent",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How an exchange failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExchangeFailure {
    /// See [`Error::kind`].
    pub kind: ErrorKind,
    /// See [`Error::outcome`].
    pub outcome: Outcome,
    /// See [`Error::closes_connection`].
    pub closes_connection: bool,
}

impl ExchangeFailure {
    pub(super) fn of(error: &Error) -> Self {
        Self {
            kind: error.kind(),
            outcome: error.outcome(),
            closes_connection: error.closes_connection(),
        }
    }
}

/// The one outcome of a call that was pushed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CallOutcome<K> {
    /// The key that was pushed.
    pub key: K,
    /// The call that was pushed.
    pub call: PreparedCall,
    /// The result of the call.
    pub verdict: Verdict,
    /// The number of times that the call was sent.
    pub attempts: u32,
    /// The trace id of all its attempts; none if it was never sent.
    pub trace_id: Option<TraceId>,
    /// X-Date of the last attempt.
    pub x_date: Option<XDate>,
    /// The time at which the first attempt was handed out, on the caller's wall clock.
    pub first_sent_at: Option<DateTime<Utc>>,
    /// The time at which the last attempt was handed out, on the caller's wall clock.
    pub sent_at: Option<DateTime<Utc>>,
    /// The time at which the answer to the last attempt was handed in, on the caller's wall clock;
    /// none where none came.
    pub answered_at: Option<DateTime<Utc>>,
    /// `Date` of that answer.
    pub server_date: Option<DateTime<Utc>>,
    /// HTTP status of that answer.
    pub status: Option<u16>,
    /// The service's reply, where it was delivered. [`reply_to`](Self::reply_to) reads it.
    pub reply: Option<RawReply>,
    /// The last attempt's error, where it was not.
    pub error: Option<Error>,
}

impl<K> CallOutcome<K> {
    /// Reads the reply to `call`, the call that was pushed; none where it was not delivered.
    ///
    /// # Errors
    ///
    /// A reply of which the call's type cannot read a field. The service acted on the call all the
    /// same.
    pub fn reply_to<O: Operation + ?Sized>(
        &self,
        call: &O,
    ) -> Option<Result<O::Reply, Unreadable>> {
        let reply = self.reply.as_ref()?;
        Some(call.reply(Envelope::of(reply), &reply.body))
    }

    /// Returns the service's code in its last answer.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match (&self.reply, &self.error) {
            (Some(reply), _) => reply.code.as_deref(),
            (None, Some(error)) => error.code(),
            (None, None) => None,
        }
    }

    /// Returns the service's message in its last answer. May be Chinese: never match on it.
    #[must_use]
    pub fn msg(&self) -> Option<&str> {
        match (&self.reply, &self.error) {
            (Some(reply), _) => reply.msg.as_deref(),
            (None, Some(error)) => error.msg(),
            (None, None) => None,
        }
    }
}
