//! Exports `koodrive::sandbox` to `bindings-wasm/js/sandbox.ts`. It only converts: rules about the
//! API are the core's.
//!
//! It is a module of its own, so that the client's module stays small. Values with members cross as
//! JSON, since speed does not matter here.
#![allow(
    clippy::missing_errors_doc,
    reason = "js/sandbox.ts documents the errors"
)]
#![allow(clippy::must_use_candidate, reason = "called from JavaScript")]
#![allow(
    clippy::needless_pass_by_value,
    reason = "by reference, the generated code would free the secrets without overwriting them"
)]
#![allow(unreachable_pub, reason = "exports to JavaScript must be pub")]

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use koodrive::InvalidInput;
use koodrive::host::{self, ErrorFields, Spelling};
use koodrive::sandbox::{self, SandboxConfig};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

/// A value that an exported function throws: the members of an error as JSON.
#[derive(Debug)]
pub struct Thrown(JsValue);

impl From<InvalidInput> for Thrown {
    fn from(error: InvalidInput) -> Self {
        let fields = ErrorFields::new(error.into(), Spelling::Camel);
        // The fields are texts, numbers and booleans, so the fallback cannot occur.
        let json = serde_json::to_string(&fields).unwrap_or_default();
        Self(json.into())
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0
    }
}

/// Throws the error for `field`, with a `problem` that ends with what to do.
#[wasm_bindgen]
pub fn refuse(field: &str, problem: &str) -> Result<(), Thrown> {
    Err(host::refused(field, problem).into())
}

/// Throws the error with `text`, for a mistake that concerns no field.
#[wasm_bindgen]
pub fn misuse(text: &str) -> Result<(), Thrown> {
    Err(host::misused(text).into())
}

/// Throws the error for a number in `field` that has lost digits.
#[wasm_bindgen(js_name = refuseNumber)]
pub fn refuse_number(field: &str) -> Result<(), Thrown> {
    Err(host::not_text(field, "a number above 2^53").into())
}

/// The service's side.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Service(sandbox::Sandbox);

#[wasm_bindgen]
impl Service {
    /// Reads the configuration, which is JSON.
    #[wasm_bindgen(constructor)]
    pub fn new(config: String) -> Result<Service, Thrown> {
        let config = SandboxConfig::from_json(&Zeroizing::new(config))?;
        Ok(Self(sandbox::Sandbox::new(config)?))
    }

    /// Judges a request that arrives at `now`, in milliseconds since 1970. In `headers` names and
    /// values alternate.
    pub fn answer(
        &mut self,
        method: &str,
        url: &str,
        headers: Vec<String>,
        body: &[u8],
        now: f64,
    ) -> Result<Answer, Thrown> {
        let now = instant(now)?;
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .body(body)
            .map_err(invalid_request)?;
        *request.headers_mut() = header_map(&headers)?;
        Ok(Answer(self.0.handle(&request, now)))
    }

    /// Returns the accepted calls that change state, as a JSON list.
    pub fn accepted(&self) -> String {
        // The list holds names and valid JSON, so the fallback cannot occur.
        serde_json::to_string(self.0.accepted()).unwrap_or_default()
    }
}

/// The answer that JavaScript acts out.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Answer(sandbox::Answer);

#[wasm_bindgen]
impl Answer {
    /// Returns JSON with `status`, `headers` as pairs, and the fault: `delayMs`, `dripMs`, or
    /// `cut`.
    pub fn head(&self) -> String {
        let response = self.0.response();
        let headers = response.headers().iter();
        let mut head = json!({
            "status": response.status().as_u16(),
            "headers": headers.map(|(name, value)| json!([name.as_str(), latin1(value)])).collect::<Value>(),
        });
        match &self.0 {
            sandbox::Answer::Respond(_) => {}
            sandbox::Answer::Delay { by, .. } => head["delayMs"] = milliseconds(*by),
            sandbox::Answer::Drip { interval, .. } => head["dripMs"] = milliseconds(*interval),
            sandbox::Answer::Cut { at, .. } => head["cut"] = at.as_str().into(),
        }
        head.to_string()
    }

    /// Returns the bytes after the head, and frees the answer.
    pub fn body(self) -> Vec<u8> {
        Response::into_body(self.0.into_response())
    }
}

fn milliseconds(time: Duration) -> Value {
    (time.as_secs_f64() * 1000.0).into()
}

fn instant(milliseconds: f64) -> Result<DateTime<Utc>, InvalidInput> {
    // The result saturates 285,000 years from now, far outside the calendar, and is refused there.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "saturates; NaN is excluded"
    )]
    let whole = milliseconds
        .is_finite()
        .then_some(milliseconds.floor() as i64);
    whole
        .and_then(DateTime::from_timestamp_millis)
        .ok_or_else(|| host::not_an_instant("now", "a function that gives a Date or milliseconds"))
}

fn invalid_request<E>(_: E) -> InvalidInput {
    host::refused(
        "request",
        "not valid in HTTP; pass a method, an absolute URL and headers as fetch takes them",
    )
}

/// Returns `headers` as the core's. In fetch each character of a header is one byte.
fn header_map(headers: &[String]) -> Result<HeaderMap, InvalidInput> {
    let mut map = HeaderMap::new();
    for pair in headers.chunks_exact(2) {
        let name = HeaderName::from_bytes(pair[0].as_bytes()).map_err(invalid_request)?;
        let bytes: Result<Vec<u8>, _> = pair[1].chars().map(u8::try_from).collect();
        let value =
            HeaderValue::from_bytes(&bytes.map_err(invalid_request)?).map_err(invalid_request)?;
        map.append(name, value);
    }
    Ok(map)
}

fn latin1(value: &HeaderValue) -> String {
    value.as_bytes().iter().copied().map(char::from).collect()
}
