//! JavaScript's numbers and texts as the core's types, and the core's results as JavaScript's.

use chrono::{DateTime, Utc};
use koodrive::header::ReplyHeaders;
use koodrive::host;
use koodrive::{Acknowledgement, Credentials, InvalidInput, RetentionPolicies};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;
use zeroize::Zeroizing;

/// Input that the core, or its words, may refuse.
pub type Checked<T> = Result<T, InvalidInput>;

/// An integer that JavaScript holds exactly.
pub fn whole(number: f64) -> Option<i64> {
    const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;
    #[allow(clippy::cast_possible_truncation, reason = "whole, and within 53 bits")]
    (number.abs() <= MAX_SAFE_INTEGER && number.fract() == 0.0).then_some(number as i64)
}

/// Milliseconds since 1970. What is no instant arrives as NaN.
pub fn instant(field: &str, milliseconds: f64) -> Checked<DateTime<Utc>> {
    whole(milliseconds.floor())
        .and_then(DateTime::from_timestamp_millis)
        .ok_or_else(|| host::not_an_instant(field, "a Date or milliseconds since 1970"))
}

/// `way` names the options that were given; these are the texts of the first two. They are overwritten; the core keeps
/// copies of its own.
pub fn credentials(way: &str, first: String, second: Option<String>) -> Checked<Credentials> {
    let (first, second) = (Zeroizing::new(first), second.map(Zeroizing::new));
    match &second {
        Some(second) => host::credentials(way, &[first.as_str(), second.as_str()]),
        None => host::credentials(way, &[first.as_str()]),
    }
}

/// A line per header that the core reads, beginning with `=` where there is one.
pub fn headers(lines: &str) -> ReplyHeaders<'_> {
    let mut values = [None; 4];
    let lines = lines.as_bytes().split(|byte| *byte == b'\n');
    for (value, line) in values.iter_mut().zip(lines) {
        *value = line.strip_prefix(b"=");
    }
    ReplyHeaders::new(values)
}

/// A reply as js/wire.js reads it.
pub trait Reply {
    /// Text, or an object.
    fn into_js(self) -> JsValue;
}

/// One text of three lines, the last of which may go on: code, trace id, msg. The latter two begin with `=` where there is one.
#[inline]
pub fn lines(reply: Acknowledgement) -> String {
    let mut lines = reply.code;
    for text in [reply.trace_id, reply.msg] {
        lines.push('\n');
        if let Some(text) = text {
            lines.push('=');
            lines.push_str(&text);
        }
    }
    lines
}

impl Reply for Acknowledgement {
    fn into_js(self) -> JsValue {
        lines(self).into()
    }
}

impl Reply for RetentionPolicies {
    fn into_js(self) -> JsValue {
        object(&self)
    }
}

/// A plain object in which none is null. Texts and numbers of 53 bits, so the fallback cannot occur.
pub fn object(value: &impl Serialize) -> JsValue {
    value
        .serialize(&Serializer::json_compatible())
        .unwrap_or_default()
}
