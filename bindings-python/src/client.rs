//! The native base class of the client, and requests. `koodrive._client` has the public class.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use koodrive::header;
use koodrive::host::{self, ClientSettings, CredentialsInput, ReceivedResponse};
use koodrive::signing::explain;
use koodrive::{Credentials, Error, FixedParts, InvalidInput};
use koodrive::{Operation, RequestOptions, VaryingParts};
use pyo3::exceptions::PyTypeError;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyList, PyString};
use pyo3::{IntoPyObjectExt as _, prelude::*};
use zeroize::Zeroizing;

use crate::calls::{Call, Kind, with_call};
use crate::convert::{self, Any, bytes_of, clock, exception, instant, json, picked, text};
use crate::replies::{Acknowledgement, RawReply};

/// A signed request from ``Client.request``. Send it unchanged, and do not follow redirects.
///
/// Headers and body contain credentials and ids. The repr therefore omits both, and pickle
/// refuses a request: pickle the call.
#[pyclass(frozen, get_all, module = "koodrive")]
pub(crate) struct Request {
    /// "GET", "POST", "PUT", "PATCH" or "DELETE".
    method: Py<PyString>,
    /// The endpoint with its path prefix, the path and the query.
    url: Py<PyString>,
    /// Pairs of a name in lower case and a value. One of them holds the credentials.
    headers: Py<PyAny>,
    /// The body; empty for an operation without a body.
    body: Py<PyBytes>,
}

#[pymethods]
impl Request {
    #[classattr]
    #[pyo3(name = "__match_args__")]
    const FIELDS: (&str, &str, &str, &str) = ("method", "url", "headers", "body");

    fn __eq__(&self, py: Python<'_>, other: &Self) -> PyResult<bool> {
        let (this, that) = (self.unhashed(), other.unhashed());
        Ok(self.headers.bind(py).eq(&other.headers)?
            && this.into_pyobject(py)?.eq(that.into_pyobject(py)?)?)
    }

    /// Omits the headers, since a list is unhashable.
    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        self.unhashed().into_pyobject(py)?.hash()
    }

    fn __repr__(&self) -> String {
        format!("<koodrive.Request {} {}>", self.method, self.url)
    }

    #[expect(clippy::unused_self, reason = "Python calls it as a method")]
    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err(
            "a koodrive.Request is not pickled or copied, since it holds credentials: pickle the call, and build the \
             request where it is sent",
        ))
    }
}

impl Request {
    const fn unhashed(&self) -> (&Py<PyString>, &Py<PyString>, &Py<PyBytes>) {
        (&self.method, &self.url, &self.body)
    }
}

/// A request that still needs its signature, for a client with a function ``sign``.
#[pyclass(frozen, module = "koodrive._core")]
pub(crate) struct UnsignedRequest {
    fixed: Arc<Fixed>,
    parts: VaryingParts,
}

impl UnsignedRequest {
    /// Returns a `Request`, or an `UnsignedRequest` if the signature is missing.
    pub(crate) fn or_request(py: Python<'_>, fixed: Arc<Fixed>, parts: VaryingParts) -> Reply {
        if parts.string_to_sign().is_some() {
            return Self { fixed, parts }.into_py_any(py);
        }
        fixed.join(py, parts)?.into_py_any(py)
    }
}

#[pymethods]
impl UnsignedRequest {
    #[getter]
    fn string_to_sign(&self) -> &str {
        self.parts.string_to_sign().unwrap_or_default()
    }

    /// Returns the request with ``signature``, the lower-case hex of an HMAC-SHA256.
    fn with_signature(&self, py: Python<'_>, signature: &str) -> PyResult<Request> {
        let parts = self.parts.clone().with_signature(signature);
        self.fixed.join(py, parts.map_err(exception)?)
    }
}

/// The constant half of a request, as Python objects.
pub(crate) struct Fixed {
    method: Py<PyString>,
    url: Py<PyString>,
    headers: Py<PyList>,
    authorization: Py<PyString>,
    x_date: Py<PyString>,
    trace_id: Py<PyString>,
}

