//! The classes of the two frequent replies. Programs use them as frozen dataclasses, but a native
//! object takes a fraction of the time of a dataclass, and needs no import of `dataclasses`.

use pyo3::types::{IntoPyDict as _, PyDict, PyString, PyTuple, PyType};
use pyo3::{IntoPyObjectExt as _, intern, prelude::*};

use crate::convert::Any;
use crate::fields::FieldsOf;

/// The base class of native classes that behave as frozen dataclasses.
#[pyclass(frozen, subclass, module = "koodrive._core")]
pub(crate) struct Dataclass;

impl Dataclass {
    fn fields<'a, 'py>(slf: &'a Bound<'py, Self>) -> FieldsOf<'a, 'py> {
        FieldsOf {
            object: slf.as_any(),
            names: intern!(slf.py(), "__slots__"),
        }
    }

    /// Returns `dataclasses.FrozenInstanceError`.
    fn frozen(py: Python<'_>, problem: &str, name: &Bound<'_, PyString>) -> PyResult<PyErr> {
        let class = py.import("dataclasses")?.getattr("FrozenInstanceError")?;
        let error = class.call1((format!("{problem} field {}", name.repr()?),))?;
        Ok(PyErr::from_value(error))
    }
}

#[pymethods]
impl Dataclass {
    #[classattr]
    #[pyo3(name = "__match_args__")]
    const BY_POSITION: () = ();
    #[classattr]
    #[pyo3(name = "__dataclass_fields__")]
    const FIELDS: OfDataclass = OfDataclass {
        name: "__dataclass_fields__",
    };
    #[classattr]
    #[pyo3(name = "__dataclass_params__")]
    const PARAMS: OfDataclass = OfDataclass {
        name: "__dataclass_params__",
    };

    fn __eq__(slf: &Bound<'_, Self>, other: &Bound<'_, Self>) -> PyResult<bool> {
        Ok(slf.get_type().is(other.get_type())
            && Self::fields(slf)
                .values()?
                .eq(Self::fields(other).values()?)?)
    }

    fn __hash__(slf: &Bound<'_, Self>) -> PyResult<isize> {
        Self::fields(slf).values()?.hash()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        Self::fields(slf).repr()
    }

    fn __setattr__(slf: &Bound<'_, Self>, name: &Bound<'_, PyString>, _value: Any) -> PyResult<()> {
        Err(Self::frozen(slf.py(), "cannot assign to", name)?)
    }

    fn __delattr__(slf: &Bound<'_, Self>, name: &Bound<'_, PyString>) -> PyResult<()> {
        Err(Self::frozen(slf.py(), "cannot delete", name)?)
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        Self::fields(slf).reduce()
    }

    /// Returns a copy with other fields, for ``copy.replace``.
    #[pyo3(signature = (**changes))]
    fn __replace__<'py>(
        slf: &Bound<'py, Self>,
        changes: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let fields = Self::fields(slf).by_name()?;
        if let Some(changes) = changes {
            fields.update(changes.as_mapping())?;
        }
        slf.get_type().call((), Some(&fields))
    }
}

/// An attribute of a class that `dataclasses` reads. A descriptor, so that `dataclasses` is
/// imported only for those who use it.
#[pyclass(frozen, module = "koodrive._core")]
struct OfDataclass {
    name: &'static str,
}

#[pymethods]
impl OfDataclass {
    fn __get__<'py>(
        &self,
        _reply: Any<'py>,
        class: &Bound<'py, PyType>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let values = class.py().import("koodrive._values")?;
        let twin = values.getattr("dataclass_of")?.call1((class,))?;
        twin.getattr(self.name)
    }
}

/// The reply to a call whose reply has no data: the service accepted the call.
#[pyclass(frozen, get_all, extends = Dataclass, module = "koodrive")]
pub(crate) struct Acknowledgement {
    /// Always "0": any other code is an error.
    code: Py<PyAny>,
    /// The service's message. May be Chinese, so never match on it.
    msg: Option<Py<PyAny>>,
    /// Trace id of the reply, or else of the request of ``send``.
    trace_id: Option<Py<PyAny>>,
}

