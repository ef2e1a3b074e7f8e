//! Exports `koodrive` to `bindings-wasm/js`. It only converts: rules about the API are the core's.
//!
//! A call crosses as the publisher's name of its operation and its fields as JSON text. Functions
//! for notifications take the fields themselves, since jobs make millions of notifications.
//! Functions for raw calls take method, path and body as they are, and `pairs`: the JSON text of an
//! object with query and headers, for a call that has one of them.
//!
//! Values of every request return as one text, see [`format`]; all others return as an object.
//!
//! Nothing here panics: a panic would trap, and the module's memory would no longer be valid.
#![allow(clippy::missing_errors_doc, reason = "js/ documents the errors")]
#![allow(clippy::must_use_candidate, reason = "called from JavaScript")]
#![allow(clippy::needless_pass_by_value, reason = "an Option crosses by value")]
#![allow(unreachable_pub, reason = "exports to JavaScript must be pub")]

mod convert;
mod dispatch;
mod error;
mod format;

use koodrive::host::{AnyCall, ClientSettings, CredentialsInput, ReceivedResponse, SentRequest};
use koodrive::{
    Acknowledgement, CLOCK_MARGIN_DEFAULT, Client, ModificationType, NotifyPackageExpire,
    Operation, RequestOptions, TraceId, VaryingParts, host, signing,
};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use crate::convert::{Checked, ExplainOptions, Sent, exact_integer, instant, options};
use crate::error::Thrown;

/// Returns the notification for `user` and `package`. `kind` is the option `undocumentedType`.
pub fn notification(
    user: String,
    package: String,
    kind: Option<f64>,
) -> Checked<NotifyPackageExpire> {
    let call = NotifyPackageExpire::new(user, package)?;
    let Some(number) = kind else { return Ok(call) };
    let number = exact_integer(number).ok_or_else(host::not_a_type)?;
    let kind = ModificationType::undocumented(number)?;
    Ok(call.with_modification_type(kind))
}

/// Throws for a call of the operation `name` that no client can send.
#[wasm_bindgen(js_name = checkCall)]
pub fn check_call(name: &str, fields: &str) -> Result<(), Thrown> {
    Ok(AnyCall::from_json(name, fields).map(drop)?)
}

/// Throws for a raw call that no client can send.
#[wasm_bindgen(js_name = checkRaw)]
pub fn check_raw(
    method: &str,
    path: &str,
    pairs: Option<String>,
    json: Option<String>,
) -> Result<(), Thrown> {
    Ok(host::raw_call_with(method, path, pairs.as_deref(), json).map(drop)?)
}

/// Throws for a notification that no client can send.
#[wasm_bindgen(js_name = checkNotification)]
pub fn check_notification(user: String, package: String, kind: Option<f64>) -> Result<(), Thrown> {
    Ok(notification(user, package, kind).map(drop)?)
}

/// Throws for a `type` other than the documented one.
#[wasm_bindgen(js_name = checkType)]
pub fn check_type(number: f64) -> Result<(), Thrown> {
    let number = exact_integer(number).ok_or_else(host::not_a_type)?;
    Ok(ModificationType::try_from(number).map(drop)?)
}

/// Returns the longest body of a reply in bytes. Throws if `bytes` is out of range.
#[wasm_bindgen(js_name = replyLimit)]
pub fn reply_limit(bytes: f64) -> Result<usize, Thrown> {
    Ok(host::reply_limit(bytes)?)
}

/// Returns the trace ids for `random`, 29 bytes each, as one text.
#[wasm_bindgen(js_name = traceIds)]
pub fn trace_ids(random: &[u8]) -> String {
    let random = random.as_chunks().0.iter();
    let ids = random.map(|bytes| TraceId::from_random(*bytes));
    ids.fold(String::new(), |all, id| all + id.as_str())
}

/// Checked credentials.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Credentials(koodrive::Credentials);