impl Fixed {
    fn new(py: Python<'_>, parts: &FixedParts) -> PyResult<Self> {
        let string = |text: &str| PyString::new(py, text).unbind();
        let headers = parts.headers.iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.as_str(), value))
            .collect();
        Ok(Self {
            method: string(parts.method.as_str()),
            url: string(&parts.url),
            headers: PyList::new(py, headers)?.unbind(),
            authorization: string(header::AUTHORIZATION.as_str()),
            x_date: string(header::X_DATE.as_str()),
            trace_id: string(header::X_TRACEID.as_str()),
        })
    }

    pub(crate) fn join(&self, py: Python<'_>, parts: VaryingParts) -> PyResult<Request> {
        let headers = self.headers.bind(py);
        let headers = headers.get_slice(0, headers.len());
        headers.append((&self.authorization, parts.authorization.as_str()))?;
        headers.append((&self.x_date, parts.x_date.as_str()))?;
        if let Some(id) = &parts.trace_id {
            headers.append((&self.trace_id, id.as_str()))?;
        }
        Ok(Request {
            method: self.method.clone_ref(py),
            url: self.url.clone_ref(py),
            headers: headers.into_any().unbind(),
            body: PyBytes::new(py, parts.body.unwrap_or_default().as_bytes()).unbind(),
        })
    }
}

/// The constant halves of requests by target. A client has a handful, so a list is searched.
#[derive(Default)]
pub(crate) struct FixedByTarget(Mutex<Vec<(Target, Arc<Fixed>)>>);

/// The parts of a call that its constant half is made of. Operations may share a path and differ in
/// the method.
struct Target {
    method: String,
    path: String,
    has_body: bool,
}

impl FixedByTarget {
    /// Returns the kept half for `call`, or makes it of `parts`. A call with a query or headers of
    /// its own has no kept half.
    pub(crate) fn get(
        &self,
        py: Python<'_>,
        call: &Call,
        has_body: bool,
        parts: impl FnOnce() -> Result<FixedParts, InvalidInput>,
    ) -> PyResult<Arc<Fixed>> {
        let make = || {
            let parts = parts().map_err(exception)?;
            let fixed = Fixed::new(py, &parts).map(Arc::new)?;
            Ok((fixed, parts.may_be_kept))
        };
        let is_plain = with_call!(call, |it| it.query().is_empty() && it.headers().is_empty());
        if !is_plain {
            return make().map(|(fixed, _)| fixed);
        }
        let (method, path) = with_call!(call, |it| {
            let path = it.fixed_path().map_or_else(|| it.path(), Cow::Borrowed);
            (it.method(), path)
        });
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept().iter().find_map(|(of, fixed)| {
            let is_it = of.path == path && of.method == method.as_str() && of.has_body == has_body;
            is_it.then(|| Arc::clone(fixed))
        });
        if let Some(fixed) = found {
            return Ok(fixed);
        }
        // Without the lock, since Python code may run. Two equal halves do no harm.
        let (fixed, may_be_kept) = make()?;
        if may_be_kept {
            let target = Target {
                method: method.as_str().to_owned(),
                path: path.into_owned(),
                has_body,
            };
            kept().push((target, Arc::clone(&fixed)));
        }
        Ok(fixed)
    }
}

/// The origin of a client's settings.
#[derive(FromPyObject)]
enum Origin<'py> {
    /// Another client, which shares its learned clock.
    Client(Bound<'py, Client>),
    /// Endpoint, user id, clock margin, whether plain http is allowed, clock offset in seconds.
    Settings(String, String, u32, bool, f64),
}

/// The parts of a sent request that are needed to read its reply.
#[pyclass(frozen, module = "koodrive._core")]
pub(crate) struct SentRequest {
    x_date: String,
    trace_id: String,
    reply_limit: usize,
    sent_at: DateTime<Utc>,
    may_sign_anew: bool,
}

