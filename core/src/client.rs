//! The client: endpoint, user id and credentials, checked once. It turns a call into a request and
//! a response into a reply.

mod join;
mod target;

use std::fmt;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};

use crate::attempt::Attempt;
use crate::date::{self, ClockOffset};
use crate::error::SentHeaders;
use crate::header::ReplyHeaders;
use crate::reply::Received;
use crate::request::{FixedParts, RequestOptions, VaryingParts};
use crate::signing::PreparedRequest;
use crate::text::check_header_value;
use crate::{
    CLOCK_MARGIN_DEFAULT, CLOCK_MARGIN_MAX, Credentials, Endpoint, InvalidInput, Operation,
    ReplyError, XDate, header,
};
pub(crate) use target::TargetOf;
use target::{KeptTargets, Target};

/// A caller of the API. Cheap to clone; clones share what they learn about the server's clock.
#[derive(Clone)]
pub struct Client {
    identity: Arc<Identity>,
    credentials: Credentials,
    clock_margin: u32,
    clock_offset: ClockOffset,
}

/// Everything that never changes for a client, and what is derived from it.
pub(crate) struct Identity {
    endpoint: Endpoint,
    user_id: String,
    /// Filled on first use, and never by a host that has a type of its own for headers.
    user_id_value: OnceLock<HeaderValue>,
    kept: KeptTargets,
}

impl Client {
    /// Returns a client for one endpoint and one user id on `KooDrive` (header `X-User-Id`; the
    /// signature page calls it "signing user"), which is sent with either kind of credentials.
    ///
    /// # Errors
    ///
    /// A user id that is empty, begins or ends with a blank, or holds anything but visible ASCII
    /// and blanks.
    pub fn new(
        endpoint: Endpoint,
        user_id: impl Into<String>,
        credentials: Credentials,
    ) -> Result<Self, InvalidInput> {
        let user_id = user_id.into();
        check_header_value(&user_id).map_err(|problem| InvalidInput::option("user_id", problem))?;
        Ok(Self {
            identity: Arc::new(Identity {
                endpoint,
                user_id,
                user_id_value: OnceLock::new(),
                kept: KeptTargets::default(),
            }),
            credentials,
            clock_margin: CLOCK_MARGIN_DEFAULT,
            clock_offset: ClockOffset::default(),
        })
    }

    /// Returns the same client, learned clock included, with fresh credentials: tokens end while
    /// services run.
    #[must_use]
    pub fn with_credentials(&self, credentials: Credentials) -> Self {
        Self {
            credentials,
            ..self.clone()
        }
    }

    /// Returns the same client with another clock margin: the whole seconds by which X-Date stays
    /// behind the corrected clock, [`CLOCK_MARGIN_DEFAULT`] unless chosen.
    ///
    /// # Errors
    ///
    /// More than [`CLOCK_MARGIN_MAX`] seconds.
    pub fn with_clock_margin(&self, seconds: u32) -> Result<Self, InvalidInput> {
        if seconds > CLOCK_MARGIN_MAX {
            return Err(margin_out_of_range());
        }
        Ok(Self {
            clock_margin: seconds,
            ..self.clone()
        })
    }

    /// Returns the same client with a clock offset of its own, as another process learned it.
    /// Positive: the server's clock is ahead.
    ///
    /// # Errors
    ///
    /// More than 24 hours, either way.
    pub fn with_clock_offset(&self, offset: TimeDelta) -> Result<Self, InvalidInput> {
        Ok(Self {
            clock_offset: ClockOffset::new(offset)?,
            ..self.clone()
        })
    }

