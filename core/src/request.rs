//! The two halves of a request, which a host joins in a type of its own, and the options of a
//! request.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderName, HeaderValue, Method};

use crate::credentials::{GivenAuthorization, sensitive};
use crate::signing::{SIGNED_HEADERS, authorization};
use crate::{InvalidInput, TraceId, XDate};

/// Options of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestOptions {
    pub(crate) trace_id: Option<TraceId>,
    pub(crate) date: Option<DateTime<Utc>>,
    pub(crate) reply_limit: usize,
}

/// The longest body of a reply that is read unless the caller chooses, in bytes: 1 MiB.
pub const REPLY_LIMIT_DEFAULT: usize = 1 << 20;

/// The largest limit that the caller may choose by name, in bytes: 1 GiB.
pub(crate) const REPLY_LIMIT_MOST: f64 = 1_073_741_824.0;

/// Refuses a limit of replies other than a whole number of bytes from 1 to [`REPLY_LIMIT_MOST`].
pub(crate) fn check_reply_limit(bytes: f64) -> Result<(), InvalidInput> {
    if (1.0..=REPLY_LIMIT_MOST).contains(&bytes) && bytes.fract() == 0.0 {
        return Ok(());
    }
    Err(InvalidInput::option(
        "reply_limit",
        format!(
            "{bytes} is out of range; pass a whole number of bytes from 1 to {REPLY_LIMIT_MOST}"
        ),
    ))
}

impl Default for RequestOptions {
    fn default() -> Self {
        Self {
            trace_id: None,
            date: None,
            reply_limit: REPLY_LIMIT_DEFAULT,
        }
    }
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

    /// Refuses a reply whose body has more than `bytes`; [`REPLY_LIMIT_DEFAULT`] unless chosen.
    /// [`Attempt`](crate::Attempt) reads it.
    #[must_use]
    pub const fn reply_limit(mut self, bytes: usize) -> Self {
        self.reply_limit = bytes;
        self
    }

    /// Returns whether the caller named the X-Date. Such a date is never replaced, so a call that
    /// is refused for it is not signed anew.
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
    /// Names and values: `content-type` where there is a body, `x-user-id`, and the headers of the
    /// call.
    pub headers: Vec<(HeaderName, String)>,
    /// Whether a host may keep this half for later calls without query and headers. The key is the
    /// method, the path, and whether there is a body. The client keeps its own part of such a
    /// request as well. Of paths that may contain an id, both keep the first few that the client
    /// sees.
    pub may_be_kept: bool,
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

impl VaryingParts {
    /// Returns the string to sign, where the credentials are
    /// [`detached`](crate::Credentials::detached) and the signature is missing.
    #[must_use]
    pub fn string_to_sign(&self) -> Option<&str> {
        match &self.authorization.0 {
            AuthorizationKind::Unsigned { string_to_sign, .. } => Some(string_to_sign),
            AuthorizationKind::Signed(_) | AuthorizationKind::Given(_) => None,
        }
    }

    /// Completes the header Authorization with `signature`, the lower-case hex of the HMAC-SHA256
    /// of [`string_to_sign`](Self::string_to_sign).
    ///
    /// # Errors
    ///
    /// Anything but 64 hexadecimal digits in lower case; parts that need no signature.
    pub fn with_signature(mut self, signature: &str) -> Result<Self, InvalidInput> {
        let AuthorizationKind::Unsigned { app_id, .. } = &self.authorization.0 else {
            return Err(InvalidInput::message(
                "this request needs no signature; call with_signature only where there is a string to sign",
            ));
        };
        let is_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if signature.len() != 64 || !signature.bytes().all(is_hex) {
            return Err(InvalidInput::option(
                "sign",
                "the signature is not 64 hexadecimal digits in lower case; return the hex of the HMAC-SHA256",
            ));
        }
        let value = authorization(app_id, SIGNED_HEADERS, signature);
        self.authorization = Authorization(AuthorizationKind::Signed(value));
        Ok(self)
    }
}

/// The value of the header Authorization; redacted in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorization(pub(crate) AuthorizationKind);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum AuthorizationKind {
    /// The header's value, made for this request alone.
    Signed(String),
    /// The header's value as the caller gave it or as made from a token; requests share it.
    Given(Arc<GivenAuthorization>),
    /// A value for this request alone that still lacks its signature.
    Unsigned {
        app_id: Arc<str>,
        string_to_sign: String,
    },
}

impl Authorization {
    /// Returns the value as it is sent; empty while its signature is missing.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            AuthorizationKind::Signed(value) => value,
            AuthorizationKind::Given(given) => given.as_str(),
            AuthorizationKind::Unsigned { .. } => "",
        }
    }

    pub(crate) fn into_header_value(self) -> Result<HeaderValue, InvalidInput> {
        match self.0 {
            // The app id was checked and the rest is hex.
            AuthorizationKind::Signed(value) => Ok(sensitive(Bytes::from(value))),
            AuthorizationKind::Given(given) => Ok(given.header_value()),
            AuthorizationKind::Unsigned { .. } => Err(InvalidInput::option(
                "sign",
                "the signature is missing; pass it to with_signature before the request is built",
            )),
        }
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
