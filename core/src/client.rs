//! The client: endpoint, user id and credentials, checked once. It turns a call into a request and a response into a reply.

mod join;

use std::fmt;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderValue, Request, Response, StatusCode, Uri};

use crate::date::{self, ClockOffset};
use crate::header::ReplyHeaders;
use crate::operation::{Facts, OPERATIONS};
use crate::reply::Received;
use crate::request::{Authorization, AuthorizationKind, FixedParts, RequestOptions, VaryingParts};
use crate::signing::PreparedRequest;
use crate::text::check_header_value;
use crate::{
    CLOCK_MARGIN_DEFAULT, CLOCK_MARGIN_MAX, Credentials, Endpoint, InvalidInput, Operation,
    ReplyError, XDate, header, signing,
};

/// A caller of the API. Cheap to clone; clones share what they learn about the server's clock.
#[derive(Clone)]
pub struct Client {
    identity: Arc<Identity>,
    credentials: Credentials,
    clock_margin: u32,
    clock_offset: ClockOffset,
}

/// What never changes for a client, and what is derived from it once per operation.
struct Identity {
    endpoint: Endpoint,
    user_id: String,
    /// Filled on first use, and never by a host that has a type of its own for headers.
    user_id_value: OnceLock<HeaderValue>,
    /// Filled on first use: a program calls one operation or two of them.
    uris: [OnceLock<Uri>; OPERATIONS],
    /// Filled by the first signature of an operation.
    prepared: [OnceLock<PreparedRequest>; OPERATIONS],
}

impl Client {
    /// A client for one endpoint and one user id on `KooDrive` (header `X-User-Id`; the signature page calls it "signing
    /// user"), which is sent with either kind of credentials.
    ///
    /// # Errors
    ///
    /// A user id that is empty, begins or ends with a blank, or holds anything but visible ASCII and blanks.
    pub fn new(
        endpoint: Endpoint,
        user_id: impl Into<String>,
        credentials: Credentials,
    ) -> Result<Self, InvalidInput> {
        let user_id = user_id.into();
        check_header_value("user id", &user_id)?;
        Ok(Self {
            identity: Arc::new(Identity {
                endpoint,
                user_id,
                user_id_value: OnceLock::new(),
                uris: Default::default(),
                prepared: Default::default(),
            }),
            credentials,
            clock_margin: CLOCK_MARGIN_DEFAULT,
            clock_offset: ClockOffset::default(),
        })
    }

    /// The same client, learned clock included, with fresh credentials: tokens end while services run.
    #[must_use]
    pub fn with_credentials(&self, credentials: Credentials) -> Self {
        Self {
            credentials,
            ..self.clone()
        }
    }

    /// The same client with another clock margin: the whole seconds by which X-Date stays behind the corrected clock,
    /// [`CLOCK_MARGIN_DEFAULT`] unless chosen.
    ///
    /// # Errors
    ///
    /// More than [`CLOCK_MARGIN_MAX`] seconds.
    pub fn with_clock_margin(&self, seconds: u32) -> Result<Self, InvalidInput> {
        if seconds > CLOCK_MARGIN_MAX {
            return Err(InvalidInput::new(format!(
                "clock margin is {seconds} seconds; it must be a whole number from 0 to {CLOCK_MARGIN_MAX}"
            )));
        }
        Ok(Self {
            clock_margin: seconds,
            ..self.clone()
        })
    }

    /// The same client with a clock offset of its own, as another process learned it. Positive: the server's clock is ahead.
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

