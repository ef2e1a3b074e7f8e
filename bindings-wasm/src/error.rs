//! The core's errors as js/errors.js takes them, and a function for each error that only JavaScript can notice.

use koodrive::host::{self, ErrorFields};
use koodrive::{Error, TransportError};
use serde::Serialize as _;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const ERROR_FIELDS: &str = r#"
/** The fields of an error, of which js/errors.js makes one. A field that is none is undefined. */
export interface ErrorFields {
    message: string;
    kind: "invalid_input" | "not_sent" | "outcome_unknown" | "api" | "unreadable_reply";
    outcome: "not_sent" | "refused" | "unknown";
    retryable: boolean;
    status?: number;
    code?: string;
    msg?: string;
    requestId?: string;
    traceId?: string;
    retryAfter?: number;
    isClockRefusal: boolean;
}
"#;

/// What an exported function throws: the fields of an error, as a plain object.
#[derive(Debug)]
pub struct Thrown(JsValue);

impl<E: Into<Error>> From<E> for Thrown {
    fn from(error: E) -> Self {
        Self(fields(error))
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0
    }
}

/// Returns the fields of `error` as a plain object.
pub fn fields(error: impl Into<Error>) -> JsValue {
    object(&ErrorFields::from(error.into()))
}

/// None becomes undefined and not null: such a property is absent from an error. The fields are texts, booleans and small numbers, so
/// the fallback cannot occur.
fn object(fields: &ErrorFields) -> JsValue {
    fields.serialize(&Serializer::new()).unwrap_or_default()
}

/// Returns the error for a value where text is due: `found` names what was given.
#[wasm_bindgen(js_name = notText, unchecked_return_type = "ErrorFields")]
pub fn not_text(field: &str, found: &str) -> JsValue {
    fields(host::not_text(field, found))
}

/// Returns the error for text that holds half of a UTF-16 pair.
#[wasm_bindgen(js_name = loneSurrogate, unchecked_return_type = "ErrorFields")]
pub fn lone_surrogate(field: &str) -> JsValue {
    fields(host::lone_surrogate(field))
}

/// Returns the error for anything else that is refused: `what` is wrong, `right` would be right.
#[wasm_bindgen(unchecked_return_type = "ErrorFields")]
pub fn refused(what: &str, right: &str) -> JsValue {
    fields(host::refused(what, right))
}

/// Returns the error for a request that surely never left.
#[wasm_bindgen(js_name = notSent, unchecked_return_type = "ErrorFields")]
pub fn not_sent(cause: &str) -> JsValue {
    fields(TransportError::not_sent(cause))
}

/// Returns the error for a request that may have left and to which no complete answer came.
#[wasm_bindgen(js_name = outcomeUnknown, unchecked_return_type = "ErrorFields")]
pub fn outcome_unknown(cause: &str) -> JsValue {
    fields(TransportError::outcome_unknown(cause))
}

/// Returns the error for a redirect of which a browser shows nothing else.
#[wasm_bindgen(js_name = hiddenRedirect, unchecked_return_type = "ErrorFields")]
pub fn hidden_redirect(operation: &str) -> JsValue {
    object(&host::hidden_redirect(operation))
}
