//! The driver's loop, in virtual time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use koodrive::dispatch::{Action, CallOutcome, Config, Dispatcher, Now, Outgoing, Ticket, Verdict};
use koodrive::sandbox::{EXAMPLE_APP_ID, EXAMPLE_APP_SECRET};
use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire};

use crate::engine::{Input, Recording};
use crate::report::Report;
use crate::scenario::Scenario;
use crate::service::{Reply, SECOND, Service, nanoseconds};

/// The time that getting a token takes.
const TOKEN_TAKES: u64 = 3 * SECOND / 10;
/// The interval at which the wall clock is set in scenarios that set it.
const SET_EVERY: u64 = 1000 * SECOND;

/// An event at a virtual instant.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Ends(Ticket, Reply),
    Token,
}

struct Night {
    scenario: Scenario,
    calls: u64,
    dispatcher: Dispatcher<u64>,
    service: Service,
    rng: fastrand::Rng,
    start: DateTime<Utc>,
    now: u64,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    event: u64,
    source: u64,
    tokens: u64,
    untrue: u64,
    most_held: u64,
    taken: u64,
    recording: Option<Recording>,
}

/// The client of a scenario.
pub(crate) fn client(scenario: &Scenario) -> Result<Client> {
    let credentials = if scenario.signed {
        Credentials::app(EXAMPLE_APP_ID, EXAMPLE_APP_SECRET)?
    } else {
        token(0)?
    };
    Ok(Client::new(
        Endpoint::INTERNATIONAL,
        "1505084218764547200",
        credentials,
    )?)
}

/// A client whose requests are not signed.
pub(crate) fn plain_client() -> Result<Client> {
    Ok(Client::new(
        Endpoint::INTERNATIONAL,
        "1505084218764547200",
        token(0)?,
    )?)
}

pub(crate) fn token(number: u64) -> Result<Credentials> {
    Ok(Credentials::token(&format!("token-{number}"))?)
}

/// The default configuration, with a source of tokens where tokens end.
pub(crate) fn config(scenario: &Scenario) -> Config {
    Config::default().renews_token(scenario.token_life.is_some())
}

pub(crate) fn call(number: u64) -> Result<NotifyPackageExpire> {
    Ok(NotifyPackageExpire::new(number.to_string(), "14")?)
}

/// Monday, a quarter to midnight.
pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_762_213_500, 0).unwrap_or_default()
}

/// Plays a night to its end. Writes the dispatcher's inputs to the recording, if one is given.
///
/// # Errors
///
/// The dispatcher refused what a driver may do, or what it sent was refused where it may not be.
pub fn simulate(
    scenario: &Scenario,
    calls: u64,
    seed: u64,
    recording: Option<Recording>,
) -> Result<(Report, Option<Recording>)> {
    let dispatcher = Dispatcher::new(&client(scenario)?, config(scenario), seed);
    // The rate is still the configured one.
    let rate = dispatcher.progress().rate;
    let mut night = Night {
        scenario: *scenario,
        calls,
        dispatcher,
        service: Service::new(*scenario, calls, seed ^ 1, start()),
        rng: fastrand::Rng::with_seed(seed ^ 2),
        start: start(),
        now: 0,
        events: BinaryHeap::new(),
        event: 0,
        source: 0,
        tokens: 0,
        untrue: 0,
        most_held: 0,
        taken: 0,
        recording,
    };
    night.run()?;
    let progress = night.dispatcher.progress();
    ensure!(
        night.taken == progress.pushed,
        "{} outcomes of {} calls",
        night.taken,
        progress.pushed
    );
    ensure!(
        night.service.requests == progress.requests,
        "{} requests arrived of {}",
        night.service.requests,
        progress.requests
    );
    let outages = (0..night.now / SECOND).filter(|second| scenario.outage_at(*second).is_some());
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    #[expect(clippy::cast_possible_truncation, reason = "for people")]
    #[expect(clippy::cast_sign_loss, reason = "for people")]
    let report = Report {
        scenario: scenario.name,
        calls,
        seed,
        progress,
        seconds: night.now as f64 / SECOND as f64,
        ideal_seconds: scenario.ideal(calls, rate),
        requests: night.service.requests,
        requests_in_outages: night.service.requests_in_outages,
        normal_in_outages: (outages.count() as f64 * rate) as u64,
        tokens: night.tokens,
        verified: night.service.verified,
        halt: night.dispatcher.halt().cloned(),
        acted_twice: night.service.acted_twice,
        untrue: night.untrue,
        most_held: night.most_held,
    };
    Ok((report, night.recording))
}

