//! A call, a client, a request, a reply. What users see of them is in `koodrive._client` and `koodrive._values`.

use chrono::TimeDelta;
use http::{HeaderMap, StatusCode};
use koodrive::{FixedParts, GetCurrentRetentionPolicy, ModificationType, signing::explain};
use koodrive::{NotifyPackageExpire, Operation, RequestOptions, TraceId, header, host};
use pyo3::types::{PyBytes, PyList, PyString};
use pyo3::{IntoPyObjectExt as _, prelude::*, sync::PyOnceLock};
use zeroize::Zeroizing;

use crate::convert::{self, Any, clock, exception, instant, json, octets, text};

/// NotifyPackageExpire, or GetCurrentRetentionPolicy where there are no ids.
#[pyclass(frozen, subclass, module = "koodrive._core")]
pub(crate) struct Call(Option<NotifyPackageExpire>);

#[pymethods]
impl Call {
    #[new]
    fn new(ids: Option<(String, String)>, undocumented_type: Option<i64>) -> PyResult<Self> {
        let call = ids.map(|(user, package)| {
            let call = NotifyPackageExpire::new(user, package)?;
            match undocumented_type.map(ModificationType::Undocumented) {
                Some(undocumented) => call.with_modification_type(undocumented),
                None => Ok(call),
            }
        });
        call.transpose().map(Self).map_err(exception)
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

/// The plain reply: the service took the call. `code` is always "0"; `msg` is for people.
#[pyclass(frozen, get_all, new = "from_fields", module = "koodrive")]
pub(crate) struct Acknowledgement {
    code: String,
    msg: Option<String>,
    trace_id: Option<String>,
}

/// A request, to be sent as it is: nothing added, redirects not followed. `headers` are pairs of name, in lower case, and
/// value, and hold the credentials; `body` is bytes, none for an operation without one.
#[pyclass(frozen, get_all, module = "koodrive")]
pub(crate) struct Request {
    method: Py<PyString>,
    url: Py<PyString>,
    headers: Py<PyList>,
    body: Py<PyBytes>,
}

/// What requests share: method, URL, the headers that never change, the names of the others.
struct Fixed(Py<PyString>, Py<PyString>, Py<PyList>, [Py<PyString>; 3]);

impl Fixed {
    fn new(py: Python<'_>, parts: FixedParts) -> PyResult<Self> {
        let names = [header::AUTHORIZATION, header::X_DATE, header::X_TRACEID];
        let names = names.map(|name| PyString::new(py, name.as_str()).unbind());
        let texts = [parts.method.as_str(), &parts.url];
        let [method, url] = texts.map(|text| PyString::new(py, text).unbind());
        let headers = PyList::new(py, parts.headers)?.unbind();
        Ok(Self(method, url, headers, names))
    }
}

#[pyclass(frozen, subclass, module = "koodrive._core")]
pub(crate) struct Client {
    core: koodrive::Client,
    fixed: [PyOnceLock<Fixed>; 2],
}

type Given<'a> = &'a Bound<'a, Call>;
type Opt<'a> = Option<Any<'a>>;
type Answer<'a> = (StatusCode, &'a HeaderMap, &'a [u8]);
type Sent = Option<(usize, String, String)>;

impl Client {
    fn read<O: Operation>(&self, call: &O, answer: Answer<'_>, sent: Sent) -> PyResult<O::Reply> {
        let (core, (status, headers, body)) = (&self.core, answer);
        let reply = match &sent {
            Some((most, ..)) if body.len() > *most => {
                Err(core.reply_too_long(call, status, headers, body, *most))
            }
            _ => core.parse_parts(call, status, headers, body),
        };
        reply.map_err(|error| match sent {
            Some((_, date, id)) => exception(error.with_x_date(&date).with_trace_id(&id)),
            None => exception(error),
        })
    }
}

fn options(trace_id: Opt, date: Opt) -> PyResult<RequestOptions> {
    let mut options = RequestOptions::default();
    if let Some(id) = trace_id {
        let id = TraceId::new(&text("trace id", id)?);
        options = options.trace_id(id.map_err(exception)?);
    }
    if let Some(date) = date {
        options = options.date(instant("date", date)?);
    }
    Ok(options)
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
        let offset = TimeDelta::try_milliseconds(offset).unwrap_or(TimeDelta::MAX);
        let core = host::endpoint(&endpoint, plain)
            .and_then(|endpoint| koodrive::Client::new(endpoint, user_id, credentials))
            .and_then(|core| core.with_clock_margin(margin))
            .and_then(|core| core.with_clock_offset(offset));
        core.map(|core| Self { core, fixed }).map_err(exception)
    }

    /// Builds the request to a call. `now` is this machine's clock by default; `date` is an explicit X-Date.
    #[pyo3(signature = (call, now=None, trace_id=None, date=None))]
    fn request(&self, call: Given, now: Opt, trace_id: Opt, date: Opt) -> PyResult<Request> {
        let (py, core) = (call.py(), &self.core);
        let (now, options) = (clock(now)?, options(trace_id, date)?);
        let fixed = &self.fixed[usize::from(call.get().0.is_none())];
        let (Fixed(method, url, headers, names), parts) = with_call!(call, |call| (
            fixed.get_or_try_init(py, || Fixed::new(py, core.fixed_parts(call)))?,
            core.varying_parts(call, now, &options).map_err(exception)?,
        ));
        let headers = headers.bind(py).get_slice(0, headers.bind(py).len());
        headers.append((&names[0], parts.authorization.as_str()))?;
        headers.append((&names[1], parts.x_date.as_str()))?;
        if let Some(id) = &parts.trace_id {
            headers.append((&names[2], id.as_str()))?;
        }
        let (method, url, headers) = (method.clone_ref(py), url.clone_ref(py), headers.unbind());
        let body = PyBytes::new(py, parts.body.unwrap_or_default().as_bytes()).unbind();
        Ok(Request {
            method,
            url,
            headers,
            body,
        })
    }

    /// Reads the response to a call. Headers are a mapping or pairs, as the HTTP client gave them.
    // `sent`, from `send`: the most bytes that a body may have, the X-Date and the trace id that went out.
    #[pyo3(signature = (call, status, headers, body, sent=None))]
    #[pyo3(text_signature = "($self, call, status, headers, body)")]
    fn parse(
        &self,
        call: Given,
        status: u16,
        headers: Any,
        body: Any,
        sent: Sent,
    ) -> PyResult<Py<PyAny>> {
        let (py, body) = (call.py(), octets(body)?);
        let status = host::status(status).map_err(exception)?;
        let answer = (status, &convert::headers(headers)?, body.as_bytes());
        if let Some(notify) = &call.get().0 {
            let it = self.read(notify, answer, sent)?;
            let (code, msg, trace_id) = (it.code, it.msg, it.trace_id);
            return Acknowledgement {
                code,
                msg,
                trace_id,
            }
            .into_py_any(py);
        }
        let it = self.read(&GetCurrentRetentionPolicy::new(), answer, sent)?;
        Ok(call.call_method1("_reply", (json(&it),))?.unbind())
    }

    /// Learns the server's clock from a reply. Both instants are of this machine's clock. `send` calls it.
    fn observe_clock(&self, headers: Any, sent_at: Any, received_at: Any) -> PyResult<()> {
        let sent_at = instant("sent_at", sent_at)?;
        let received_at = instant("received_at", received_at)?;
        let headers = convert::headers(headers)?;
        self.core.observe_clock(&headers, sent_at, received_at);
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
