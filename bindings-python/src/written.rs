//! Writes the fields of a call as JSON text. The core parses and checks the text.

use koodrive::host;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::convert::{Any, exception, text};
use crate::json;

/// The deepest nesting of lists. An operation needs 3: a list in a pair in a list.
const DEEPEST: usize = 8;

/// A JSON object under construction.
#[derive(Default)]
pub(crate) struct Object(String);

impl Object {
    fn name(&mut self, name: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        // Names need no escape.
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    /// Adds a member with the JSON text `json` as its value.
    pub(crate) fn member(&mut self, name: &str, json: &str) {
        self.name(name);
        self.0 += json;
    }

    /// Adds a member with a text as its value.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.member(name, &quoted(value));
    }

    /// Adds a member with a Python value. `field` is the name in messages.
    pub(crate) fn value(&mut self, name: &str, field: &str, value: Any) -> PyResult<()> {
        self.name(name);
        write(&mut self.0, field, value, 0)
    }

    /// Adds a member with an attribute of the Python value `of`. `field` is the name in messages.
    pub(crate) fn attribute(
        &mut self,
        of: Any,
        name: &str,
        attribute: &str,
        field: &str,
    ) -> PyResult<()> {
        self.value(name, field, &of.getattr(attribute)?)
    }

    /// Returns the JSON text.
    pub(crate) fn close(mut self) -> String {
        if self.0.is_empty() {
            self.0.push('{');
        }
        self.0.push('}');
        self.0
    }
}

/// Returns the JSON list of the JSON texts `items`.
pub(crate) fn list(items: &[String]) -> String {
    format!("[{}]", items.join(","))
}

fn quoted(value: &str) -> String {
    // Text can always be written, so the fallback cannot occur.
    serde_json::to_string(value).unwrap_or_default()
}

fn write(out: &mut String, field: &str, value: Any, depth: usize) -> PyResult<()> {
    if value.is_none() {
        out.push_str("null");
    } else if let Ok(truth) = value.cast::<PyBool>() {
        out.push_str(if truth.is_true() { "true" } else { "false" });
    } else if let Ok(value) = value.cast::<PyString>() {
        if let Ok(text) = value.to_str() {
            out.push_str(&quoted(text));
        } else {
            // Only an escape can write a lone surrogate. The core refuses it and names the field.
            let escaped = value.py().import("json")?.call_method1("dumps", (value,))?;
            out.push_str(escaped.extract()?);
        }
    } else if value.is_instance_of::<PyInt>() {
        match value.extract::<i64>() {
            Ok(integer) => out.push_str(&integer.to_string()),
            // The core refuses such an integer. Python writes at most 4,300 digits.
            Err(_) => match value.call_method0("__index__")?.str() {
                Ok(digits) => out.push_str(digits.to_str()?),
                Err(_) => return Err(refused(field, "an integer is too large")),
            },
        }
    } else if let Ok(number) = value.cast::<PyFloat>() {
        let number = number.value();
        if !number.is_finite() {
            return Err(refused(field, "not a finite number"));
        }
        // The text has a fraction or an exponent, which the core refuses.
        out.push_str(&serde_json::Value::from(number).to_string());
    } else if value.is_instance_of::<PyTuple>() || value.is_instance_of::<PyList>() {
        if depth == DEEPEST {
            return Err(refused(field, "nested too deeply"));
        }
        out.push('[');
        for (at, item) in value.try_iter()?.enumerate() {
            if at > 0 {
                out.push(',');
            }
            write(out, field, &item?, depth + 1)?;
        }
        out.push(']');
    } else {
        let kind = value.get_type().name()?;
        return Err(refused(field, &format!("contains a value of type {kind}")));
    }
    Ok(())
}

fn refused(field: &str, problem: &str) -> PyErr {
    exception(host::refused(
        field,
        &format!("{problem}; pass text, integers and lists of them"),
    ))
}

/// Returns the pairs of a mapping or of an iterable as a tuple, and lists in them as tuples.
/// Returns any other value unchanged, and the core refuses it.
pub(crate) fn pairs<'py>(field: &str, given: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let items = match given.getattr_opt("items")? {
        Some(items) => items.call0()?,
        None => given.clone(),
    };
    let is_text = items.is_instance_of::<PyString>() || items.is_instance_of::<PyBytes>();
    if is_text || !items.hasattr("__iter__")? {
        return Ok(items);
    }
    let mut pairs = Vec::new();
    for pair in items.try_iter()? {
        pairs.push(frozen(field, &pair?, 0)?);
    }
    Ok(PyTuple::new(given.py(), pairs)?.into_any())
}

fn frozen<'py>(
    field: &str,
    value: &Bound<'py, PyAny>,
    depth: usize,
) -> PyResult<Bound<'py, PyAny>> {
    if !value.is_instance_of::<PyTuple>() && !value.is_instance_of::<PyList>() {
        return Ok(value.clone());
    }
    if depth == DEEPEST {
        return Err(refused(field, "nested too deeply"));
    }
    let mut items = Vec::new();
    for item in value.try_iter()? {
        items.push(frozen(field, &item?, depth + 1)?);
    }
    Ok(PyTuple::new(value.py(), items)?.into_any())
}

/// Returns the text of a body: text unchanged, any other value as compact JSON.
pub(crate) fn body(value: Any) -> PyResult<String> {
    if value.is_instance_of::<PyString>() {
        return text("json", value);
    }
    if let Some(written) = json::compact(value) {
        return Ok(written);
    }
    let written = value
        .py()
        .import("koodrive._convert")?
        .getattr("json_text")?;
    text("json", &written.call1((value,))?)
}
