//! The invariants that the module's documentation lists, against random services, clocks and
//! drivers.

mod scenario;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use koodrive::{Operation as _, TraceId};
use proptest::prelude::*;

use super::*;
use scenario::{Reaction, Scenario, scenario};

/// The observations of a call.
#[derive(Default)]
struct Seen {
    sent: u32,
    trace_id: Option<TraceId>,
    last: Option<Reaction>,
    /// The instant that a `Retry-After` names for the call.
    not_before: u64,
    /// An attempt's outcome is unknown.
    unknown: bool,
    outcome: Option<Verdict>,
}

/// A driver that checks.
struct Run<'a> {
    scenario: &'a Scenario,
    dispatcher: Dispatcher<u64>,
    /// The time in nanoseconds.
    now: u64,
    jumped: i64,
    seen: BTreeMap<u64, Seen>,
    pushed: u64,
    wanted: u64,
    taken: u64,
    /// When, and which call.
    sent: Vec<(u64, u64)>,
    in_flight: BinaryHeap<Reverse<(u64, u64, Ticket, u64)>>,
    x_dates: BTreeMap<Ticket, DateTime<Utc>>,
    /// The service asked for silence with a 429 until then.
    silence: u64,
    tokens: usize,
    halts: u32,
    cancelled: bool,
}

const SECOND: u64 = 1_000_000_000;

