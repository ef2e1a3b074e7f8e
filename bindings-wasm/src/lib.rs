//! JavaScript binding of `koodrive`: conversions only, no rule about the API.
//!
//! Called by `bindings-wasm/js` alone. A call arrives as the number of its operation and its fields. What is made for every request
//! leaves as one text, see [`format`]; everything else as an object. A panic would trap and leave the module in pieces, so nothing
//! here panics.
#![allow(clippy::missing_errors_doc, reason = "index.d.ts says when it throws")]
#![allow(clippy::must_use_candidate, reason = "called from JavaScript")]
#![allow(clippy::needless_pass_by_value, reason = "an Option crosses by value")]
#![allow(unreachable_pub, reason = "what is exported to JavaScript must be pub")]

pub mod convert;
pub mod error;
pub mod format;

use koodrive::host::{ClientSettings, CredentialsInput, ReceivedResponse};
use koodrive::{
    CLOCK_MARGIN_DEFAULT, Client, GetCurrentRetentionPolicy, ModificationType, NotifyPackageExpire,
    TraceId, host, signing,
};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use zeroize::{Zeroizing, zeroize_stack};

use crate::convert::{Checked, ExplainOptions, Reply, RequestOptions, SentRequest, instant, whole};
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

/// Returns the notification with these ids. `kind` is a `type` that was asked for by the name of an undocumented one.
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

/// Refuses a notification that no client can send.
#[wasm_bindgen(js_name = checkNotification)]
pub fn check_notification(user: String, package: String, kind: Option<f64>) -> Result<(), Thrown> {
    Ok(notification(user, package, kind).map(drop)?)
}

/// Refuses a `type` other than the documented one.
#[wasm_bindgen(js_name = checkType)]
pub fn check_type(number: f64) -> Result<(), Thrown> {
    let number = whole(number).ok_or_else(host::not_a_type)?;
    Ok(ModificationType::try_from(number).map(drop)?)
}

/// Returns trace ids, one after the other, from 29 random bytes each.
#[wasm_bindgen(js_name = traceIds)]
pub fn trace_ids(random: &[u8]) -> String {
    let random = random.as_chunks().0.iter();
    let ids = random.map(|bytes| TraceId::from_random(*bytes));
    ids.fold(String::new(), |all, id| all + id.as_str())
}

/// Credentials that were checked.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Credentials(koodrive::Credentials);

#[wasm_bindgen]
impl Credentials {
    /// Takes the options that were given. The texts are overwritten; the core keeps copies of its own.
    #[wasm_bindgen(constructor)]
    pub fn new(
        app_id: Option<String>,
        app_secret: Option<String>,
        token: Option<String>,
        authorization: Option<String>,
    ) -> Result<Credentials, Thrown> {
        let app_secret = app_secret.map(Zeroizing::new);
        let (token, authorization) = (token.map(Zeroizing::new), authorization.map(Zeroizing::new));
        let credentials = host::credentials(CredentialsInput {
            app_id: app_id.as_deref(),
            app_secret: app_secret.as_deref().map(String::as_str),
            token: token.as_deref().map(String::as_str),
            authorization: authorization.as_deref().map(String::as_str),
        })?;
        Ok(Self(credentials))
    }
}

/// The client.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Core {
    /// The core's client.
    #[wasm_bindgen(skip)]
    pub client: Client,
    /// A notification for where any will do.
    notification: NotifyPackageExpire,
}

/// Requests leave states of the key on the stack. The fields overwrite themselves.
impl Drop for Core {
    fn drop(&mut self) {
        // More than any function of this module reaches.
        zeroize_stack::<8192>();
    }
}

/// What never changes about an operation's requests.
#[derive(Serialize)]
struct FixedParts<'a> {
    method: &'a str,
    url: &'a str,
    /// Pairs of name and value.
    headers: &'a [(&'static str, String)],
}

#[wasm_bindgen]
impl Core {
    /// Checks everything that never changes.
    #[wasm_bindgen(constructor)]
    pub fn new(
        endpoint: &str,
        allow_plain_http: bool,
        user_id: &str,
        credentials: Credentials,
    ) -> Result<Core, Thrown> {
        let settings = ClientSettings {
            endpoint,
            allow_plain_http,
            user_id,
            clock_margin: CLOCK_MARGIN_DEFAULT,
            clock_offset: 0,
        };
        Ok(Self {
            client: host::client(&settings, credentials.0)?,
            notification: notification("any".into(), "any".into(), None)?,
        })
    }

    /// Sets by how many seconds X-Date stays behind the server's clock. Takes the client, so that a refusal leaves none behind.
    #[wasm_bindgen(js_name = withClockMargin)]
    pub fn with_clock_margin(mut self, seconds: f64) -> Result<Core, Thrown> {
        let seconds = whole(seconds).and_then(|seconds| u32::try_from(seconds).ok());
        let seconds = seconds.ok_or_else(host::not_a_margin)?;
        self.client = self.client.with_clock_margin(seconds)?;
        Ok(self)
    }

