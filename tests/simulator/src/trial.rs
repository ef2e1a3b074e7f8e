//! A dispatcher against a service in trouble, in virtual time, second by second.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use http::StatusCode;
use koodrive::TransportError;
use koodrive::dispatch::{Action, Config, Dispatcher, Now, Ticket, Verdict};
use koodrive::header::ReplyHeaders;

use crate::connections::{Connections, SICK};
use crate::night;
use crate::service::SECOND;
use crate::trouble::{Fault, Figure, RATE, RetryAfter, Trouble, is_in, seconds};

/// Requests in flight, at most.
const CONCURRENCY: u32 = 64;
/// The time for which the driver waits for an answer.
const TIME_OUT: u64 = 30 * SECOND;
/// The time that the sick node's 503 takes, and a refused connection.
const AT_ONCE: u64 = SECOND / 500;

/// Per mille of answers, and how many microseconds the slowest of them takes: a log-normal
/// distribution with 50 ms in the median and 500 ms at the 99th percentile. In integers: the same
/// on every machine.
const LATENCIES: [(u64, u64); 15] = [
    (0, 2_300),
    (10, 5_000),
    (50, 9_800),
    (100, 14_000),
    (200, 21_700),
    (300, 29_700),
    (400, 38_900),
    (500, 50_000),
    (600, 64_300),
    (700, 84_100),
    (800, 115_000),
    (900, 178_000),
    (950, 255_000),
    (990, 500_000),
    (1000, 1_066_000),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    Delivered,
    Status(u16),
    NotSent,
    Lost,
}

/// The counts of one second.
#[derive(Debug, Clone, Copy, Default)]
struct Second {
    sent: u32,
    throttled: u32,
    delivered: u32,
    most_in_flight: u64,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: u64,
    order: u64,
    ticket: Ticket,
    node: u64,
    answer: Answer,
}

/// A trial that is over.
pub(crate) struct Trial {
    trouble: Trouble,
    length: u64,
    rng: Rng,
    connections: Connections,
    dispatcher: Dispatcher<u64>,
    start: DateTime<Utc>,
    now: u64,
    calls: u64,
    events: BinaryHeap<Reverse<Event>>,
    allowance: f64,
    allowance_at: u64,
    /// A 429 asked for silence until then.
    silence: u64,
    /// `Date`, and the second that it stands for.
    date: (i64, Rc<str>),
    seconds: Vec<Second>,
    early: u64,
    to_sick: u64,
    given_up: u64,
    halted: bool,
}

impl Trial {
    pub(crate) fn run(trouble: Trouble, length: u64, seed: u64) -> Result<Self> {
        let client = night::plain_client()?;
        let config = Config::default()
            .rate(RATE)?
            .concurrency(CONCURRENCY)?
            .adaptive(trouble.adaptive);
        let mut trial = Self {
            trouble,
            length,
            rng: Rng::with_seed(seed ^ 1),
            connections: Connections::new(trouble.balancer),
            dispatcher: Dispatcher::new(&client, config, seed),
            start: night::start(),
            now: 0,
            calls: 0,
            events: BinaryHeap::new(),
            allowance: trouble.allowed.unwrap_or_default(),
            allowance_at: 0,
            silence: 0,
            date: (i64::MIN, Rc::from("")),
            seconds: vec![Second::default(); seconds((0, length)).len() + 1],
            early: 0,
            to_sick: 0,
            given_up: 0,
            halted: false,
        };
        while trial.now < length * SECOND && !trial.halted {
            trial.step()?;
        }
        Ok(trial)
    }

    fn step(&mut self) -> Result<()> {
        match self.dispatcher.poll(self.clocks()) {
            Action::Send(outgoing) => self.send(outgoing.ticket),
            Action::Outcome(outcome) => {
                self.given_up += u64::from(outcome.verdict == Verdict::GivenUp);
            }
            Action::Calls(calls) => {
                for _ in 0..calls {
                    let pushed = self.dispatcher.push(self.calls, &night::call(self.calls)?);
                    pushed.map_err(|refused| refused.reason)?;
                    self.calls += 1;
                }
            }
            Action::Wait(until) => self.wait(until)?,
            Action::Halted(_) => self.halted = true,
            other => anyhow::bail!("unexpected: {other:?}"),
        }
        Ok(())
    }

