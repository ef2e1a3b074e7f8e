//! Services, clocks and drivers that do as they please.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

/// The effect of the service or the network on a request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reaction {
    Deliver,
    Refuse(u8),
    Unauthorized,
    /// 429 or 503, with or without seconds of `Retry-After`.
    PushBack(bool, Option<u16>),
    /// The answer's `Date` lies an hour after the X-Date.
    RefuseDate,
    Fail500,
    Unreadable,
    NotSent,
    Unanswered,
}

impl Reaction {
    /// Returns whether it leaves open what the service did.
    pub(super) const fn is_unknown(self) -> bool {
        matches!(self, Self::Fail500 | Self::Unreadable | Self::Unanswered)
    }
}

fn reaction() -> impl Strategy<Value = Reaction> {
    prop_oneof![
        6 => Just(Reaction::Deliver),
        1 => (0..3_u8).prop_map(Reaction::Refuse),
        1 => Just(Reaction::Unauthorized),
        2 => (any::<bool>(), proptest::option::of(0..5000_u16)).prop_map(|(busy, wait)| Reaction::PushBack(busy, wait)),
        1 => Just(Reaction::RefuseDate),
        1 => Just(Reaction::Fail500),
        1 => Just(Reaction::Unreadable),
        2 => Just(Reaction::NotSent),
        1 => Just(Reaction::Unanswered),
    ]
}

#[derive(Debug, Clone)]
pub(super) struct Scenario {
    pub(super) calls: u64,
    pub(super) rate: f64,
    pub(super) burst: u32,
    pub(super) concurrency: u32,
    pub(super) queue: u32,
    pub(super) attempts: u32,
    pub(super) halt_after: u32,
    pub(super) repeats_are_safe: bool,
    pub(super) renews_token: bool,
    pub(super) token_age: Option<Duration>,
    /// Each request's, in turn, and after how many milliseconds; the last ones again and again.
    pub(super) reactions: Vec<(Reaction, u64)>,
    /// Whether there is a token when one is asked for, in turn.
    pub(super) tokens: Vec<bool>,
    /// How late the driver polls, in milliseconds, in turn.
    pub(super) tardiness: Vec<u64>,
    /// How many calls it pushes at a time.
    pub(super) pushes: u64,
    /// The number of requests after which the job is cancelled.
    pub(super) cancel_after: Option<u64>,
    pub(super) seed: u64,
    /// The jumps of the wall clock in seconds, by the number of the next request.
    pub(super) jumps: BTreeMap<u64, i64>,
}

prop_compose! {
    pub(super) fn scenario()(
        calls in 0..120_u64,
        rate in prop_oneof![0.5..5.0, 5.0..100.0, 100.0..20_000.0],
        burst in 0..20_u32,
        concurrency in 1..40_u32,
        queue in 1..80_u32,
        attempts in 1..6_u32,
        halt_after in 0..25_u32,
        repeats_are_safe in any::<bool>(),
        renews_token in any::<bool>(),
        token_age in proptest::option::of((1..100_u64).prop_map(Duration::from_secs)),
        reactions in proptest::collection::vec((reaction(), 0..2000_u64), 1..60),
        tokens in proptest::collection::vec(any::<bool>(), 1..5),
        tardiness in proptest::collection::vec(prop_oneof![3 => Just(0), 1 => 0..500_u64], 1..10),
    )(
        pushes in 1..=u64::from(queue),
        cancel_after in proptest::option::weighted(0.2, 0..=calls),
        seed in any::<u64>(),
        jumps in proptest::collection::btree_map(0..150_u64, -100_000_000..100_000_000_i64, 0..4),
        calls in Just(calls), rate in Just(rate), burst in Just(burst), concurrency in Just(concurrency), queue in Just(queue),
        attempts in Just(attempts), halt_after in Just(halt_after), repeats_are_safe in Just(repeats_are_safe),
        renews_token in Just(renews_token), token_age in Just(token_age), reactions in Just(reactions), tokens in Just(tokens),
        tardiness in Just(tardiness),
    ) -> Scenario {
        Scenario { calls, rate, burst, concurrency, queue, attempts, halt_after, repeats_are_safe, renews_token, token_age,
            reactions, tokens, tardiness, pushes, cancel_after, seed, jumps }
    }
}