#[pymethods]
impl SentRequest {
    /// ``reply_limit`` is in bytes. ``may_sign_anew`` is true for the first attempt of a call
    /// without an explicit date.
    #[new]
    fn new(
        x_date: String,
        trace_id: String,
        reply_limit: usize,
        sent_at: Any,
        may_sign_anew: bool,
    ) -> PyResult<Self> {
        Ok(Self {
            x_date,
            trace_id,
            reply_limit,
            sent_at: instant("sent_at", sent_at)?,
            may_sign_anew,
        })
    }
}

/// The native base class of ``koodrive.Client``.
#[pyclass(frozen, subclass, module = "koodrive._core")]
pub(crate) struct Client {
    pub(crate) core: koodrive::Client,
    fixed: FixedByTarget,
}

impl Drop for Client {
    fn drop(&mut self) {
        host::overwrite_stack();
    }
}

type Given<'a> = &'a Bound<'a, Call>;
type Opt<'a> = Option<Any<'a>>;
pub(crate) type Reply = PyResult<Py<PyAny>>;

/// The options that authenticate a client. The core keeps its own copies, so these are overwritten.
#[derive(Default)]
pub(crate) struct Authentication {
    pub(crate) app_id: Option<Zeroizing<String>>,
    pub(crate) app_secret: Option<Zeroizing<String>>,
    pub(crate) token: Option<Zeroizing<String>>,
    pub(crate) authorization: Option<Zeroizing<String>>,
    /// Whether a function signs instead of an app secret.
    pub(crate) signs_elsewhere: bool,
    /// Whether the token comes later, from a function.
    pub(crate) token_later: bool,
}

impl Authentication {
    /// Returns the credentials of these options.
    pub(crate) fn credentials(&self) -> Result<Credentials, InvalidInput> {
        let texts = [
            &self.app_id,
            &self.app_secret,
            &self.token,
            &self.authorization,
        ];
        let [app_id, app_secret, token, authorization] =
            texts.map(|text| text.as_ref().map(|text| text.as_str()));
        host::credentials(CredentialsInput {
            app_id,
            app_secret,
            token,
            authorization,
            signs_elsewhere: self.signs_elsewhere,
            token_later: self.token_later,
        })
    }
}

impl Client {
    /// Returns the constant and the varying half of a request.
    fn halves(
        &self,
        call: Given,
        now: Opt,
        trace_id: Opt,
        date: Opt,
    ) -> PyResult<(Arc<Fixed>, VaryingParts)> {
        let (py, core) = (call.py(), &self.core);
        let (now, options) = (clock(py, now)?, options(trace_id, date)?);
        let call = call.get();
        let parts = with_call!(call, |it| core.varying_parts(it, now, &options));
        let parts = parts.map_err(exception)?;
        let fixed = self.fixed.get(py, call, parts.body.is_some(), || {
            with_call!(call, |it| core.fixed_parts(it))
        })?;
        Ok((fixed, parts))
    }

    fn parse_sent<O: Operation>(
        &self,
        call: &O,
        response: ReceivedResponse<'_>,
        sent: &SentRequest,
        received_at: DateTime<Utc>,
    ) -> PyResult<O::Reply> {
        let sent = host::SentRequest {
            x_date: &sent.x_date,
            trace_id: &sent.trace_id,
            reply_limit: sent.reply_limit,
            sent_at: sent.sent_at,
            may_sign_anew: sent.may_sign_anew,
        };
        host::parse_sent(&self.core, call, response, &sent, received_at).map_err(|failure| {
            let is_clock_refusal = match &failure.error {
                Error::Reply(reply) => reply.is_clock_refusal(),
                _ => false,
            };
            let error = exception(failure.error);
            let marked = Python::attach(|py| {
                let value = error.value(py);
                if is_clock_refusal {
                    value.setattr("_is_clock_refusal", true)?;
                }
                if failure.sign_anew {
                    // `send` removes the attribute.
                    value.setattr("_again", true)?;
                }
                Ok(())
            });
            marked.err().unwrap_or(error)
        })
    }
}