#[wasm_bindgen]
impl Credentials {
    /// Checks the given options. `signs_elsewhere` means that a function signs instead of an app
    /// secret.
    ///
    /// The texts are overwritten at the end. The core keeps its own copies.
    #[wasm_bindgen(constructor)]
    pub fn new(
        app_id: Option<String>,
        app_secret: Option<String>,
        token: Option<String>,
        authorization: Option<String>,
        signs_elsewhere: bool,
    ) -> Result<Credentials, Thrown> {
        let app_secret = app_secret.map(Zeroizing::new);
        let (token, authorization) = (token.map(Zeroizing::new), authorization.map(Zeroizing::new));
        let credentials = host::credentials(CredentialsInput {
            app_id: app_id.as_deref(),
            app_secret: app_secret.as_deref().map(String::as_str),
            token: token.as_deref().map(String::as_str),
            authorization: authorization.as_deref().map(String::as_str),
            signs_elsewhere,
            ..CredentialsInput::default()
        })?;
        Ok(Self(credentials))
    }

    /// Returns credentials that a function will replace by a token.
    pub fn later() -> Credentials {
        Self(koodrive::Credentials::later())
    }
}

/// The client.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Core {
    /// The core's client.
    #[wasm_bindgen(skip)]
    pub client: Client,
}

impl Drop for Core {
    fn drop(&mut self) {
        host::overwrite_stack();
    }
}

/// The half of a request that never changes, and two facts about its call.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixedParts<'a> {
    /// The publisher's name of the operation, or method and path of a raw call.
    name: &'a str,
    method: &'a str,
    url: &'a str,
    /// The headers as pairs of name and value.
    headers: Vec<(&'a str, &'a str)>,
    /// Whether the call changes nothing.
    is_safe: bool,
    /// Whether JavaScript may keep these parts.
    may_be_kept: bool,
}

/// Returns the half of a request to `call` that never changes, as JSON text, which
/// `CoreParts` in js/encoding.ts describes.
pub fn fixed_parts<O: Operation>(client: &Client, call: &O) -> Checked<String> {
    let parts = client.fixed_parts(call)?;
    let headers = parts.headers.iter();
    let parts = FixedParts {
        name: &call.name(),
        method: parts.method.as_str(),
        url: &parts.url,
        headers: headers
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect(),
        is_safe: call.is_safe(),
        may_be_kept: parts.may_be_kept,
    };
    // Texts and booleans can be written, so the fallback cannot occur.
    Ok(serde_json::to_string(&parts).unwrap_or_default())
}

