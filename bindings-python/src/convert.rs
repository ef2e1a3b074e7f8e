//! Converts Python's numbers, bytes and texts to the core's types, and the core's errors to
//! Python's.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use koodrive::Error;
use koodrive::header::{READ_FROM_REPLIES, ReplyHeaders, position};
use koodrive::host::{self, ErrorFields, Spelling};
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyList, PyModule, PyString, PyTuple};
use pyo3::{call::PyCallArgs, intern, prelude::*};
use serde::Serialize;

/// Whether messages spell options as flags, for the process of the command line.
static SPELLS_FLAGS: AtomicBool = AtomicBool::new(false);

/// Makes messages spell options as flags, for the command line.
#[pyfunction]
pub(crate) fn spell_flags() {
    SPELLS_FLAGS.store(true, Ordering::Relaxed);
}

/// Raises unless ``bytes`` is in the range of ``reply_limit``, the same for ``send`` and
/// ``dispatch``.
#[pyfunction]
pub(crate) fn check_reply_limit(bytes: f64) -> PyResult<()> {
    host::reply_limit(bytes).map(drop).map_err(exception)
}

/// Returns the exception of `koodrive._errors` for `error`.
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

/// Returns the JSON text of `fields`. Infrequent values cross to Python as JSON.
pub(crate) fn json(fields: &impl Serialize) -> String {
    // Texts, numbers and lists can always be written, so the fallback cannot occur.
    serde_json::to_string(fields).unwrap_or_default()
}

pub(crate) type Any<'a> = &'a Bound<'a, PyAny>;

/// Calls the function `name` of `koodrive._convert` for an infrequent conversion, which may raise.
fn python<'a, A: PyCallArgs<'a>>(py: Python<'a>, name: &str, it: A) -> PyResult<Bound<'a, PyAny>> {
    py.import("koodrive._convert")?.getattr(name)?.call1(it)
}

/// Returns the text of `value`. `field` is the name in messages.
pub(crate) fn text(field: &str, value: Any) -> PyResult<String> {
    let text = value.extract();
    text.or_else(|_| python(value.py(), "text", (field, value))?.extract())
}

/// Returns the instant of an aware datetime, or of seconds since the epoch, to the microsecond.
pub(crate) fn instant(field: &str, value: Any) -> PyResult<DateTime<Utc>> {
    let seconds = value.extract::<f64>();
    let seconds = seconds.or_else(|_| python(value.py(), "seconds", (field, value))?.extract())?;
    let right = "an aware datetime or seconds since the epoch";
    host::instant(field, seconds * 1e6, right).map_err(exception)
}

/// Returns Python's `time.time`, so that a test which freezes it freezes every date of this
/// package.
pub(crate) fn wall_clock(py: Python<'_>) -> PyResult<DateTime<Utc>> {
    /// The module, since a test may replace the function at any time.
    static TIME: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let time = TIME.get_or_try_init(py, || py.import("time").map(Bound::unbind))?;
    let now = time.bind(py).call_method0(intern!(py, "time"))?;
    instant("now", &now)
}

pub(crate) fn clock(py: Python<'_>, now: Option<Any>) -> PyResult<DateTime<Utc>> {
    now.map_or_else(|| wall_clock(py), |now| instant("now", now))
}

/// Returns bytes unchanged, text as UTF-8, and the bytes of a bytearray or a memoryview.
pub(crate) fn bytes_of<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    match (value.cast::<PyBytes>(), value.cast::<PyString>()) {
        (Ok(bytes), _) => Ok(bytes.clone()),
        (_, Ok(text)) => text.encode_utf8(),
        _ => Ok(python(value.py(), "bytes_of_buffer", (value,))?.cast_into()?),
    }
}

/// The name or the value of a header, as an HTTP client returned it.
pub(crate) enum HeaderText<'py> {
    Text(Bound<'py, PyString>),
    Bytes(Bound<'py, PyBytes>),
}

impl<'py> HeaderText<'py> {
    fn new(value: Bound<'py, PyAny>) -> PyResult<Self> {
        match value.cast_into::<PyString>() {
            Ok(text) => Ok(Self::Text(text)),
            Err(other) => Ok(Self::Bytes(bytes_of(&other.into_inner())?)),
        }
    }

    /// Returns the bytes. Some clients return bytes that are not UTF-8 as lone surrogates. The core
    /// reads no such header, so a placeholder takes its place.
    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.to_str().map_or(&[0xff], str::as_bytes),
            Self::Bytes(bytes) => bytes.as_bytes(),
        }
    }
}

/// The first value of each header that the core reads.
pub(crate) type Headers<'py> = [Option<HeaderText<'py>>; 4];

pub(crate) fn picked<'a>(values: &'a Headers<'_>) -> ReplyHeaders<'a> {
    ReplyHeaders::new(values.each_ref().map(|it| Some(it.as_ref()?.as_bytes())))
}

/// Returns the first value of each header that the core reads. `value` is a mapping or pairs, with
/// names in any case.
pub(crate) fn headers<'py>(value: &Bound<'py, PyAny>) -> PyResult<Headers<'py>> {
    let mut found: Headers<'py> = [const { None }; 4];
    let items = || value.call_method0(intern!(value.py(), "items")).ok();
    let items = (!value.is_instance_of::<PyList>()).then(items).flatten();
    for pair in items.as_ref().unwrap_or(value).try_iter()? {
        let (name, value) = two(&pair?)?;
        // The length of the name rules out most headers at no cost.
        let length = name.len()?;
        let ours = READ_FROM_REPLIES.iter().any(|it| it.len() == length);
        if ours && let Some(at) = position(HeaderText::new(name)?.as_bytes()) {
            let value = HeaderText::new(value)?;
            found[at].get_or_insert(value);
        }
    }
    Ok(found)
}

/// Returns the values of a pair, which is any sequence.
fn two<'py>(pair: &Bound<'py, PyAny>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    // Nearly all pairs are tuples, which are read faster than other sequences.
    if let Ok(pair) = pair.cast::<PyTuple>()
        && pair.len() == 2
    {
        return Ok((pair.get_item(0)?, pair.get_item(1)?));
    }
    let [name, value] = pair.extract()?;
    Ok((name, value))
}
