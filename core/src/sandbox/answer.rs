//! Writes answers: the service's two JSON shapes, the scripted ones, and the headers that all of
//! them carry.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;

use super::config::{JsonObject, RawAnswer};
use super::fault::{CutPoint, StatusFault};
use super::reason::{Reason, Refusal};
use crate::{TraceId, header};

/// `x-sandbox-reason`: the [`Reason`] of a refusal, absent from a success.
pub const X_SANDBOX_REASON: HeaderName = HeaderName::from_static("x-sandbox-reason");

/// The host's next step. The enum is exhaustive, so that a host compiles only if it knows every
/// answer.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Send the response.
    Respond(Response<Vec<u8>>),
    /// Wait, then send the response.
    Delay {
        /// The delay.
        by: Duration,
        /// The response after the delay.
        response: Response<Vec<u8>>,
    },
    /// Send a part of the response and close the connection.
    Cut {
        /// The part after which the connection is cut.
        at: CutPoint,
        /// The response without the cut.
        response: Response<Vec<u8>>,
    },
    /// Send the response byte by byte.
    Drip {
        /// The pause after each byte.
        interval: Duration,
        /// The response that is sent slowly.
        response: Response<Vec<u8>>,
    },
}

impl Answer {
    /// Returns the whole response, even if the host is to send only a part of it.
    #[must_use]
    pub const fn response(&self) -> &Response<Vec<u8>> {
        match self {
            Self::Respond(response)
            | Self::Delay { response, .. }
            | Self::Cut { response, .. }
            | Self::Drip { response, .. } => response,
        }
    }

    /// Returns the same as [`response`](Self::response), by value, for a host that sends the
    /// response.
    #[must_use]
    pub fn into_response(self) -> Response<Vec<u8>> {
        match self {
            Self::Respond(response)
            | Self::Delay { response, .. }
            | Self::Cut { response, .. }
            | Self::Drip { response, .. } => response,
        }
    }
}

/// The common parts of answers.
pub(super) struct Writer {
    pub(super) code_as_text: bool,
    pub(super) refused_status: StatusCode,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Success<'a> {
    code: &'a Code<'a>,
    msg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_list: Option<&'a [JsonObject]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a JsonObject>,
}

/// The members of a success beside code and msg.
pub(super) enum Content<'a> {
    Plain,
    PolicyList(&'a [JsonObject]),
    Data(&'a JsonObject),
}

#[derive(Serialize)]
struct ServiceError<'a> {
    code: &'a Code<'a>,
    msg: &'a str,
}

#[derive(Serialize)]
struct GatewayError<'a> {
    error_code: &'a Code<'a>,
    error_msg: &'a str,
    request_id: &'a str,
}

/// String in the page's table, an integer in its example.
#[derive(Serialize)]
#[serde(untagged)]
enum Code<'a> {
    Integer(u32),
    Text(&'a str),
}

impl Writer {
    pub(super) fn success(
        &self,
        msg: &str,
        content: &Content<'_>,
        now: DateTime<Utc>,
    ) -> Response<Vec<u8>> {
        let body = json(&Success {
            code: &self.published("0"),
            msg,
            policy_list: match content {
                Content::PolicyList(policies) => Some(policies),
                Content::Plain | Content::Data(_) => None,
            },
            data: match content {
                Content::Data(data) => Some(data),
                Content::Plain | Content::PolicyList(_) => None,
            },
        });
        response(StatusCode::OK, header::JSON, body, now)
    }

    /// `number` counts the requests, so that request ids are the same in every run.
    pub(super) fn refusal(
        &self,
        refusal: &Refusal,
        number: u64,
        now: DateTime<Utc>,
    ) -> Response<Vec<u8>> {
        let Refusal { reason, msg } = refusal;
        let own = own_code(*reason);
        let code = match reason.published_code() {
            Some(code) => self.published(code),
            None => Code::Text(&own),
        };
        let body = if reason.is_of_the_gateway() {
            json(&GatewayError {
                error_code: &code,
                error_msg: msg,
                request_id: &format!("sandbox-{number}"),
            })
        } else {
            json(&ServiceError { code: &code, msg })
        };
        let status = reason.status(self.refused_status);
        with_reason(response(status, header::JSON, body, now), *reason)
    }

    fn published<'a>(&self, code: &'a str) -> Code<'a> {
        match code.parse() {
            Ok(number) if !self.code_as_text => Code::Integer(number),
            _ => Code::Text(code),
        }
    }
}

/// Returns a configured answer.
pub(super) fn raw(answer: &RawAnswer, now: DateTime<Utc>) -> Response<Vec<u8>> {
    // Checked with the configuration, so the fallback cannot occur.
    let status = StatusCode::from_u16(answer.status()).unwrap_or_default();
    response(status, header::JSON, answer.body().as_bytes().to_vec(), now)
}

/// Returns the answer of a scripted status.
pub(super) fn scripted(fault: &StatusFault, now: DateTime<Utc>) -> Response<Vec<u8>> {
    let body = match &fault.body {
        Some(body) => body.clone().into_bytes(),
        None => json(&ServiceError {
            code: &Code::Text(&own_code(Reason::ScriptedFault)),
            msg: "the fault script answers so",
        }),
    };
    let date = TimeDelta::try_seconds(fault.date_offset)
        .and_then(|offset| now.checked_add_signed(offset))
        .unwrap_or(now);
    let mut response = response(fault.status, header::JSON, body, date);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, fault.content_type.clone());
    if let Some(retry_after) = &fault.retry_after {
        headers.insert(RETRY_AFTER, retry_after.clone());
    }
    with_reason(response, Reason::ScriptedFault)
}

/// Copies the request's trace id into the reply.
pub(super) fn echo(response: &mut Response<Vec<u8>>, trace_id: TraceId) {
    if let Ok(value) = HeaderValue::from_str(trace_id.as_str()) {
        response.headers_mut().insert(header::X_TRACEID, value);
    }
}

fn own_code(reason: Reason) -> String {
    ["SANDBOX.", reason.as_str()].concat()
}

fn with_reason(mut response: Response<Vec<u8>>, reason: Reason) -> Response<Vec<u8>> {
    let value = HeaderValue::from_static(reason.as_str());
    response.headers_mut().insert(X_SANDBOX_REASON, value);
    response
}

fn response(
    status: StatusCode,
    content_type: &'static str,
    body: Vec<u8>,
    now: DateTime<Utc>,
) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::try_from(date) {
        headers.insert(DATE, date);
    }
    response
}

fn json<T: Serialize>(body: &T) -> Vec<u8> {
    // Text, integers and valid JSON only, so the fallback cannot occur.
    serde_json::to_vec(body).unwrap_or_default()
}
