//! The dispatcher: conversions only, no rule about the API.
//!
//! Called by `bindings-wasm/js/dispatch` alone. `poll` names an action, and getters of the dispatcher give what belongs to it. An exported
//! struct for each attempt and each outcome would cost 1 µs more per call, since wasm-bindgen registers each with a
//! FinalizationRegistry. One text of words for an outcome is slower, too: 3,150 to 5,150 ns against 2,200 to 2,600 (Node 20).
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

/// Nothing, or what is thrown.
type Done = Result<(), Thrown>;

/// What js/dispatch drives.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Dispatcher {
    /// A key is a number of JavaScript's, which keeps what it stands for.
    core: dispatch::Dispatcher<f64>,
    /// The action that poll named last.
    action: Option<Action<f64>>,
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        host::overwrite_stack();
    }
}

/// Milliseconds of both clocks.
fn now(wall: f64, at: f64) -> Result<Now, InvalidInput> {
    // Saturates, and takes what is no number for 0.
    let at = Duration::from_nanos((at * 1e6) as u64);
    Ok(Now::new(convert::instant("now", wall)?, at))
}

/// Whatever is no ticket is one that was never given out.
fn ticket(number: f64) -> Ticket {
    Ticket::from_number(number as u64)
}

#[wasm_bindgen]
impl Dispatcher {
    /// `names` and `values` are options, times in milliseconds; `seed` makes trace ids, so it is random.
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

    /// Takes a call, of which JavaScript knows the rest by its `key`.
    pub fn push(&mut self, key: f64, name: &str, fields: &str) -> Done {
        let pushed = self.core.push(key, &AnyCall::from_json(name, fields)?);
        Ok(pushed.map_err(|it| it.reason)?)
    }

    /// Takes a notification in the same way.
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

    /// Returns the half of the request under this ticket that never changes, as `Core.fixed` does.
    #[wasm_bindgen(unchecked_return_type = "FixedParts")]
    pub fn fixed(&self, number: f64) -> Result<JsValue, Thrown> {
        let ticket = ticket(number);
        match self.core.call(ticket) {
            Some(call) => Ok(fixed_parts(self.core.client(), call)?),
            // Says that nothing is in flight.
            None => Ok(self.core.fixed_parts(ticket).map(|_| JsValue::UNDEFINED)?),
        }
    }

    /// The source has ended.
    pub fn finish(&mut self) {
        self.core.finish();
    }

    /// Names what to do next.
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

    /// Returns how many calls to push at most, where poll has said `calls`.
    pub fn calls(&self) -> Option<usize> {
        match self.action {
            Some(Action::Calls(most)) => Some(most),
            _ => None,
        }
    }

    /// Returns the instant of the monotonic clock until which there is nothing to do, in milliseconds, where poll has said `wait`.
    /// Where there is no such instant, there is nothing to do until something is handed in.
    #[wasm_bindgen(js_name = waitUntil)]
    pub fn wait_until(&self) -> Option<f64> {
        match self.action {
            Some(Action::Wait(until)) => until.map(|until| until.as_secs_f64() * 1e3),
            _ => None,
        }
    }

    /// Returns why it halted, as an object; undefined if it did not.
    #[wasm_bindgen(unchecked_return_type = "HaltFields | undefined")]
    pub fn halt(&self) -> JsValue {
        match self.core.halt() {
            Some(halt) => convert::object(&HaltFields::from(halt)),
            None => JsValue::UNDEFINED,
        }
    }

    /// Hands in a response, of whose body at most one byte is beyond the limit.
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

    /// Hands in a redirect of which a browser shows nothing else.
    #[wasm_bindgen(js_name = hiddenRedirect)]
    pub fn hidden_redirect(&mut self, number: f64, wall: f64, at: f64) -> Done {
        Ok(self
            .core
            .handle_hidden_redirect(ticket(number), now(wall, at)?)?)
    }

