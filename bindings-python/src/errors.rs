//! Errors that only Python code detects. Each function returns an exception of `koodrive._errors`.

use koodrive::{Operation as _, TransportError, host};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::calls::{Call, with_call};
use crate::convert::exception;

/// Returns the error for a value that is not text. ``found`` names the value, such as "a number".
#[pyfunction]
pub(crate) fn not_text(field: &str, found: &str) -> PyErr {
    exception(host::not_text(field, found))
}

/// Returns the error for text that UTF-8 cannot encode.
#[pyfunction]
pub(crate) fn lone_surrogate(field: &str) -> PyErr {
    exception(host::lone_surrogate(field))
}

/// Returns the error for a datetime without a time zone.
#[pyfunction]
pub(crate) fn date_without_zone(field: &str) -> PyErr {
    exception(host::date_without_zone(field))
}

/// Returns the error for a clock margin that is not whole seconds from 0 to 600.
#[pyfunction]
pub(crate) fn not_a_margin() -> PyErr {
    exception(host::not_a_margin())
}

/// Returns the error for any other input. ``problem`` is that of ``field``, and what to do.
#[pyfunction]
pub(crate) fn refused(
    field: &Bound<'_, PyString>,
    problem: &Bound<'_, PyString>,
) -> PyResult<PyErr> {
    Ok(exception(host::refused(
        &escaped(field)?,
        &escaped(problem)?,
    )))
}

/// Returns the text with lone surrogates escaped. Python's file names may have them.
fn escaped(text: &Bound<'_, PyString>) -> PyResult<String> {
    if let Ok(text) = text.to_str() {
        return Ok(text.to_owned());
    }
    let bytes = text.call_method1("encode", ("utf-8", "backslashreplace"))?;
    Ok(String::from_utf8_lossy(bytes.cast::<PyBytes>()?.as_bytes()).into_owned())
}

/// Returns the error for a mistake that concerns no single field.
#[pyfunction]
pub(crate) fn misused(text: &Bound<'_, PyString>) -> PyResult<PyErr> {
    Ok(exception(host::misused(&escaped(text)?)))
}

/// Returns the error for calls that were not sent because of ``cause``.
#[pyfunction]
pub(crate) fn not_sent(cause: &str) -> PyErr {
    exception(TransportError::not_sent(cause))
}

/// Returns the error for an exchange that failed because of ``cause``. ``left`` says that the
/// request left and got no complete answer.
#[pyfunction]
#[pyo3(signature = (call, cause, trace_id, *, x_date=None, left))]
pub(crate) fn failed(
    call: &Bound<'_, Call>,
    cause: &str,
    trace_id: &str,
    x_date: Option<&str>,
    left: bool,
) -> PyErr {
    let error = host::transport_error(left, cause);
    let is_safe = with_call!(call.get(), |call| call.is_safe());
    exception(host::failed(error, is_safe, x_date, trace_id))
}
