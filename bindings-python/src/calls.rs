//! The classes of calls. A job creates calls by the million, so constructors run no Python code.
//! The one exception writes a rare body of a raw call: see `crate::json`.

use koodrive::host::{self, AnyCall, Fields, FromFields as _};
use koodrive::{ModificationType, NotifyPackageExpire, Operation as _};
use pyo3::exceptions::PyTypeError;
use pyo3::types::{PyDict, PyGenericAlias, PyTuple, PyType};
use pyo3::{intern, prelude::*};

use crate::convert::{Any, exception, text};
use crate::fields::FieldsOf;
use crate::written::{self, Object};

/// Evaluates one expression for every kind of call.
macro_rules! with_call {
    ($call:expr, |$it:ident| $then:expr) => {
        match &$call.kind {
            $crate::calls::Kind::NotifyPackageExpire($it) => $then,
            $crate::calls::Kind::Raw($it) => $then,
            $crate::calls::Kind::Any($it) => $then,
        }
    };
}
pub(crate) use with_call;

/// The base class of all calls. Generic in the type of the reply, as in ``Call[Acknowledgement]``.
#[pyclass(frozen, subclass, module = "koodrive")]
pub(crate) struct Call {
    pub(crate) kind: Kind,
    /// The publisher's name of the operation, or `rawCall`.
    pub(crate) operation: &'static str,
}

/// The core's value of a call. The two frequent calls and their replies cross without JSON, for
/// speed.
pub(crate) enum Kind {
    NotifyPackageExpire(NotifyPackageExpire),
    Raw(koodrive::RawCall),
    Any(AnyCall),
}

impl Call {
    /// Returns the call of `operation`. The core checks `fields`, the text of a JSON object.
    fn any(operation: &'static str, fields: &str) -> PyResult<Self> {
        let call = AnyCall::from_json(operation, fields).map_err(exception)?;
        Ok(Self {
            kind: Kind::Any(call),
            operation,
        })
    }

    fn fields<'a, 'py>(slf: &'a Bound<'py, Self>) -> FieldsOf<'a, 'py> {
        FieldsOf {
            object: slf.as_any(),
            names: intern!(slf.py(), "__match_args__"),
        }
    }
}

#[pymethods]
impl Call {
    /// Raises ``TypeError``, since only the subclasses are calls.
    #[new]
    fn new() -> PyResult<Self> {
        Err(PyTypeError::new_err(
            "koodrive.Call is the base of all calls; make one of them, such as koodrive.RawCall",
        ))
    }

    #[classmethod]
    #[pyo3(signature = (**_named))]
    fn __init_subclass__(
        cls: &Bound<'_, PyType>,
        _named: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        Err(PyTypeError::new_err(format!(
            "{}: koodrive's calls cannot be subclassed, since the core knows every operation; make a koodrive.RawCall",
            cls.name()?
        )))
    }

    #[classmethod]
    fn __class_getitem__<'a>(
        cls: &Bound<'a, PyType>,
        reply: Any<'a>,
    ) -> PyResult<Bound<'a, PyAny>> {
        PyGenericAlias::new(cls.py(), cls, reply).map(Bound::into_any)
    }

    /// The publisher's name of the operation, or a raw call's method and path.
    #[getter]
    fn _operation(&self) -> String {
        with_call!(self, |call| call.name().into_owned())
    }

    fn __eq__(slf: &Bound<'_, Self>, other: &Bound<'_, Self>) -> PyResult<bool> {
        if !slf.get_type().is(other.get_type()) {
            return Ok(false);
        }
        match (&slf.get().kind, &other.get().kind) {
            (Kind::NotifyPackageExpire(this), Kind::NotifyPackageExpire(that)) => Ok(this == that),
            _ => Self::fields(slf)
                .values()?
                .eq(Self::fields(other).values()?),
        }
    }

    fn __hash__(slf: &Bound<'_, Self>) -> PyResult<isize> {
        (slf.get_type(), Self::fields(slf).values()?)
            .into_pyobject(slf.py())?
            .hash()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        Self::fields(slf).repr()
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        Self::fields(slf).reduce()
    }

    /// Returns this call, which is immutable.
    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    /// Returns this call.
    fn __deepcopy__(slf: Py<Self>, _memo: Any) -> Py<Self> {
        slf
    }
}

