//! JavaScript binding of `koodrive`: conversions only, no rule about the API.
//!
//! Called by `bindings-wasm/js` alone. A call arrives as the number of its operation and its fields, a request leaves as one
//! text: a crossing costs more than the work. A panic would trap and leave the module in pieces, so nothing here panics.
#![allow(clippy::missing_errors_doc, reason = "index.d.ts says when it throws")]
#![allow(clippy::must_use_candidate, reason = "called from JavaScript")]
#![allow(clippy::needless_pass_by_value, reason = "an Option crosses by value")]
#![allow(clippy::too_many_arguments, reason = "an object's members cross, too")]
#![allow(unreachable_pub, reason = "what is exported to JavaScript must be pub")]

pub mod convert;
pub mod error;

use koodrive::{
    Client, GetCurrentRetentionPolicy, ModificationType, NotifyPackageExpire, TraceId, host,
    signing,
};
use wasm_bindgen::prelude::*;
use zeroize::{Zeroizing, zeroize_stack};

use crate::convert::{Checked, Reply, instant, whole};
use crate::error::Thrown;

/// The same expression for the call that is meant; its number is the operation's position in js/names.js.
macro_rules! with_call {
    ($operation:expr, $notification:expr, $call:ident => $expression:expr) => {
        if $operation == 0 {
            let $call = &$notification;
            $expression
        } else {
            let $call = &GetCurrentRetentionPolicy::new();
            $expression
        }
    };
}

/// `kind` is a `type` that was asked for by the name of an undocumented one.
pub fn notification(
    user: String,
    package: String,
    kind: Option<f64>,
) -> Checked<NotifyPackageExpire> {
    let call = NotifyPackageExpire::new(user, package)?;
    let Some(number) = kind else { return Ok(call) };
    let number = whole(number).ok_or_else(host::not_a_type)?;
    call.with_modification_type(ModificationType::Undocumented(number))
}

/// Refuses a notification that no client can send, and a `number` as its `type` that was not asked for by the name of an
/// undocumented one.
#[wasm_bindgen]
pub fn check(
    user: String,
    package: String,
    kind: Option<f64>,
    number: Option<f64>,
) -> Result<(), Thrown> {
    if let Some(number) = number {
        ModificationType::try_from(whole(number).ok_or_else(host::not_a_type)?)?;
    }
    Ok(notification(user, package, kind).map(drop)?)
}

/// Trace ids, one after the other, from 29 random bytes each.
#[wasm_bindgen(js_name = traceIds)]
pub fn trace_ids(random: &[u8]) -> String {
    let random = random.as_chunks().0.iter();
    let ids = random.map(|bytes| TraceId::from_random(*bytes));
    ids.fold(String::new(), |all, id| all + id.as_str())
}

/// The client, and a notification for where any will do.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Core(#[wasm_bindgen(skip)] pub Client, NotifyPackageExpire);

/// Requests leave states of the key on the stack. The fields overwrite themselves.
impl Drop for Core {
    fn drop(&mut self) {
        // More than any function of this module reaches.
        zeroize_stack::<8192>();
    }
}

#[wasm_bindgen]
impl Core {
    /// Checks everything that never changes.
    #[wasm_bindgen(constructor)]
    pub fn new(
        endpoint: &str,
        allow_plain_http: bool,
        user_id: &str,
        way: &str,
        first: String,
        second: Option<String>,
        clock_margin: Option<f64>,
    ) -> Result<Core, Thrown> {
        let endpoint = host::endpoint(endpoint, allow_plain_http)?;
        let mut client = Client::new(endpoint, user_id, convert::credentials(way, first, second)?)?;
        if let Some(seconds) = clock_margin {
            let seconds = whole(seconds).and_then(|seconds| u32::try_from(seconds).ok());
            client = client.with_clock_margin(seconds.ok_or_else(host::not_a_margin)?)?;
        }
        Ok(Self(
            client,
            notification("any".into(), "any".into(), None)?,
        ))
    }