    /// Returns the reply in the outcome that poll has named, to its call, as JSON text, where it was delivered. Throws the error of a reply that has a field
    /// which cannot be read.
    #[wasm_bindgen(js_name = deliveredReply)]
    pub fn delivered_reply(&self, name: &str, fields: &str) -> Result<Option<String>, Thrown> {
        let Some(outcome) = self.outcome() else {
            return Ok(None);
        };
        let call = AnyCall::from_json(name, fields)?;
        Ok(host::delivered_reply(self.core.client(), outcome, &call).transpose()?)
    }

    /// Hands in that the request surely never left.
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

    /// Hands in that the request is kept from leaving.
    pub fn withdraw(&mut self, number: f64, cause: &str, wall: f64, at: f64) -> Done {
        let error = TransportError::not_sent(cause);
        Ok(self.core.withdraw(ticket(number), error, now(wall, at)?)?)
    }

    /// Returns kind and outcome of the error of the exchange that was handed in last, as an object; undefined after a success.
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

    /// Takes a fresh token.
    #[wasm_bindgen(js_name = setToken)]
    pub fn set_token(&mut self, token: String, wall: f64, at: f64) -> Done {
        let fresh = koodrive::Credentials::token(&Zeroizing::new(token))?;
        self.core.set_credentials(fresh, now(wall, at)?);
        Ok(())
    }

    /// Says that there is no fresh token now.
    #[wasm_bindgen(js_name = tokenFailed)]
    pub fn token_failed(&mut self, wall: f64, at: f64) -> Done {
        self.core.token_failed(now(wall, at)?);
        Ok(())
    }

    /// Goes on after a halt.
    pub fn resume(&mut self) {
        self.core.resume();
    }

    /// Sends nothing more.
    pub fn cancel(&mut self) {
        self.core.cancel();
    }

    /// Longest body of a reply, in bytes.
    #[wasm_bindgen(js_name = replyLimit)]
    pub fn reply_limit(&self) -> usize {
        self.core.config().reply_limit_bytes()
    }

    /// Returns how far it is, as an object.
    #[wasm_bindgen(unchecked_return_type = "ProgressFields")]
    pub fn progress(&self) -> JsValue {
        convert::object(&self.core.progress())
    }
}

#[wasm_bindgen(typescript_custom_section)]
const OBJECTS: &str = r#"
/** Why a dispatcher halted; see HaltedError in js/dispatch/halted.ts. */
export interface HaltFields {
    message: string;
    reason: "same_answer" | "no_token";
    times: number;
    status: number | null;
    code: string | null;
    msg: string | null;
}

/** How an exchange failed; see Exchange in js/options.ts. */
export interface ExchangeFailure {
    kind: "api" | "not_sent" | "outcome_unknown" | "unreadable_reply";
    outcome: "refused" | "not_sent" | "unknown";
}

/** How far a dispatcher is; see Progress in js/dispatch/outcome.ts. */
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

/// How an exchange failed.
#[derive(Serialize)]
struct ExchangeFailure {
    kind: &'static str,
    outcome: &'static str,
}

/// Of the attempt that is to be sent, where poll has said `send`, until the next poll.
#[wasm_bindgen]
impl Dispatcher {
    /// Names this attempt.
    #[wasm_bindgen(getter, js_name = outgoingTicket)]
    #[allow(clippy::cast_precision_loss, reason = "below 2^53")]
    pub fn outgoing_ticket(&self) -> Option<f64> {
        self.outgoing().map(|it| it.ticket.number() as f64)
    }

    /// The call's, as it was pushed.
    #[wasm_bindgen(getter, js_name = outgoingKey)]
    pub fn outgoing_key(&self) -> Option<f64> {
        self.core.key(self.outgoing()?.ticket).copied()
    }

    /// 1 for a call's first attempt.
    #[wasm_bindgen(getter, js_name = outgoingAttempt)]
    pub fn outgoing_attempt(&self) -> Option<u32> {
        self.outgoing().map(|it| it.attempt)
    }

    /// The trace id of the call.
    #[wasm_bindgen(getter, js_name = outgoingTraceId)]
    pub fn outgoing_trace_id(&self) -> Option<String> {
        let id = self.outgoing()?.parts.trace_id.as_ref();
        id.map(|id| id.as_str().to_owned())
    }