#[wasm_bindgen]
impl Core {
    /// Checks the options that every client needs.
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
        })
    }

    /// Returns the client with X-Date `milliseconds`, in whole seconds, behind the server's clock.
    /// Takes `self`, so that a refusal drops the client.
    #[wasm_bindgen(js_name = withClockMargin)]
    pub fn with_clock_margin(mut self, milliseconds: f64) -> Result<Core, Thrown> {
        let seconds =
            exact_integer(milliseconds / 1000.0).and_then(|seconds| u32::try_from(seconds).ok());
        let seconds = seconds.ok_or_else(host::not_a_margin)?;
        self.client = self.client.with_clock_margin(seconds)?;
        Ok(self)
    }

    /// Returns a client with other `credentials` that shares the learned clock.
    #[wasm_bindgen(js_name = withCredentials)]
    #[must_use]
    pub fn with_credentials(&self, credentials: Credentials) -> Core {
        Self {
            client: self.client.with_credentials(credentials.0),
        }
    }

    /// Returns the learned offset of the server's clock in milliseconds. It is within 24 hours, so
    /// the fallback cannot occur.
    #[wasm_bindgen(js_name = clockOffset)]
    pub fn clock_offset(&self) -> i32 {
        i32::try_from(self.client.clock_offset().num_milliseconds()).unwrap_or_default()
    }

    /// Learns the server's clock from the `headers` of a reply.
    #[wasm_bindgen(js_name = observeClock)]
    pub fn observe_clock(
        &self,
        headers: &str,
        sent_at: f64,
        received_at: f64,
    ) -> Result<(), Thrown> {
        let sent_at = instant("sent_at", sent_at)?;
        let received_at = instant("received_at", received_at)?;
        let headers = format::headers(headers);
        self.client.observe_clock(headers, sent_at, received_at);
        Ok(())
    }

    /// Returns the half of the request to a call that never changes.
    pub fn fixed(&self, name: &str, fields: &str) -> Result<String, Thrown> {
        let call = AnyCall::from_json(name, fields)?;
        Ok(fixed_parts(&self.client, &call)?)
    }

    /// Returns the same for a raw call.
    #[wasm_bindgen(js_name = rawFixed)]
    pub fn raw_fixed(
        &self,
        method: &str,
        path: &str,
        pairs: Option<String>,
        json: Option<String>,
    ) -> Result<String, Thrown> {
        let call = host::raw_call_with(method, path, pairs.as_deref(), json)?;
        Ok(fixed_parts(&self.client, &call)?)
    }

    /// Returns the error for a redirect that a browser hides.
    #[wasm_bindgen(js_name = hiddenRedirect, unchecked_return_type = "ErrorFields")]
    pub fn hidden_redirect(
        &self,
        name: &str,
        fields: &str,
        x_date: &str,
        trace_id: &str,
    ) -> Result<JsValue, Thrown> {
        let call = AnyCall::from_json(name, fields)?;
        Ok(error::fields(host::hidden_redirect(
            &self.client,
            &call,
            x_date,
            trace_id,
        )))
    }

    /// Returns the half of the request to a call that varies, in its [`format`].
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub fn request(
        &self,
        name: &str,
        fields: &str,
        now: f64,
        date: Option<f64>,
        trace_id: Option<String>,
    ) -> Result<JsValue, Thrown> {
        let call = AnyCall::from_json(name, fields)?;
        self.varying(&call, now, &options(date, trace_id.as_deref())?)
    }

    /// Returns the same for a raw call.
    #[allow(
        clippy::too_many_arguments,
        reason = "an object would cost half a microsecond"
    )]
    #[wasm_bindgen(js_name = rawRequest, unchecked_return_type = "string")]
    pub fn raw_request(
        &self,
        method: &str,
        path: &str,
        pairs: Option<String>,
        json: Option<String>,
        now: f64,
        date: Option<f64>,
        trace_id: Option<String>,
    ) -> Result<JsValue, Thrown> {
        let call = host::raw_call_with(method, path, pairs.as_deref(), json)?;
        self.varying(&call, now, &options(date, trace_id.as_deref())?)
    }

    /// Returns the same for a notification.
    #[wasm_bindgen(js_name = notificationRequest, unchecked_return_type = "string")]
    pub fn notification_request(
        &self,
        user: String,
        package: String,
        kind: Option<f64>,
        now: f64,
        date: Option<f64>,
        trace_id: Option<String>,
    ) -> Result<JsValue, Thrown> {
        let call = notification(user, package, kind)?;
        self.varying(&call, now, &options(date, trace_id.as_deref())?)
    }

    /// Returns the half of the request to a call that varies, before it is signed elsewhere.
    pub fn unsigned(
        &self,
        name: &str,
        fields: &str,
        now: f64,
        date: Option<f64>,
        trace_id: Option<String>,
    ) -> Result<Unsigned, Thrown> {
        let call = AnyCall::from_json(name, fields)?;
        let now = instant("now", now)?;
        let options = options(date, trace_id.as_deref())?;
        Ok(Unsigned(self.client.varying_parts(&call, now, &options)?))
    }

    /// Returns every stage of a request's signature, as an object.
    pub fn explain(
        &self,
        name: &str,
        fields: &str,
        now: f64,
        options: &ExplainOptions,
    ) -> Result<JsValue, Thrown> {
        let call = AnyCall::from_json(name, fields)?;
        let now = instant("now", now)?;
        let (message, options) = (options.message(), options.checked()?);
        let stages = signing::explain(&self.client, &call, now, &options, message.as_deref())?;
        Ok(convert::object(&stages))
    }

    /// Returns the reply to a call as JSON text.
    pub fn parse(
        &self,
        name: &str,
        fields: &str,
        status: u16,
        headers: &str,
        body: &[u8],
    ) -> Result<String, Thrown> {
        let call = AnyCall::from_json(name, fields)?;
        Ok(host::parse(
            &self.client,
            &call,
            response(status, headers, body),
        )?)
    }

    /// Returns the reply to a notification, an acknowledgement in its [`format`].
    #[wasm_bindgen(js_name = parseNotification)]
    pub fn parse_notification(
        &self,
        user: String,
        package: String,
        kind: Option<f64>,
        status: u16,
        headers: &str,
        body: &[u8],
    ) -> Result<String, Thrown> {
        let call = notification(user, package, kind)?;
        let reply = host::parse(&self.client, &call, response(status, headers, body))?;
        Ok(acknowledgement(&reply))
    }

    /// Returns the reply to a raw call, in its [`format`].
    #[allow(
        clippy::too_many_arguments,
        reason = "an object would cost more than a request takes"
    )]
    #[wasm_bindgen(js_name = parseRaw)]
    pub fn parse_raw(
        &self,
        method: &str,
        path: &str,
        pairs: Option<String>,
        json: Option<String>,
        status: u16,
        headers: &str,
        body: &[u8],
    ) -> Result<String, Thrown> {
        let call = host::raw_call_with(method, path, pairs.as_deref(), json)?;
        let reply = host::parse(&self.client, &call, response(status, headers, body))?;
        Ok(format::raw_reply(&reply))
    }

    /// Returns the reply to a call that was sent, and learns the server's clock from it.
    ///
    /// An error names the request, and tells whether to send the call once more, signed anew.
    #[wasm_bindgen(js_name = parseSent)]
    pub fn parse_sent(
        &self,
        name: &str,
        fields: &str,
        status: u16,
        headers: &str,
        body: &[u8],
        sent: &Sent,
    ) -> Result<String, Thrown> {
        let call = AnyCall::from_json(name, fields)?;
        self.received(&call, response(status, headers, body), sent)
    }

    /// Returns the reply to a notification that was sent, an acknowledgement in its [`format`]. It
    /// learns and throws as `parse_sent` does.
    ///
    /// The request has checked the fields, and no reply depends on them, so any notification
    /// stands for the one that was sent.
    #[wasm_bindgen(js_name = parseSentNotification)]
    pub fn parse_sent_notification(
        &self,
        status: u16,
        headers: &str,
        body: &[u8],
        sent: &Sent,
    ) -> Result<String, Thrown> {
        let call = NotifyPackageExpire::new("0", "0")?;
        let reply = self.received(&call, response(status, headers, body), sent)?;
        Ok(acknowledgement(&reply))
    }

    /// Returns the reply to a raw call that was sent, in its [`format`]. It learns and throws as
    /// `parse_sent` does.
    ///
    /// The request has checked query, headers and body, which do not matter to its reply.
    #[wasm_bindgen(js_name = parseSentRaw)]
    pub fn parse_sent_raw(
        &self,
        method: &str,
        path: &str,
        status: u16,
        headers: &str,
        body: &[u8],
        sent: &Sent,
    ) -> Result<String, Thrown> {
        let call = host::raw_call(method, path)?;
        let reply = self.received(&call, response(status, headers, body), sent)?;
        Ok(format::raw_reply(&reply))
    }
}

