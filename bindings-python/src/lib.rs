//! Python binding of `koodrive`: conversions only, no rule about the API. What is not done by the million is in
//! `python/koodrive`: other conversions, other values, exceptions (which the stable ABI cannot extend), transports.

mod client;
mod convert;
mod dispatch;

#[pyo3::pymodule]
mod _core {
    use koodrive::{Endpoint, TraceId, header, host};
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::client::{Acknowledgement, Call, Client, Request};
    #[pymodule_export]
    use crate::dispatch::Dispatcher;
    #[pymodule_export]
    use koodrive_python_sandbox::Sandbox;

    #[pymodule_export]
    const CLOCK_MARGIN_DEFAULT: u32 = koodrive::CLOCK_MARGIN_DEFAULT;

    /// What Python spells nowhere: the two published endpoints, and the headers that hold date and credentials.
    #[pyfunction]
    fn names() -> ([String; 2], [String; 2]) {
        let urls = [Endpoint::INTERNATIONAL, Endpoint::CHINA].map(|it| it.to_string());
        let names = [header::X_DATE, header::AUTHORIZATION].map(|it| it.to_string());
        (urls, names)
    }

    #[pyfunction]
    fn trace_id_from_random(random: [u8; 29]) -> String {
        TraceId::from_random(random).to_string()
    }

    /// The core's error for what only Python sees: see `koodrive::host::error`.
    #[pyfunction]
    fn error(name: &str, first: &str, second: &str) -> PyErr {
        crate::convert::exception(host::error(name, first, second))
    }
}