/// Tells KooDrive that a subscriber's package has expired and enters the reservation period.
///
/// The call changes state. The retention policies in force decide what happens to the
/// subscriber's data; ``GetCurrentRetentionPolicy`` reads these policies.
///
/// ``carrier_user_id`` and ``package_id`` are the carrier's own ids, as text, and are sent
/// unchanged. ``type`` is 2, the only documented value and the default. ``undocumented_type``
/// is any other value of ``type``.
///
/// Raises ``InvalidInputError`` for an id that is a number, is empty, contains a control
/// character, or has white space or an invisible character at either end.
///
/// https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/notifyPackageExpire.html
#[pyclass(frozen, extends = Call, module = "koodrive", name = "NotifyPackageExpire")]
pub(crate) struct NotifyPackageExpireCall {
    undocumented_type: Option<i64>,
}

impl NotifyPackageExpireCall {
    fn call<'a>(slf: &'a Bound<'_, Self>) -> PyResult<&'a NotifyPackageExpire> {
        match &slf.as_super().get().kind {
            Kind::NotifyPackageExpire(call) => Ok(call),
            Kind::Raw(_) | Kind::Any(_) => Err(PyTypeError::new_err("not a notification")),
        }
    }
}

#[pymethods]
impl NotifyPackageExpireCall {
    #[classattr]
    #[pyo3(name = "__match_args__")]
    const FIELDS: (&str, &str, &str) = ("carrier_user_id", "package_id", "undocumented_type");

    /// Checks the arguments.
    #[new]
    #[pyo3(
        signature = (*, carrier_user_id, package_id, r#type=None, undocumented_type=None),
        text_signature = "(*, carrier_user_id, package_id, type=2, undocumented_type=None)"
    )]
    fn new(
        carrier_user_id: Any,
        package_id: Any,
        r#type: Option<Any>,
        undocumented_type: Option<Any>,
    ) -> PyResult<PyClassInitializer<Self>> {
        let carrier_user_id = text("carrierUserId", carrier_user_id)?;
        let package_id = text("packageId", package_id)?;
        let integer = |value: Any| {
            value
                .extract::<i64>()
                .map_err(|_| exception(host::not_a_type()))
        };
        let documented = r#type.map(integer).transpose()?;
        let undocumented_type = undocumented_type.map(integer).transpose()?;
        let kind = match (undocumented_type, documented) {
            (Some(value), _) => ModificationType::undocumented(value),
            (None, Some(value)) => ModificationType::try_from(value),
            (None, None) => Ok(ModificationType::default()),
        };
        let call = NotifyPackageExpire::new(carrier_user_id, package_id).map_err(exception)?;
        let call = Call {
            kind: Kind::NotifyPackageExpire(call.with_modification_type(kind.map_err(exception)?)),
            operation: "notifyPackageExpire",
        };
        Ok(PyClassInitializer::from(call).add_subclass(Self { undocumented_type }))
    }

    /// The carrier's id of the user.
    #[getter]
    fn carrier_user_id<'a>(slf: &'a Bound<'_, Self>) -> PyResult<&'a str> {
        Self::call(slf).map(NotifyPackageExpire::carrier_user_id)
    }

    /// The carrier's id of the package.
    #[getter]
    fn package_id<'a>(slf: &'a Bound<'_, Self>) -> PyResult<&'a str> {
        Self::call(slf).map(NotifyPackageExpire::package_id)
    }

    /// The undocumented ``type``; None for the documented type 2.
    #[getter]
    fn undocumented_type(&self) -> Option<i64> {
        self.undocumented_type
    }
}

