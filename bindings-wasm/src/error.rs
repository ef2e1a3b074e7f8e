//! Converts the core's errors for js/errors.ts, and exports a function for each error that only
//! JavaScript can notice.

use koodrive::host::{self, ErrorFields, Failure, Spelling};
use koodrive::{Error, InvalidInput, ReplyError};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::convert::object;

#[wasm_bindgen(typescript_custom_section)]
const ERROR_FIELDS: &str = r#"
/**
 * The fields of an error for js/errors.ts. With `again` the call is to be sent once more, signed
 * anew.
 */
export interface ErrorFields {
    message: string;
    kind: "invalid_input" | "not_sent" | "outcome_unknown" | "api" | "unreadable_reply";
    outcome: "not_sent" | "refused" | "unknown";
    retryable: boolean;
    status: number | null;
    code: string | null;
    msg: string | null;
    requestId: string | null;
    traceId: string | null;
    xDate: string | null;
    retryAfter: number | null;
    body: string | null;
    field: string | null;
    again?: boolean;
}
"#;

/// A value that an exported function throws: the fields of an error as a plain object.
#[derive(Debug)]
pub struct Thrown(JsValue);

impl From<Error> for Thrown {
    fn from(error: Error) -> Self {
        Self(fields(error))
    }
}

impl From<InvalidInput> for Thrown {
    fn from(error: InvalidInput) -> Self {
        Self(fields(error))
    }
}

impl From<ReplyError> for Thrown {
    fn from(error: ReplyError) -> Self {
        Self(fields(error))
    }
}

impl From<Failure> for Thrown {
    fn from(failure: Failure) -> Self {
        #[derive(Serialize)]
        struct Fields {
            #[serde(flatten)]
            fields: ErrorFields,
            again: bool,
        }
        Self(object(&Fields {
            fields: ErrorFields::new(failure.error, Spelling::Camel),
            again: failure.again,
        }))
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0
    }
}

/// Returns the fields of `error` as a plain object.
pub fn fields(error: impl Into<Error>) -> JsValue {
    object(&ErrorFields::new(error.into(), Spelling::Camel))
}

/// Returns the error for a `field` whose value is not text. `found` names the type of the value.
#[wasm_bindgen(js_name = notText, unchecked_return_type = "ErrorFields")]
pub fn not_text(field: &str, found: &str) -> JsValue {
    fields(host::not_text(field, found))
}

/// Returns the error for a `field` whose text holds half of a UTF-16 pair.
#[wasm_bindgen(js_name = loneSurrogate, unchecked_return_type = "ErrorFields")]
pub fn lone_surrogate(field: &str) -> JsValue {
    fields(host::lone_surrogate(field))
}

/// Returns the error for any other `problem` of `field`, which is an option in snake case or a wire
/// name.
#[wasm_bindgen(unchecked_return_type = "ErrorFields")]
pub fn refused(field: &str, problem: &str) -> JsValue {
    fields(host::refused(field, problem))
}

/// Returns the error with `text`, for a mistake that concerns no field.
#[wasm_bindgen(unchecked_return_type = "ErrorFields")]
pub fn misused(text: &str) -> JsValue {
    fields(host::misused(text))
}

/// Returns the error of a request without a complete reply. `sent` is false if the request
/// certainly never left; `is_safe` is true if the call changes nothing.
#[wasm_bindgen(unchecked_return_type = "ErrorFields")]
pub fn failed(
    sent: bool,
    cause: &str,
    is_safe: bool,
    x_date: Option<String>,
    trace_id: Option<String>,
) -> JsValue {
    fields(host::failed(
        host::transport_error(sent, cause),
        is_safe,
        x_date.as_deref(),
        trace_id.as_deref(),
    ))
}
