//! JavaScript binding of `koodrive::sandbox`: conversions only, no rule about the API. A module of its own, so that the
//! client's stays small.
//!
//! Called by `bindings-wasm/js/sandbox.ts` alone. What has members crosses as JSON: nothing here is a matter of speed.
#![allow(
    clippy::missing_errors_doc,
    reason = "js/sandbox.ts says when something throws"
)]
#![allow(clippy::must_use_candidate, reason = "called from JavaScript")]
#![allow(
    clippy::needless_pass_by_value,
    reason = "what crosses by value is freed by the generated code otherwise"
)]
#![allow(unreachable_pub, reason = "what is exported to JavaScript must be pub")]

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use koodrive::InvalidInput;
use koodrive::host::{self, ErrorFields, Spelling};
use koodrive::sandbox::{self, SandboxConfig};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

/// What is thrown: the members of an error as JSON.
#[derive(Debug)]
pub struct Thrown(JsValue);

impl From<InvalidInput> for Thrown {
    fn from(error: InvalidInput) -> Self {
        let fields = ErrorFields::new(error.into(), Spelling::Camel);
        // Texts, numbers and booleans, so the fallback cannot occur.
        let json = serde_json::to_string(&fields).unwrap_or_default();
        Self(json.into())
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0
    }
}

/// Throws what JavaScript noticed: the `problem` of `field`, and what to do.
#[wasm_bindgen]
pub fn refuse(field: &str, problem: &str) -> Result<(), Thrown> {
    Err(host::refused(field, problem).into())
}

/// Throws for a mistake that concerns no field.
#[wasm_bindgen]
pub fn misuse(text: &str) -> Result<(), Thrown> {
    Err(host::misused(text).into())
}

/// Throws for a number that has lost digits.
#[wasm_bindgen(js_name = refuseNumber)]
pub fn refuse_number(field: &str) -> Result<(), Thrown> {
    Err(host::not_text(field, "a number above 2^53").into())
}

/// The sandbox.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Service(sandbox::Sandbox);

#[wasm_bindgen]
impl Service {
    /// Takes the configuration as JSON.
    #[wasm_bindgen(constructor)]
    pub fn new(config: String) -> Result<Service, Thrown> {
        let config = SandboxConfig::from_json(&Zeroizing::new(config))?;
        Ok(Self(sandbox::Sandbox::new(config)?))
    }

    /// Judges a request that arrives at `now`, in milliseconds. `headers` are names and values in turn.
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
            .map_err(no_request)?;
        *request.headers_mut() = received(&headers)?;
        Ok(Answer(self.0.handle(&request, now)))
    }

    /// Returns the calls that were acted on and change state, as a JSON list.
    pub fn accepted(&self) -> String {
        // Names and valid JSON, so the fallback cannot occur.
        serde_json::to_string(self.0.accepted()).unwrap_or_default()
    }
}

/// What JavaScript does next.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Answer(sandbox::Answer);

#[wasm_bindgen]
impl Answer {
    /// JSON: `status`, `headers` as pairs, and what becomes of them: `delayMs`, `dripMs`, or `cut`.
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

    /// The bytes that follow the head.
    pub fn body(self) -> Vec<u8> {
        Response::into_body(self.0.into_response())
    }
}

fn milliseconds(time: Duration) -> Value {
    (time.as_secs_f64() * 1000.0).into()
}

fn instant(milliseconds: f64) -> Result<DateTime<Utc>, InvalidInput> {
    // Beyond 285,000 years everything is beyond the calendar.
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

fn no_request<E>(_: E) -> InvalidInput {
    host::refused(
        "the request is none that HTTP can carry",
        "give a method, an absolute URL and headers as fetch takes them",
    )
}

/// A character of a header is a byte, as fetch has it.
fn received(headers: &[String]) -> Result<HeaderMap, InvalidInput> {
    let mut received = HeaderMap::new();
    for pair in headers.chunks_exact(2) {
        let name = HeaderName::from_bytes(pair[0].as_bytes()).map_err(no_request)?;
        let bytes: Result<Vec<u8>, _> = pair[1].chars().map(u8::try_from).collect();
        let value = HeaderValue::from_bytes(&bytes.map_err(no_request)?).map_err(no_request)?;
        received.append(name, value);
    }
    Ok(received)
}

fn latin1(value: &HeaderValue) -> String {
    value.as_bytes().iter().copied().map(char::from).collect()
}
