//! The modelled service: it acts, refuses, is busy, is down, and remembers what it did. Its time is
//! the simulator's.

use std::rc::Rc;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use http::Request;
use koodrive::sandbox::{Sandbox, SandboxConfig};
use koodrive::{InvalidInput, VaryingParts};

use crate::scenario::{Outage, Scenario};

/// Nanoseconds of a second.
pub(crate) const SECOND: u64 = 1_000_000_000;
/// The time for which a driver waits for an answer.
const TIME_OUT: u64 = 30 * SECOND;
/// The time that a refused connection takes.
const REFUSED: u64 = SECOND / 1000;

/// The answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reply {
    Delivered,
    /// 400, for this call alone.
    Refused,
    /// 401, the token.
    TokenRefused,
    /// 401, the date.
    DateRefused,
    /// 401, everything. The number makes its message different from any other.
    SecretRefused(u64),
    TooMany {
        retry_after: bool,
    },
    Busy,
    Failed,
    NotSent,
    Unanswered,
}

/// The service's truth.
#[derive(Debug)]
pub(crate) struct Service {
    scenario: Scenario,
    rng: Rng,
    start: DateTime<Utc>,
    /// One bit per call: whether the service acted on it.
    acted: Vec<u64>,
    pub(crate) acted_twice: u64,
    pub(crate) requests: u64,
    /// The requests that met an outage.
    pub(crate) requests_in_outages: u64,
    /// Calls that the limit still allows.
    allowance: f64,
    allowance_at: u64,
    /// The token that is valid, and when it ends.
    pub(crate) token: u64,
    pub(crate) token_ends: u64,
    sandbox: Option<Sandbox>,
    pub(crate) verified: u64,
    /// `Date`, and the second that it stands for.
    date: (i64, Rc<str>),
}

impl Service {
    pub(crate) fn new(scenario: Scenario, calls: u64, seed: u64, start: DateTime<Utc>) -> Self {
        let sandbox = scenario.signed.then(SandboxConfig::default);
        let words = usize::try_from(calls / 64 + 1).unwrap_or_default();
        Self {
            rng: Rng::with_seed(seed),
            start,
            acted: vec![0; words],
            acted_twice: 0,
            requests: 0,
            requests_in_outages: 0,
            allowance: 0.0,
            allowance_at: 0,
            token: 0,
            token_ends: scenario.token_life.map_or(u64::MAX, nanoseconds),
            sandbox: sandbox.and_then(|config| Sandbox::new(config).ok()),
            verified: 0,
            date: (i64::MIN, Rc::from("")),
            scenario,
        }
    }

    /// The service's clock.
    pub(crate) fn clock(&self, now: u64) -> DateTime<Utc> {
        let passed = TimeDelta::nanoseconds(now.cast_signed());
        let Some(drift) = self.scenario.drift else {
            return self.start + passed;
        };
        let drifted = TimeDelta::nanoseconds(now.cast_signed() / 1_000_000 * drift);
        self.start + passed + TimeDelta::minutes(10) + drifted
    }

    /// `Date` of an answer that leaves now.
    pub(crate) fn date(&mut self, now: u64) -> Rc<str> {
        let clock = self.clock(now);
        if self.date.0 != clock.timestamp() {
            let text = clock.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
            self.date = (clock.timestamp(), text.into());
        }
        Rc::clone(&self.date.1)
    }

    pub(crate) fn has_acted(&self, call: u64) -> bool {
        let word = usize::try_from(call / 64).unwrap_or_default();
        self.acted[word] >> (call % 64) & 1 == 1
    }

    /// A request arrives. Gives what comes back, and when.
    pub(crate) fn handle(&mut self, call: u64, parts: &VaryingParts, now: u64) -> (u64, Reply) {
        self.requests += 1;
        let second = now / SECOND;
        if let Some(outage) = self.scenario.outage_at(second) {
            self.requests_in_outages += 1;
            return match outage {
                Outage::Busy => (now + self.latency(), Reply::Busy),
                Outage::Refused => (now + REFUSED, Reply::NotSent),
                Outage::Silent => {
                    if self.rng.bool() {
                        self.act(call);
                    }
                    (now + TIME_OUT, Reply::Unanswered)
                }
            };
        }
        let reply = self.judge(call, parts, now);
        match reply {
            Reply::Unanswered => (now + TIME_OUT, reply),
            _ => (now + self.latency(), reply),
        }
    }

    fn judge(&mut self, call: u64, parts: &VaryingParts, now: u64) -> Reply {
        if self.scenario.wrong_secret {
            return Reply::SecretRefused(self.requests);
        }
        if !parts.x_date.is_within_window(self.clock(now)) {
            return Reply::DateRefused;
        }
        if self.scenario.token_life.is_some() && !self.takes(parts.authorization.as_str(), now) {
            return Reply::TokenRefused;
        }
        if let Some(limit) = self.scenario.limit_at(now / SECOND)
            && !self.allows(limit, now)
        {
            let retry_after = self.rng.bool();
            return Reply::TooMany { retry_after };
        }
        if self.rng.u64(..1_000_000) < self.scenario.refused {
            return Reply::Refused;
        }
        if self.rng.u64(..1_000_000) < self.scenario.failed {
            if self.rng.bool() {
                self.act(call);
            }
            return Reply::Failed;
        }
        self.act(call);
        if self.rng.u64(..1_000_000) < self.scenario.lost {
            return Reply::Unanswered;
        }
        Reply::Delivered
    }

    /// Returns whether the sandbox takes one request of a thousand, where requests are signed.
    pub(crate) fn verify(
        &mut self,
        request: impl FnOnce() -> Result<Request<Vec<u8>>, InvalidInput>,
        now: u64,
    ) -> bool {
        let clock = self.clock(now);
        match &mut self.sandbox {
            Some(sandbox) if self.requests.is_multiple_of(1000) => {
                self.verified += 1;
                request()
                    .is_ok_and(|request| sandbox.handle(&request, clock).response().status() == 200)
            }
            _ => true,
        }
    }

    fn act(&mut self, call: u64) {
        if self.has_acted(call) {
            self.acted_twice += 1;
        }
        let word = usize::try_from(call / 64).unwrap_or_default();
        self.acted[word] |= 1 << (call % 64);
    }

    /// `Bearer token-7`
    fn takes(&self, authorization: &str, now: u64) -> bool {
        let number = authorization.rsplit('-').next().unwrap_or_default();
        number.parse() == Ok(self.token) && now < self.token_ends
    }

    /// A second's worth is saved up.
    fn allows(&mut self, limit: f64, now: u64) -> bool {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a second's worth is all that counts"
        )]
        let passed = (now - self.allowance_at) as f64 / SECOND as f64;
        self.allowance_at = now;
        self.allowance = (self.allowance + passed * limit).min(limit);
        if self.allowance < 1.0 {
            return false;
        }
        self.allowance -= 1.0;
        true
    }

    /// 30 to 180 ms, 80 on average, and one answer in a thousand takes 5 s. In integers: the same
    /// on every machine.
    fn latency(&mut self) -> u64 {
        if self.rng.u64(..1000) == 0 {
            return 5 * SECOND;
        }
        let random = self.rng.u64(..1000);
        30_000_000 + 150 * random * random
    }
}

pub(crate) fn nanoseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
