//! One request on its way, paired with its reply, and the rule when the call may be signed anew.
//!
//! ```text
//! attempt ── reply ──► a reply, or an error ── again ──► one more attempt, signed anew (once, after a refused date)
//!         └─ failed ─► an error
//! ```

use chrono::{DateTime, Utc};
use http::{Request, StatusCode};

use crate::client::body_of;
use crate::error::SentHeaders;
use crate::header::ReplyHeaders;
use crate::request::{RequestOptions, VaryingParts};
use crate::{Client, Error, InvalidInput, Operation, ReplyError, TraceId, TransportError, XDate};

/// One exchange: the request, and the reading of its reply. It knows what was sent, so its errors
/// name X-Date and trace id.
///
/// ```
/// use chrono::{DateTime, Utc};
/// use http::{HeaderMap, StatusCode};
/// use koodrive::{Client, Credentials, Endpoint, Error, GetSpaceUsageByOverview, RequestOptions};
///
/// # fn main() -> Result<(), Error> {
/// let credentials = Credentials::app("my-app-id", "example-app-secret-not-real")?;
/// let client = Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials)?;
/// let now = || -> DateTime<Utc> { "2025-11-03T09:01:45Z".parse().unwrap() }; // in a program: Utc::now()
///
/// let attempt = client.attempt(GetSpaceUsageByOverview::new(), now(), &RequestOptions::default())?;
/// let request = attempt.request()?; // any HTTP client sends it
/// assert_eq!(request.headers()["x-date"], "20251103T090140Z");
///
/// // This machine's clock is two hours ahead. The service refuses the date, and says what its own clock reads.
/// let mut headers = HeaderMap::new();
/// headers.insert("date", "Mon, 03 Nov 2025 07:01:45 GMT".parse().unwrap());
/// let refused = attempt.reply(StatusCode::UNAUTHORIZED, &headers, b"", now()).unwrap_err();
///
/// let attempt = attempt.again(&refused.into(), &client, now())?.expect("the date was refused");
/// assert_eq!(attempt.request()?.headers()["x-date"], "20251103T070140Z");
/// let usage = attempt.reply(StatusCode::OK, &HeaderMap::new(), br#"{"code":0,"data":{"totalUsed":1024}}"#, now())?;
/// assert_eq!(usage.data.total_used.as_deref(), Some("1024"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Attempt<O> {
    client: Client,
    call: O,
    options: RequestOptions,
    parts: VaryingParts,
    sent_at: DateTime<Utc>,
    /// Whether this is the second attempt, after a refused date.
    is_second: bool,
}

impl<O: Operation> Attempt<O> {
    pub(crate) fn new(
        client: &Client,
        call: O,
        now: DateTime<Utc>,
        options: &RequestOptions,
    ) -> Result<Self, InvalidInput> {
        let parts = {
            let target = client.target(&call)?;
            client.varying(&target, body_of(&call)?, now, options)?
        };
        Ok(Self {
            client: client.clone(),
            call,
            options: *options,
            parts,
            sent_at: now,
            is_second: false,
        })
    }

    /// Returns the request. Send it as it is: nothing added, redirects not followed.
    ///
    /// # Errors
    ///
    /// Detached credentials whose signature is missing: see
    /// [`with_signature`](Self::with_signature).
    pub fn request(&self) -> Result<Request<Vec<u8>>, InvalidInput> {
        let target = self.client.target(&self.call)?;
        self.client
            .join(&target, self.call.headers(), self.parts.clone())
    }

    /// Returns the half of the request that varies with the call, for a host that builds requests
    /// in a type of its own. [`Client::fixed_parts`] is the other half.
    #[must_use]
    pub const fn varying_parts(&self) -> &VaryingParts {
        &self.parts
    }

    /// Returns the call.
    #[must_use]
    pub const fn call(&self) -> &O {
        &self.call
    }

    /// Returns the X-Date that is sent.
    #[must_use]
    pub const fn x_date(&self) -> XDate {
        self.parts.x_date
    }

    /// Returns the trace id that is sent, if there is one.
    #[must_use]
    pub const fn trace_id(&self) -> Option<TraceId> {
        self.parts.trace_id
    }

    /// Returns the string to sign, where the credentials are
    /// [`detached`](crate::Credentials::detached) and the signature is missing.
    #[must_use]
    pub fn string_to_sign(&self) -> Option<&str> {
        self.parts.string_to_sign()
    }

    /// Completes the request with `signature`, the lower-case hex of the HMAC-SHA256 of
    /// [`string_to_sign`](Self::string_to_sign).
    ///
    /// # Errors
    ///
    /// Those of [`VaryingParts::with_signature`].
    pub fn with_signature(mut self, signature: &str) -> Result<Self, InvalidInput> {
        self.parts = self.parts.with_signature(signature)?;
        Ok(self)
    }

    /// Reads the response, and learns the server's clock from it. `body` is the whole of it, or one
    /// byte more than [`RequestOptions::reply_limit`]. `received_at` is of the same clock as the
    /// `now` that the attempt began with.
    ///
    /// # Errors
    ///
    /// Those of [`Client::parse`], and a body beyond the limit.
    pub fn reply<'a>(
        &self,
        status: StatusCode,
        headers: impl Into<ReplyHeaders<'a>>,
        body: &[u8],
        received_at: DateTime<Utc>,
    ) -> Result<O::Reply, ReplyError> {
        let headers = headers.into();
        self.client
            .observe_clock(headers, self.sent_at, received_at);
        let (limit, sent) = (self.options.reply_limit, self.sent());
        self.client
            .read_reply(&self.call, status, headers, body, limit, sent)
    }

    /// Returns the error of an exchange that ended without a complete reply.
    #[must_use]
    pub fn failed(&self, error: TransportError) -> Error {
        error.of_request(self.call.is_safe(), self.sent()).into()
    }

    /// Returns one more attempt, signed anew at `now` with `client`'s present credentials and under
    /// the same trace id, if `error` is a refusal for the date of the first attempt, and the caller
    /// named no date. The service has shown its clock with the refusal and did not act on the call,
    /// so this is not a repeat.
    ///
    /// `client` is the one that the attempt began with, or that one with fresh credentials.
    ///
    /// # Errors
    ///
    /// Those of [`Client::attempt`].
    pub fn again(
        self,
        error: &Error,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, InvalidInput> {
        let Error::Reply(reply) = error else {
            return Ok(None);
        };
        if !may_sign_anew(reply, self.is_second, self.options.has_date()) {
            return Ok(None);
        }
        let mut next = Self::new(client, self.call, now, &self.options)?;
        next.is_second = true;
        Ok(Some(next))
    }

    fn sent(&self) -> SentHeaders<'_> {
        SentHeaders {
            x_date: Some(self.parts.x_date.as_str()),
            trace_id: self.parts.trace_id.as_ref().map(TraceId::as_str),
        }
    }
}

/// Decides by the rule of [`Attempt::again`].
pub(crate) fn may_sign_anew(error: &ReplyError, is_second: bool, has_date: bool) -> bool {
    !is_second && !has_date && error.is_clock_refusal()
}
