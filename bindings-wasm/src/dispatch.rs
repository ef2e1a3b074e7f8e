//! Exports the dispatcher to `bindings-wasm/js/dispatch`. It only converts: rules about the API are
//! the core's.
//!
//! `poll` names an action, and getters of the dispatcher return its details.
//!
//! An exported struct for each attempt and each outcome would cost 1 µs more per call: wasm-bindgen
//! registers each with a FinalizationRegistry. One text per outcome takes 3,150 to 5,150 ns, the
//! getters 2,200 to 2,600 (Node 20).
#![allow(clippy::cast_possible_truncation, reason = "saturates")]
#![allow(clippy::cast_sign_loss, reason = "saturates")]

mod action_name;

use std::time::Duration;

use chrono::{DateTime, Utc};
use koodrive::dispatch::{self, Action, CallOutcome, Now, Outgoing, Ticket};
use koodrive::host::{AnyCall, HaltFields, Spelling};
use koodrive::{InvalidInput, TransportError, VaryingParts, host};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use self::action_name::ActionName;
use crate::error::{Thrown, fields};
use crate::{Core, convert, fixed_parts, format, notification};

/// Nothing, or the error to throw.
type Done = Result<(), Thrown>;

/// The dispatcher that js/dispatch drives.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Dispatcher {
    /// The core's dispatcher. A key is a number, under which JavaScript keeps the item.
    core: dispatch::Dispatcher<f64>,
    /// The action that `poll` named last.
    action: Option<Action<f64>>,
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        host::overwrite_stack();
    }
}

/// Returns the milliseconds of both clocks as the core's `Now`.
fn now(wall: f64, at: f64) -> Result<Now, InvalidInput> {
    // The conversion saturates, and turns NaN into 0.
    let at = Duration::from_nanos((at * 1e6) as u64);
    Ok(Now::new(convert::instant("now", wall)?, at))
}

/// Returns the ticket with `number`. An invalid number becomes a ticket that was never issued.
fn ticket(number: f64) -> Ticket {
    Ticket::from_number(number as u64)
}

#[wasm_bindgen]
impl Dispatcher {
    /// Creates a dispatcher with the options `names` and `values`; times are milliseconds. Trace
    /// ids come from `seed`, which must be random.
    #[wasm_bindgen(constructor)]
    pub fn new(
        client: &Core,
        names: Vec<String>,
        values: &[f64],
        seed: u64,
    ) -> Result<Dispatcher, Thrown> {
        let options = names.iter().map(String::as_str).zip(values.iter().copied());
        let config = host::dispatch_config(options, Spelling::Camel)?;
        let core = dispatch::Dispatcher::new(&client.client, config, seed);
        Ok(Self { core, action: None })
    }

    /// Adds a call. JavaScript keeps the item under `key`.
    pub fn push(&mut self, key: f64, name: &str, fields: &str) -> Done {
        let pushed = self.core.push(key, &AnyCall::from_json(name, fields)?);
        Ok(pushed.map_err(|it| it.reason)?)
    }

    /// Adds a notification. JavaScript keeps the item under `key`.
    #[wasm_bindgen(js_name = pushNotification)]
    pub fn push_notification(
        &mut self,
        key: f64,
        user: String,
        package: String,
        kind: Option<f64>,
    ) -> Done {
        let pushed = self.core.push(key, &notification(user, package, kind)?);
        Ok(pushed.map_err(|it| it.reason)?)
    }

    /// Adds a raw call. JavaScript keeps the item under `key`.
    #[wasm_bindgen(js_name = pushRaw)]
    pub fn push_raw(
        &mut self,
        key: f64,
        method: &str,
        path: &str,
        pairs: Option<String>,
        json: Option<String>,
    ) -> Done {
        let call = host::raw_call_with(method, path, pairs.as_deref(), json)?;
        Ok(self.core.push(key, &call).map_err(|it| it.reason)?)
    }

    /// Returns the half of the request under ticket `number` that never changes, as `Core.fixed`
    /// does.
    pub fn fixed(&self, number: f64) -> Result<String, Thrown> {
        let ticket = ticket(number);
        match self.core.call(ticket) {
            Some(call) => Ok(fixed_parts(self.core.client(), call)?),
            // This returns the error of an unknown ticket.
            None => Ok(self.core.fixed_parts(ticket).map(|_| String::new())?),
        }
    }

    /// Tells the dispatcher that the source has ended.
    pub fn finish(&mut self) {
        self.core.finish();
    }

