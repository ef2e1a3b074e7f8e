//! The core's errors for js/errors.js, and what only JavaScript can notice, in the core's words.

use koodrive::{Error, TransportError, host};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// What is thrown: the fields of an error, under the names that js/errors.js gives them to users.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Thrown {
    message: String,
    kind: &'static str,
    outcome: &'static str,
    retryable: bool,
    status: Option<u16>,
    code: Option<String>,
    msg: Option<String>,
    request_id: Option<String>,
    trace_id: Option<String>,
    retry_after: Option<f64>,
    is_clock_refusal: bool,
}

impl<E: Into<Error>> From<E> for Thrown {
    fn from(error: E) -> Self {
        let error = error.into();
        let text = |text: Option<&str>| text.map(str::to_owned);
        Self {
            message: error.to_string(),
            kind: error.kind().as_str(),
            outcome: error.outcome().as_str(),
            retryable: error.is_retryable(),
            status: error.status().map(|status| status.as_u16()),
            code: text(error.code()),
            msg: text(error.msg()),
            request_id: text(error.request_id()),
            trace_id: text(error.trace_id()),
            retry_after: error.retry_after().map(|wait| wait.as_secs_f64()),
            is_clock_refusal: matches!(&error, Error::Reply(reply) if reply.is_clock_refusal()),
        }
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        // Without a member for what is none: such a property is absent from an error.
        serde_wasm_bindgen::to_value(&thrown).unwrap_or_default()
    }
}

/// Throws what JavaScript noticed.
#[wasm_bindgen]
pub fn complain(about: &str, first: &str, second: &str) -> Result<(), Thrown> {
    Err(match about {
        "not_sent" => TransportError::not_sent(first).into(),
        "outcome_unknown" => TransportError::outcome_unknown(first).into(),
        "not_text" => host::not_text(first, second).into(),
        "lone_surrogate" => host::lone_surrogate(first).into(),
        _ => host::refused(first, second).into(),
    })
}
