//! The core's errors for js/errors.js, and what only JavaScript can notice, in the core's words.

use koodrive::host::{self, ErrorFields};
use koodrive::{Error, TransportError};
use wasm_bindgen::prelude::*;

/// What is thrown: a plain object, of which js/errors.js makes an error.
#[derive(Debug)]
pub struct Thrown(JsValue);

impl Thrown {
    fn new(fields: &ErrorFields) -> Self {
        // Without a member for what is none: such a property is absent from an error.
        Self(serde_wasm_bindgen::to_value(fields).unwrap_or_default())
    }
}

impl<E: Into<Error>> From<E> for Thrown {
    fn from(error: E) -> Self {
        Self::new(&ErrorFields::from(error.into()))
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0
    }
}

/// Throws what JavaScript noticed.
#[wasm_bindgen]
pub fn complain(about: &str, first: &str, second: &str) -> Result<(), Thrown> {
    Err(match about {
        "not_sent" => TransportError::not_sent(first).into(),
        "outcome_unknown" => TransportError::outcome_unknown(first).into(),
        "not_text" => host::not_text(first, second).into(),
        "hidden_redirect" => Thrown::new(&host::hidden_redirect(first)),
        "lone_surrogate" => host::lone_surrogate(first).into(),
        _ => host::refused(first, second).into(),
    })
}
