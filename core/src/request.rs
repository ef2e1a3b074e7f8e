//! The two halves of a request, which a host joins in a type of its own, and the options of a request.

use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderValue, Method};

use crate::{TraceId, XDate};

/// Options of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RequestOptions {
    pub(crate) trace_id: Option<TraceId>,
    pub(crate) date: Option<DateTime<Utc>>,
}

impl RequestOptions {
    /// Sends `x-traceid`. No trace id is sent by default.
    #[must_use]
    pub const fn trace_id(mut self, trace_id: TraceId) -> Self {
        self.trace_id = Some(trace_id);
        self
    }

    /// Sends this X-Date, cut to the second, instead of the computed one: to reproduce a signature.
    #[must_use]
    pub const fn date(mut self, date: DateTime<Utc>) -> Self {
        self.date = Some(date);
        self
    }

    /// Whether X-Date was named by the caller. Such a date is never replaced, so a call that is refused for it is not
    /// signed anew.
    #[must_use]
    pub const fn has_date(&self) -> bool {
        self.date.is_some()
    }
}

/// The half of a request that never changes for a client and an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FixedParts {
    /// HTTP method.
    pub method: Method,
    /// Endpoint, prefix and path; `new URL(url).href === url`.
    pub url: String,
    /// Lower-case names and their values: `content-type` where there is a body, `x-user-id`.
    pub headers: Vec<(&'static str, String)>,
}

/// The half of a request that varies with the call.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct VaryingParts {
    /// Header `x-date`.
    pub x_date: XDate,
    /// Header `authorization`.
    pub authorization: Authorization,
    /// JSON, UTF-8; none for an operation without a body.
    pub body: Option<String>,
    /// Header `x-traceid`, where one was given.
    pub trace_id: Option<TraceId>,
}

/// The value of the header Authorization; redacted in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorization(pub(crate) HeaderValue);

impl Authorization {
    /// The value as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Checked at construction to be visible ASCII and blanks; the empty text cannot occur.
        self.0.to_str().unwrap_or_default()
    }

    pub(crate) fn signed(value: String) -> Self {
        // The app id was checked and the rest is hex, so the fallback cannot occur.
        let mut value = HeaderValue::from_maybe_shared(Bytes::from(value))
            .unwrap_or_else(|_| HeaderValue::from_static(""));
        value.set_sensitive(true);
        Self(value)
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