    /// The half of the request that varies, as `Core.request` returns it. It is not kept here.
    #[wasm_bindgen(js_name = takeRequest, unchecked_return_type = "string | undefined")]
    pub fn take_request(&mut self) -> JsValue {
        match self.action.take() {
            Some(Action::Send(outgoing)) => format::request(&outgoing.parts).as_str().into(),
            _ => JsValue::UNDEFINED,
        }
    }

    /// That half without its signature, where the signature is made elsewhere. It is not kept here.
    #[wasm_bindgen(js_name = takeUnsigned)]
    pub fn take_unsigned(&mut self) -> Option<UnsignedAttempt> {
        match self.action.take() {
            Some(Action::Send(outgoing)) => Some(UnsignedAttempt(outgoing.parts)),
            _ => None,
        }
    }
}

/// Of the outcome of a call, where poll has said `outcome`, until the next poll. Instants are milliseconds since 1970.
#[wasm_bindgen]
impl Dispatcher {
    /// As it was pushed.
    #[wasm_bindgen(getter, js_name = outcomeKey)]
    pub fn outcome_key(&self) -> Option<f64> {
        self.outcome().map(|it| it.key)
    }

    /// See `Verdict` in js/dispatch/outcome.ts.
    #[wasm_bindgen(getter, js_name = outcomeVerdict)]
    pub fn outcome_verdict(&self) -> Option<String> {
        self.outcome().map(|it| it.verdict.as_str().to_owned())
    }

    /// How often the call was sent.
    #[wasm_bindgen(getter, js_name = outcomeAttempts)]
    pub fn outcome_attempts(&self) -> Option<u32> {
        self.outcome().map(|it| it.attempts)
    }

    /// The trace id of all its attempts.
    #[wasm_bindgen(getter, js_name = outcomeTraceId)]
    pub fn outcome_trace_id(&self) -> Option<String> {
        let id = self.outcome()?.trace_id.as_ref();
        id.map(|id| id.as_str().to_owned())
    }

    /// X-Date of the last attempt.
    #[wasm_bindgen(getter, js_name = outcomeXDate)]
    pub fn outcome_x_date(&self) -> Option<String> {
        let date = self.outcome()?.x_date.as_ref();
        date.map(|date| date.as_str().to_owned())
    }

    /// When the first attempt was handed out.
    #[wasm_bindgen(getter, js_name = outcomeFirstSentAt)]
    pub fn outcome_first_sent_at(&self) -> Option<f64> {
        self.outcome()?.first_sent_at.map(milliseconds)
    }

    /// When the last attempt was handed out.
    #[wasm_bindgen(getter, js_name = outcomeSentAt)]
    pub fn outcome_sent_at(&self) -> Option<f64> {
        self.outcome()?.sent_at.map(milliseconds)
    }

    /// When the answer to the last attempt was handed in.
    #[wasm_bindgen(getter, js_name = outcomeAnsweredAt)]
    pub fn outcome_answered_at(&self) -> Option<f64> {
        self.outcome()?.answered_at.map(milliseconds)
    }

    /// `Date` of that answer.
    #[wasm_bindgen(getter, js_name = outcomeServerDate)]
    pub fn outcome_server_date(&self) -> Option<f64> {
        self.outcome()?.server_date.map(milliseconds)
    }

    /// HTTP status of that answer.
    #[wasm_bindgen(getter, js_name = outcomeStatus)]
    pub fn outcome_status(&self) -> Option<u16> {
        self.outcome()?.status
    }

    /// The acknowledgement of a notification in its [`format`], where it was delivered.
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

    /// The error of the last attempt, where the call was not delivered.
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
    /// The string to sign.
    #[wasm_bindgen(getter, js_name = stringToSign)]
    pub fn string_to_sign(&self) -> Option<String> {
        self.0.string_to_sign().map(str::to_owned)
    }

    /// Returns the half that varies with `signature` in it.
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