impl Core {
    fn varying<O: Operation>(
        &self,
        call: &O,
        now: f64,
        options: &RequestOptions,
    ) -> Result<JsValue, Thrown> {
        let now = instant("now", now)?;
        let parts = self.client.varying_parts(call, now, options)?;
        Ok(format::request(&parts).as_str().into())
    }

    fn received<O: Operation>(
        &self,
        call: &O,
        response: ReceivedResponse<'_>,
        sent: &Sent,
    ) -> Result<O::Reply, Thrown> {
        let (sent_at, received_at) = sent.instants()?;
        let (x_date, trace_id) = (sent.x_date(), sent.trace_id());
        let sent = SentRequest {
            x_date: &x_date,
            trace_id: &trace_id,
            reply_limit: sent.reply_limit(),
            sent_at,
            may_sign_anew: sent.may_sign_anew(),
        };
        Ok(host::parse_sent(
            &self.client,
            call,
            response,
            &sent,
            received_at,
        )?)
    }
}

fn response<'a>(status: u16, headers: &'a str, body: &'a [u8]) -> ReceivedResponse<'a> {
    ReceivedResponse {
        status,
        headers: format::headers(headers),
        body,
    }
}

fn acknowledgement(reply: &Acknowledgement) -> String {
    let (msg, trace_id) = (reply.msg.as_deref(), reply.trace_id.as_deref());
    format::acknowledgement(&reply.code, msg, trace_id)
}

/// The half of a request that varies, before it is signed.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Unsigned(VaryingParts);

#[wasm_bindgen]
impl Unsigned {
    /// Returns the string to sign.
    #[wasm_bindgen(getter, js_name = stringToSign)]
    pub fn string_to_sign(&self) -> String {
        self.0.string_to_sign().unwrap_or_default().to_owned()
    }

    /// Returns the half with `signature`, in its [`format`].
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub fn signed(self, signature: &str) -> Result<JsValue, Thrown> {
        let parts = self.0.with_signature(signature)?;
        Ok(format::request(&parts).as_str().into())
    }
}