    /// Returns the next action. `wall` is milliseconds since 1970, `at` those of a monotonic clock.
    pub fn poll(&mut self, wall: f64, at: f64) -> Result<ActionName, Thrown> {
        let action = self.action.insert(self.core.poll(now(wall, at)?));
        Ok(match action {
            Action::Send(_) => ActionName::Send,
            Action::Outcome(_) => ActionName::Outcome,
            Action::Calls(_) => ActionName::Calls,
            Action::Token => ActionName::Token,
            Action::Halted(_) => ActionName::Halted,
            Action::Wait(_) => ActionName::Wait,
            Action::Done => ActionName::Done,
        })
    }

    /// Returns the most calls to push after the action `calls`.
    pub fn calls(&self) -> Option<usize> {
        match self.action {
            Some(Action::Calls(most)) => Some(most),
            _ => None,
        }
    }

    /// Returns the instant of the monotonic clock, in milliseconds, at which to poll again after
    /// the action `wait`. Without one, poll again after the next result is handed in.
    #[wasm_bindgen(js_name = waitUntil)]
    pub fn wait_until(&self) -> Option<f64> {
        match self.action {
            Some(Action::Wait(until)) => until.map(|until| until.as_secs_f64() * 1e3),
            _ => None,
        }
    }

    /// Returns the reason of a halt as an object, or undefined.
    #[wasm_bindgen(unchecked_return_type = "HaltFields | undefined")]
    pub fn halt(&self) -> JsValue {
        match self.core.halt() {
            Some(halt) => convert::object(&HaltFields::from(halt)),
            None => JsValue::UNDEFINED,
        }
    }

    /// Hands in a response. `body` has at most one byte beyond the limit.
    #[wasm_bindgen(js_name = handleResponse)]
    pub fn handle_response(
        &mut self,
        number: f64,
        status: u16,
        headers: &str,
        body: &[u8],
        wall: f64,
        at: f64,
    ) -> Done {
        let (status, headers) = (host::status(status)?, format::headers(headers));
        let (ticket, now) = (ticket(number), now(wall, at)?);
        Ok(self
            .core
            .handle_response(ticket, status, headers, body, now)?)
    }

    /// Hands in a redirect that a browser hides.
    #[wasm_bindgen(js_name = hiddenRedirect)]
    pub fn hidden_redirect(&mut self, number: f64, wall: f64, at: f64) -> Done {
        Ok(self
            .core
            .handle_hidden_redirect(ticket(number), now(wall, at)?)?)
    }

    /// Returns the reply in the outcome that `poll` named as JSON text, if the call was delivered.
    /// Throws the reply's error if one of its fields cannot be read.
    #[wasm_bindgen(js_name = deliveredReply)]
    pub fn delivered_reply(&self, name: &str, fields: &str) -> Result<Option<String>, Thrown> {
        let Some(outcome) = self.outcome() else {
            return Ok(None);
        };
        let call = AnyCall::from_json(name, fields)?;
        Ok(host::delivered_reply(self.core.client(), outcome, &call).transpose()?)
    }

    /// Hands in that the request certainly never left.
    #[wasm_bindgen(js_name = notSent)]
    pub fn not_sent(&mut self, number: f64, cause: &str, wall: f64, at: f64) -> Done {
        let error = TransportError::not_sent(cause);
        Ok(self
            .core
            .handle_failure(ticket(number), error, now(wall, at)?)?)
    }

    /// Hands in that no complete answer came to a request that may have left.
    #[wasm_bindgen(js_name = outcomeUnknown)]
    pub fn outcome_unknown(&mut self, number: f64, cause: &str, wall: f64, at: f64) -> Done {
        let error = TransportError::outcome_unknown(cause);
        Ok(self
            .core
            .handle_failure(ticket(number), error, now(wall, at)?)?)
    }

    /// Hands in that JavaScript kept the request from leaving.
    pub fn withdraw(&mut self, number: f64, cause: &str, wall: f64, at: f64) -> Done {
        let error = TransportError::not_sent(cause);
        Ok(self.core.withdraw(ticket(number), error, now(wall, at)?)?)
    }

    /// Returns kind and outcome of the last exchange's error as an object. Returns undefined after
    /// a success.
    #[wasm_bindgen(js_name = lastExchange, unchecked_return_type = "ExchangeFailure | undefined")]
    pub fn last_exchange(&self) -> JsValue {
        let Some(failure) = self.core.last_exchange() else {
            return JsValue::UNDEFINED;
        };
        convert::object(&ExchangeFailure {
            kind: failure.kind.as_str(),
            outcome: failure.outcome.as_str(),
        })
    }

    /// Sets a fresh token.
    #[wasm_bindgen(js_name = setToken)]
    pub fn set_token(&mut self, token: String, wall: f64, at: f64) -> Done {
        let fresh = koodrive::Credentials::token(&Zeroizing::new(token))?;
        self.core.set_credentials(fresh, now(wall, at)?);
        Ok(())
    }

