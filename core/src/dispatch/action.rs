//! The actions that a dispatcher asks of its driver, and the time that a driver passes in.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::Method;

use super::CallOutcome;
use crate::text::excerpt;
use crate::{InvalidInput, VaryingParts};

/// The host's two clocks, read together.
///
/// Everything that is timed (rate, backoff, token age) runs on the monotonic one; a jump of the
/// wall clock neither stalls nor floods. The wall clock is only written down: in X-Date until a
/// reply has shown the server's clock, and in outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Wall clock.
    pub wall: DateTime<Utc>,
    /// The time since an origin of the host's choice, the same for all calls of one dispatcher. One
    /// that goes back counts as standing still.
    pub monotonic: Duration,
}

impl Now {
    /// Returns the time on both clocks.
    #[must_use]
    pub const fn new(wall: DateTime<Utc>, monotonic: Duration) -> Self {
        Self { wall, monotonic }
    }
}

/// Names an attempt that is in flight, from [`Action::Send`] until its response or failure was
/// handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(super) u64);

impl Ticket {
    /// Below 2^53, so that every language holds it.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Returns the ticket of this number. One that was never given out is refused where it is used.
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The key of a call that was not taken, given back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotTaken<K> {
    /// The key that was pushed.
    pub key: K,
    /// The reason why the call was not taken.
    pub reason: InvalidInput,
}

/// The driver's next action. The enum is exhaustive, so that a driver compiles only if it knows
/// every action.
#[derive(Debug)]
pub enum Action<K> {
    /// A call has ended with this outcome. The call keeps its place until the driver takes the
    /// outcome.
    Outcome(Box<CallOutcome<K>>),
    /// Send this now, once, and hand in its response or its failure under its ticket.
    Send(Outgoing),
    /// Get a fresh token and hand it to [`set_credentials`](super::Dispatcher::set_credentials), or
    /// say [`token_failed`](super::Dispatcher::token_failed). Said once per token. Nothing is sent
    /// until then.
    Token,
    /// Push up to so many calls, or say [`finish`](super::Dispatcher::finish). Said once: it is
    /// said again when these were pushed and there is room. Fewer at a time, and later, is fine.
    Calls(usize),
    /// Sending has stopped: [`resume`](super::Dispatcher::resume), or
    /// [`cancel`](super::Dispatcher::cancel) to have the rest reported. This action comes once per
    /// halt. Exchanges in flight are still awaited.
    Halted(Halt),
    /// The driver waits until this monotonic instant or until it has something to hand in. Without
    /// an instant it waits only for the latter.
    Wait(Option<Duration>),
    /// Every call has had its outcome and no more will come.
    Done,
}

impl<K> Action<K> {
    /// Returns its name, as bindings and logs have it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Outcome(_) => "outcome",
            Self::Send(_) => "send",
            Self::Token => "token",
            Self::Calls(_) => "calls",
            Self::Halted(_) => "halted",
            Self::Wait(_) => "wait",
            Self::Done => "done",
        }
    }
}

/// One attempt of one call, built and signed for now.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outgoing {
    /// Names this attempt.
    pub ticket: Ticket,
    /// 1 for a call's first attempt.
    pub attempt: u32,
    /// The method of the call.
    pub method: Method,
    /// The path of the call, where all calls of its operation share it. The other half of the
    /// request, [`fixed_parts`](super::Dispatcher::fixed_parts), may then be the same for all calls
    /// with this method and this path: see [`FixedParts::may_be_kept`](crate::FixedParts).
    pub fixed_path: Option<&'static str>,
    /// The half of the request that varies; [`Dispatcher::request`](super::Dispatcher::request)
    /// joins it with the other half.
    pub parts: VaryingParts,
}

/// The reason why sending has stopped. The enum is exhaustive, like [`Action`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Halt {
    /// This number of calls in a row got the same answer, and no call was delivered in between:
    /// wrong credentials, a missing whitelist entry, a proxy that answers in the service's place.
    /// Those calls have had their outcomes.
    SameAnswer {
        /// The number of calls.
        calls: u32,
        /// HTTP status.
        status: u16,
        /// The service's code.
        code: Option<String>,
        /// The service's message, of the last of them.
        msg: Option<String>,
    },
    /// The driver reported this many times in a row that it has no fresh token.
    NoToken {
        /// The number of reports.
        times: u32,
    },
}

impl Halt {
    /// Returns the word that every language uses: `same_answer`, `no_token`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::SameAnswer { .. } => "same_answer",
            Self::NoToken { .. } => "no_token",
        }
    }
}

/// Writes for the night shift what happened and what to do.
impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SameAnswer {
                calls,
                status,
                code,
                msg,
            } => {
                write!(
                    f,
                    "halted: {calls} calls in a row got the same answer, HTTP {status}"
                )?;
                if let Some(code) = code {
                    write!(f, ", code {code}")?;
                }
                if let Some(msg) = msg {
                    write!(f, ", msg \"{}\"", excerpt(msg))?;
                }
                f.write_str(
                    ", and none was delivered in between; correct the cause, then resume: the rest was not sent",
                )
            }
            Self::NoToken { times } => write!(
                f,
                "halted: no fresh token after {times} tries; correct the source of tokens, then resume: the rest was not sent"
            ),
        }
    }
}