impl<'a> Run<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let config = Config::default()
            .rate(scenario.rate)
            .unwrap()
            .burst(scenario.burst)
            .unwrap()
            .concurrency(scenario.concurrency)
            .unwrap()
            .queue(scenario.queue)
            .unwrap()
            .attempts(scenario.attempts)
            .unwrap()
            .halt_after(scenario.halt_after)
            .unwrap()
            .repeats_are_safe(scenario.repeats_are_safe)
            .renews_token(scenario.renews_token);
        let config = match scenario.token_age {
            Some(age) => config.token_age(age).unwrap(),
            None => config,
        };
        let client = client().with_credentials(Credentials::token("first").unwrap());
        Self {
            scenario,
            dispatcher: Dispatcher::new(&client, config, scenario.seed),
            now: 0,
            jumped: 0,
            seen: BTreeMap::new(),
            pushed: 0,
            wanted: 0,
            taken: 0,
            sent: Vec::new(),
            in_flight: BinaryHeap::new(),
            x_dates: BTreeMap::new(),
            silence: 0,
            tokens: 0,
            halts: 0,
            cancelled: false,
        }
    }

    fn clocks(&self, monotonic: u64) -> Now {
        let start: DateTime<Utc> = NOW.parse().unwrap();
        let passed = Duration::from_nanos(monotonic);
        Now::new(start + passed + TimeDelta::seconds(self.jumped), passed)
    }

    /// Plays the scenario to its end. Returns when each call was sent.
    fn run(mut self) -> Vec<(u64, u64)> {
        for step in 0.. {
            assert!(step < 20_000, "it does not end");
            let tardiness = &self.scenario.tardiness;
            self.now += tardiness[step % tardiness.len()] * 1_000_000;
            match self.dispatcher.poll(self.clocks(self.now)) {
                Action::Send(attempt) => self.send(&attempt),
                Action::Outcome(outcome) => self.outcome(&outcome),
                Action::Calls(calls) => self.wanted += count(calls),
                Action::Token => self.token(),
                Action::Halted(halt) => {
                    assert_eq!(self.dispatcher.halt(), Some(&halt));
                    self.halts += 1;
                    // A source of tokens that never has one would be asked for ever.
                    if self.halts > 3 {
                        self.cancelled = true;
                        self.dispatcher.cancel();
                    } else {
                        self.dispatcher.resume();
                    }
                }
                Action::Wait(until) => self.wait(until),
                Action::Done => break,
            }
            self.push();
        }
        self.check_the_end();
        self.sent
    }

    fn push(&mut self) {
        let Self {
            scenario,
            dispatcher,
            ..
        } = self;
        for _ in 0..scenario.pushes.min(self.wanted) {
            if self.pushed == scenario.calls {
                break;
            }
            // Refused after it was cancelled, and only then.
            match dispatcher.push(self.pushed, &call(self.pushed)) {
                Ok(()) => {
                    self.seen.insert(self.pushed, Seen::default());
                    self.pushed += 1;
                    self.wanted -= 1;
                }
                Err(refused) => {
                    assert!(self.cancelled, "{}", refused.reason);
                    self.wanted = 0;
                    break;
                }
            }
            let held = self.pushed - self.taken;
            assert!(
                held <= u64::from(scenario.queue + scenario.concurrency),
                "memory: {held} calls held"
            );
        }
        if self.pushed == scenario.calls {
            dispatcher.finish();
        }
    }

    fn send(&mut self, attempt: &Outgoing) {
        let key = *self.dispatcher.key(attempt.ticket).unwrap();
        let requests = self.sent.len();
        let seen = self.seen.get_mut(&key).unwrap();
        assert_eq!(seen.outcome, None, "sent after its outcome");
        assert!(
            self.scenario.repeats_are_safe || !seen.unknown,
            "unknown, and sent again"
        );
        seen.sent += 1;
        assert_eq!(seen.sent, attempt.attempt);
        assert!(seen.sent <= self.scenario.attempts);
        let trace_id = attempt.parts.trace_id.unwrap();
        assert_eq!(
            *seen.trace_id.get_or_insert(trace_id),
            trace_id,
            "one trace id for all attempts"
        );
        assert!(
            self.now >= self.silence,
            "sent before Retry-After allows it"
        );
        assert!(
            self.now >= seen.not_before,
            "sent before Retry-After allows it to this call"
        );

        let (reaction, delay) = self.scenario.reactions[requests % self.scenario.reactions.len()];
        seen.last = Some(reaction);
        self.sent.push((self.now, key));
        let ends = self.now + delay * 1_000_000;
        self.in_flight
            .push(Reverse((ends, count(requests), attempt.ticket, key)));
        self.x_dates
            .insert(attempt.ticket, attempt.parts.x_date.to_datetime());
        assert!(
            self.in_flight.len() <= self.scenario.concurrency as usize,
            "too many in flight"
        );
        assert_eq!(
            self.dispatcher.progress().in_flight,
            count(self.in_flight.len())
        );
        if let Some(by) = self.scenario.jumps.get(&count(requests)) {
            self.jumped += by;
        }
        if self.scenario.cancel_after == Some(count(requests)) {
            self.cancelled = true;
            self.dispatcher.cancel();
        }
    }

    fn outcome(&mut self, outcome: &CallOutcome<u64>) {
        self.taken += 1;
        let seen = self.seen.get_mut(&outcome.key).unwrap();
        assert_eq!(seen.outcome, None, "a second outcome");
        seen.outcome = Some(outcome.verdict);
        assert_eq!(outcome.call.body(), call(outcome.key).body());
        assert_eq!(
            (outcome.attempts, outcome.trace_id),
            (seen.sent, seen.trace_id)
        );
        let delivered = matches!(seen.last, Some(Reaction::Deliver));
        assert_eq!(outcome.verdict == Verdict::Delivered, delivered);
        match outcome.verdict {
            Verdict::Delivered => {}
            _ if seen.unknown => assert_eq!(outcome.verdict, Verdict::Unknown),
            Verdict::NotSent => assert_eq!(seen.sent, 0),
            Verdict::GivenUp => {
                let acted = !matches!(
                    seen.last,
                    Some(
                        Reaction::PushBack(..)
                            | Reaction::NotSent
                            | Reaction::Unauthorized
                            | Reaction::RefuseDate
                    )
                );
                assert!(!acted, "given up after {:?}", seen.last);
            }
            Verdict::Refused => assert!(matches!(
                seen.last,
                Some(Reaction::Refuse(_) | Reaction::Unauthorized | Reaction::RefuseDate)
            )),
            other => panic!("{other} after {:?}", seen.last),
        }
    }

    fn token(&mut self) {
        let clocks = self.clocks(self.now);
        let there = self.scenario.tokens[self.tokens % self.scenario.tokens.len()];
        self.tokens += 1;
        if there {
            self.dispatcher.set_credentials(
                Credentials::token(&format!("fresh {}", self.tokens / 2)).unwrap(),
                clocks,
            );
        } else {
            self.dispatcher.token_failed(clocks);
        }
    }

    /// Moves the time to `until`, or to the next instant with something to hand in.
    fn wait(&mut self, until: Option<Duration>) {
        let until = until.map(|until| u64::try_from(until.as_nanos()).unwrap());
        if let Some(until) = until {
            assert!(until > self.now, "waits for what is over");
        }
        let ends = self.in_flight.peek().map(|Reverse((ends, ..))| *ends);
        let source = self.wanted > 0 && self.pushed < self.scenario.calls && !self.cancelled;
        let next = match (until, ends) {
            (None, None) => {
                assert!(source, "nothing can ever happen");
                return;
            }
            (until, ends) => until.unwrap_or(u64::MAX).min(ends.unwrap_or(u64::MAX)),
        };
        if next > self.now && !source {
            // The dispatcher does nothing before that instant.
            let early = self.now + (next - self.now) / 2;
            let action = self.dispatcher.poll(self.clocks(early));
            assert!(matches!(action, Action::Wait(_)), "early: {action:?}");
            self.now = next;
        }
        while let Some(Reverse((ends, _, ticket, key))) = self.in_flight.peek().copied() {
            if ends > self.now {
                break;
            }
            self.in_flight.pop();
            self.end(ticket, key);
        }
    }

    fn end(&mut self, ticket: Ticket, key: u64) {
        let clocks = self.clocks(self.now);
        let seen = self.seen.get_mut(&key).unwrap();
        let reaction = seen.last.unwrap();
        seen.unknown |= reaction.is_unknown();
        let (status, headers, body) = match reaction {
            Reaction::NotSent => {
                return self
                    .dispatcher
                    .handle_failure(ticket, not_sent(), clocks)
                    .unwrap();
            }
            Reaction::Unanswered => {
                return self
                    .dispatcher
                    .handle_failure(ticket, unanswered(), clocks)
                    .unwrap();
            }
            Reaction::Deliver => (200, None, DELIVERED.to_vec()),
            Reaction::Refuse(code) => (400, None, format!(r#"{{"code":{code}1}}"#).into_bytes()),
            Reaction::Unauthorized => (401, None, Vec::new()),
            Reaction::PushBack(busy, wait) => {
                let wait = wait.map(|seconds| ("retry-after", seconds.to_string()));
                if let Some((_, seconds)) = &wait {
                    let seconds: u64 = seconds.parse().unwrap();
                    let until = self.now + seconds.min(3600) * SECOND;
                    seen.not_before = until;
                    if !busy {
                        self.silence = self.silence.max(until);
                    }
                }
                (if busy { 503 } else { 429 }, wait, Vec::new())
            }
            Reaction::RefuseDate => {
                let date = self.x_dates[&ticket] + TimeDelta::hours(1);
                (
                    400,
                    Some(("date", date.format("%a, %d %b %Y %H:%M:%S GMT").to_string())),
                    Vec::new(),
                )
            }
            Reaction::Fail500 => (500, None, Vec::new()),
            Reaction::Unreadable => (200, None, b"<html>".to_vec()),
        };
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        answer_with(
            &mut self.dispatcher,
            ticket,
            status,
            &headers,
            &body,
            clocks,
        );
    }

    fn check_the_end(&self) {
        assert!(self.in_flight.is_empty());
        assert!(
            self.seen.values().all(|seen| seen.outcome.is_some()),
            "a call without outcome"
        );
        assert_eq!(self.taken, self.pushed);
        if !self.cancelled {
            assert_eq!(self.pushed, self.scenario.calls);
        }
        let traces: BTreeSet<_> = self
            .seen
            .values()
            .filter_map(|seen| Some(seen.trace_id?.as_str().to_owned()))
            .collect();
        assert_eq!(
            traces.len(),
            self.seen.values().filter(|seen| seen.sent > 0).count()
        );
        let progress = self.dispatcher.progress();
        assert_eq!(
            progress.delivered
                + progress.refused
                + progress.unknown
                + progress.given_up
                + progress.not_sent,
            self.pushed
        );
        assert_eq!(progress.requests, count(self.sent.len()));
        self.check_every_window();
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "hours in nanoseconds, and hundreds"
    )]
    fn check_every_window(&self) {
        let burst = match self.scenario.burst {
            0 => (self.scenario.rate / 10.0).floor().max(1.0),
            burst => f64::from(burst),
        };
        for (first, (from, _)) in self.sent.iter().enumerate() {
            for (sent, (to, _)) in self.sent[first..].iter().enumerate() {
                let window = (to - from) as f64 / SECOND as f64;
                let most = burst + self.scenario.rate * window;
                assert!(
                    (sent + 1) as f64 <= most + 1e-6,
                    "{} in {window} s, at most {most}",
                    sent + 1
                );
            }
        }
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_invariants_hold_in_every_scenario(scenario in scenario()) {
        let sent = Run::new(&scenario).run();
        let again = Run::new(&scenario).run();
        prop_assert_eq!(&sent, &again, "the same seed and inputs");
        let steady = Scenario { jumps: BTreeMap::new(), ..scenario };
        prop_assert_eq!(sent, Run::new(&steady).run(), "the wall clock moves nothing");
    }
}