fn acknowledgement(py: Python<'_>, reply: &koodrive::Acknowledgement) -> Reply {
    let (msg, trace_id) = (reply.msg.as_deref(), reply.trace_id.as_deref());
    Acknowledgement::reply(py, &reply.code, msg, trace_id)
}

/// Returns the reply of the call's own type. `fields` is a JSON object.
pub(crate) fn reply(call: Given, fields: &str) -> Reply {
    static FUNCTION: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = call.py();
    let function = FUNCTION.get_or_try_init(py, || {
        let function = py.import("koodrive._replies")?.getattr("reply")?;
        PyResult::Ok(function.unbind())
    })?;
    function.call1(py, (call.get().operation, fields))
}

fn options(trace_id: Opt, date: Opt) -> PyResult<RequestOptions> {
    let trace_id = trace_id.map(|id| text("trace_id", id)).transpose()?;
    let date = date.map(|date| instant("date", date)).transpose()?;
    host::options(trace_id.as_deref(), date).map_err(exception)
}

#[pymethods]
impl Client {
    /// ``origin`` is the fields of a ``koodrive.Settings`` in order, or a client that shares its
    /// learned clock.
    ///
    /// ``signs_elsewhere`` says that a function signs instead of an app secret. ``token_later``
    /// says that the token comes later, from a function.
    #[new]
    #[pyo3(signature = (origin, *, app_id=None, app_secret=None, token=None, authorization=None, signs_elsewhere=false, token_later=false))]
    fn new(
        origin: Origin<'_>,
        app_id: Option<String>,
        app_secret: Option<String>,
        token: Option<String>,
        authorization: Option<String>,
        signs_elsewhere: bool,
        token_later: bool,
    ) -> PyResult<Self> {
        let credentials = Authentication {
            app_id: app_id.map(Zeroizing::new),
            app_secret: app_secret.map(Zeroizing::new),
            token: token.map(Zeroizing::new),
            authorization: authorization.map(Zeroizing::new),
            signs_elsewhere,
            token_later,
        };
        let credentials = credentials.credentials().map_err(exception)?;
        let core = match origin {
            Origin::Client(client) => client.get().core.with_credentials(credentials),
            Origin::Settings(endpoint, user_id, clock_margin, allow_plain_http, clock_offset) => {
                // The core refuses the largest offset.
                let clock_offset = if clock_offset.is_nan() {
                    i64::MAX
                } else {
                    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
                    {
                        (clock_offset * 1000.0).round() as i64
                    }
                };
                let settings = ClientSettings {
                    endpoint: &endpoint,
                    allow_plain_http,
                    user_id: &user_id,
                    clock_margin,
                    clock_offset,
                };
                host::client(&settings, credentials).map_err(exception)?
            }
        };
        Ok(Self {
            core,
            fixed: FixedByTarget::default(),
        })
    }

    /// Returns the signed request of ``call``.
    ///
    /// ``now`` is this machine's clock by default. ``trace_id`` has 58 characters and is
    /// omitted by default. ``date`` is an explicit X-Date, at most 15 minutes old and never in
    /// the future. Raises ``InvalidInputError``.
    #[pyo3(signature = (call, now=None, trace_id=None, date=None))]
    fn request(
        slf: &Bound<'_, Self>,
        call: Given,
        now: Opt,
        trace_id: Opt,
        date: Opt,
    ) -> PyResult<Request> {
        let (fixed, mut parts) = slf.get().halves(call, now, trace_id, date)?;
        if let Some(string_to_sign) = parts.string_to_sign() {
            let signature = slf.call_method1("_signature", (string_to_sign,))?;
            let signature: String = signature.extract()?;
            parts = parts.with_signature(&signature).map_err(exception)?;
        }
        fixed.join(slf.py(), parts)
    }