    fn clocks(&self) -> Now {
        let passed = TimeDelta::nanoseconds(self.now.cast_signed());
        Now::new(self.start + passed, Duration::from_nanos(self.now))
    }

    fn this_second(&mut self) -> &mut Second {
        let index = usize::try_from(self.now / SECOND).unwrap_or_default();
        let last = self.seconds.len() - 1;
        &mut self.seconds[index.min(last)]
    }

    fn send(&mut self, ticket: Ticket) {
        self.early += u64::from(self.now < self.silence);
        let node = self.connections.take(&mut self.rng);
        self.to_sick += u64::from(node == SICK);
        let (takes, answer) = self.answer(node);
        let in_flight = self.dispatcher.progress().in_flight;
        let second = self.this_second();
        second.sent += 1;
        second.throttled += u32::from(answer == Answer::Status(429));
        second.most_in_flight = second.most_in_flight.max(in_flight);
        let order = self.dispatcher.progress().requests;
        self.events.push(Reverse(Event {
            at: self.now + takes,
            order,
            ticket,
            node,
            answer,
        }));
    }

    /// Returns the answer of `node`, and the time that the answer takes.
    fn answer(&mut self, node: u64) -> (u64, Answer) {
        let second = self.now / SECOND;
        let trouble = self.trouble;
        let latency = self.latency(second);
        if let Some(status) = trouble.refuses_all {
            return (latency, Answer::Status(status));
        }
        if let Some((range, fault)) = trouble.outage
            && is_in(range, second)
        {
            return of_fault(fault, latency);
        }
        if trouble.sick_node && node == SICK {
            return (AT_ONCE, Answer::Status(503));
        }
        if !self.allows(second) {
            return (latency, Answer::Status(trouble.beyond));
        }
        let (per_mille, faults) = trouble.background;
        if self.rng.u64(..1000) < per_mille {
            let fault = faults[self.rng.usize(..faults.len())];
            return of_fault(fault, latency);
        }
        if latency > TIME_OUT {
            return (TIME_OUT, Answer::Lost);
        }
        (latency, Answer::Delivered)
    }

    fn latency(&mut self, second: u64) -> u64 {
        let random = self.rng.u64(..1_000_000);
        let upper = LATENCIES
            .iter()
            .position(|(per_mille, _)| per_mille * 1000 > random)
            .unwrap_or(LATENCIES.len() - 1);
        let ((from, low), (to, high)) = (LATENCIES[upper - 1], LATENCIES[upper]);
        let part = (random - from * 1000) * (high - low) / ((to - from) * 1000);
        let times = match self.trouble.slow {
            Some((range, times)) if is_in(range, second) => times,
            _ => 1,
        };
        (low + part) * 1000 * times
    }

    fn allows(&mut self, second: u64) -> bool {
        let allowed = match self.trouble.allowed_in {
            Some((range, allowed)) if is_in(range, second) => Some(allowed),
            _ => self.trouble.allowed,
        };
        let Some(allowed) = allowed else {
            return true;
        };
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let passed = (self.now - self.allowance_at) as f64 / SECOND as f64;
        self.allowance_at = self.now;
        self.allowance = (self.allowance + passed * allowed).min(allowed);
        if self.allowance < 1.0 {
            return false;
        }
        self.allowance -= 1.0;
        true
    }

    fn wait(&mut self, until: Option<Duration>) -> Result<()> {
        let until = until.map_or(u64::MAX, crate::service::nanoseconds);
        let event = self
            .events
            .peek()
            .map_or(u64::MAX, |Reverse(event)| event.at);
        self.now = until.min(event).min(self.length * SECOND);
        if event > self.now {
            return Ok(());
        }
        let Some(Reverse(event)) = self.events.pop() else {
            return Ok(());
        };
        self.hand_in(&event)?;
        let failure = self.dispatcher.last_exchange();
        let must_close = failure.is_some_and(|failure| failure.closes_connection);
        self.connections.give_back(event.node, must_close);
        if event.answer == Answer::Delivered {
            self.this_second().delivered += 1;
        }
        Ok(())
    }

