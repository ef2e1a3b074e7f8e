//! A call, a client, a request, a reply. What users see of them is in `koodrive._client` and `koodrive._values`.

use chrono::{DateTime, Utc};
use koodrive::header;
use koodrive::host::{self, ClientSettings, CredentialsInput, ReceivedResponse};
use koodrive::signing::explain;
use koodrive::{Acknowledgement as Accepted, Credentials, FixedParts, GetCurrentRetentionPolicy};
use koodrive::{NotifyPackageExpire, Operation, RequestOptions, RetentionPolicies, VaryingParts};
use pyo3::types::{PyBytes, PyGenericAlias, PyList, PyString, PyType};
use pyo3::{IntoPyObjectExt as _, prelude::*, sync::PyOnceLock};
use zeroize::Zeroizing;

use crate::convert::{self, Any, clock, exception, instant, json, octets, picked, text};

/// A call of the API: an instance of one of the subclasses. Generic in its reply, as in ``Call[Acknowledgement]``.
// NotifyPackageExpire, or GetCurrentRetentionPolicy where there are no ids.
#[pyclass(frozen, subclass, module = "koodrive")]
pub(crate) struct Call(pub(crate) Option<NotifyPackageExpire>);

#[pymethods]
impl Call {
    #[new]
    #[pyo3(signature = (ids=None, r#type=2, undocumented_type=None))]
    fn new(
        ids: Option<(String, String)>,
        r#type: i64,
        undocumented_type: Option<i64>,
    ) -> PyResult<Self> {
        let call = ids.map(|(carrier_user_id, package_id)| {
            host::notify_package_expire(carrier_user_id, package_id, r#type, undocumented_type)
        });
        call.transpose().map(Self).map_err(exception)
    }

    #[classmethod]
    fn __class_getitem__<'a>(
        cls: &Bound<'a, PyType>,
        reply: Any<'a>,
    ) -> PyResult<Bound<'a, PyAny>> {
        PyGenericAlias::new(cls.py(), cls, reply).map(Bound::into_any)
    }
}

/// The same expression for every operation.
macro_rules! with_call {
    ($any:expr, |$call:ident| $then:expr) => {
        match (&$any.get().0, &GetCurrentRetentionPolicy::new()) {
            (Some($call), _) => $then,
            (None, $call) => $then,
        }
    };
}

/// The plain reply: the service took the call.
#[pyclass(frozen, get_all, module = "koodrive")]
pub(crate) struct Acknowledgement {
    /// Always "0": any other code is an error.
    code: String,
    /// For people. May be Chinese, so never match on it.
    msg: Option<String>,
    /// The reply's trace id, or else the one that ``send`` sent.
    trace_id: Option<String>,
}

#[pymethods]
impl Acknowledgement {
    #[classattr]
    #[pyo3(name = "__match_args__")]
    const FIELDS: (&str, &str, &str) = ("code", "msg", "trace_id");

    #[new]
    #[pyo3(signature = (*, code, msg=None, trace_id=None))]
    pub(crate) fn new(code: String, msg: Option<String>, trace_id: Option<String>) -> Self {
        Self {
            code,
            msg,
            trace_id,
        }
    }
}

/// A request, to be sent as it is: nothing added, redirects not followed. Made by ``Client.request`` alone.
///
/// It holds credentials, so its repr shows neither headers nor body, and it is not pickled: pickle the call.
#[pyclass(frozen, get_all, module = "koodrive")]
pub(crate) struct Request {
    /// "GET" or "POST".
    method: Py<PyString>,
    /// Endpoint, path prefix and path.
    url: Py<PyString>,
    /// A list of pairs: name, in lower case, and value. They hold the credentials.
    headers: Py<PyAny>,
    /// Empty for an operation without one.
    body: Py<PyBytes>,
}

/// The half of a request that never changes, as Python's objects.
pub(crate) struct Fixed {
    method: Py<PyString>,
    url: Py<PyString>,
    headers: Py<PyList>,
    authorization: Py<PyString>,
    x_date: Py<PyString>,
    trace_id: Py<PyString>,
}