    /// Hands in that the token function failed.
    #[wasm_bindgen(js_name = tokenFailed)]
    pub fn token_failed(&mut self, wall: f64, at: f64) -> Done {
        self.core.token_failed(now(wall, at)?);
        Ok(())
    }

    /// Continues after a halt.
    pub fn resume(&mut self) {
        self.core.resume();
    }

    /// Stops sending.
    pub fn cancel(&mut self) {
        self.core.cancel();
    }

    /// Returns the longest body of a reply in bytes.
    #[wasm_bindgen(js_name = replyLimit)]
    pub fn reply_limit(&self) -> usize {
        self.core.config().reply_limit_bytes()
    }

    /// Returns the progress as an object.
    #[wasm_bindgen(unchecked_return_type = "ProgressFields")]
    pub fn progress(&self) -> JsValue {
        convert::object(&self.core.progress())
    }
}

#[wasm_bindgen(typescript_custom_section)]
const OBJECTS: &str = r#"
/** The reason of a halt; see HaltedError in js/dispatch/halted.ts. */
export interface HaltFields {
    message: string;
    reason: "same_answer" | "no_token";
    times: number;
    status: number | null;
    code: string | null;
    msg: string | null;
}

/** The failure of an exchange; see Exchange in js/options.ts. */
export interface ExchangeFailure {
    kind: "api" | "not_sent" | "outcome_unknown" | "unreadable_reply";
    outcome: "refused" | "not_sent" | "unknown";
}

/** The progress of a dispatcher; see Progress in js/dispatch/outcome.ts. */
export interface ProgressFields {
    pushed: number;
    requests: number;
    delivered: number;
    refused: number;
    unknown: number;
    givenUp: number;
    notSent: number;
    queued: number;
    waiting: number;
    inFlight: number;
    rate: number;
    slowed: "throttled" | "failing" | "draining" | null;
    sourceEnded: boolean;
}
"#;

/// The failure of an exchange.
#[derive(Serialize)]
struct ExchangeFailure {
    kind: &'static str,
    outcome: &'static str,
}

/// Getters of the attempt to send, between the action `send` and the next poll.
#[wasm_bindgen]
impl Dispatcher {
    /// Returns the ticket of the attempt.
    #[wasm_bindgen(getter, js_name = outgoingTicket)]
    #[allow(clippy::cast_precision_loss, reason = "below 2^53")]
    pub fn outgoing_ticket(&self) -> Option<f64> {
        self.outgoing().map(|it| it.ticket.number() as f64)
    }

    /// Returns the key under which the call was pushed.
    #[wasm_bindgen(getter, js_name = outgoingKey)]
    pub fn outgoing_key(&self) -> Option<f64> {
        self.core.key(self.outgoing()?.ticket).copied()
    }

    /// Returns the number of the attempt, from 1.
    #[wasm_bindgen(getter, js_name = outgoingAttempt)]
    pub fn outgoing_attempt(&self) -> Option<u32> {
        self.outgoing().map(|it| it.attempt)
    }

    /// Returns the trace id of the call.
    #[wasm_bindgen(getter, js_name = outgoingTraceId)]
    pub fn outgoing_trace_id(&self) -> Option<String> {
        let id = self.outgoing()?.parts.trace_id.as_ref();
        id.map(|id| id.as_str().to_owned())
    }

    /// Takes the half of the request that varies, as `Core.request` returns it, out of the
    /// dispatcher.
    #[wasm_bindgen(js_name = takeRequest, unchecked_return_type = "string | undefined")]
    pub fn take_request(&mut self) -> JsValue {
        match self.action.take() {
            Some(Action::Send(outgoing)) => format::request(&outgoing.parts).as_str().into(),
            _ => JsValue::UNDEFINED,
        }
    }

    /// Takes that half out of the dispatcher before it is signed, for a signature made elsewhere.
    #[wasm_bindgen(js_name = takeUnsigned)]
    pub fn take_unsigned(&mut self) -> Option<UnsignedAttempt> {
        match self.action.take() {
            Some(Action::Send(outgoing)) => Some(UnsignedAttempt(outgoing.parts)),
            _ => None,
        }
    }
}

/// Getters of the outcome of a call, between the action `outcome` and the next poll. Instants are
/// milliseconds since 1970.
#[wasm_bindgen]
impl Dispatcher {
    /// Returns the key under which the call was pushed.
    #[wasm_bindgen(getter, js_name = outcomeKey)]
    pub fn outcome_key(&self) -> Option<f64> {
        self.outcome().map(|it| it.key)
    }

