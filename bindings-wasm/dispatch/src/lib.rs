//! JavaScript binding of `koodrive::dispatch`: conversions only, no rule about the API. A module of its own, so that the client's
//! stays small; what that one exports, this one does as well, so that a client of it can be dispatched with.
//!
//! Called by `bindings-wasm/js/dispatch` alone. A call crosses three times: push, poll, response. What poll says is one text.
#![allow(clippy::cast_possible_truncation, reason = "saturates")]
#![allow(clippy::cast_sign_loss, reason = "saturates")]
#![allow(clippy::missing_errors_doc, reason = "dispatch.d.ts says when")]
#![allow(clippy::must_use_candidate, reason = "called from JavaScript")]
#![allow(clippy::needless_pass_by_value, reason = "texts cross by value")]
#![allow(unreachable_pub, reason = "what is exported to JavaScript must be pub")]

use std::time::Duration;

use koodrive::dispatch::{self, Action, CallOutcome, Halt, Now, Policy, Ticket};
use koodrive::{Error, InvalidInput, TransportError, VaryingParts, host};
use koodrive_wasm::error::Thrown;
use koodrive_wasm::{Core, convert, notification};
use wasm_bindgen::prelude::*;
use zeroize::{Zeroizing, zeroize_stack};

/// Nothing, or what is thrown.
type Done = Result<(), Thrown>;

/// What js/dispatch drives.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Dispatcher {
    /// A key is a number of JavaScript's, which keeps what it stands for.
    core: dispatch::Dispatcher<f64>,
    /// Of the outcome that poll said last.
    error: Option<Error>,
}