impl Fixed {
    pub(crate) fn new(py: Python<'_>, parts: FixedParts) -> PyResult<Self> {
        let string = |text: &str| PyString::new(py, text).unbind();
        Ok(Self {
            method: string(parts.method.as_str()),
            url: string(&parts.url),
            headers: PyList::new(py, parts.headers)?.unbind(),
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

/// The fields of ``koodrive.Settings``.
#[derive(FromPyObject)]
struct Settings {
    endpoint: String,
    user_id: String,
    clock_margin: u32,
    allow_plain_http: bool,
    /// In seconds.
    clock_offset: f64,
}

/// The source of everything in a client but its credentials.
#[derive(FromPyObject)]
enum Origin<'py> {
    /// Another client. The learned clock is then shared.
    Client(Bound<'py, Client>),
    Settings(Settings),
}

/// A request that ``send`` has sent: the parts that reading its reply needs.
#[pyclass(frozen, module = "koodrive._core")]
pub(crate) struct SentRequest {
    x_date: String,
    trace_id: String,
    reply_limit: usize,
    sent_at: DateTime<Utc>,
}

#[pymethods]
impl SentRequest {
    /// ``reply_limit`` is in bytes.
    #[new]
    fn new(x_date: String, trace_id: String, reply_limit: usize, sent_at: Any) -> PyResult<Self> {
        Ok(Self {
            x_date,
            trace_id,
            reply_limit,
            sent_at: instant("sent_at", sent_at)?,
        })
    }
}

/// What ``koodrive.Client`` is made of.
#[pyclass(frozen, subclass, module = "koodrive._core")]
pub(crate) struct Client {
    pub(crate) core: koodrive::Client,
    fixed: [PyOnceLock<Fixed>; 2],
}

type Given<'a> = &'a Bound<'a, Call>;
type Opt<'a> = Option<Any<'a>>;
type Reply = PyResult<Py<PyAny>>;

/// Returns the credentials of these options. The texts are overwritten, since the core keeps copies of its own.
pub(crate) fn credentials(
    app_id: Option<String>,
    app_secret: Option<String>,
    token: Option<String>,
    authorization: Option<String>,
) -> PyResult<Credentials> {
    let [app_id, app_secret, token, authorization] =
        [app_id, app_secret, token, authorization].map(|text| text.map(Zeroizing::new));
    host::credentials(CredentialsInput {
        app_id: app_id.as_ref().map(|text| text.as_str()),
        app_secret: app_secret.as_ref().map(|text| text.as_str()),
        token: token.as_ref().map(|text| text.as_str()),
        authorization: authorization.as_ref().map(|text| text.as_str()),
    })
    .map_err(exception)
}

impl Client {
    fn parse_sent<O: Operation>(
        &self,
        call: &O,
        response: ReceivedResponse<'_>,
        sent: &SentRequest,
    ) -> PyResult<O::Reply> {
        host::parse_within(&self.core, call, response, sent.reply_limit)
            .map_err(|error| exception(host::with_request(error, &sent.x_date, &sent.trace_id)))
    }
}

fn acknowledgement(py: Python<'_>, accepted: Accepted) -> Reply {
    Acknowledgement::new(accepted.code, accepted.msg, accepted.trace_id).into_py_any(py)
}

fn retention_policies(call: Given, policies: &RetentionPolicies) -> Reply {
    Ok(call.call_method1("_reply", (json(policies),))?.unbind())
}

fn options(trace_id: Opt, date: Opt) -> PyResult<RequestOptions> {
    let trace_id = trace_id.map(|id| text("trace id", id)).transpose()?;
    let date = date.map(|date| instant("date", date)).transpose()?;
    host::options(trace_id.as_deref(), date).map_err(exception)
}

#[pymethods]
impl Client {
    /// ``origin`` is a ``koodrive.Settings``, or a client whose learned clock is then shared.
    #[new]
    #[pyo3(signature = (origin, *, app_id=None, app_secret=None, token=None, authorization=None))]
    fn new(
        origin: Origin<'_>,
        app_id: Option<String>,
        app_secret: Option<String>,
        token: Option<String>,
        authorization: Option<String>,
    ) -> PyResult<Self> {
        let credentials = credentials(app_id, app_secret, token, authorization)?;
        let core = match origin {
            Origin::Client(client) => client.get().core.with_credentials(credentials),
            Origin::Settings(settings) => {
                // The largest is refused.
                let clock_offset = if settings.clock_offset.is_nan() {
                    i64::MAX
                } else {
                    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
                    {
                        (settings.clock_offset * 1000.0).round() as i64
                    }
                };
                let settings = ClientSettings {
                    endpoint: &settings.endpoint,
                    allow_plain_http: settings.allow_plain_http,
                    user_id: &settings.user_id,
                    clock_margin: settings.clock_margin,
                    clock_offset,
                };
                host::client(&settings, credentials).map_err(exception)?
            }
        };
        Ok(Self {
            core,
            fixed: [const { PyOnceLock::new() }; 2],
        })
    }

    /// Builds the request to a call.
    ///
    /// ``now`` is this machine's clock by default. ``trace_id`` has 58 characters; none is made here. ``date`` is an explicit
    /// X-Date, which is checked against the service's window of 15 minutes.
    #[pyo3(signature = (call, now=None, trace_id=None, date=None))]
    fn request(&self, call: Given, now: Opt, trace_id: Opt, date: Opt) -> PyResult<Request> {
        let (py, core) = (call.py(), &self.core);
        let (now, options) = (clock(now)?, options(trace_id, date)?);
        let fixed = &self.fixed[usize::from(call.get().0.is_none())];
        let (fixed, parts) = with_call!(call, |call| (
            fixed.get_or_try_init(py, || Fixed::new(py, core.fixed_parts(call)))?,
            core.varying_parts(call, now, &options).map_err(exception)?,
        ));
        fixed.join(py, parts)
    }

    /// Reads the response to a call: returns the reply, or raises the error that it is.
    ///
    /// ``headers`` are a mapping or pairs, as the HTTP client gave them; ``body`` is bytes, or text.
    fn parse(&self, call: Given, status: u16, headers: Any, body: Any) -> Reply {
        let (body, headers) = (octets(body)?, convert::headers(headers)?);
        let response = ReceivedResponse {
            status,
            headers: picked(&headers),
            body: body.as_bytes(),
        };
        if let Some(notify) = &call.get().0 {
            let accepted = host::parse(&self.core, notify, response).map_err(exception)?;
            return acknowledgement(call.py(), accepted);
        }
        let policies = host::parse(&self.core, &GetCurrentRetentionPolicy::new(), response);
        retention_policies(call, &policies.map_err(exception)?)
    }

    /// Reads the response to a request that ``send`` has sent: learns the server's clock, reads no body beyond the limit, and
    /// gives the error and the reply what they lack. ``received_at`` is of this machine's clock.
    fn _parse_sent(
        &self,
        call: Given,
        sent: &SentRequest,
        status: u16,
        headers: Any,
        body: Any,
        received_at: Any,
    ) -> Reply {
        let (body, headers) = (octets(body)?, convert::headers(headers)?);
        let response = ReceivedResponse {
            status,
            headers: picked(&headers),
            body: body.as_bytes(),
        };
        let received_at = instant("received_at", received_at)?;
        self.core
            .observe_clock(response.headers, sent.sent_at, received_at);
        if let Some(notify) = &call.get().0 {
            let mut accepted = self.parse_sent(notify, response, sent)?;
            accepted
                .trace_id
                .get_or_insert_with(|| sent.trace_id.clone());
            return acknowledgement(call.py(), accepted);
        }
        let policies = self.parse_sent(&GetCurrentRetentionPolicy::new(), response, sent)?;
        retention_policies(call, &policies)
    }

    /// Learns the server's clock from the headers of a reply, as ``send`` does. Both instants are of this machine's clock.
    fn observe_clock(&self, headers: Any, sent_at: Any, received_at: Any) -> PyResult<()> {
        let headers = convert::headers(headers)?;
        let sent_at = instant("sent_at", sent_at)?;
        let received_at = instant("received_at", received_at)?;
        self.core
            .observe_clock(picked(&headers), sent_at, received_at);
        Ok(())
    }

    /// What was learned about the server's clock, in seconds; positive when it is ahead.
    #[getter]
    fn clock_offset(&self) -> f64 {
        self.core.clock_offset().as_seconds_f64()
    }

    /// The fields of `koodrive.Explanation`.
    fn _stages(&self, call: Given, now: Opt, date: Opt, message: Option<&str>) -> PyResult<String> {
        let (core, now, options) = (&self.core, clock(now)?, options(None, date)?);
        let it = with_call!(call, |it| explain(core, it, now, &options, message));
        it.map(|it| json(&it)).map_err(exception)
    }
}