/// Defines the class of a call without arguments.
macro_rules! call_without_fields {
    ($(#[$doc:meta])* $class:ident, $operation:literal) => {
        $(#[$doc])*
        #[pyclass(frozen, extends = Call, module = "koodrive")]
        pub(crate) struct $class;

        #[pymethods]
        impl $class {
            #[classattr]
            #[pyo3(name = "__match_args__")]
            const FIELDS: () = ();

            /// Creates the call, which has no arguments.
            #[new]
            fn new() -> PyResult<PyClassInitializer<Self>> {
                let call = Call::any($operation, "{}")?;
                Ok(PyClassInitializer::from(call).add_subclass(Self))
            }
        }
    };
}

call_without_fields! {
    /// Reads how much space is allocated and used.
    ///
    /// The call changes nothing and accepts an app or a token. It is the safe first call, and tests
    /// endpoint, clock and credentials.
    ///
    /// https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetSpaceUsageByOverview.html
    GetSpaceUsageByOverview, "getSpaceUsageByOverview"
}

call_without_fields! {
    /// Reads the retention policies in force.
    ///
    /// The call changes nothing. A token is the only documented authentication.
    ///
    /// https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetCurrentRetentionPolicy.html
    GetCurrentRetentionPolicy, "getCurrentRetentionPolicy"
}

call_without_fields! {
    /// Reads the retention policies of the carrier.
    ///
    /// The call changes nothing. A token is the only documented authentication.
    ///
    /// https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetCarrierRetentionPolicy.html
    GetCarrierRetentionPolicy, "getCarrierRetentionPolicy"
}

/// Sets the statuses of 1 to 50 retention policies.
///
/// The call changes state. A token is the only documented authentication. ``policies`` is an
/// iterable of ``PolicyStatus``.
///
/// https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/SetRetentionPolicy.html
#[pyclass(frozen, get_all, extends = Call, module = "koodrive")]
pub(crate) struct SetRetentionPolicy {
    /// The policies and their statuses, as a tuple.
    policies: Py<PyTuple>,
}

#[pymethods]
impl SetRetentionPolicy {
    #[classattr]
    #[pyo3(name = "__match_args__")]
    const FIELDS: (&str,) = ("policies",);

    /// Checks the arguments.
    #[new]
    fn new(policies: Any) -> PyResult<PyClassInitializer<Self>> {
        let policies = values_of("policies", policies, "PolicyStatus")?;
        let mut list = Vec::new();
        for policy in &policies {
            let mut members = Object::default();
            members.attribute(&policy, "policyId", "policy_id", "policyList")?;
            members.attribute(&policy, "status", "status", "policyList")?;
            list.push(members.close());
        }
        let mut fields = Object::default();
        fields.member("policyList", &written::list(&list));
        let call = Call::any("setRetentionPolicy", &fields.close())?;
        Ok(PyClassInitializer::from(call).add_subclass(Self {
            policies: policies.unbind(),
        }))
    }
}

/// Notifies KooDrive of 1 to 50 reverse orders, for packages that are paid per use.
///
/// The call changes state.
///
/// ``batch_sn`` has at most 64 characters. ``operations`` is an iterable of ``OrderOperation``.
/// The publisher documents only ``code`` and ``msg`` of the reply.
///
/// https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/reverseOrder.html
#[pyclass(frozen, get_all, extends = Call, module = "koodrive")]
pub(crate) struct ReverseOrder {
    /// The serial number of the batch.
    batch_sn: String,
    /// The operations, as a tuple.
    operations: Py<PyTuple>,
}

#[pymethods]
impl ReverseOrder {
    #[classattr]
    #[pyo3(name = "__match_args__")]
    const FIELDS: (&str, &str) = ("batch_sn", "operations");

    /// Checks the arguments.
    #[new]
    #[pyo3(signature = (*, batch_sn, operations))]
    fn new(batch_sn: Any, operations: Any) -> PyResult<PyClassInitializer<Self>> {
        let batch_sn = text("batchSN", batch_sn)?;
        let operations = values_of("operations", operations, "OrderOperation")?;
        let mut list = Vec::new();
        for operation in &operations {
            let mut changes = Vec::new();
            for change in operation.getattr("package_changes")?.try_iter()? {
                let change = change?;
                let mut members = Object::default();
                members.attribute(&change, "packageId", "package_id", "operationList")?;
                members.attribute(&change, "changeType", "change_type", "operationList")?;
                members.attribute(
                    &change,
                    "undocumentedChangeType",
                    "undocumented_change_type",
                    "operationList",
                )?;
                changes.push(members.close());
            }
            let mut members = Object::default();
            members.attribute(&operation, "operationSN", "operation_sn", "operationList")?;
            members.attribute(
                &operation,
                "carrierUserId",
                "carrier_user_id",
                "operationList",
            )?;
            members.member("packageChangeList", &written::list(&changes));
            list.push(members.close());
        }
        let mut fields = Object::default();
        fields.text("batchSN", &batch_sn);
        fields.member("operationList", &written::list(&list));
        let call = Call::any("reverseOrder", &fields.close())?;
        Ok(PyClassInitializer::from(call).add_subclass(Self {
            batch_sn,
            operations: operations.unbind(),
        }))
    }
}

/// Calls any operation of the API. The reference for carriers lists about 40.
///
/// ``method`` is GET, POST, PUT, PATCH or DELETE. ``path`` starts with ``/`` and is appended to
/// the endpoint. It is percent-encoded, except for escapes that it contains. ``query`` is a
/// mapping or pairs. A value is text, an integer, or a list of these, which repeats the name.
/// ``headers`` are sent unsigned. ``json`` is the body: text is sent unchanged, and any other
/// value is written as compact JSON.
///
/// https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/koodrive_11_0002.html
#[pyclass(frozen, get_all, extends = Call, module = "koodrive")]
pub(crate) struct RawCall {
    /// The path, unchanged.
    path: String,
    /// Pairs of name and value; a value may be a tuple.
    query: Py<PyAny>,
    /// Pairs of name and value.
    headers: Py<PyAny>,
}

#[pymethods]
impl RawCall {
    #[classattr]
    #[pyo3(name = "__match_args__")]
    const FIELDS: (&str, &str, &str, &str, &str) = ("method", "path", "query", "headers", "json");

    /// Checks the arguments.
    #[new]
    #[pyo3(signature = (method, path, *, query=None, headers=None, json=None))]
    fn new(
        method: Any,
        path: Any,
        query: Option<Any>,
        headers: Option<Any>,
        json: Option<Any>,
    ) -> PyResult<PyClassInitializer<Self>> {
        let py = method.py();
        let (method, path) = (text("method", method)?, text("path", path)?);
        let none = PyTuple::empty(py).into_any();
        let query = query.map_or_else(|| Ok(none.clone()), |it| written::pairs("query", it))?;
        let headers =
            headers.map_or_else(|| Ok(none.clone()), |it| written::pairs("headers", it))?;
        let json = json.map(written::body).transpose()?;
        let mut call = if query.is(&none) && headers.is(&none) {
            host::raw_call(&method, &path)
        } else {
            let mut fields = Object::default();
            fields.text("method", &method);
            fields.text("path", &path);
            fields.value("query", "query", &query)?;
            fields.value("headers", "headers", &headers)?;
            let fields = fields.close();
            Fields::parse(&fields).and_then(|it| koodrive::RawCall::from_fields(&it))
        };
        if let Some(json) = json {
            call = call.and_then(|call| call.json(json));
        }
        let call = Call {
            kind: Kind::Raw(call.map_err(exception)?),
            operation: "rawCall",
        };
        Ok(PyClassInitializer::from(call).add_subclass(Self {
            path,
            query: query.unbind(),
            headers: headers.unbind(),
        }))
    }

    /// GET, POST, PUT, PATCH or DELETE.
    #[getter]
    fn method(slf: &Bound<'_, Self>) -> String {
        with_call!(slf.as_super().get(), |call| call.method().to_string())
    }

    /// The text of the body; None without a body.
    #[getter]
    fn json(slf: &Bound<'_, Self>) -> Option<String> {
        with_call!(slf.as_super().get(), |call| call.body())
    }

    /// Omits the body, which may be large and may name subscribers.
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let (py, it) = (slf.py(), slf.get());
        let named = |name: &str| -> PyResult<String> { Ok(slf.getattr(name)?.repr()?.to_string()) };
        let mut shown = vec![named("method")?, named("path")?];
        for (name, pairs) in [("query", &it.query), ("headers", &it.headers)] {
            if pairs.bind(py).is_truthy()? {
                shown.push(format!("{name}={}", named(name)?));
            }
        }
        if Self::json(slf).is_some() {
            shown.push("json=…".to_owned());
        }
        Ok(format!("RawCall({})", shown.join(", ")))
    }
}

/// Returns the values of the iterable `given` as a tuple. Raises unless each is an instance of
/// `class`, a class of `koodrive._values`.
fn values_of<'py>(field: &str, given: Any<'py>, class: &str) -> PyResult<Bound<'py, PyTuple>> {
    let class = given.py().import("koodrive._values")?.getattr(class)?;
    checked_values(field, given, &class.cast_into()?)
}

/// Returns the values of the iterable ``given`` as a tuple. Raises unless each is an instance of
/// ``of``. ``field`` is the name in messages.
#[pyfunction]
pub(crate) fn checked_values<'py>(
    field: &str,
    given: Any<'py>,
    of: &Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyTuple>> {
    let refused = |problem: &str, found: Any, a: &str| -> PyResult<PyErr> {
        let (found, name) = (found.get_type().name()?, of.name()?);
        Ok(exception(host::refused(
            field,
            &format!("{problem}of type {found}; pass {a}koodrive.{name}"),
        )))
    };
    if given.is_instance(of)? || !given.hasattr("__iter__")? {
        return Err(refused("", given, "a list of ")?);
    }
    let values: Vec<_> = given.try_iter()?.collect::<PyResult<_>>()?;
    for value in &values {
        if !value.get_type().is(of) {
            return Err(refused("contains a value ", value, "")?);
        }
    }
    PyTuple::new(given.py(), values)
}
