//! Converts JavaScript's numbers, texts and plain objects to the core's types, and the core's
//! results back.

use chrono::{DateTime, Utc};
use koodrive::{InvalidInput, RequestOptions, host};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

/// A converted value, or the core's reason for its refusal.
pub type Checked<T> = Result<T, InvalidInput>;

/// Returns `number` as an integer if JavaScript holds it exactly.
pub fn exact_integer(number: f64) -> Option<i64> {
    const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;
    #[allow(clippy::cast_possible_truncation, reason = "whole, and within 53 bits")]
    (number.abs() <= MAX_SAFE_INTEGER && number.fract() == 0.0).then_some(number as i64)
}

/// Returns the instant `milliseconds` after 1970, or the error for `field`. JavaScript passes NaN
/// for a value that is not an instant.
pub fn instant(field: &str, milliseconds: f64) -> Checked<DateTime<Utc>> {
    exact_integer(milliseconds.floor())
        .and_then(DateTime::from_timestamp_millis)
        .ok_or_else(|| host::not_an_instant(field, "a Date or milliseconds since 1970"))
}

#[wasm_bindgen(typescript_custom_section)]
const OBJECTS: &str = r#"
/** The options of `explain`. `date` is in milliseconds since 1970, `message` is the service's. */
export interface ExplainOptions {
    date: number | undefined;
    message: string | undefined;
}

/**
 * The facts about a request that was sent, and when its reply came. Instants are milliseconds since
 * 1970.
 *
 * `replyLimit` is the longest body of a reply in bytes. `maySignAnew` is true for the first attempt
 * of a call without a date of the caller's.
 */
export interface Sent {
    xDate: string;
    traceId: string;
    replyLimit: number;
    sentAt: number;
    receivedAt: number;
    maySignAnew: boolean;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The options of an explanation.
    #[wasm_bindgen(typescript_type = "ExplainOptions")]
    #[derive(Debug)]
    pub type ExplainOptions;
    #[wasm_bindgen(method, getter)]
    fn date(this: &ExplainOptions) -> Option<f64>;
    /// Returns the service's message.
    #[wasm_bindgen(method, getter)]
    pub fn message(this: &ExplainOptions) -> Option<String>;

    /// A request that `send` has sent.
    #[wasm_bindgen(typescript_type = "Sent")]
    #[derive(Debug)]
    pub type Sent;
    /// Returns its X-Date.
    #[wasm_bindgen(method, getter, js_name = xDate)]
    pub fn x_date(this: &Sent) -> String;
    /// Returns its trace id.
    #[wasm_bindgen(method, getter, js_name = traceId)]
    pub fn trace_id(this: &Sent) -> String;
    /// Returns the longest body of its reply in bytes.
    #[wasm_bindgen(method, getter, js_name = replyLimit)]
    pub fn reply_limit(this: &Sent) -> usize;
    /// Tells whether the call may be signed anew after a refused date.
    #[wasm_bindgen(method, getter, js_name = maySignAnew)]
    pub fn may_sign_anew(this: &Sent) -> bool;
    #[wasm_bindgen(method, getter, js_name = sentAt)]
    fn sent_at(this: &Sent) -> f64;
    #[wasm_bindgen(method, getter, js_name = receivedAt)]
    fn received_at(this: &Sent) -> f64;
}

/// Returns the options of a request. `date` is in milliseconds since 1970.
pub fn options(date: Option<f64>, trace_id: Option<&str>) -> Checked<RequestOptions> {
    let date = date.map(|date| instant("date", date)).transpose()?;
    host::options(trace_id, date)
}

impl ExplainOptions {
    /// Returns the core's options.
    pub fn checked(&self) -> Checked<RequestOptions> {
        options(self.date(), None)
    }
}

impl Sent {
    /// Returns when the request was sent and when its reply came.
    pub fn instants(&self) -> Checked<(DateTime<Utc>, DateTime<Utc>)> {
        let sent_at = instant("sent_at", self.sent_at())?;
        Ok((sent_at, instant("received_at", self.received_at())?))
    }
}

/// Returns `value` as a plain object. It holds texts and numbers of 53 bits, so the fallback cannot
/// occur.
pub fn object(value: &impl Serialize) -> JsValue {
    value
        .serialize(&Serializer::json_compatible())
        .unwrap_or_default()
}
