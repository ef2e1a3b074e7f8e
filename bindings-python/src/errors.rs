//! The core's errors for what only Python notices: each function returns an exception of `koodrive._errors`.

use koodrive::{Operation as _, TransportError, host};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::calls::{Call, with_call};
use crate::convert::exception;

/// A value of another type where text is due; ``found`` names it, such as "a number".
#[pyfunction]
pub(crate) fn not_text(field: &str, found: &str) -> PyErr {
    exception(host::not_text(field, found))
}

/// Text that UTF-8 cannot carry.
#[pyfunction]
pub(crate) fn lone_surrogate(field: &str) -> PyErr {
    exception(host::lone_surrogate(field))
}

/// A datetime without a time zone.
#[pyfunction]
pub(crate) fn date_without_zone(field: &str) -> PyErr {
    exception(host::date_without_zone(field))
}

/// A clock margin that is not a whole number of seconds in range.
#[pyfunction]
pub(crate) fn not_a_margin() -> PyErr {
    exception(host::not_a_margin())
}

/// Any other input: the ``problem`` of ``field``, and what to do.
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

/// The text with half surrogate pairs escaped: names of files that are no UTF-8 hold them.
fn escaped(text: &Bound<'_, PyString>) -> PyResult<String> {
    if let Ok(text) = text.to_str() {
        return Ok(text.to_owned());
    }
    let bytes = text.call_method1("encode", ("utf-8", "backslashreplace"))?;
    Ok(String::from_utf8_lossy(bytes.cast::<PyBytes>()?.as_bytes()).into_owned())
}

/// A mistake that concerns no field.
#[pyfunction]
pub(crate) fn misused(text: &Bound<'_, PyString>) -> PyResult<PyErr> {
    Ok(exception(host::misused(&escaped(text)?)))
}

/// Several calls that surely were not sent, and why.
#[pyfunction]
pub(crate) fn not_sent(cause: &str) -> PyErr {
    exception(TransportError::not_sent(cause))
}

/// The failure of one exchange and its ``cause``. ``left``: the request left and had no complete answer; else it surely did not.
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