    /// Returns the same client with other credentials. Both share the learned clock.
    #[wasm_bindgen(js_name = withCredentials)]
    #[must_use]
    pub fn with_credentials(&self, credentials: Credentials) -> Core {
        Self {
            client: self.client.with_credentials(credentials.0),
            notification: self.notification.clone(),
        }
    }

    /// Returns what was learned of the server's clock, in milliseconds. It is within 24 hours, so the fallback cannot occur.
    #[wasm_bindgen(js_name = clockOffset)]
    pub fn clock_offset(&self) -> i32 {
        i32::try_from(self.client.clock_offset().num_milliseconds()).unwrap_or_default()
    }

    /// Learns the server's clock.
    #[wasm_bindgen(js_name = observeClock)]
    pub fn observe_clock(
        &self,
        headers: &str,
        sent_at: f64,
        received_at: f64,
    ) -> Result<(), Thrown> {
        let sent_at = instant("sentAt", sent_at)?;
        let received_at = instant("receivedAt", received_at)?;
        let headers = format::headers(headers);
        self.client.observe_clock(headers, sent_at, received_at);
        Ok(())
    }

    /// Returns what never changes about an operation's requests: `{ method, url, headers }`, the latter as pairs.
    #[wasm_bindgen(
        unchecked_return_type = "{ method: string; url: string; headers: [string, string][] }"
    )]
    pub fn fixed(&self, operation: u8) -> JsValue {
        let parts = with_call!(operation, self.notification, call => self.client.fixed_parts(call));
        convert::object(&FixedParts {
            method: parts.method.as_str(),
            url: &parts.url,
            headers: &parts.headers,
        })
    }

    /// Returns what varies of a request, in the [`format`] of one.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub fn request(
        &self,
        operation: u8,
        user: String,
        package: String,
        kind: Option<f64>,
        now: f64,
    ) -> Result<JsValue, Thrown> {
        let now = instant("now", now)?;
        let options = koodrive::RequestOptions::default();
        let parts = with_call!(operation, notification(user, package, kind)?, call => {
            self.client.varying_parts(call, now, &options)
        })?;
        Ok(format::request(&parts).as_str().into())
    }

    /// Returns the same with options.
    #[wasm_bindgen(js_name = requestWith, unchecked_return_type = "string")]
    pub fn request_with(
        &self,
        operation: u8,
        user: String,
        package: String,
        kind: Option<f64>,
        now: f64,
        options: &RequestOptions,
    ) -> Result<JsValue, Thrown> {
        let now = instant("now", now)?;
        let options = options.checked()?;
        let parts = with_call!(operation, notification(user, package, kind)?, call => {
            self.client.varying_parts(call, now, &options)
        })?;
        Ok(format::request(&parts).as_str().into())
    }

    /// Returns every stage of a request's signature, as an object.
    pub fn explain(
        &self,
        operation: u8,
        user: String,
        package: String,
        kind: Option<f64>,
        now: f64,
        options: &ExplainOptions,
    ) -> Result<JsValue, Thrown> {
        let now = instant("now", now)?;
        let (message, options) = (options.message(), options.checked()?);
        let stages = with_call!(operation, notification(user, package, kind)?, call => {
            signing::explain(&self.client, call, now, &options, message.as_deref())
        })?;
        Ok(convert::object(&stages))
    }

    /// Reads a reply: an acknowledgement in its [`format`], or an object.
    pub fn parse(
        &self,
        operation: u8,
        status: u16,
        headers: &str,
        body: &[u8],
    ) -> Result<JsValue, Thrown> {
        let response = ReceivedResponse {
            status,
            headers: format::headers(headers),
            body,
        };
        let reply = with_call!(operation, self.notification, call => {
            host::parse(&self.client, call, response).map(Reply::into_js)
        });
        Ok(reply?)
    }

    /// Reads a reply as `parse` does, and learns the server's clock from it. A body beyond the limit is an error, and an error names
    /// the request.
    #[wasm_bindgen(js_name = parseSent)]
    pub fn parse_sent(
        &self,
        operation: u8,
        status: u16,
        headers: &str,
        body: &[u8],
        sent: &SentRequest,
    ) -> Result<JsValue, Thrown> {
        let (sent_at, received_at) = sent.instants()?;
        let headers = format::headers(headers);
        self.client.observe_clock(headers, sent_at, received_at);
        let response = ReceivedResponse {
            status,
            headers,
            body,
        };
        let reply = with_call!(operation, self.notification, call => {
            host::parse_within(&self.client, call, response, sent.reply_limit())
                .map(Reply::into_js)
        });
        Ok(reply.map_err(|error| host::with_request(error, &sent.x_date(), &sent.trace_id()))?)
    }
}