    /// Returns the request, or an ``UnsignedRequest`` for a client with a function ``sign``.
    fn _unsigned(&self, call: Given, now: Opt, trace_id: Opt, date: Opt) -> Reply {
        let (fixed, parts) = self.halves(call, now, trace_id, date)?;
        UnsignedRequest::or_request(call.py(), fixed, parts)
    }

    /// Returns the reply to ``call``, or raises the ``KooDriveError`` of the response.
    ///
    /// ``status``, ``headers`` and ``body`` are those of the response. ``headers`` is a mapping
    /// or pairs. ``body`` is bytes or text.
    fn parse(&self, call: Given, status: u16, headers: Any, body: Any) -> Reply {
        let (body, headers) = (bytes_of(body)?, convert::headers(headers)?);
        let response = ReceivedResponse {
            status,
            headers: picked(&headers),
            body: body.as_bytes(),
        };
        match &call.get().kind {
            Kind::NotifyPackageExpire(notify) => {
                let reply = host::parse(&self.core, notify, response).map_err(exception)?;
                acknowledgement(call.py(), &reply)
            }
            Kind::Raw(raw) => {
                let reply = host::parse(&self.core, raw, response).map_err(exception)?;
                RawReply::reply(call.py(), &reply)
            }
            Kind::Any(any) => {
                let fields = host::parse(&self.core, any, response).map_err(exception)?;
                reply(call, &fields)
            }
        }
    }

    /// Reads the response to the request ``sent``: learns the server's clock, and checks the limit
    /// of the body.
    ///
    /// Sets ``_is_clock_refusal`` if the service refused X-Date, and ``_again`` if ``send`` must
    /// sign the call anew. ``received_at`` is an instant of this machine's clock.
    fn _parse_sent(
        &self,
        call: Given,
        sent: &SentRequest,
        status: u16,
        headers: Any,
        body: Any,
        received_at: Any,
    ) -> Reply {
        let (body, headers) = (bytes_of(body)?, convert::headers(headers)?);
        let response = ReceivedResponse {
            status,
            headers: picked(&headers),
            body: body.as_bytes(),
        };
        let received_at = instant("received_at", received_at)?;
        match &call.get().kind {
            Kind::NotifyPackageExpire(notify) => {
                let reply = self.parse_sent(notify, response, sent, received_at)?;
                acknowledgement(call.py(), &reply)
            }
            Kind::Raw(raw) => {
                let reply = self.parse_sent(raw, response, sent, received_at)?;
                RawReply::reply(call.py(), &reply)
            }
            Kind::Any(any) => reply(call, &self.parse_sent(any, response, sent, received_at)?),
        }
    }

    /// Learns the server's clock from the ``headers`` of a reply, as ``send`` does.
    ///
    /// ``sent_at`` and ``received_at`` are instants of this machine's clock.
    fn observe_clock(&self, headers: Any, sent_at: Any, received_at: Any) -> PyResult<()> {
        let headers = convert::headers(headers)?;
        let sent_at = instant("sent_at", sent_at)?;
        let received_at = instant("received_at", received_at)?;
        self.core
            .observe_clock(picked(&headers), sent_at, received_at);
        Ok(())
    }

    /// Seconds by which the server's clock is ahead of this machine's, learned from replies.
    #[getter]
    fn clock_offset(&self) -> f64 {
        self.core.clock_offset().as_seconds_f64()
    }

    /// Returns the fields of a `koodrive.Explanation` as a JSON object.
    fn _stages(&self, call: Given, now: Opt, date: Opt, message: Option<&str>) -> PyResult<String> {
        let (core, now, options) = (&self.core, clock(call.py(), now)?, options(None, date)?);
        let it = with_call!(call.get(), |it| explain(core, it, now, &options, message));
        it.map(|it| json(&it)).map_err(exception)
    }
}
