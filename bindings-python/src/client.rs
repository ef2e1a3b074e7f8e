//! A call, a client, a request, a reply. What users see of them is in `koodrive._client` and `koodrive._values`.

use koodrive::header::{self, ReplyHeaders};
use koodrive::{FixedParts, GetCurrentRetentionPolicy, VaryingParts, signing::explain};
use koodrive::{NotifyPackageExpire, Operation, RequestOptions, host};
use pyo3::types::{PyBytes, PyGenericAlias, PyList, PyString, PyType};
use pyo3::{IntoPyObjectExt as _, prelude::*, sync::PyOnceLock};
use zeroize::Zeroizing;

use crate::convert::{self, Any, Headers, clock, exception, instant, json, octets, picked, text};

/// A call of the API: an instance of one of the subclasses. Generic in its reply, as in ``Call[Acknowledgement]``.
// NotifyPackageExpire, or GetCurrentRetentionPolicy where there are no ids.
#[pyclass(frozen, subclass, module = "koodrive")]
pub(crate) struct Call(pub(crate) Option<NotifyPackageExpire>);

#[pymethods]
impl Call {
    #[new]
    #[pyo3(signature = (ids=None, r#type=2, undocumented_type=None))]
    fn new(ids: Ids, r#type: i64, undocumented_type: Option<i64>) -> PyResult<Self> {
        let call = ids.map(|ids| host::notify_package_expire(ids, r#type, undocumented_type));
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

/// What requests share: method, URL, the headers that never change, the names of the others.
pub(crate) struct Fixed(Py<PyString>, Py<PyString>, Py<PyList>, [Py<PyString>; 3]);

impl Fixed {
    pub(crate) fn new(py: Python<'_>, parts: FixedParts) -> PyResult<Self> {
        let names = [header::AUTHORIZATION, header::X_DATE, header::X_TRACEID];
        let names = names.map(|name| PyString::new(py, name.as_str()).unbind());
        let texts = [parts.method.as_str(), &parts.url];
        let [method, url] = texts.map(|text| PyString::new(py, text).unbind());
        let headers = PyList::new(py, parts.headers)?.unbind();
        Ok(Self(method, url, headers, names))
    }

    pub(crate) fn join(&self, py: Python<'_>, parts: VaryingParts) -> PyResult<Request> {
        let Self(method, url, headers, names) = self;
        let headers = headers.bind(py).get_slice(0, headers.bind(py).len());
        headers.append((&names[0], parts.authorization.as_str()))?;
        headers.append((&names[1], parts.x_date.as_str()))?;
        if let Some(id) = &parts.trace_id {
            headers.append((&names[2], id.as_str()))?;
        }
        Ok(Request {
            method: method.clone_ref(py),
            url: url.clone_ref(py),
            headers: headers.into_any().unbind(),
            body: PyBytes::new(py, parts.body.unwrap_or_default().as_bytes()).unbind(),
        })
    }
}

/// What ``koodrive.Client`` is made of.
#[pyclass(frozen, subclass, module = "koodrive._core")]
pub(crate) struct Client {
    pub(crate) core: koodrive::Client,
    fixed: [PyOnceLock<Fixed>; 2],
}

type Ids = Option<(String, String)>;
type Given<'a> = &'a Bound<'a, Call>;
type Opt<'a> = Option<Any<'a>>;
type Answer<'a> = (u16, ReplyHeaders<'a>, &'a [u8]);
type Sent<'a> = Option<((usize, String, String), Bound<'a, PyAny>, Bound<'a, PyAny>)>;
type Reply = PyResult<Py<PyAny>>;

impl Client {
    fn read<O: Operation>(&self, call: &O, at: Answer<'_>, sent: &Sent<'_>) -> PyResult<O::Reply> {
        host::read(&self.core, call, at, sent.as_ref().map(|it| &it.0)).map_err(exception)
    }

    fn learn(&self, headers: &Headers<'_>, sent_at: Any, received_at: Any) -> PyResult<()> {
        let (sent_at, at) = (
            instant("sent_at", sent_at)?,
            instant("received_at", received_at)?,
        );
        self.core.observe_clock(picked(headers), sent_at, at);
        Ok(())
    }
}

fn options(trace_id: Opt, date: Opt) -> PyResult<RequestOptions> {
    let trace_id = trace_id.map(|id| text("trace id", id)).transpose()?;
    let date = date.map(|date| instant("date", date)).transpose()?;
    host::options(trace_id.as_deref(), date).map_err(exception)
}

#[pymethods]
impl Client {
    /// `of`: the fields of `koodrive.Settings`, the offset in milliseconds, or a client, whose clock is then shared.
    #[new]
    fn new(of: Any, way: &str, texts: Vec<String>) -> PyResult<Self> {
        // Overwritten, since the core keeps copies of its own.
        let credentials = host::credentials(way, &Zeroizing::new(texts)).map_err(exception)?;
        let fixed = [const { PyOnceLock::new() }; 2];
        if let Ok(like) = of.cast::<Self>() {
            let core = like.get().core.with_credentials(credentials);
            return Ok(Self { core, fixed });
        }
        let (endpoint, user_id, margin, plain, offset): (String, String, _, _, _) = of.extract()?;
        let core = host::client((&endpoint, plain), user_id, credentials, margin, offset);
        core.map(|core| Self { core, fixed }).map_err(exception)
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
    // `_sent`, from `send`: what the core knows by that name, and the instants of `observe_clock`, which is then done as well.
    #[pyo3(signature = (call, status, headers, body, _sent=None))]
    #[allow(clippy::used_underscore_binding, reason = "private in Python")]
    fn parse(&self, call: Given, status: u16, headers: Any, body: Any, _sent: Sent<'_>) -> Reply {
        let (py, body, headers) = (call.py(), octets(body)?, &convert::headers(headers)?);
        if let Some((_, sent_at, received_at)) = &_sent {
            self.learn(headers, sent_at, received_at)?;
        }
        let answer = (status, picked(headers), body.as_bytes());
        if let Some(notify) = &call.get().0 {
            let it = self.read(notify, answer, &_sent)?;
            let id = it.trace_id.or(_sent.map(|(sent, ..)| sent.2));
            return Acknowledgement::new(it.code, it.msg, id).into_py_any(py);
        }
        let it = self.read(&GetCurrentRetentionPolicy::new(), answer, &_sent)?;
        Ok(call.call_method1("_reply", (json(&it),))?.unbind())
    }

    /// Learns the server's clock from the headers of a reply, as ``send`` does. Both instants are of this machine's clock.
    fn observe_clock(&self, headers: Any, sent_at: Any, received_at: Any) -> PyResult<()> {
        self.learn(&convert::headers(headers)?, sent_at, received_at)
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
