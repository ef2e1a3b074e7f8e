//! The dispatcher without the model: a night's inputs are recorded, and replayed to a fresh
//! dispatcher under a stop-watch.
//!
//! A replay does all that the dispatcher does for a job: taking calls, building and signing
//! requests, reading answers, giving outcomes. Only the calls themselves are made before. Its
//! actions must be the recorded ones, since the same seed and the same inputs give the same
//! actions.

use std::hint::black_box;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, ensure};
use http::StatusCode;
use koodrive::dispatch::{Action, Dispatcher, Now, Ticket};
use koodrive::header::ReplyHeaders;
use koodrive::{NotifyPackageExpire, RequestOptions, TraceId, TransportError};

use crate::night;
use crate::scenario::Scenario;
use crate::service::Reply;
use crate::watch::StopWatch;

/// A dispatcher's inputs, in order.
#[derive(Debug, Default)]
pub struct Recording {
    pub(crate) inputs: Vec<Input>,
    /// The digest of the dispatcher's actions.
    pub(crate) digest: Digest,
}

#[derive(Debug)]
pub(crate) enum Input {
    Poll(Now),
    Push(u64),
    Finish,
    Cancel,
    /// A reply with the answer's `Date`.
    Reply(Ticket, Reply, Rc<str>, Now),
    Token(u64, Now),
    NoToken(Now),
}

/// A digest of actions in their order: FNV-1a over each action's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    pub(crate) const fn add(&mut self, action: &Action<u64>) {
        let (kind, number) = match action {
            Action::Send(outgoing) => (1, outgoing.ticket.number()),
            Action::Outcome(outcome) => (2 + outcome.verdict as u64, outcome.key),
            Action::Wait(_) => (8, 0),
            _ => (9, 0),
        };
        self.0 = (self.0 ^ kind).wrapping_mul(0x100_0000_01b3);
        self.0 = (self.0 ^ number).wrapping_mul(0x100_0000_01b3);
    }
}

impl Input {
    /// All but polls and pushes.
    pub(crate) fn hand_in(&self, dispatcher: &mut Dispatcher<u64>) -> Result<()> {
        match self {
            Self::Poll(_) | Self::Push(_) => {}
            Self::Finish => dispatcher.finish(),
            Self::Cancel => dispatcher.cancel(),
            Self::Reply(ticket, reply, date, now) => {
                hand_in(dispatcher, *ticket, *reply, date, *now)?;
            }
            Self::Token(number, now) => dispatcher.set_credentials(night::token(*number)?, *now),
            Self::NoToken(now) => dispatcher.token_failed(*now),
        }
        Ok(())
    }
}

fn hand_in(
    dispatcher: &mut Dispatcher<u64>,
    ticket: Ticket,
    reply: Reply,
    date: &str,
    now: Now,
) -> Result<()> {
    let secret;
    let (status, retry_after, body) = match reply {
        Reply::NotSent => {
            let error = TransportError::not_sent("connection refused");
            return Ok(dispatcher.handle_failure(ticket, error, now)?);
        }
        Reply::Unanswered => {
            let error = TransportError::outcome_unknown("no answer within 30 s");
            return Ok(dispatcher.handle_failure(ticket, error, now)?);
        }
        Reply::Delivered => (200, None, r#"{"code":0,"msg":"Success."}"#),
        Reply::Refused => (
            400,
            None,
            r#"{"code":13000102,"msg":"Verify parameters failed."}"#,
        ),
        Reply::TokenRefused => (
            401,
            None,
            r#"{"error_code":"APIGW.0307","error_msg":"token"}"#,
        ),
        Reply::DateRefused => (
            401,
            None,
            r#"{"error_code":"APIGW.0303","error_msg":"date"}"#,
        ),
        Reply::SecretRefused(request) => {
            secret = format!(
                r#"{{"error_code":"APIGW.0301","error_msg":"verify signature fail, x-date:{request}","request_id":"{request}"}}"#
            );
            (401, None, secret.as_str())
        }
        Reply::TooMany { retry_after } => (429, retry_after.then_some(&b"1"[..]), ""),
        Reply::Busy => (503, None, ""),
        Reply::Failed => (
            500,
            None,
            r#"{"code":13000201,"msg":"inner server invoke failure"}"#,
        ),
    };
    let headers = ReplyHeaders::new([Some(date.as_bytes()), None, retry_after, None]);
    dispatcher.handle_response(
        ticket,
        StatusCode::from_u16(status)?,
        headers,
        body.as_bytes(),
        now,
    )?;
    Ok(())
}

/// The time that a replay took.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Cost {
    /// Everything that the dispatcher did.
    pub total: Duration,
    /// The time that the client alone takes to build and sign as many requests, and to read as many
    /// answers.
    pub client: Duration,
}

/// Replays a recording, several times, since a machine does other things too. Gives what the
/// fastest took.
///
/// # Errors
///
/// Other actions come out than were recorded.
pub fn cost(scenario: &Scenario, recording: &Recording, seed: u64) -> Result<Cost> {
    let total = fastest(|| replay(scenario, recording, seed))?;
    let client = fastest(|| client_alone(scenario, recording))?;
    Ok(Cost { total, client })
}

fn fastest(mut run: impl FnMut() -> Result<Duration>) -> Result<Duration> {
    let mut fastest = Duration::MAX;
    for _ in 0..7 {
        fastest = fastest.min(run()?);
    }
    Ok(fastest)
}

fn calls_of(recording: &Recording) -> Result<Vec<NotifyPackageExpire>> {
    let pushes = recording
        .inputs
        .iter()
        .filter(|input| matches!(input, Input::Push(_)));
    (0..)
        .zip(pushes)
        .map(|(number, _)| night::call(number))
        .collect()
}

fn replay(scenario: &Scenario, recording: &Recording, seed: u64) -> Result<Duration> {
    let mut calls = calls_of(recording)?.into_iter();
    let config = night::config(scenario);
    let mut dispatcher = Dispatcher::new(&night::client(scenario)?, config, seed);
    let mut digest = Digest::default();
    let watch = StopWatch::start();
    for input in &recording.inputs {
        match input {
            Input::Poll(now) => digest.add(&dispatcher.poll(*now)),
            Input::Push(key) => {
                if let Some(call) = calls.next() {
                    dispatcher
                        .push(*key, &call)
                        .map_err(|refused| refused.reason)?;
                }
            }
            input => input.hand_in(&mut dispatcher)?,
        }
    }
    let took = watch.took();
    ensure!(
        digest == recording.digest,
        "the same seed and inputs gave other actions"
    );
    Ok(took)
}

/// One request built and one answer read per call, without a dispatcher.
fn client_alone(scenario: &Scenario, recording: &Recording) -> Result<Duration> {
    let client = night::client(scenario)?;
    let calls = calls_of(recording)?;
    let options = RequestOptions::default().trace_id(TraceId::from_random([7; 29]));
    let date = "Mon, 03 Nov 2025 23:45:00 GMT";
    let now = night::start();
    let watch = StopWatch::start();
    for call in &calls {
        let parts = client.varying_parts(call, now, &options)?;
        black_box(parts);
        let headers = ReplyHeaders::new([Some(date.as_bytes()), None, None, None]);
        client.observe_clock(headers, now, now);
        let body = r#"{"code":0,"msg":"Success."}"#.as_bytes();
        black_box(client.parse_parts(call, StatusCode::OK, headers, body)?);
    }
    Ok(watch.took())
}
