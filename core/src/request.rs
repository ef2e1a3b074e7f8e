//! The two halves of a request, which a host joins in a type of its own, and the options of a request.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderValue, Method};

use crate::credentials::{GivenAuthorization, sensitive};
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
pub struct Authorization(pub(crate) AuthorizationKind);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum AuthorizationKind {
    /// Of this request alone.
    Signed(String),
    /// As the caller gave it, or made of a token.
    Given(Arc<GivenAuthorization>),
}

impl Authorization {
    /// The value as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            AuthorizationKind::Signed(value) => value,
            AuthorizationKind::Given(given) => given.as_str(),
        }
    }

    pub(crate) fn into_header_value(self) -> HeaderValue {
        match self.0 {
            // The app id was checked and the rest is hex.
            AuthorizationKind::Signed(value) => sensitive(Bytes::from(value)),
            AuthorizationKind::Given(given) => given.header_value(),
        }
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