impl Acknowledgement {
    pub(crate) fn reply(
        py: Python<'_>,
        code: &str,
        msg: Option<&str>,
        trace_id: Option<&str>,
    ) -> PyResult<Py<PyAny>> {
        let reply = Self {
            code: text(py, code),
            msg: msg.map(|it| text(py, it)),
            trace_id: trace_id.map(|it| text(py, it)),
        };
        Ok(Py::new(py, PyClassInitializer::from(Dataclass).add_subclass(reply))?.into_any())
    }
}

#[pymethods]
impl Acknowledgement {
    #[classattr]
    #[pyo3(name = "__slots__")]
    const NAMES: (&str, &str, &str) = ("code", "msg", "trace_id");

    #[classattr]
    fn __annotations__(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
        [
            ("code", "str"),
            ("msg", "str | None"),
            ("trace_id", "str | None"),
        ]
        .into_py_dict(py)
    }

    #[new]
    #[pyo3(signature = (*, code, msg=None, trace_id=None))]
    fn new(
        code: Py<PyAny>,
        msg: Option<Py<PyAny>>,
        trace_id: Option<Py<PyAny>>,
    ) -> PyClassInitializer<Self> {
        PyClassInitializer::from(Dataclass).add_subclass(Self {
            code,
            msg,
            trace_id,
        })
    }
}

/// The reply to a ``RawCall`` and to ``ReverseOrder``.
#[pyclass(frozen, get_all, extends = Dataclass, module = "koodrive")]
pub(crate) struct RawReply {
    /// HTTP status, 200 to 299.
    status: Py<PyAny>,
    /// The text "0", or None if the reply has no code.
    code: Option<Py<PyAny>>,
    /// The service's message. May be Chinese, so never match on it.
    msg: Option<Py<PyAny>>,
    /// Trace id of the reply, or else of the request of ``send``.
    trace_id: Option<Py<PyAny>>,
    /// Body of the reply, unchanged.
    body: Py<PyAny>,
}

impl RawReply {
    pub(crate) fn reply(py: Python<'_>, of: &koodrive::RawReply) -> PyResult<Py<PyAny>> {
        let reply = Self {
            status: of.status.into_py_any(py)?,
            code: of.code.as_ref().map(|it| text(py, it)),
            msg: of.msg.as_ref().map(|it| text(py, it)),
            trace_id: of.trace_id.as_ref().map(|it| text(py, it)),
            body: text(py, &of.body),
        };
        Ok(Py::new(py, PyClassInitializer::from(Dataclass).add_subclass(reply))?.into_any())
    }
}

#[pymethods]
impl RawReply {
    #[classattr]
    #[pyo3(name = "__slots__")]
    const NAMES: (&str, &str, &str, &str, &str) = ("status", "code", "msg", "trace_id", "body");

    #[classattr]
    fn __annotations__(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
        [
            ("status", "int"),
            ("code", "str | None"),
            ("msg", "str | None"),
            ("trace_id", "str | None"),
            ("body", "str"),
        ]
        .into_py_dict(py)
    }

    #[new]
    #[pyo3(
        signature = (*, status, code=None, msg=None, trace_id=None, body=None),
        text_signature = "(*, status, code=None, msg=None, trace_id=None, body='')"
    )]
    fn new(
        py: Python<'_>,
        status: Py<PyAny>,
        code: Option<Py<PyAny>>,
        msg: Option<Py<PyAny>>,
        trace_id: Option<Py<PyAny>>,
        body: Option<Py<PyAny>>,
    ) -> PyClassInitializer<Self> {
        PyClassInitializer::from(Dataclass).add_subclass(Self {
            status,
            code,
            msg,
            trace_id,
            body: body.unwrap_or_else(|| text(py, "")),
        })
    }

    /// Returns ``body`` parsed as JSON, or None if the body is empty. Integers keep all digits.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let body = self.body.bind(py);
        if !body.is_truthy()? {
            return Ok(None);
        }
        let loads = py.import("json")?.getattr("loads")?;
        loads.call1((body,)).map(Some)
    }
}

fn text(py: Python<'_>, text: &str) -> Py<PyAny> {
    PyString::new(py, text).into_any().unbind()
}