impl Night {
    fn run(&mut self) -> Result<()> {
        loop {
            let now = self.clocks();
            self.record(Input::Poll(now));
            let action = self.dispatcher.poll(now);
            if let Some(recording) = &mut self.recording {
                recording.digest.add(&action);
            }
            match action {
                Action::Send(outgoing) => self.send(outgoing)?,
                Action::Outcome(outcome) => self.outcome(&outcome),
                Action::Calls(calls) => self.push(calls)?,
                Action::Token => {
                    self.tokens += 1;
                    self.schedule(self.now + TOKEN_TAKES, Event::Token);
                }
                Action::Halted(_) => {
                    self.record(Input::Cancel);
                    self.dispatcher.cancel();
                }
                Action::Wait(until) => self.wait(until)?,
                Action::Done => return Ok(()),
            }
        }
    }

    /// The wall clock is set by up to a day, either way, where it is set at all.
    fn clocks(&self) -> Now {
        let mut wall = self.start + TimeDelta::nanoseconds(self.now.cast_signed());
        if self.scenario.drift.is_some() {
            let times = self.now / SET_EVERY;
            let seconds = times.wrapping_mul(7919) % 172_801;
            if times > 0 {
                wall += TimeDelta::seconds(seconds.cast_signed() - 86_400);
            }
        }
        Now::new(wall, Duration::from_nanos(self.now))
    }

    fn record(&mut self, input: Input) {
        if let Some(recording) = &mut self.recording {
            recording.inputs.push(input);
        }
    }

    fn schedule(&mut self, at: u64, event: Event) {
        self.event += 1;
        self.events.push(Reverse((at, self.event, event)));
    }

    fn push(&mut self, calls: usize) -> Result<()> {
        for _ in 0..calls {
            if self.source == self.calls {
                self.record(Input::Finish);
                self.dispatcher.finish();
                break;
            }
            self.record(Input::Push(self.source));
            let pushed = self.dispatcher.push(self.source, &call(self.source)?);
            pushed.map_err(|refused| refused.reason)?;
            self.source += 1;
        }
        self.most_held = self.most_held.max(self.source - self.taken);
        Ok(())
    }

    fn send(&mut self, outgoing: Outgoing) -> Result<()> {
        let ticket = outgoing.ticket;
        let key = *self
            .dispatcher
            .key(ticket)
            .context("a ticket without a call")?;
        let (ends, reply) = self.service.handle(key, &outgoing.parts, self.now);
        let request = || self.dispatcher.request(outgoing);
        ensure!(
            self.service.verify(request, self.now),
            "the sandbox refused call {key}"
        );
        self.schedule(ends, Event::Ends(ticket, reply));
        Ok(())
    }

    /// The service's action decides whether an outcome is right.
    fn outcome(&mut self, outcome: &CallOutcome<u64>) {
        self.taken += 1;
        let acted = self.service.has_acted(outcome.key);
        let is_true = match outcome.verdict {
            Verdict::Delivered => acted,
            Verdict::Unknown => true,
            _ => !acted,
        };
        self.untrue += u64::from(!is_true);
    }

    /// Moves the time to `until`, or to the next event.
    fn wait(&mut self, until: Option<Duration>) -> Result<()> {
        let until = until.map_or(u64::MAX, nanoseconds);
        let event = self.events.peek().map_or(u64::MAX, |Reverse((at, ..))| *at);
        self.now = until.min(event);
        ensure!(self.now < u64::MAX, "nothing can ever happen");
        if event > self.now {
            return Ok(());
        }
        let Some(Reverse((_, _, event))) = self.events.pop() else {
            return Ok(());
        };
        let now = self.clocks();
        let input = match event {
            // One token request in ten fails.
            Event::Token if self.rng.u64(..10) == 0 => Input::NoToken(now),
            Event::Token => {
                self.service.token += 1;
                let life = self.scenario.token_life.map_or(u64::MAX, nanoseconds);
                self.service.token_ends = self.now.saturating_add(life);
                Input::Token(self.service.token, now)
            }
            Event::Ends(ticket, reply) => {
                Input::Reply(ticket, reply, self.service.date(self.now), now)
            }
        };
        input.hand_in(&mut self.dispatcher)?;
        self.record(input);
        Ok(())
    }
}
