//! The core's errors for js/errors.js, and what only JavaScript can notice, in the core's words.

use koodrive::Error;
use koodrive::host::{self, ErrorFields};
use serde::Serialize as _;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

/// What is thrown: a plain object, of which js/errors.js makes an error.
#[derive(Debug)]
pub struct Thrown(JsValue);

impl Thrown {
    fn new(fields: &ErrorFields) -> Self {
        // None becomes undefined and not null: such a property is absent from an error.
        Self(fields.serialize(&Serializer::new()).unwrap_or_default())
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
    if about == "hidden_redirect" {
        return Err(Thrown::new(&host::hidden_redirect(first)));
    }
    Err(host::error(about, first, second).into())
}