/// Requests leave states of the key on the stack. The fields overwrite themselves.
impl Drop for Dispatcher {
    fn drop(&mut self) {
        // More than any function of this module reaches.
        zeroize_stack::<8192>();
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

/// Its ticket and trace id; then, as `Core.request` says it, what varies of the request.
fn send(ticket: Ticket, parts: &VaryingParts) -> Zeroizing<String> {
    let ticket = ticket.to_string();
    let trace_id = parts.trace_id.as_ref().map_or("", |id| id.as_str());
    let (x_date, authorization) = (parts.x_date.as_str(), parts.authorization.as_str());
    let body = parts.body.as_deref().unwrap_or_default();
    let head = host::joined(&["send ", &ticket, " ", trace_id, "\n"]);
    // JavaScript has a copy of its own; this one may hold a token.
    host::joined(&[&head, x_date, authorization, "\n", body]).into()
}

/// A word for each member of a `CallOutcome`, in the order of js/dispatch/outcome.js; then the reply, if there is one.
fn outcome(it: CallOutcome<f64>) -> String {
    let times = [it.first_sent_at, it.sent_at, it.answered_at, it.server_date];
    let times = times.map(|it| it.map_or(String::new(), |it| it.timestamp_millis().to_string()));
    let status = it.status.map_or(String::new(), |it| it.to_string());
    let trace_id = it.trace_id.as_ref().map_or("", |id| id.as_str());
    let x_date = it.x_date.as_ref().map_or("", |date| date.as_str());
    let reply = it.reply.map(convert::lines).unwrap_or_default();
    let (key, verdict, attempts) = (it.key, it.verdict.as_str(), it.attempts);
    let [first, last, answered, server] = times;
    format!(
        "outcome {key} {verdict} {attempts} {trace_id} {x_date} {first} {last} {answered} {server} {status}\n{reply}"
    )
}

#[wasm_bindgen]
impl Dispatcher {
    /// `names` and `values` are numbers of the policy's; `seed` makes trace ids, so it is random.
    #[wasm_bindgen(constructor)]
    pub fn new(
        client: &Core,
        names: Vec<String>,
        values: &[f64],
        seed: u64,
    ) -> Result<Dispatcher, Thrown> {
        let mut policy = Policy::default();
        for (name, value) in names.iter().zip(values) {
            policy.set(name, *value)?;
        }
        let core = dispatch::Dispatcher::new(&client.0, policy, seed)?;
        Ok(Self { core, error: None })
    }

    /// Takes a notification, of which JavaScript knows the rest by its `key`.
    pub fn push(&mut self, key: f64, user: String, package: String, kind: Option<f64>) -> Done {
        let pushed = self.core.push(key, notification(user, package, kind)?);
        Ok(pushed.map_err(|it| it.reason)?)
    }

    /// The source has ended.
    pub fn finish(&mut self) {
        self.core.finish();
    }

    /// What to do: a line of words, the first of which names it, and what follows it. A time is in microseconds.
    pub fn poll(&mut self, wall: f64, at: f64) -> Result<JsValue, Thrown> {
        let said = match self.core.poll(now(wall, at)?) {
            Action::Send(it) => return Ok(send(it.ticket, &it.parts).as_str().into()),
            Action::Outcome(mut it) => {
                self.error = it.error.take();
                outcome(*it)
            }
            Action::Calls(most) => format!("calls {most}"),
            Action::Token => "token".to_owned(),
            Action::Halted(_) => "halted".to_owned(),
            Action::Wait(Some(until)) => format!("wait {}", until.as_micros()),
            Action::Wait(None) => "wait".to_owned(),
            // Done, and whatever a later core may add.
            _ => "done".to_owned(),
        };
        Ok(said.into())
    }

    /// Throws the error of the outcome that poll said last, if it has one.
    pub fn failed(&mut self) -> Done {
        self.error.take().map_or(Ok(()), |error| Err(error.into()))
    }

    /// Why it halted: text, reason, how many calls or tries, status, code, msg. Empty if it did not.
    pub fn halt(&self) -> Vec<JsValue> {
        let Some(halt) = self.core.halt() else {
            return Vec::new();
        };
        let (times, status, code, msg) = match halt {
            Halt::SameAnswer {
                calls,
                status,
                code,
                msg,
            } => (*calls, Some(*status), code, msg),
            Halt::NoToken { times } => (*times, None, &None, &None),
            // Whatever a later core may add.
            _ => (0, None, &None, &None),
        };
        let (text, reason) = (halt.to_string().into(), halt.as_str().into());
        let (code, msg) = (code.clone().into(), msg.clone().into());
        vec![text, reason, times.into(), status.into(), code, msg]
    }

    /// Hands in a response, of whose body at most one byte is beyond the limit.
    pub fn response(
        &mut self,
        number: f64,
        status: u16,
        lines: &str,
        body: &[u8],
        wall: f64,
        at: f64,
    ) -> Done {
        let (status, headers) = (host::status(status)?, convert::headers(lines));
        let (ticket, now) = (ticket(number), now(wall, at)?);
        Ok(self.core.response(ticket, status, headers, body, now)?)
    }

    /// Hands in that no complete answer came. `sent` is false where the request surely never left.
    pub fn failure(&mut self, number: f64, sent: bool, cause: &str, wall: f64, at: f64) -> Done {
        let error = if sent {
            TransportError::outcome_unknown(cause)
        } else {
            TransportError::not_sent(cause)
        };
        Ok(self.core.failure(ticket(number), error, now(wall, at)?)?)
    }

    /// Takes a fresh token.
    pub fn credentials(&mut self, token: String, wall: f64, at: f64) -> Done {
        let fresh = convert::credentials("token", token, None)?;
        self.core.credentials(fresh, now(wall, at)?);
        Ok(())
    }

    /// There is none now.
    #[wasm_bindgen(js_name = noToken)]
    pub fn no_token(&mut self, wall: f64, at: f64) -> Done {
        self.core.no_token(now(wall, at)?);
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
        self.core.policy().reply_limit
    }

    /// The members of `Progress`, in the order of js/dispatch/outcome.js.
    #[allow(clippy::cast_precision_loss, reason = "counts are below 2^53")]
    pub fn progress(&self) -> Vec<f64> {
        let it = self.core.progress();
        let sent = [it.pushed, it.requests, it.delivered, it.refused];
        let not_delivered = [it.unknown, it.given_up, it.not_sent];
        let now = [it.queued, it.waiting, it.in_flight];
        let counts = [&sent[..], &not_delivered, &now].concat();
        let counts = counts.into_iter().map(|count| count as f64);
        counts.chain([it.rate]).collect()
    }
}
