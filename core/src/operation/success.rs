//! Decides which replies are successes.

use std::fmt;

use http::StatusCode;

use crate::reply::Envelope;

/// Decides from the status, the envelope (which has the status as well) and the body's text whether
/// a reply is a success. A function and no closure, so that a dispatcher can keep the rule of any
/// operation without an allocation.
#[derive(Clone, Copy)]
pub struct Success {
    rule: fn(&Envelope, &str) -> bool,
    /// The statuses with which a reply may be a success.
    statuses: fn(StatusCode) -> bool,
}

impl Success {
    /// HTTP 200 and a code of exactly `0`: the rule of the published pages.
    pub const CODE_ZERO: Self = Self::at_200(|envelope, _| envelope.code.as_deref() == Some(ZERO));

    /// Any 2xx status whose code is `0` or absent: the rule of a raw call, of whose reply nothing
    /// is known.
    pub const ANY_2XX: Self =
        Self::new(|envelope, _| !envelope.has_code() || envelope.code.as_deref() == Some(ZERO));

    /// Returns a rule of the caller's own for replies with a 2xx status; with another status a
    /// reply is an error. The envelope of a body that is empty has no code. A body that cannot be
    /// read is not shown to the rule: the call may have succeeded.
    #[must_use]
    pub const fn new(rule: fn(&Envelope, &str) -> bool) -> Self {
        Self {
            rule,
            statuses: |status| status.is_success(),
        }
    }

    /// Returns a rule of the caller's own for replies with HTTP 200, as [`new`](Self::new).
    #[must_use]
    pub const fn at_200(rule: fn(&Envelope, &str) -> bool) -> Self {
        Self {
            rule,
            statuses: |status| status == StatusCode::OK,
        }
    }

    pub(crate) fn holds(self, status: StatusCode, envelope: &Envelope, body: &str) -> bool {
        self.is_possible(status) && (self.rule)(envelope, body)
    }

    /// Returns whether a reply with this status could have been a success, had its body been
    /// readable.
    pub(crate) fn is_possible(self, status: StatusCode) -> bool {
        (self.statuses)(status)
    }
}

/// The only code that is not an error.
pub(crate) const ZERO: &str = "0";

impl fmt::Debug for Success {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Success")
    }
}
