//! Which replies are successes.

use std::fmt;

use http::StatusCode;

use crate::reply::Envelope;

/// Decides from the status, the envelope and the body's text whether a reply is a success. A function and no closure, so that a
/// dispatcher can keep the rule of any operation without an allocation.
#[derive(Clone, Copy)]
pub struct Success(fn(StatusCode, &Envelope, &str) -> bool);

impl Success {
    /// HTTP 200 and a code of exactly `0`: the rule of the published pages.
    pub const CODE_ZERO: Self = Self(|status, envelope, _| {
        status == StatusCode::OK && envelope.code.as_deref() == Some(ZERO)
    });

    /// Any 2xx status whose code is `0` or absent: the rule of a raw call, of whose reply nothing is known.
    pub const ANY_2XX: Self = Self(|status, envelope, _| {
        status.is_success() && (!envelope.has_code() || envelope.code.as_deref() == Some(ZERO))
    });

    /// A rule of the caller's own. The envelope of a body that is empty has no code.
    #[must_use]
    pub const fn new(rule: fn(StatusCode, &Envelope, &str) -> bool) -> Self {
        Self(rule)
    }

    pub(crate) fn holds(self, status: StatusCode, envelope: &Envelope, body: &str) -> bool {
        (self.0)(status, envelope, body)
    }

    /// Whether a reply with this status could have been a success, had its body been readable.
    pub(crate) fn is_possible(self, status: StatusCode) -> bool {
        self.holds(status, &Envelope::with_code(ZERO), "{}")
    }
}

/// The only code that is not an error.
pub(crate) const ZERO: &str = "0";

impl fmt::Debug for Success {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Success")
    }
}
