//! Writes the values of a raw call's body as Python's `json` writes them, in a tenth of the time.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyList, PyString, PyTuple};
use serde::ser::{Error, SerializeMap as _, SerializeSeq as _};
use serde::{Serialize, Serializer};

use crate::convert::Any;

/// The deepest nesting that is written here. It also ends the walk through a list that holds
/// itself.
const DEEPEST: usize = 64;

/// Returns `value` as the compact JSON that `json.dumps` writes without escapes for non-ASCII text.
///
/// Returns none for a value that Python's `json` has to write or to refuse: a float, an integer
/// beyond 64 bits, a lone surrogate, deep nesting, a key that is not text, and any type but the
/// built-in ones.
pub(crate) fn compact(value: Any) -> Option<String> {
    serde_json::to_string(&BuiltIn { value, depth: 0 }).ok()
}

/// A value of one of Python's built-in types.
struct BuiltIn<'a> {
    value: Any<'a>,
    /// The number of lists and dicts around the value.
    depth: usize,
}

impl Serialize for BuiltIn<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { value, depth } = *self;
        if let Ok(text) = value.cast_exact::<PyString>() {
            serializer.serialize_str(utf8(text)?)
        } else if let Ok(dict) = value.cast_exact::<PyDict>() {
            let depth = deeper(depth)?;
            let mut map = serializer.serialize_map(None)?;
            // A copy, since another thread may change the dict.
            for (key, value) in dict.copy().map_err(S::Error::custom)? {
                let key = key.cast_exact::<PyString>().map_err(S::Error::custom)?;
                let value = BuiltIn {
                    value: &value,
                    depth,
                };
                map.serialize_entry(utf8(key)?, &value)?;
            }
            map.end()
        } else if let Ok(integer) = value.cast_exact::<PyInt>() {
            serializer.serialize_i64(integer.extract().map_err(S::Error::custom)?)
        } else if let Ok(truth) = value.cast_exact::<PyBool>() {
            serializer.serialize_bool(truth.is_true())
        } else if value.is_none() {
            serializer.serialize_none()
        } else if let Ok(list) = value.cast_exact::<PyList>() {
            sequence(serializer, list.iter(), depth)
        } else if let Ok(tuple) = value.cast_exact::<PyTuple>() {
            sequence(serializer, tuple.iter(), depth)
        } else {
            Err(S::Error::custom("another type"))
        }
    }
}

fn sequence<'py, S: Serializer>(
    serializer: S,
    items: impl Iterator<Item = Bound<'py, PyAny>>,
    depth: usize,
) -> Result<S::Ok, S::Error> {
    let depth = deeper(depth)?;
    let mut list = serializer.serialize_seq(None)?;
    for value in items {
        list.serialize_element(&BuiltIn {
            value: &value,
            depth,
        })?;
    }
    list.end()
}

fn deeper<E: Error>(depth: usize) -> Result<usize, E> {
    if depth == DEEPEST {
        return Err(E::custom("nested too deeply"));
    }
    Ok(depth + 1)
}

fn utf8<'a, E: Error>(text: &'a Bound<'_, PyString>) -> Result<&'a str, E> {
    text.to_str().map_err(E::custom)
}
