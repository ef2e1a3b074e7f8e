//! Values of the fields of a native object, by the names that an attribute of its class lists.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

/// The object, and the attribute of its class with the names of its fields.
#[derive(Clone, Copy)]
pub(crate) struct FieldsOf<'a, 'py> {
    pub(crate) object: &'a Bound<'py, PyAny>,
    pub(crate) names: &'a Bound<'py, PyString>,
}

impl<'py> FieldsOf<'_, 'py> {
    /// Returns the names of the fields with their values, in the order of the names.
    fn pairs(self) -> PyResult<Vec<(Bound<'py, PyString>, Bound<'py, PyAny>)>> {
        let names = self.object.get_type().getattr(self.names)?;
        let names = names.cast_into::<PyTuple>()?;
        let pair = |name: Bound<'py, PyAny>| {
            let name = name.cast_into()?;
            let value = self.object.getattr(&name)?;
            Ok((name, value))
        };
        names.iter().map(pair).collect()
    }

    /// Returns the values of the fields.
    pub(crate) fn values(self) -> PyResult<Bound<'py, PyTuple>> {
        let values = self.pairs()?.into_iter().map(|(_, value)| value);
        PyTuple::new(self.object.py(), values.collect::<Vec<_>>())
    }

    /// Returns the values by name.
    pub(crate) fn by_name(self) -> PyResult<Bound<'py, PyDict>> {
        let fields = PyDict::new(self.object.py());
        for (name, value) in self.pairs()? {
            fields.set_item(name, value)?;
        }
        Ok(fields)
    }

    /// Returns the text of an expression that makes an equal object.
    pub(crate) fn repr(self) -> PyResult<String> {
        let mut shown = Vec::new();
        for (name, value) in self.pairs()? {
            shown.push(format!("{name}={}", value.repr()?));
        }
        let class = self.object.get_type();
        Ok(format!("{}({})", class.name()?, shown.join(", ")))
    }

    /// Returns the class and its fields by name, which every pickle protocol can write.
    pub(crate) fn reduce(self) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let py = self.object.py();
        let partial = py.import("functools")?.getattr("partial")?;
        let make = partial.call((self.object.get_type(),), Some(&self.by_name()?))?;
        Ok((make, PyTuple::empty(py)))
    }
}
