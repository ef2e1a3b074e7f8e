//! The scenarios of nights. Each scenario has one trouble, and `night` has all of them.

use std::time::Duration;

/// The behaviour of the service and the network towards a job with the default configuration.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Scenario {
    /// The name on the command line.
    pub name: &'static str,
    /// A description of the scenario's trouble.
    pub about: &'static str,
    /// In three minutes of every quarter of an hour the service takes no more than so many per
    /// second.
    pub limit: Option<f64>,
    /// In two minutes of every quarter of an hour nothing works: by turns 503, refused connections,
    /// and silence.
    pub outages: bool,
    /// The lifetime of a token. Getting another takes 300 ms, and fails one time in ten.
    pub token_life: Option<Duration>,
    /// Parts per million by which the service's clock is fast. It is also ten minutes ahead, and
    /// the caller's wall clock is set by up to a day now and then.
    pub drift: Option<i64>,
    /// Answers per million that never arrive, although the service acted.
    pub lost: u64,
    /// Answers per million that are a 500, half of them after the service acted.
    pub failed: u64,
    /// Calls per million that name a user whom the service does not know.
    pub refused: u64,
    /// Every request is refused, with a message of its own.
    pub wrong_secret: bool,
    /// Signed with an app id; a token otherwise. The sandbox verifies one request of a thousand.
    pub signed: bool,
}

const NOTHING: Scenario = Scenario {
    name: "",
    about: "",
    limit: None,
    outages: false,
    token_life: None,
    drift: None,
    lost: 0,
    failed: 0,
    refused: 0,
    wrong_secret: false,
    signed: false,
};

/// All of them.
pub const ALL: [Scenario; 9] = [
    Scenario {
        name: "steady",
        about: "answers take 30 ms and more, one call in a hundred is refused",
        refused: 10_000,
        ..NOTHING
    },
    Scenario {
        name: "signed",
        about: "the same, every request signed with an app id",
        refused: 10_000,
        signed: true,
        ..NOTHING
    },
    Scenario {
        name: "limit",
        about: "429 beyond 30 per second in three minutes of fifteen",
        limit: Some(30.0),
        ..NOTHING
    },
    Scenario {
        name: "outage",
        about: "503, refused connections or silence in two minutes of fifteen",
        outages: true,
        ..NOTHING
    },
    Scenario {
        name: "tokens",
        about: "tokens live 30 minutes, and are not always to be had",
        token_life: Some(Duration::from_secs(1800)),
        ..NOTHING
    },
    Scenario {
        name: "clocks",
        about: "the service's clock is 10 minutes ahead and drifts, the caller's is set again and again",
        drift: Some(100),
        ..NOTHING
    },
    Scenario {
        name: "lost",
        about: "one answer in a thousand is lost, one is a 500",
        lost: 1000,
        failed: 1000,
        ..NOTHING
    },
    Scenario {
        name: "wrong-secret",
        about: "every request is refused",
        wrong_secret: true,
        ..NOTHING
    },
    Scenario {
        name: "night",
        about: "all of it, but the wrong secret",
        limit: Some(30.0),
        outages: true,
        token_life: Some(Duration::from_secs(1800)),
        drift: Some(100),
        lost: 1000,
        failed: 1000,
        refused: 10_000,
        ..NOTHING
    },
];

/// The one of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Scenario> {
    ALL.iter().find(|scenario| scenario.name == name)
}

/// The symptom of an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outage {
    Busy,
    Refused,
    Silent,
}

/// A quarter of an hour, in seconds, and what happens in which part of it.
const CYCLE: u64 = 900;
const OUTAGE: std::ops::Range<u64> = 180..300;
const LIMITED: std::ops::Range<u64> = 480..660;

impl Scenario {
    pub(crate) fn outage_at(&self, second: u64) -> Option<Outage> {
        if !self.outages || !OUTAGE.contains(&(second % CYCLE)) {
            return None;
        }
        Some(match second / CYCLE % 3 {
            0 => Outage::Busy,
            1 => Outage::Refused,
            _ => Outage::Silent,
        })
    }

    pub(crate) fn limit_at(&self, second: u64) -> Option<f64> {
        self.limit.filter(|_| LIMITED.contains(&(second % CYCLE)))
    }

    /// Seconds in which so many calls can be made at this rate, by someone who knows the service's
    /// every second in advance.
    pub(crate) fn ideal(&self, calls: u64, rate: f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let mut left = calls as f64;
        for second in 0.. {
            let most = match (self.outage_at(second), self.limit_at(second)) {
                (Some(_), _) => 0.0,
                (None, limit) => limit.unwrap_or(rate).min(rate),
            };
            if left <= most {
                #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
                return second as f64 + left / most;
            }
            left -= most;
        }
        f64::INFINITY
    }
}
