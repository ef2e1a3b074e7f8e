//! The error for a reply that is not a success: everything in the reply, and the conclusions from
//! it. `reply.rs` decides which reply becomes which error.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

use super::template::Spelling;
use super::{ErrorKind, Outcome, UNKNOWN, UNKNOWN_SAFE};
use crate::XDate;
use crate::credentials::Scheme;
use crate::date::ServerDate;
use crate::text::excerpt;

/// The service's answer was not a success: [`ErrorKind::Api`] or [`ErrorKind::UnreadableReply`].
///
/// Status, code, msg, request id and trace id are the service's own, unchanged.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplyError(pub(crate) Box<ReplyErrorParts>);

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ReplyErrorParts {
    /// Why the reply could not be read; none for [`ErrorKind::Api`].
    pub(crate) unreadable: Option<String>,
    pub(crate) operation: Cow<'static, str>,
    /// The call changes nothing.
    pub(crate) is_safe: bool,
    /// The publisher documents a token as its only authentication.
    pub(crate) token_only: bool,
    pub(crate) scheme: Scheme,
    /// The URL without its query.
    pub(crate) url: String,
    /// The status; 302 for a redirect that the host [hides](ReplyError::is_hidden_redirect).
    pub(crate) status: StatusCode,
    pub(crate) is_hidden_redirect: bool,
    pub(crate) code: Option<String>,
    pub(crate) msg: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) trace_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) server_date: Option<ServerDate>,
    pub(crate) x_date: Option<XDate>,
    /// The beginning of the body, for the caller to read.
    pub(crate) body: String,
}

/// Published as "inner server invoke failure": the service failed at an unknown point of the work
/// (`docs/contract.md`, section 7).
const INNER_INVOKE_FAILURE: &str = "13000201";

impl ReplyError {
    /// [`ErrorKind::Api`] or [`ErrorKind::UnreadableReply`].
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        if self.0.unreadable.is_some() {
            ErrorKind::UnreadableReply
        } else {
            ErrorKind::Api
        }
    }

    /// [`Outcome::Refused`] for 3xx, 4xx, 503 and for 200 with another code. [`Outcome::Unknown`]
    /// for everything else: any other 5xx, a status that no page mentions, code 13000201 at any
    /// status, an unreadable reply.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let parts = &*self.0;
        if parts.unreadable.is_some() || parts.code.as_deref() == Some(INNER_INVOKE_FAILURE) {
            return Outcome::Unknown;
        }
        match parts.status.as_u16() {
            200 | 300..=499 | 503 => Outcome::Refused,
            _ => Outcome::Unknown,
        }
    }

    /// True for 429 and 503, and for an unknown outcome of a call that changes nothing. False for
    /// every other unknown outcome.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        if self.outcome() == Outcome::Unknown {
            return self.0.is_safe;
        }
        matches!(self.0.status.as_u16(), 429 | 503)
    }

    /// Returns whether the response was a redirect whose details the host hides, as browsers do.
    /// The status then reads 302, although the real one may differ.
    #[must_use]
    pub fn is_hidden_redirect(&self) -> bool {
        self.0.is_hidden_redirect
    }

    /// HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// `code`, or a gateway's `error_code`, as text and digit for digit.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// `msg`, or a gateway's `error_msg`. May be Chinese: never match on it.
    #[must_use]
    pub fn msg(&self) -> Option<&str> {
        self.0.msg.as_deref()
    }

    /// Returns a gateway's `request_id`.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns the reply's header `x-traceid`, which no published page shows, or else the trace id
    /// that was sent, where the exchange is known.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.0.trace_id.as_deref()
    }

    /// Returns the X-Date that was sent, where the exchange is known.
    #[must_use]
    pub fn x_date(&self) -> Option<&str> {
        self.0.x_date.as_ref().map(XDate::as_str)
    }

    /// Returns the first 16,384 bytes of the reply's body. Bytes that are not UTF-8 become U+FFFD.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.0.body
    }

    /// Returns how long the service asks to wait. A date in `Retry-After` is counted from the
    /// reply's own `Date`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Adds the X-Date that was sent, so that the text shows it beside the server's `Date` and
    /// [`is_clock_refusal`](Self::is_clock_refusal) can tell. Any text that is not an X-Date is
    /// ignored.
    #[must_use]
    pub fn with_x_date(mut self, x_date: &str) -> Self {
        self.0.x_date = XDate::parse(x_date).ok();
        self
    }

    /// Fills in the trace id that was sent, where the reply carried none.
    #[must_use]
    pub fn with_trace_id(mut self, trace_id: &str) -> Self {
        self.0.trace_id.get_or_insert_with(|| trace_id.to_owned());
        self
    }

    /// True when a 400 or 401 carries a `Date` that puts the X-Date that was sent (see
    /// [`with_x_date`](Self::with_x_date)) outside the 15-minute window. A transport that has
    /// learned the server's clock from this reply may then sign the call anew, once: the service
    /// refused it, so it is not a repeat.
    #[must_use]
    pub fn is_clock_refusal(&self) -> bool {
        let parts = &*self.0;
        let (Some(x_date), Some(server)) = (&parts.x_date, &parts.server_date) else {
            return false;
        };
        parts.unreadable.is_none()
            && matches!(parts.status.as_u16(), 400 | 401)
            && self.outcome() == Outcome::Refused
            && !server.aged
            && !x_date.is_within_window(server.date)
    }
}

