//! Python's numbers, bytes and texts as the core's types, and the core's errors as Python's.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use koodrive::Error;
use koodrive::header::{READ_FROM_REPLIES, ReplyHeaders, position};
use koodrive::host::{self, ErrorFields, Spelling};
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyList, PyModule, PyString};
use pyo3::{call::PyCallArgs, intern, prelude::*};
use serde::Serialize;

/// Whether options are spelled as flags, since the process is the command line's.
static SPELLS_FLAGS: AtomicBool = AtomicBool::new(false);

/// Spells options as flags from now on: for the command line, whose process is its own.
#[pyfunction]
pub(crate) fn spell_flags() {
    SPELLS_FLAGS.store(true, Ordering::Relaxed);
}

/// Raises unless ``bytes`` is a length that a dispatcher takes for ``reply_limit``, so that ``send`` takes no other.
#[pyfunction]
pub(crate) fn check_reply_limit(bytes: f64) -> PyResult<()> {
    host::reply_limit(bytes).map(drop).map_err(exception)
}

/// The exception of `koodrive._errors` for this error.
pub(crate) fn exception(error: impl Into<Error>) -> PyErr {
    let spelling = if SPELLS_FLAGS.load(Ordering::Relaxed) {
        Spelling::Flag
    } else {
        Spelling::Snake
    };
    let fields = json(&ErrorFields::new(error.into(), spelling));
    Python::attach(|py| {
        py.import("koodrive._errors")
            .and_then(|it| it.getattr("from_core")?.call1((fields,)))
            .map_or_else(|failure| failure, PyErr::from_value)
    })
}

/// How crosses what is not read by the million: Python makes values of the members, in their order.
pub(crate) fn json(fields: &impl Serialize) -> String {
    // Texts, numbers and lists of them, so the fallback cannot occur.
    serde_json::to_string(fields).unwrap_or_default()
}

pub(crate) type Any<'a> = &'a Bound<'a, PyAny>;

/// A function of `koodrive._convert`, for what is not worth a conversion here; it may raise.
fn python<'a, A: PyCallArgs<'a>>(py: Python<'a>, name: &str, it: A) -> PyResult<Bound<'a, PyAny>> {
    py.import("koodrive._convert")?.getattr(name)?.call1(it)
}

/// `field` is its name in messages.
pub(crate) fn text(field: &str, value: Any) -> PyResult<String> {
    let text = value.extract();
    text.or_else(|_| python(value.py(), "text", (field, value))?.extract())
}

/// An aware datetime, or seconds since the epoch, to the microsecond.
pub(crate) fn instant(field: &str, value: Any) -> PyResult<DateTime<Utc>> {
    let seconds = value.extract::<f64>();
    let seconds = seconds.or_else(|_| python(value.py(), "seconds", (field, value))?.extract())?;
    let right = "an aware datetime or seconds since the epoch";
    host::instant(field, seconds * 1e6, right).map_err(exception)
}

/// Python's `time.time`, so that a test which freezes it freezes every date of this package.
pub(crate) fn wall_clock(py: Python<'_>) -> PyResult<DateTime<Utc>> {
    /// The function itself may be replaced at any time.
    static TIME: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let time = TIME.get_or_try_init(py, || py.import("time").map(Bound::unbind))?;
    let now = time.bind(py).call_method0(intern!(py, "time"))?;
    instant("now", &now)
}

pub(crate) fn clock(py: Python<'_>, now: Option<Any>) -> PyResult<DateTime<Utc>> {
    now.map_or_else(|| wall_clock(py), |now| instant("now", now))
}

/// bytes, or text as UTF-8; what else is taken Python knows.
pub(crate) fn octets<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    match (value.cast::<PyBytes>(), value.cast::<PyString>()) {
        (Ok(bytes), _) => Ok(bytes.clone()),
        (_, Ok(text)) => text.encode_utf8(),
        _ => Ok(python(value.py(), "octets", (value,))?.cast_into()?),
    }
}

/// The first value of each header that the core reads.
pub(crate) type Headers<'py> = [Option<Bound<'py, PyBytes>>; 4];

pub(crate) fn picked<'a>(values: &'a Headers<'_>) -> ReplyHeaders<'a> {
    ReplyHeaders::new(values.each_ref().map(|it| Some(it.as_ref()?.as_bytes())))
}

/// Names in any case, of a mapping or pairs.
pub(crate) fn headers<'py>(value: &Bound<'py, PyAny>) -> PyResult<Headers<'py>> {
    let mut found: Headers<'py> = [const { None }; 4];
    let items = || value.call_method0(intern!(value.py(), "items")).ok();
    let items = (!value.is_instance_of::<PyList>()).then(items).flatten();
    for pair in items.as_ref().unwrap_or(value).try_iter()? {
        let [name, value]: [Bound<'py, PyAny>; 2] = pair?.extract()?;
        // Most headers are none of ours, and their length says so at no cost.
        let length = name.len()?;
        let ours = READ_FROM_REPLIES.iter().any(|it| it.len() == length);
        if ours && let Some(at) = position(field_octets(&name)?.as_bytes()) {
            found[at].get_or_insert(field_octets(&value)?);
        }
    }
    Ok(found)
}

/// A name or a value of a header. Bytes that are no UTF-8 come from some clients as half surrogate pairs: the core reads no such
/// header, and the reply is not to be lost for it.
fn field_octets<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(text
            .encode_utf8()
            .unwrap_or_else(|_| PyBytes::new(value.py(), &[0xff]))),
        Err(_) => octets(value),
    }
}