    /// Returns the `Verdict` of js/dispatch/outcome.ts.
    #[wasm_bindgen(getter, js_name = outcomeVerdict)]
    pub fn outcome_verdict(&self) -> Option<String> {
        self.outcome().map(|it| it.verdict.as_str().to_owned())
    }

    /// Returns the number of attempts.
    #[wasm_bindgen(getter, js_name = outcomeAttempts)]
    pub fn outcome_attempts(&self) -> Option<u32> {
        self.outcome().map(|it| it.attempts)
    }

    /// Returns the trace id of all attempts.
    #[wasm_bindgen(getter, js_name = outcomeTraceId)]
    pub fn outcome_trace_id(&self) -> Option<String> {
        let id = self.outcome()?.trace_id.as_ref();
        id.map(|id| id.as_str().to_owned())
    }

    /// Returns the X-Date of the last attempt.
    #[wasm_bindgen(getter, js_name = outcomeXDate)]
    pub fn outcome_x_date(&self) -> Option<String> {
        let date = self.outcome()?.x_date.as_ref();
        date.map(|date| date.as_str().to_owned())
    }

    /// Returns when the first attempt was handed out.
    #[wasm_bindgen(getter, js_name = outcomeFirstSentAt)]
    pub fn outcome_first_sent_at(&self) -> Option<f64> {
        self.outcome()?.first_sent_at.map(milliseconds)
    }

    /// Returns when the last attempt was handed out.
    #[wasm_bindgen(getter, js_name = outcomeSentAt)]
    pub fn outcome_sent_at(&self) -> Option<f64> {
        self.outcome()?.sent_at.map(milliseconds)
    }

    /// Returns when the answer to the last attempt was handed in.
    #[wasm_bindgen(getter, js_name = outcomeAnsweredAt)]
    pub fn outcome_answered_at(&self) -> Option<f64> {
        self.outcome()?.answered_at.map(milliseconds)
    }

    /// Returns the `Date` of that answer.
    #[wasm_bindgen(getter, js_name = outcomeServerDate)]
    pub fn outcome_server_date(&self) -> Option<f64> {
        self.outcome()?.server_date.map(milliseconds)
    }

    /// Returns the HTTP status of that answer.
    #[wasm_bindgen(getter, js_name = outcomeStatus)]
    pub fn outcome_status(&self) -> Option<u16> {
        self.outcome()?.status
    }

    /// Returns the acknowledgement of a delivered notification in its [`format`].
    #[wasm_bindgen(getter, js_name = outcomeNotificationReply)]
    pub fn outcome_notification_reply(&self) -> Option<String> {
        let reply = self.outcome()?.reply.as_ref()?;
        let code = reply.code.as_deref().unwrap_or_default();
        Some(format::acknowledgement(
            code,
            reply.msg.as_deref(),
            reply.trace_id.as_deref(),
        ))
    }

    /// Returns the reply to a delivered raw call in its [`format`].
    #[wasm_bindgen(getter, js_name = outcomeRawReply)]
    pub fn outcome_raw_reply(&self) -> Option<String> {
        self.outcome()?.reply.as_ref().map(format::raw_reply)
    }

    /// Returns the error of the last attempt, unless the call was delivered.
    #[wasm_bindgen(getter, js_name = outcomeError, unchecked_return_type = "ErrorFields | undefined")]
    pub fn outcome_error(&self) -> JsValue {
        let error = self.outcome().and_then(|it| it.error.clone());
        error.map_or(JsValue::UNDEFINED, fields)
    }
}

impl Dispatcher {
    const fn outgoing(&self) -> Option<&Outgoing> {
        match &self.action {
            Some(Action::Send(outgoing)) => Some(outgoing),
            _ => None,
        }
    }

    fn outcome(&self) -> Option<&CallOutcome<f64>> {
        match &self.action {
            Some(Action::Outcome(outcome)) => Some(outcome),
            _ => None,
        }
    }
}

/// A request whose signature is missing.
#[wasm_bindgen]
#[derive(Debug)]
pub struct UnsignedAttempt(VaryingParts);

#[wasm_bindgen]
impl UnsignedAttempt {
    /// Returns the string to sign.
    #[wasm_bindgen(getter, js_name = stringToSign)]
    pub fn string_to_sign(&self) -> Option<String> {
        self.0.string_to_sign().map(str::to_owned)
    }

    /// Returns the half that varies, with `signature` in it.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub fn signed(self, signature: &str) -> Result<JsValue, Thrown> {
        let parts = self.0.with_signature(signature)?;
        Ok(format::request(&parts).as_str().into())
    }
}

#[allow(clippy::cast_precision_loss, reason = "below 2^53")]
fn milliseconds(instant: DateTime<Utc>) -> f64 {
    instant.timestamp_millis() as f64
}