impl ReplyError {
    /// Returns the text with the names of options in braces, as `{user_id}`, for a host that spells
    /// them in another way.
    #[must_use]
    pub fn template(&self) -> String {
        self.text(str::to_owned)
    }

    /// Placeholders are replaced only in texts of the checks, which name options; the service's own
    /// words may hold braces.
    pub(crate) fn text(&self, spell: impl Fn(&str) -> String) -> String {
        let mut text = self.summary();
        let parts = &*self.0;
        if matches!(parts.status.as_u16(), 400 | 401 | 403) {
            text.push_str("\nWhat to check, in this order:");
            for (number, check) in (1..).zip(checks(parts)) {
                let check = match check {
                    Check::Template(template) => spell(template),
                    Check::Text(check) => check,
                };
                text.extend(["\n", &u32::to_string(&number), ". ", &check]);
            }
        }
        text
    }

    fn summary(&self) -> String {
        let parts = &*self.0;
        if parts.is_hidden_redirect {
            return format!(
                "the service answered {} with a redirect, which is not followed; this host hides its status and target; check the endpoint",
                parts.operation
            );
        }
        let mut text = format!(
            "the service answered {} with HTTP {}",
            parts.operation,
            parts.status.as_str()
        );
        let mut add = |before: &str, foreign: Option<&str>, after: &str| {
            if let Some(foreign) = foreign {
                text.push_str(before);
                text.push_str(&excerpt(foreign));
                text.push_str(after);
            }
        };
        if parts.unreadable.is_none() {
            match &parts.code {
                Some(code) => add(", code ", Some(code), ""),
                None => add(", no code", Some(""), ""),
            }
            add(", msg \"", parts.msg.as_deref(), "\"");
            add(", request id ", parts.request_id.as_deref(), "");
        }
        add(", trace id ", parts.trace_id.as_deref(), "");
        add(
            ", but the reply could not be parsed: ",
            parts.unreadable.as_deref(),
            "",
        );
        if self.outcome() == Outcome::Unknown {
            text.push_str(if parts.is_safe { UNKNOWN_SAFE } else { UNKNOWN });
        }
        text
    }
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(|checks| Spelling::Snake.apply(checks)))
    }
}

/// One thing to check.
enum Check {
    /// A text that names options.
    Template(&'static str),
    /// A text that quotes values.
    Text(String),
}

/// The order of `docs/contract.md`, section 7; `docs/troubleshooting.md` is the same list, longer.
fn checks(parts: &ReplyErrorParts) -> Vec<Check> {
    let is_signed = matches!(parts.scheme, Scheme::AppId | Scheme::Detached);
    let is_wrong_way = parts.token_only && is_signed;
    let mut checks = Vec::new();
    if is_wrong_way {
        checks.push(Check::Template(APP_ID_AT_A_TOKEN_ONLY_CALL));
    }
    checks.push(Check::Text(format!(
        "endpoint: compare {} with the base URL that your Huawei contact named",
        parts.url
    )));
    let sent = match &parts.x_date {
        Some(x_date) => format!("the X-Date sent ({x_date})"),
        None => "the X-Date sent".to_owned(),
    };
    let server = match &parts.server_date {
        Some(server) => excerpt(&server.text),
        None => "missing from the reply".to_owned(),
    };
    checks.push(Check::Text(format!(
        "clock: compare {sent} with the server's Date ({server}); X-Date must not be later, and at most 15 minutes older"
    )));
    checks.extend(
        match parts.scheme {
            Scheme::AppId if is_wrong_way => &APP_ID[1..],
            Scheme::AppId => &APP_ID[..],
            Scheme::Detached if is_wrong_way => &DETACHED[1..],
            Scheme::Detached => &DETACHED[..],
            Scheme::Token if parts.token_only => &TOKEN[1..],
            Scheme::Token => &TOKEN[..],
            Scheme::Given => &AUTHORIZATION[..],
        }
        .iter()
        .map(|check| Check::Template(check)),
    );
    checks.push(Check::Template(
        "whitelist: ask Huawei whether your account is on the whitelist for this call",
    ));
    if is_signed {
        checks.push(Check::Template(
            "signature: pass the service's message to explain() or `koodrive explain`; it names the first difference",
        ));
    }
    checks
}

/// The publisher's sentence is
/// [`Authentication::NOT_SUPPORTED`](crate::Authentication::NOT_SUPPORTED).
const APP_ID_AT_A_TOKEN_ONLY_CALL: &str = "authentication: Huawei's page says \"App authentication is not supported for \
                                           carrier calling APIs\"; use {token} for this call";
const APP_ID: [&str; 3] = [
    "authentication: ask Huawei whether this call accepts an app id; the alternative is {token}",
    "{user_id}: check that it belongs to {app_id}",
    "{app_secret}: check that it belongs to {app_id}",
];
const DETACHED: [&str; 3] = [
    APP_ID[0],
    APP_ID[1],
    "{sign}: check that it signs with the secret of {app_id}",
];
const TOKEN: [&str; 2] = [
    "authentication: ask Huawei whether this call accepts a token; the alternative is {app_id} with {app_secret}",
    "{token}: check its age (lifetimes of 20 and 30 minutes are published) and its prefix (Bearer or AT)",
];
const AUTHORIZATION: [&str; 2] = [
    "authentication: ask Huawei which kind of authentication this call accepts",
    "{authorization}: check its age and its prefix; the client sends the value unchanged",
];

impl std::error::Error for ReplyError {}
