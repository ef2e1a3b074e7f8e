//! Troubles of a service, one at a time, and what a dispatcher must make of each: the goals of
//! `docs/dispatcher.md`.
//!
//! Rate 200 per second, 64 in flight. An answer takes 50 ms in the median and 500 ms at the 99th
//! percentile.

use std::ops::Range;

use crate::connections::{Balancer, Pool};
use crate::trial::Trial;

/// Requests per second that are asked for.
pub(crate) const RATE: f64 = 200.0;

/// An answer of a service in trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Busy,
    Failed,
    /// The connection ends, and the service may have acted.
    Lost,
    /// The connection is refused.
    Refused,
    /// No answer until the time-out.
    Silent,
    Throttled,
}

/// The `Retry-After` of a 429 or a 503.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    Seconds(u64),
    /// An HTTP date so many seconds ahead.
    Date(u64),
}

/// A service and its way there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trouble {
    /// One of these, in turn at random, is the answer to so many requests of a thousand.
    pub(crate) background: (u64, &'static [Fault]),
    pub(crate) balancer: Balancer,
    /// One node of ten answers 503 within 2 ms.
    pub(crate) sick_node: bool,
    pub(crate) retry_after: Option<RetryAfter>,
    /// The requests per second that a token bucket of one second's worth allows.
    pub(crate) allowed: Option<f64>,
    /// The status of requests beyond the bucket.
    pub(crate) beyond: u16,
    /// The same in these seconds.
    pub(crate) allowed_in: Option<(Span, f64)>,
    pub(crate) outage: Option<(Span, Fault)>,
    /// Latency is so many times as long in these seconds.
    pub(crate) slow: Option<(Span, u64)>,
    /// Every request gets this status.
    pub(crate) refuses_all: Option<u16>,
    pub(crate) adaptive: bool,
}

/// From, to, in seconds.
pub(crate) type Span = (u64, u64);

pub(crate) fn is_in(range: Span, second: u64) -> bool {
    (range.0..range.1).contains(&second)
}

const NONE: Trouble = Trouble {
    background: (0, &[]),
    balancer: Balancer::ByRequest,
    sick_node: false,
    retry_after: None,
    allowed: None,
    beyond: 429,
    allowed_in: None,
    outage: None,
    slow: None,
    refuses_all: None,
    adaptive: true,
};

/// One figure of a trial, and the bound that it is held to.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Goal {
    /// The figure's name for people.
    pub what: &'static str,
    /// The figure to read off.
    pub(crate) figure: Figure,
    /// The least or the most.
    pub bound: Bound,
}

/// A bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// The figure is at least this.
    Least(f64),
    /// The figure is at most this.
    Most(f64),
    /// Shown and not held to anything.
    None,
}

impl Bound {
    /// Returns whether `figure` keeps it.
    #[must_use]
    pub fn holds(self, figure: f64) -> bool {
        match self {
            Self::Least(least) => figure >= least,
            Self::Most(most) => figure <= most,
            Self::None => true,
        }
    }
}

/// A figure that is read off a trial.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Figure {
    /// Deliveries per second in these seconds, over this.
    Delivered(Span, f64),
    /// Requests per second in these seconds, over this.
    Sent(Span, f64),
    /// The share of requests that were answered 429 in these seconds.
    Refused(Span),
    GivenUp,
    Requests,
    /// Requests that left while a `Retry-After` of a 429 held.
    Early,
    MostInFlight,
    /// The most that were in flight in these seconds.
    InFlight(Span),
    /// Seconds from the first until so much is sent again in each of two seconds.
    Until(Span, f64),
    /// The share of requests that went to the sick node.
    ToSick,
    PerCall,
}

/// A scenario with its goals.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Scenario {
    /// The name on the command line.
    pub name: String,
    pub(crate) trouble: Trouble,
    /// The number of seconds that the trouble is played.
    pub seconds: u64,
    /// The goals for the trouble's figures.
    pub goals: Vec<Goal>,
}

impl Scenario {
    /// Plays it. The figures stand in the order of the goals.
    ///
    /// # Errors
    ///
    /// The dispatcher refused what a driver may do.
    pub fn play(&self, seed: u64) -> anyhow::Result<Vec<f64>> {
        let trial = Trial::run(self.trouble, self.seconds, seed)?;
        Ok(self
            .goals
            .iter()
            .map(|goal| trial.figure(goal.figure))
            .collect())
    }
}

