//! The dispatcher, driven by hand through its public API: literal instants and literal outcomes per
//! rule, and the invariants against random services.
#![cfg(feature = "dispatch")]

mod cancelling;
mod clocks;
mod config;
mod halts;
mod invariants;
mod operations;
mod outcomes;
mod repeats;
mod sending;
mod tokens;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, StatusCode};
use koodrive::dispatch::{Action, CallOutcome, Config, Dispatcher, Now, Outgoing, Ticket, Verdict};
use koodrive::{
    Client, Credentials, Endpoint, ErrorKind, NotifyPackageExpire, Outcome, TransportError,
};

const NOW: &str = "2025-11-03T07:01:45Z";
const DELIVERED: &[u8] = br#"{"code":0,"msg":"Success."}"#;

/// The clocks, so many milliseconds after the start.
fn at(milliseconds: u64) -> Now {
    jumped(milliseconds, 0)
}

/// The same, where the wall clock was set to so many seconds more.
fn jumped(milliseconds: u64, seconds: i64) -> Now {
    let start: DateTime<Utc> = NOW.parse().unwrap();
    let passed = Duration::from_millis(milliseconds);
    Now::new(start + passed + TimeDelta::seconds(seconds), passed)
}

fn client() -> Client {
    let credentials = Credentials::app("my-app-id", "example-app-secret-not-real").unwrap();
    Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials).unwrap()
}

fn call(number: u64) -> NotifyPackageExpire {
    NotifyPackageExpire::new(number.to_string(), "14").unwrap()
}

/// A dispatcher in the middle of its work: the first call has been delivered, so that nothing is
/// held back for want of that.
fn proven(change: impl FnOnce(Config) -> Config) -> Dispatcher<u64> {
    let mut dispatcher = unproven(change);
    push(&mut dispatcher, [1_000_000]);
    let attempt = sent(&mut dispatcher, at(0));
    answer(&mut dispatcher, attempt.ticket, 200, DELIVERED, at(0));
    assert_eq!(outcome(&mut dispatcher, at(0)).verdict, Verdict::Delivered);
    dispatcher
}

/// One that has asked for its first calls.
fn unproven(change: impl FnOnce(Config) -> Config) -> Dispatcher<u64> {
    let mut dispatcher = fresh(change);
    assert!(matches!(dispatcher.poll(at(0)), Action::Calls(_)));
    dispatcher
}

/// Returns a dispatcher whose rate never matters, unless `change` sets one.
fn fresh(change: impl FnOnce(Config) -> Config) -> Dispatcher<u64> {
    let config = change(Config::default().rate(100_000.0).unwrap());
    Dispatcher::new(&client(), config, 42)
}

fn push(dispatcher: &mut Dispatcher<u64>, keys: impl IntoIterator<Item = u64>) {
    for key in keys {
        dispatcher.push(key, &call(key)).unwrap();
    }
}

/// Returns the next action that is not a request for calls.
fn next(dispatcher: &mut Dispatcher<u64>, now: Now) -> Action<u64> {
    loop {
        match dispatcher.poll(now) {
            Action::Calls(_) => {}
            action => return action,
        }
    }
}

fn sent(dispatcher: &mut Dispatcher<u64>, now: Now) -> Outgoing {
    match next(dispatcher, now) {
        Action::Send(attempt) => attempt,
        other => panic!("should send, but: {other:?}"),
    }
}

/// All that may be sent now. Another action than to wait for the rest is a failure: it would be
/// lost here.
fn all_sent(dispatcher: &mut Dispatcher<u64>, now: Now) -> Vec<Outgoing> {
    let mut attempts = Vec::new();
    loop {
        match next(dispatcher, now) {
            Action::Send(attempt) => attempts.push(attempt),
            Action::Wait(_) => return attempts,
            other => panic!("should send or wait, but: {other:?}"),
        }
    }
}

fn outcome(dispatcher: &mut Dispatcher<u64>, now: Now) -> CallOutcome<u64> {
    match next(dispatcher, now) {
        Action::Outcome(outcome) => *outcome,
        other => panic!("should have an outcome, but: {other:?}"),
    }
}

/// All outcomes that are there. Another action than to wait, or to end, is a failure: it would be
/// lost here.
fn outcomes(dispatcher: &mut Dispatcher<u64>, now: Now) -> Vec<CallOutcome<u64>> {
    let (outcomes, action) = outcomes_and_next(dispatcher, now);
    assert!(
        matches!(action, Action::Wait(_) | Action::Done),
        "after the outcomes: {action:?}"
    );
    outcomes
}

/// All outcomes that are there, and the action after them.
fn outcomes_and_next(
    dispatcher: &mut Dispatcher<u64>,
    now: Now,
) -> (Vec<CallOutcome<u64>>, Action<u64>) {
    let mut outcomes = Vec::new();
    loop {
        match next(dispatcher, now) {
            Action::Outcome(outcome) => outcomes.push(*outcome),
            action => return (outcomes, action),
        }
    }
}

/// The milliseconds until which it waits.
fn waits(dispatcher: &mut Dispatcher<u64>, now: Now) -> Option<u64> {
    match next(dispatcher, now) {
        Action::Wait(until) => until.map(|until| u64::try_from(until.as_millis()).unwrap()),
        other => panic!("should wait, but: {other:?}"),
    }
}

fn answer(dispatcher: &mut Dispatcher<u64>, ticket: Ticket, status: u16, body: &[u8], now: Now) {
    answer_with(dispatcher, ticket, status, &[], body, now);
}

fn answer_with(
    dispatcher: &mut Dispatcher<u64>,
    ticket: Ticket,
    status: u16,
    headers: &[(&'static str, &str)],
    body: &[u8],
    now: Now,
) {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
    let status = StatusCode::from_u16(status).unwrap();
    dispatcher
        .handle_response(ticket, status, &map, body, now)
        .unwrap();
}

fn not_sent() -> TransportError {
    TransportError::not_sent("connection refused")
}

fn unanswered() -> TransportError {
    TransportError::outcome_unknown("time-out")
}