    /// Shares the learned clock.
    #[wasm_bindgen(js_name = withCredentials)]
    pub fn with_credentials(
        &self,
        way: &str,
        first: String,
        second: Option<String>,
    ) -> Result<Core, Thrown> {
        let credentials = convert::credentials(way, first, second)?;
        Ok(Self(self.0.with_credentials(credentials), self.1.clone()))
    }

    /// In milliseconds; within 24 hours, so it fits.
    #[wasm_bindgen(js_name = clockOffset)]
    pub fn clock_offset(&self) -> i32 {
        i32::try_from(self.0.clock_offset().num_milliseconds()).unwrap_or_default()
    }

    /// Learns the server's clock.
    #[wasm_bindgen(js_name = observeClock)]
    pub fn observe_clock(&self, lines: &str, sent_at: f64, received_at: f64) -> Result<(), Thrown> {
        let sent_at = instant("sentAt", sent_at)?;
        let received_at = instant("receivedAt", received_at)?;
        let headers = convert::headers(lines);
        self.0.observe_clock(headers, sent_at, received_at);
        Ok(())
    }

    /// What never changes, a line each: method, URL, then name and value of each header.
    pub fn fixed(&self, operation: u8) -> Result<String, Thrown> {
        let parts = with_call!(operation, self.1, call => self.0.fixed_parts(call));
        let mut lines = host::joined(&[parts.method.as_str(), "\n", &parts.url]);
        for (name, value) in &parts.headers {
            for line in [*name, value] {
                lines.push('\n');
                lines.push_str(line);
            }
        }
        Ok(lines)
    }

    /// What varies, as one text: the 16 characters of X-Date, Authorization, a line break, the body. `text` is the trace id.
    /// To `explain` gives every stage of the signature instead, as an object. `text` is the service's message.
    pub fn request(
        &self,
        operation: u8,
        user: String,
        package: String,
        kind: Option<f64>,
        now: f64,
        date: Option<f64>,
        text: Option<String>,
        explain: bool,
    ) -> Result<JsValue, Thrown> {
        let now = instant("now", now)?;
        let date = date.map(|date| instant("date", date)).transpose()?;
        let text = text.as_deref();
        if explain {
            let options = host::options(None, date)?;
            let stages = with_call!(operation, notification(user, package, kind)?, call => {
                signing::explain(&self.0, call, now, &options, text)
            });
            return Ok(convert::object(&stages?));
        }
        let options = host::options(text, date)?;
        let parts = with_call!(operation, notification(user, package, kind)?, call => {
            self.0.varying_parts(call, now, &options)
        })?;
        let (x_date, authorization) = (parts.x_date.as_str(), parts.authorization.as_str());
        let body = parts.body.as_deref().unwrap_or_default();
        // JavaScript has a copy of its own; this one may hold a token.
        let text = Zeroizing::new(host::joined(&[x_date, authorization, "\n", body]));
        Ok(text.as_str().into())
    }

    /// Reads a reply to what was sent with this `x_date` and `trace_id`, and its clock. Of more than `limit`, its beginning.
    pub fn parse(
        &self,
        operation: u8,
        status: u16,
        lines: &str,
        body: &[u8],
        x_date: &str,
        trace_id: Option<String>,
        limit: Option<usize>,
        sent_at: f64,
        received_at: Option<f64>,
    ) -> Result<JsValue, Thrown> {
        if let Some(received_at) = received_at {
            self.observe_clock(lines, sent_at, received_at)?;
        }
        let status = host::status(status)?;
        let headers = convert::headers(lines);
        let reply = with_call!(operation, self.1, call => match limit {
            Some(limit) => Err(self.0.reply_too_long(call, status, headers, body, limit)),
            None => self.0.parse_parts(call, status, headers, body).map(Reply::into_js),
        });
        let sent = |error: koodrive::ReplyError| match trace_id {
            Some(trace_id) => error.with_x_date(x_date).with_trace_id(&trace_id),
            None => error.with_x_date(x_date),
        };
        Ok(reply.map_err(sent)?)
    }
}
