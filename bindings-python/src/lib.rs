//! Python binding of `koodrive`: conversions only, no rule about the API. What is not done by the million is in
//! `python/koodrive`: other conversions, other values, exceptions (which the stable ABI cannot extend), transports.

mod client;
mod convert;

#[pyo3::pymodule]
mod _core {
    use koodrive::{CLOCK_MARGIN_DEFAULT, Endpoint, TraceId, TransportError, host};
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::client::{Acknowledgement, Call, Client, Request};
    use crate::convert::exception;
    #[pymodule_export]
    use koodrive_python_sandbox::Sandbox;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("CLOCK_MARGIN_DEFAULT", CLOCK_MARGIN_DEFAULT)?;
        module.add("X_DATE", koodrive::header::X_DATE.as_str())?;
        module.add("INTERNATIONAL", Endpoint::INTERNATIONAL.to_string())?;
        module.add("CHINA", Endpoint::CHINA.to_string())
    }

    #[pyfunction]
    fn trace_id_from_random(random: [u8; 29]) -> String {
        TraceId::from_random(random).to_string()
    }

    #[pyfunction]
    fn check_type(number: i64) -> PyResult<()> {
        koodrive::ModificationType::try_from(number)
            .map(drop)
            .map_err(exception)
    }

    /// The error that the core has for what only Python sees: its name, and the arguments of the core's function.
    #[pyfunction]
    fn error(name: &str, first: &str, second: &str) -> PyErr {
        exception(match name {
            "not_sent" => return exception(TransportError::not_sent(first)),
            "outcome_unknown" => return exception(TransportError::outcome_unknown(first)),
            "not_text" => host::not_text(first, second),
            "lone_surrogate" => host::lone_surrogate(first),
            "date_without_zone" => host::date_without_zone(first),
            "not_a_margin" => host::not_a_margin(),
            "not_a_type" => host::not_a_type(),
            _ => host::refused(first, second),
        })
    }
}