    /// Where requests go.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.identity.endpoint
    }

    /// The value of X-User-Id.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.identity.user_id
    }

    /// In whole seconds.
    #[must_use]
    pub const fn clock_margin(&self) -> u32 {
        self.clock_margin
    }

    /// The learned difference between the server's clock and the caller's, in milliseconds; positive when the server's is
    /// ahead, zero before anything was learned.
    #[must_use]
    pub fn clock_offset(&self) -> TimeDelta {
        TimeDelta::milliseconds(self.clock_offset.get().into())
    }

    /// Learns the server's clock from the `Date` of a reply. Both instants are of the caller's clock.
    ///
    /// A reply without a usable `Date` changes nothing, nor does one from a cache (`Age`), one that took over a minute or
    /// less than no time, or one that puts the clocks more than 24 hours apart.
    pub fn observe_clock<'a>(
        &self,
        headers: impl Into<ReplyHeaders<'a>>,
        sent_at: DateTime<Utc>,
        received_at: DateTime<Utc>,
    ) {
        self.clock_offset
            .observe(headers.into(), sent_at, received_at);
    }

    /// Builds the request. Send it as it is: nothing added, redirects not followed.
    ///
    /// # Errors
    ///
    /// Only on time: an X-Date beyond the years 0001 to 9999.
    pub fn request<O: Operation>(
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
    /// Only on time: an explicit date that lies in the future or is more than 15 minutes old, an X-Date beyond the years
    /// 0001 to 9999.
    pub fn request_with<O: Operation>(
        &self,
        call: &O,
        now: DateTime<Utc>,
        options: &RequestOptions,
    ) -> Result<Request<Vec<u8>>, InvalidInput> {
        Ok(self.join::<O>(self.varying_parts(call, now, options)?))
    }

    /// The half of a request that never changes, for a host that builds requests in a type of its own.
    #[must_use]
    pub fn fixed_parts<O: Operation>(&self, call: &O) -> FixedParts {
        self.fixed(&Facts::of::<O>(), call.body().is_some())
    }

    fn fixed(&self, operation: &Facts, has_body: bool) -> FixedParts {
        let mut headers = vec![("x-user-id", self.identity.user_id.clone())];
        if has_body {
            headers.insert(0, ("content-type", header::JSON.to_owned()));
        }
        FixedParts {
            method: operation.method.clone(),
            url: self.identity.endpoint.url(operation.path),
            headers,
        }
    }

    /// The half of a request that varies with the call, for a host that builds requests in a type of its own.
    ///
    /// # Errors
    ///
    /// Those of [`request_with`](Self::request_with).
    pub fn varying_parts<O: Operation>(
        &self,
        call: &O,
        now: DateTime<Utc>,
        options: &RequestOptions,
    ) -> Result<VaryingParts, InvalidInput> {
        self.varying(&Facts::of::<O>(), call.body(), now, options)
    }

    fn varying(
        &self,
        operation: &Facts,
        body: Option<String>,
        now: DateTime<Utc>,
        options: &RequestOptions,
    ) -> Result<VaryingParts, InvalidInput> {
        let offset = self.clock_offset.get();
        let x_date = match options.date {
            Some(date) => date::explicit(date, now, offset)?,
            None => date::computed(now, offset, self.clock_margin)?,
        };
        let authorization = match self.credentials.signing_key() {
            Ok(key) => {
                let body = body.as_deref().unwrap_or_default();
                let signature = key.sign(&self.prepared_request(operation).hash(x_date, body));
                AuthorizationKind::Signed(signing::authorization(
                    key.app_id(),
                    signing::SIGNED_HEADERS,
                    signature.as_str(),
                ))
            }
            Err(given) => AuthorizationKind::Given(Arc::clone(given)),
        };
        Ok(VaryingParts {
            x_date,
            authorization: Authorization(authorization),
            body,
            trace_id: options.trace_id,
        })
    }

    /// Reads the response to a call.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Api`](crate::ErrorKind::Api) for any status but 200 and for a code other than `0`,
    /// [`ErrorKind::UnreadableReply`](crate::ErrorKind::UnreadableReply) for a 200 that nobody can read.
    pub fn parse<O: Operation, B: AsRef<[u8]>>(
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

    /// As [`parse`](Self::parse), for a transport whose response is another type: `headers` is a
    /// [`HeaderMap`](http::HeaderMap) or what was picked out of another map. `call` is there for its reply type.
    ///
    /// # Errors
    ///
    /// Those of [`parse`](Self::parse).
    pub fn parse_parts<'a, O: Operation>(
        &self,
        _call: &O,
        status: StatusCode,
        headers: impl Into<ReplyHeaders<'a>>,
        body: &[u8],
    ) -> Result<O::Reply, ReplyError> {
        self.received::<O>(status, headers.into(), body).read::<O>()
    }

    /// The error for a response whose body is longer than the `limit` of bytes that a transport reads; `start` is what it
    /// did read, of which the error shows the first characters.
    #[must_use]
    pub fn reply_too_long<'a, O: Operation>(
        &self,
        _call: &O,
        status: StatusCode,
        headers: impl Into<ReplyHeaders<'a>>,
        start: &[u8],
        limit: usize,
    ) -> ReplyError {
        self.received::<O>(status, headers.into(), start)
            .too_long(limit)
    }

    fn received<'a, O: Operation>(
        &'a self,
        status: StatusCode,
        headers: ReplyHeaders<'a>,
        body: &'a [u8],
    ) -> Received<'a> {
        Received {
            operation: O::NAME,
            endpoint: &self.identity.endpoint,
            status,
            headers,
            body,
        }
    }

    /// As [`observe_clock`](Self::observe_clock); says whether this reply was good enough.
    #[cfg(feature = "dispatch")]
    pub(crate) fn learn_clock(
        &self,
        headers: ReplyHeaders<'_>,
        sent_at: DateTime<Utc>,
        received_at: DateTime<Utc>,
    ) -> bool {
        self.clock_offset.observe(headers, sent_at, received_at)
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The X-Date of an explanation: nothing is sent, so an explicit date may lie outside the window.
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

    /// What is signed, with the method, host, path and headers of this client.
    pub(crate) fn prepared_request(&self, operation: &Facts) -> &PreparedRequest {
        self.identity.prepared[operation.index].get_or_init(|| {
            let endpoint = &self.identity.endpoint;
            PreparedRequest::new(
                operation.method.as_str(),
                &[endpoint.prefix(), operation.path].concat(),
                endpoint.authority(),
                &self.identity.user_id,
            )
        })
    }
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
