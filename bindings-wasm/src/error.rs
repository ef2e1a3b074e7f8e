//! The core's errors for js/errors.js, and what only JavaScript can notice, in the core's words.

use koodrive::{Error, TransportError, host};
use wasm_bindgen::prelude::*;

/// What is thrown: an error's fields, in the order in which js/errors.js reads them.
#[derive(Debug)]
pub struct Thrown(Vec<JsValue>);

impl<E: Into<Error>> From<E> for Thrown {
    fn from(error: E) -> Self {
        let error = error.into();
        Self(vec![
            error.to_string().into(),
            error.kind().as_str().into(),
            error.outcome().as_str().into(),
            error.is_retryable().into(),
            error.status().map(|status| status.as_u16()).into(),
            error.code().into(),
            error.msg().into(),
            error.request_id().into(),
            error.trace_id().into(),
            error.retry_after().map(|wait| wait.as_secs_f64()).into(),
            matches!(&error, Error::Reply(reply) if reply.is_clock_refusal()).into(),
        ])
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0.into()
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