fn scenario(
    name: impl Into<String>,
    seconds: u64,
    trouble: Trouble,
    goals: impl IntoIterator<Item = (&'static str, Figure, Bound)>,
) -> Scenario {
    let goals = goals.into_iter();
    Scenario {
        name: name.into(),
        trouble,
        seconds,
        goals: goals
            .map(|(what, figure, bound)| Goal {
                what,
                figure,
                bound,
            })
            .collect(),
    }
}

use Bound::{Least, Most};
use Figure::{Delivered, Early, GivenUp, InFlight, MostInFlight, PerCall, Refused, Requests, Sent};
use Figure::{ToSick, Until};

const EVERY: [Fault; 3] = [Fault::Busy, Fault::Failed, Fault::Lost];
const NONE_GIVEN_UP: (&str, Figure, Bound) = ("given up", GivenUp, Most(0.0));

/// All of them, each with the goals of the table.
#[must_use]
pub fn all() -> Vec<Scenario> {
    let mut all = Vec::new();
    background(&mut all);
    sick_nodes(&mut all);
    throttled(&mut all);
    outages(&mut all);
    let slow = Trouble {
        slow: Some(((60, 360), 20)),
        background: (5, &[Fault::Failed]),
        ..NONE
    };
    all.push(scenario(
        "latency x 20 for 5 minutes",
        420,
        slow,
        [
            ("most in flight", MostInFlight, Most(64.0)),
            ("requests per call", PerCall, Most(1.05)),
            ("sent / rate after it", Sent((370, 420), RATE), Least(0.9)),
        ],
    ));
    for (name, status) in [("wrong secret", 401), ("missing whitelist entry", 403)] {
        let trouble = Trouble {
            refuses_all: Some(status),
            ..NONE
        };
        all.push(scenario(
            name,
            60,
            trouble,
            [("requests", Requests, Most(30.0))],
        ));
    }
    all
}

fn background(all: &mut Vec<Scenario>) {
    const FROM: Span = (5, 185);
    for (per_mille, least) in [(10, 0.95), (40, 0.9), (100, 0.8), (200, 0.0), (300, 0.0)] {
        // A 500 and a lost connection are not repeated.
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let unknown = per_mille as f64 / 1000.0 * 2.0 / 3.0;
        let trouble = Trouble {
            background: (per_mille, &EVERY),
            ..NONE
        };
        let goals = [
            (
                "delivered / possible",
                Delivered(FROM, RATE * (1.0 - unknown)),
                if least > 0.0 {
                    Least(least)
                } else {
                    Bound::None
                },
            ),
            if least > 0.0 {
                NONE_GIVEN_UP
            } else {
                ("given up", GivenUp, Bound::None)
            },
        ];
        let name = format!("{} % random 503, 500, lost", per_mille / 10);
        all.push(scenario(name, 185, trouble, goals));
    }
    for (per_mille, least) in [(40, Least(0.85)), (100, Bound::None)] {
        let trouble = Trouble {
            background: (per_mille, &[Fault::Throttled]),
            ..NONE
        };
        let goals = [
            ("delivered / rate", Delivered(FROM, RATE), least),
            ("given up", GivenUp, Bound::None),
        ];
        let name = format!("{} % random 429", per_mille / 10);
        all.push(scenario(name, 185, trouble, goals));
    }
}

fn sick_nodes(all: &mut Vec<Scenario>) {
    const FROM: Span = (5, 185);
    let kinds = [
        ("each request", Balancer::ByRequest),
        ("pinned, youngest", pinned(Pool::Youngest, true)),
        ("pinned, oldest", pinned(Pool::Oldest, true)),
        ("pinned, any", pinned(Pool::Any, true)),
        ("youngest, not closed", pinned(Pool::Youngest, false)),
        ("oldest, not closed", pinned(Pool::Oldest, false)),
        ("any, not closed", pinned(Pool::Any, false)),
    ];
    for (kind, balancer) in kinds {
        let obeys = !matches!(balancer, Balancer::Pinned { closes: false, .. });
        for retry_after in [None, Some(2), Some(30)] {
            // A Retry-After makes no other difference than in these.
            if retry_after.is_some() && !matches!(kind, "each request" | "pinned, youngest") {
                continue;
            }
            let trouble = Trouble {
                balancer,
                sick_node: true,
                retry_after: retry_after.map(RetryAfter::Seconds),
                ..NONE
            };
            let bound = |bound| if obeys { bound } else { Bound::None };
            let goals = [
                (
                    "delivered / rate",
                    Delivered(FROM, RATE),
                    // A call that waits 30 s for its node holds its place.
                    if retry_after == Some(30) && balancer == Balancer::ByRequest {
                        Bound::None
                    } else {
                        bound(Least(0.85))
                    },
                ),
                ("given up", GivenUp, bound(Most(0.0))),
                ("sent to the sick node", ToSick, Bound::None),
            ];
            let more = retry_after.map_or(String::new(), |wait| format!(", Retry-After: {wait}"));
            all.push(scenario(
                format!("1 of 10 nodes sick: {kind}{more}"),
                185,
                trouble,
                goals,
            ));
        }
    }
}

const fn pinned(pool: Pool, closes: bool) -> Balancer {
    Balancer::Pinned { pool, closes }
}

fn throttled(all: &mut Vec<Scenario>) {
    const FROM: Span = (30, 210);
    for allowed in [50.0, 100.0, 150.0] {
        let kinds = [
            ("", None),
            (", Retry-After: 1", Some(RetryAfter::Seconds(1))),
            (", Retry-After a date", Some(RetryAfter::Date(2))),
        ];
        for (more, retry_after) in kinds {
            let trouble = Trouble {
                allowed: Some(allowed),
                retry_after,
                ..NONE
            };
            let delivered = Delivered(FROM, allowed);
            let goals = match retry_after {
                None => vec![
                    ("delivered / allowed", delivered, Least(0.93)),
                    ("refused", Refused(FROM), Most(0.08)),
                ],
                Some(_) => vec![
                    ("delivered / allowed", delivered, Least(0.8)),
                    ("refused", Refused(FROM), Bound::None),
                    ("sent before it", Early, Most(0.0)),
                ],
            };
            all.push(scenario(
                format!("{allowed} allowed{more}"),
                210,
                trouble,
                goals,
            ));
        }
    }
    let busy = Trouble {
        allowed: Some(50.0),
        beyond: 503,
        ..NONE
    };
    all.push(scenario(
        "50 allowed, 503 beyond",
        210,
        busy,
        [
            ("delivered / allowed", Delivered(FROM, 50.0), Bound::None),
            ("requests per call", PerCall, Bound::None),
            ("given up", GivenUp, Bound::None),
        ],
    ));
    let trouble = Trouble {
        allowed: Some(RATE),
        allowed_in: Some(((60, 180), 20.0)),
        ..NONE
    };
    all.push(scenario(
        "200 allowed, 20 for two minutes",
        260,
        trouble,
        [
            ("sent / 20 after 10 s", Sent((70, 180), 20.0), Most(1.1)),
            ("seconds to 0.9 x rate", Until((180, 260), 0.9), Most(20.0)),
        ],
    ));
}

fn outages(all: &mut Vec<Scenario>) {
    for (name, seconds, share) in [("2 minutes", 120, 0.03), ("1 hour", 3600, 0.01)] {
        for (kind, fault) in [
            ("503", Fault::Busy),
            ("500", Fault::Failed),
            ("refused", Fault::Refused),
            ("silence", Fault::Silent),
        ] {
            let (from, to) = (60, 60 + seconds);
            let trouble = Trouble {
                outage: Some(((from, to), fault)),
                ..NONE
            };
            let within = if fault == Fault::Silent { 40.0 } else { 30.0 };
            let mut goals = vec![
                ("sent / rate in it", Sent((from, to), RATE), Most(share)),
                (
                    "seconds to 0.9 x rate",
                    Until((to, to + 60), 0.9),
                    Most(within),
                ),
                ("given up", GivenUp, Bound::None),
            ];
            if fault == Fault::Silent {
                goals.push(("most in flight", MostInFlight, Most(64.0)));
                goals.push((
                    "in flight 31 s after it began",
                    InFlight((from + 31, from + 32)),
                    Most(16.0),
                ));
                goals.push((
                    "in flight from 62 s on",
                    InFlight((from + 62, to)),
                    Most(4.0),
                ));
            }
            all.push(scenario(
                format!("outage of {name}, {kind}"),
                to + 60,
                trouble,
                goals,
            ));
        }
    }
}

pub(crate) fn seconds(range: Span) -> Range<usize> {
    let index = |second| usize::try_from(second).unwrap_or(usize::MAX);
    index(range.0)..index(range.1)
}
