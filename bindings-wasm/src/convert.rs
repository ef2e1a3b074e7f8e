//! JavaScript's numbers, texts and plain objects as the core's types, and the core's results as JavaScript's.

use chrono::{DateTime, Utc};
use koodrive::header;
use koodrive::host;
use koodrive::{Acknowledgement, InvalidInput, RetentionPolicies};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::format;

/// Input that the core, or its words, may refuse.
pub type Checked<T> = Result<T, InvalidInput>;

/// Returns the integer, if JavaScript holds it exactly.
pub fn whole(number: f64) -> Option<i64> {
    const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;
    #[allow(clippy::cast_possible_truncation, reason = "whole, and within 53 bits")]
    (number.abs() <= MAX_SAFE_INTEGER && number.fract() == 0.0).then_some(number as i64)
}

/// Returns the instant that lies `milliseconds` after 1970. JavaScript hands over NaN for what is not an instant.
pub fn instant(field: &str, milliseconds: f64) -> Checked<DateTime<Utc>> {
    whole(milliseconds.floor())
        .and_then(DateTime::from_timestamp_millis)
        .ok_or_else(|| host::not_an_instant(field, "a Date or milliseconds since 1970"))
}

#[wasm_bindgen(typescript_custom_section)]
const OBJECTS: &str = r#"
/** The headers of a reply that the core reads; undefined where the reply has none. */
export interface ReplyHeaders {
    date: string | undefined;
    age: string | undefined;
    retryAfter: string | undefined;
    traceId: string | undefined;
}

/** What `request` may be given. `date` is in milliseconds since 1970. */
export interface RequestOptions {
    date: number | undefined;
    traceId: string | undefined;
}

/** What `explain` may be given. `date` is in milliseconds since 1970, `message` is the service's. */
export interface ExplainOptions {
    date: number | undefined;
    message: string | undefined;
}

/** The request that a reply answers. `replyLimit` is the longest body of a reply, in bytes. */
export interface SentRequest {
    xDate: string;
    traceId: string;
    replyLimit: number;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The headers of a reply, as js/wire.js picks them.
    #[wasm_bindgen(typescript_type = "ReplyHeaders")]
    #[derive(Debug)]
    pub type ReplyHeaders;
    #[wasm_bindgen(method, getter)]
    fn date(this: &ReplyHeaders) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn age(this: &ReplyHeaders) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = retryAfter)]
    fn retry_after(this: &ReplyHeaders) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = traceId)]
    fn trace_id(this: &ReplyHeaders) -> Option<String>;

    /// The options of a request.
    #[wasm_bindgen(typescript_type = "RequestOptions")]
    #[derive(Debug)]
    pub type RequestOptions;
    #[wasm_bindgen(method, getter)]
    fn date(this: &RequestOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = traceId)]
    fn trace_id(this: &RequestOptions) -> Option<String>;

    /// The options of an explanation.
    #[wasm_bindgen(typescript_type = "ExplainOptions")]
    #[derive(Debug)]
    pub type ExplainOptions;
    #[wasm_bindgen(method, getter)]
    fn date(this: &ExplainOptions) -> Option<f64>;
    /// The service's message.
    #[wasm_bindgen(method, getter)]
    pub fn message(this: &ExplainOptions) -> Option<String>;

    /// A request that `send` has sent.
    #[wasm_bindgen(typescript_type = "SentRequest")]
    #[derive(Debug)]
    pub type SentRequest;
    /// Its X-Date.
    #[wasm_bindgen(method, getter, js_name = xDate)]
    pub fn x_date(this: &SentRequest) -> String;
    /// Its trace id.
    #[wasm_bindgen(method, getter, js_name = traceId)]
    pub fn trace_id(this: &SentRequest) -> String;
    /// The longest body of its reply, in bytes.
    #[wasm_bindgen(method, getter, js_name = replyLimit)]
    pub fn reply_limit(this: &SentRequest) -> usize;
}

impl RequestOptions {
    /// Returns the core's options, or why it refuses them.
    pub fn checked(&self) -> Checked<koodrive::RequestOptions> {
        let date = self.date().map(|date| instant("date", date)).transpose()?;
        host::options(self.trace_id().as_deref(), date)
    }
}

impl ExplainOptions {
    /// Returns the core's options, or why it refuses them.
    pub fn checked(&self) -> Checked<koodrive::RequestOptions> {
        let date = self.date().map(|date| instant("date", date)).transpose()?;
        host::options(None, date)
    }
}

/// The texts of a [`ReplyHeaders`].
#[derive(Debug)]
pub struct Headers {
    date: Option<String>,
    age: Option<String>,
    retry_after: Option<String>,
    trace_id: Option<String>,
}

impl ReplyHeaders {
    /// Returns the texts of these headers.
    pub fn read(&self) -> Headers {
        Headers {
            date: self.date(),
            age: self.age(),
            retry_after: self.retry_after(),
            trace_id: self.trace_id(),
        }
    }
}

impl<'a> From<&'a Headers> for header::ReplyHeaders<'a> {
    /// In the order of [`header::READ_FROM_REPLIES`].
    fn from(headers: &'a Headers) -> Self {
        let values = [
            &headers.date,
            &headers.age,
            &headers.retry_after,
            &headers.trace_id,
        ];
        Self::new(values.map(|value| value.as_ref().map(String::as_bytes)))
    }
}

/// A reply as js/wire.js takes it.
pub trait Reply {
    /// Returns a text of [`format`](crate::format), or an object.
    fn into_js(self) -> JsValue;
}

impl Reply for Acknowledgement {
    fn into_js(self) -> JsValue {
        format::acknowledgement(&self).into()
    }
}

impl Reply for RetentionPolicies {
    fn into_js(self) -> JsValue {
        object(&self)
    }
}

/// Returns a plain object in which none is null. It holds texts and numbers of 53 bits, so the fallback cannot occur.
pub fn object(value: &impl Serialize) -> JsValue {
    value
        .serialize(&Serializer::json_compatible())
        .unwrap_or_default()
}