    fn hand_in(&mut self, event: &Event) -> Result<()> {
        let now = self.clocks();
        let status = match event.answer {
            Answer::Delivered => 200,
            Answer::Status(status) => status,
            Answer::NotSent => {
                let error = TransportError::not_sent("connection refused");
                self.dispatcher.handle_failure(event.ticket, error, now)?;
                return Ok(());
            }
            Answer::Lost => {
                let error = TransportError::outcome_unknown("connection reset");
                self.dispatcher.handle_failure(event.ticket, error, now)?;
                return Ok(());
            }
        };
        let date = self.date(now.wall);
        let retry_after = self.retry_after(status, now.wall);
        let headers = ReplyHeaders::new([
            Some(date.as_bytes()),
            None,
            retry_after.as_deref().map(str::as_bytes),
            None,
        ]);
        let body: &[u8] = if status == 200 {
            br#"{"code":0,"msg":"Success."}"#
        } else {
            b""
        };
        let status = StatusCode::from_u16(status)?;
        self.dispatcher
            .handle_response(event.ticket, status, headers, body, now)?;
        Ok(())
    }

    /// `Date` of an answer, which is made once per second.
    fn date(&mut self, wall: DateTime<Utc>) -> Rc<str> {
        if self.date.0 != wall.timestamp() {
            self.date = (wall.timestamp(), http_date(wall).into());
        }
        Rc::clone(&self.date.1)
    }

    fn retry_after(&mut self, status: u16, wall: DateTime<Utc>) -> Option<String> {
        let wait = self.trouble.retry_after?;
        let (text, seconds) = match wait {
            _ if !matches!(status, 429 | 503) => return None,
            RetryAfter::Seconds(seconds) => (seconds.to_string(), seconds),
            RetryAfter::Date(seconds) => {
                let date = wall + TimeDelta::seconds(seconds.cast_signed());
                (http_date(date), seconds)
            }
        };
        if status == 429 {
            self.silence = self.silence.max(self.now + seconds * SECOND);
        }
        Some(text)
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    pub(crate) fn figure(&self, figure: Figure) -> f64 {
        let sum = |range, of: fn(&Second) -> u32| {
            let part = &self.seconds[seconds(range)];
            part.iter().map(|second| f64::from(of(second))).sum::<f64>()
        };
        let length = |range: (u64, u64)| (range.1 - range.0) as f64;
        let progress = self.dispatcher.progress();
        match figure {
            Figure::Delivered(range, full) => {
                sum(range, |second| second.delivered) / length(range) / full
            }
            Figure::Sent(range, full) => sum(range, |second| second.sent) / length(range) / full,
            Figure::Refused(range) => {
                sum(range, |second| second.throttled) / sum(range, |second| second.sent)
            }
            Figure::GivenUp => self.given_up as f64,
            Figure::Requests => progress.requests as f64,
            Figure::Early => self.early as f64,
            Figure::MostInFlight => self.most_in_flight(0, self.length),
            Figure::InFlight((from, to)) => self.most_in_flight(from, to),
            Figure::Until((from, to), share) => {
                let full = |second: u64| sum((second, second + 1), |it| it.sent) >= share * RATE;
                let first = (from..to - 1).find(|second| full(*second) && full(second + 1));
                first.map_or(f64::INFINITY, |second| (second + 1 - from) as f64)
            }
            Figure::ToSick => self.to_sick as f64 / progress.requests as f64,
            Figure::PerCall => {
                let first = progress.pushed - progress.queued;
                progress.requests as f64 / first as f64
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    fn most_in_flight(&self, from: u64, to: u64) -> f64 {
        let part = self.seconds[seconds((from, to))].iter();
        part.map(|second| second.most_in_flight)
            .max()
            .unwrap_or_default() as f64
    }
}

fn http_date(wall: DateTime<Utc>) -> String {
    wall.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn of_fault(fault: Fault, latency: u64) -> (u64, Answer) {
    match fault {
        Fault::Busy => (latency, Answer::Status(503)),
        Fault::Failed => (latency, Answer::Status(500)),
        Fault::Lost => (latency, Answer::Lost),
        Fault::Refused => (AT_ONCE, Answer::NotSent),
        Fault::Silent => (TIME_OUT, Answer::Lost),
        Fault::Throttled => (latency, Answer::Status(429)),
    }
}