    /// Returns the endpoint that requests go to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.identity.endpoint
    }

    /// Returns the value of X-User-Id.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.identity.user_id
    }

    /// Returns the clock margin in whole seconds.
    #[must_use]
    pub const fn clock_margin(&self) -> u32 {
        self.clock_margin
    }

    /// Returns the learned difference between the server's clock and the caller's, in milliseconds;
    /// positive when the server's is ahead, zero before anything was learned.
    #[must_use]
    pub fn clock_offset(&self) -> TimeDelta {
        TimeDelta::milliseconds(self.clock_offset.get().into())
    }

    /// Learns the server's clock from the `Date` of a reply. Both instants are of the caller's
    /// clock.
    ///
    /// A reply without a usable `Date` changes nothing, nor does one from a cache (`Age`), one that
    /// took over a minute or less than no time, or one that puts the clocks more than 24 hours
    /// apart.
    pub fn observe_clock<'a>(
        &self,
        headers: impl Into<ReplyHeaders<'a>>,
        sent_at: DateTime<Utc>,
        received_at: DateTime<Utc>,
    ) {
        let headers = headers.into();
        let server_now = headers.server_now(headers.server_date());
        self.learn_clock(server_now, sent_at, received_at);
    }

    /// Builds the request. Send it as it is: nothing added, redirects not followed.
    ///
    /// # Errors
    ///
    /// An X-Date beyond the years 0001 to 9999; credentials that are [`later`](Credentials::later)
    /// or [`detached`](Credentials::detached); a path, a query, a header or a body that an
    /// operation of another crate must not have; a URL of more than 65,534 bytes.
    pub fn request<O: Operation + ?Sized>(
        &self,
        call: &O,
        now: DateTime<Utc>,
    ) -> Result<Request<Vec<u8>>, InvalidInput> {
        self.request_with(call, now, &RequestOptions::default())
    }

    /// Builds the request with options.
    ///
    /// # Errors
    ///
    /// Those of [`request`](Self::request); an explicit date that lies in the future or is more
    /// than 15 minutes old.
    pub fn request_with<O: Operation + ?Sized>(
        &self,
        call: &O,
        now: DateTime<Utc>,
        options: &RequestOptions,
    ) -> Result<Request<Vec<u8>>, InvalidInput> {
        let target = self.identity.target(call)?;
        let parts = self.varying(&target, body_of(call)?, now, options)?;
        self.join(&target, call.headers(), parts)
    }

    /// Begins one exchange: the request, and then its reply or its failure. `call` may be borrowed;
    /// an owned one, or an `Arc` of it, makes an attempt that lives as long as it has to.
    ///
    /// # Errors
    ///
    /// Those of [`request_with`](Self::request_with), but for detached credentials, which sign with
    /// [`Attempt::with_signature`].
    pub fn attempt<O: Operation>(
        &self,
        call: O,
        now: DateTime<Utc>,
        options: &RequestOptions,
    ) -> Result<Attempt<O>, InvalidInput> {
        Attempt::new(self, call, now, options)
    }

    /// Returns the half of a request that never changes, for a host that builds requests in a type
    /// of its own. The host may keep it where [`FixedParts::may_be_kept`] says so.
    ///
    /// # Errors
    ///
    /// A path, a query or a header that an operation of another crate must not have; a URL of more
    /// than 65,534 bytes.
    pub fn fixed_parts<O: Operation + ?Sized>(&self, call: &O) -> Result<FixedParts, InvalidInput> {
        let target = self.identity.target(call)?;
        let mut headers: Vec<(HeaderName, String)> = Vec::new();
        if call.body().is_some() {
            headers.push((header::CONTENT_TYPE, header::JSON.to_owned()));
        }
        headers.push((header::X_USER_ID, self.identity.user_id.clone()));
        let own = call.headers();
        headers.extend(
            own.iter()
                .map(|(name, value)| (name.clone(), value.to_owned())),
        );
        Ok(FixedParts {
            method: target.method().clone(),
            url: target.url().to_owned(),
            headers,
            may_be_kept: target.is_kept() && own.is_empty(),
        })
    }

    /// Returns the half of a request that varies with the call, for a host that builds requests in
    /// a type of its own.
    ///
    /// # Errors
    ///
    /// Those of [`request_with`](Self::request_with), but for detached credentials: see
    /// [`VaryingParts::string_to_sign`].
    pub fn varying_parts<O: Operation + ?Sized>(
        &self,
        call: &O,
        now: DateTime<Utc>,
        options: &RequestOptions,
    ) -> Result<VaryingParts, InvalidInput> {
        let target = self.identity.target(call)?;
        self.varying(&target, body_of(call)?, now, options)
    }

    pub(crate) fn target<O: Operation + ?Sized>(
        &self,
        call: &O,
    ) -> Result<TargetOf<'_>, InvalidInput> {
        self.identity.target(call)
    }

    pub(crate) fn varying(
        &self,
        target: &Target,
        body: Option<String>,
        now: DateTime<Utc>,
        options: &RequestOptions,
    ) -> Result<VaryingParts, InvalidInput> {
        let offset = self.clock_offset.get();
        let x_date = match options.date {
            Some(date) => date::explicit(date, now, offset)?,
            None => date::computed(now, offset, self.clock_margin)?,
        };
        let authorization = self.credentials.authorize(|| {
            let body = body.as_deref().unwrap_or_default();
            target.prepared(&self.identity).hash(x_date, body)
        })?;
        Ok(VaryingParts {
            x_date,
            authorization,
            body,
            trace_id: options.trace_id,
        })
    }

    /// Reads the response to a call.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Api`](crate::ErrorKind::Api) for any status but 200 and for a code other than
    /// `0`, [`ErrorKind::UnreadableReply`](crate::ErrorKind::UnreadableReply) for a 200 whose body
    /// cannot be read. A [`RawCall`](crate::RawCall) takes any 2xx and a missing code as well.
    pub fn parse<O: Operation + ?Sized, B: AsRef<[u8]>>(
        &self,
        call: &O,
        response: &Response<B>,
    ) -> Result<O::Reply, ReplyError> {
        self.parse_parts(
            call,
            response.status(),
            response.headers(),
            response.body().as_ref(),
        )
    }

    /// Does the same as [`parse`](Self::parse) for a transport with a response type of its own.
    /// `headers` is a [`HeaderMap`](http::HeaderMap) or holds the values taken from another map.
    ///
    /// # Errors
    ///
    /// Those of [`parse`](Self::parse).
    pub fn parse_parts<'a, O: Operation + ?Sized>(
        &self,
        call: &O,
        status: StatusCode,
        headers: impl Into<ReplyHeaders<'a>>,
        body: &[u8],
    ) -> Result<O::Reply, ReplyError> {
        self.read_reply(
            call,
            status,
            headers.into(),
            body,
            usize::MAX,
            SentHeaders::default(),
        )
    }

    /// Returns the error for a response whose body is longer than the `limit` of bytes that a
    /// transport reads; `start` is what it did read, of which the error shows the first characters.
    #[must_use]
    pub fn reply_too_long<'a, O: Operation + ?Sized>(
        &self,
        call: &O,
        status: StatusCode,
        headers: impl Into<ReplyHeaders<'a>>,
        start: &[u8],
        limit: usize,
    ) -> ReplyError {
        Received {
            call: &call,
            client: self,
            status,
            headers: headers.into(),
            body: start,
            sent: SentHeaders::default(),
        }
        .too_long(limit)
    }

    /// Reads the response to a request with these headers; a body of more than `limit` bytes is an
    /// error.
    pub(crate) fn read_reply<O: Operation + ?Sized>(
        &self,
        call: &O,
        status: StatusCode,
        headers: ReplyHeaders<'_>,
        body: &[u8],
        limit: usize,
        sent: SentHeaders<'_>,
    ) -> Result<O::Reply, ReplyError> {
        let received = Received {
            call: &call,
            client: self,
            status,
            headers,
            body,
            sent,
        };
        if body.len() > limit {
            return Err(received.too_long(limit));
        }
        received.read(call)
    }

    /// Returns the error for a redirect of which the host shows nothing else.
    pub(crate) fn hidden_redirect<O: Operation + ?Sized>(
        &self,
        call: &O,
        sent: SentHeaders<'_>,
    ) -> ReplyError {
        Received {
            call: &call,
            client: self,
            status: StatusCode::FOUND,
            headers: ReplyHeaders::default(),
            body: &[],
            sent,
        }
        .hidden_redirect()
    }

    /// Returns the same client with a clock of its own, which starts at the offset of this client's
    /// clock.
    #[cfg(feature = "dispatch")]
    pub(crate) fn with_own_clock(&self) -> Self {
        Self {
            clock_offset: self.clock_offset.copy(),
            ..self.clone()
        }
    }

    /// Does the same as [`observe_clock`](Self::observe_clock) for a reply whose `Date` was read.
    /// Returns whether that date was usable.
    pub(crate) fn learn_clock(
        &self,
        server_now: Option<DateTime<Utc>>,
        sent_at: DateTime<Utc>,
        received_at: DateTime<Utc>,
    ) -> bool {
        self.clock_offset.observe(server_now, sent_at, received_at)
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Returns the X-Date of an explanation: nothing is sent, so an explicit date may lie outside
    /// the window.
    pub(crate) fn x_date_to_explain(
        &self,
        now: DateTime<Utc>,
        options: &RequestOptions,
    ) -> Result<XDate, InvalidInput> {
        match options.date {
            Some(date) => XDate::from_datetime(date),
            None => date::computed(now, self.clock_offset.get(), self.clock_margin),
        }
    }

    /// Returns what is signed for `target`, with the host and the headers of this client.
    pub(crate) fn prepared_request<'a>(&'a self, target: &'a TargetOf<'_>) -> &'a PreparedRequest {
        target.prepared(&self.identity)
    }
}

/// Returns the body of `call`, which a GET must not have.
pub(crate) fn body_of<O: Operation + ?Sized>(call: &O) -> Result<Option<String>, InvalidInput> {
    let body = call.body();
    check_body(&call.method(), body.as_deref())?;
    Ok(body)
}

pub(crate) fn check_body(method: &Method, body: Option<&str>) -> Result<(), InvalidInput> {
    if body.is_some() && method == Method::GET {
        return Err(InvalidInput::new(
            "body",
            "GET has no body; leave it out, or use another method",
        ));
    }
    Ok(())
}

pub(crate) fn margin_out_of_range() -> InvalidInput {
    InvalidInput::option(
        "clock_margin",
        format!("out of range; pass whole seconds from {{0 s}} to {{{CLOCK_MARGIN_MAX} s}}"),
    )
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Client {{ endpoint: {}, user_id: {}, credentials: {:?}, clock_margin: {} s, clock_offset: {} ms }}",
            self.identity.endpoint,
            self.identity.user_id,
            self.credentials,
            self.clock_margin,
            self.clock_offset.get()
        )
    }
}
