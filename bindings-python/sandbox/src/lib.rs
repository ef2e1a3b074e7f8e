//! Converts between Python and the core's sandbox. `koodrive.sandbox` has the public classes.

use std::sync::{Mutex, PoisonError};

use http::Request;
use koodrive::sandbox::{self, Answer, SandboxConfig};
use koodrive::{InvalidInput, host};
use pyo3::types::PyBytes;
use pyo3::{import_exception, prelude::*};

import_exception!(koodrive, InvalidInputError);

/// The state machine of `koodrive.sandbox.Sandbox`. Threads may share it.
#[pyclass(frozen, module = "koodrive._core")]
#[derive(Debug)]
pub struct Sandbox(Mutex<sandbox::Sandbox>);

/// An answer of the sandbox, and the fault that affects it.
#[pyclass(frozen, get_all, module = "koodrive._core")]
#[derive(Debug)]
pub struct SandboxAnswer {
    status: u16,
    headers: Vec<(String, Py<PyBytes>)>,
    body: Py<PyBytes>,
    /// The fault, as in the fault script; "pass" without a fault.
    fault: &'static str,
    /// The delay or pause of the fault.
    seconds: f64,
}

#[pymethods]
impl Sandbox {
    #[classattr]
    const EXAMPLE_APP_ID: &'static str = sandbox::EXAMPLE_APP_ID;
    #[classattr]
    const EXAMPLE_APP_SECRET: &'static str = sandbox::EXAMPLE_APP_SECRET;

    /// `config` is the configuration of the sandbox's server, as JSON.
    #[new]
    fn new(config: &str) -> PyResult<Self> {
        SandboxConfig::from_json(config)
            .and_then(sandbox::Sandbox::new)
            .map(|sandbox| Self(Mutex::new(sandbox)))
            .map_err(|error| refused(&error))
    }

    /// Answers a request. `url` is the URL or the target; `now` is seconds since the epoch.
    fn handle(
        &self,
        py: Python<'_>,
        method: &str,
        url: &str,
        headers: Vec<(Vec<u8>, Vec<u8>)>,
        body: &[u8],
        now: f64,
    ) -> PyResult<SandboxAnswer> {
        let builder = Request::builder().method(method).uri(url);
        let request = headers
            .into_iter()
            .fold(builder, |it, (name, value)| it.header(name, value))
            .body(body)
            .map_err(|error| {
                refused(&host::misused(&format!(
                    "not an HTTP request: {error}; pass method, URL and headers as the HTTP client sent them"
                )))
            })?;
        let right = "an aware datetime or seconds since the epoch";
        let instant = host::instant("now", now * 1e6, right).map_err(|error| refused(&error))?;
        let mut sandbox = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = sandbox.handle(&request, instant);
        drop(sandbox);
        let (fault, seconds) = match &answer {
            Answer::Respond(_) => ("pass", 0.0),
            Answer::Delay { by, .. } => ("delay", by.as_secs_f64()),
            Answer::Drip { interval, .. } => ("drip", interval.as_secs_f64()),
            Answer::Cut { at, .. } => (at.as_str(), 0.0),
        };
        let response = answer.response();
        let headers = response.headers().iter().map(|(name, value)| {
            let value = PyBytes::new(py, value.as_bytes()).unbind();
            (name.to_string(), value)
        });
        Ok(SandboxAnswer {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: PyBytes::new(py, response.body()).unbind(),
            fault,
            seconds,
        })
    }

    /// Returns the accepted calls in order, as a JSON list.
    fn accepted(&self) -> String {
        let sandbox = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Text and integers only, so the fallback cannot occur.
        serde_json::to_string(sandbox.accepted()).unwrap_or_default()
    }
}

fn refused(error: &InvalidInput) -> PyErr {
    InvalidInputError::new_err(error.to_string())
}
