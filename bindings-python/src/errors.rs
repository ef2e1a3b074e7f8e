//! The core's errors for what only Python notices: each function returns an exception of `koodrive._errors`.

use koodrive::{Error, TransportError, host};
use pyo3::prelude::*;

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

/// A ``type`` that is not an integer.
#[pyfunction]
pub(crate) fn not_a_type() -> PyErr {
    exception(host::not_a_type())
}

/// Any other input: ``what`` is wrong, ``right`` would be right.
#[pyfunction]
pub(crate) fn refused(what: &str, right: &str) -> PyErr {
    exception(host::refused(what, right))
}

/// A request that surely never left, and why.
#[pyfunction]
pub(crate) fn not_sent(cause: &str) -> PyErr {
    exception(Error::from(TransportError::not_sent(cause)))
}

/// A request that left and had no complete answer, and why.
#[pyfunction]
pub(crate) fn outcome_unknown(cause: &str) -> PyErr {
    exception(Error::from(TransportError::outcome_unknown(cause)))
}
