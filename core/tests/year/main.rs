//! Years of clocks that drift, jump and lie, against the sandbox, whose clock is right
//! (`docs/contract.md`, section 6).
//!
//! Claimed is: after the first answer that follows a jump of the caller's clock and carries the
//! service's `Date`, the service accepts every request; a proxy's wrong `Date` does harm until the
//! next right one, and no longer; and no `Date`, however forged, moves X-Date by more than a day,
//! nor by anything but what it says.
#![cfg(feature = "sandbox")]

mod forged;
mod world;

use koodrive::Credentials;
use koodrive::sandbox::Reason;
use world::{Attempt, Clock, DAY, DateHeader, HOUR, MINUTE, Micros, Random, Route, SECOND, World};

/// 2026-01-01T00:00:00Z.
const START: Micros = 1_767_225_600 * SECOND;
const YEAR: Micros = 365 * DAY;

fn token() -> Credentials {
    Credentials::token("example-token-not-real").unwrap()
}

fn app() -> Credentials {
    Credentials::app("example-app-id", "example-app-secret-not-real").unwrap()
}

/// A caller's year.
struct Year {
    seed: u64,
    /// Parts in a million by which its clock runs fast.
    ppm: i64,
    /// Seconds.
    margin: u32,
    credentials: fn() -> Credentials,
    /// Whether proxies and caches change `Date`, and the service's machines differ by up to half a
    /// second.
    honest: bool,
}

#[derive(Debug, Default)]
struct Tally {
    jumps: u32,
    sent: u32,
    signed_anew: u32,
    /// Attempts that had to be accepted, and were.
    promised: u32,
    failed: u32,
}

/// The test's model of the caller's knowledge: the last `Date` that the caller's core should have
/// learned from.
struct Known {
    /// How far the clock was ahead when it was received.
    ahead: Micros,
    /// Whether it was the service's, and no jump since.
    right: bool,
}

impl Year {
    fn run(&self) -> Tally {
        let mut random = Random(self.seed);
        let mut world = World::new(
            Clock::new(START, 0, self.ppm),
            self.margin,
            (self.credentials)(),
        );
        let mut known = Known {
            ahead: 0,
            right: false,
        };
        let mut tally = Tally::default();
        while world.now < START + YEAR {
            world.now += random.between(MINUTE, 2 * HOUR);
            // Every two days.
            if random.one_in(48) {
                let ahead = jump(&mut random);
                world.clock.set(world.now, ahead);
                known.right = false;
                tally.jumps += 1;
            }
            self.send(&mut random, &mut world, &mut known, &mut tally);
        }
        println!(
            "seed {}, {} ppm, margin {} s, {}: {tally:?}",
            self.seed,
            self.ppm,
            self.margin,
            if self.honest {
                "right dates"
            } else {
                "dates of all kinds"
            }
        );
        tally
    }

    /// One attempt, and one more where the core says that the date was the reason.
    fn send(&self, random: &mut Random, world: &mut World, known: &mut Known, tally: &mut Tally) {
        tally.sent += 1;
        let first = self.attempt(random, world, known, tally);
        if first.is_clock_refusal {
            tally.signed_anew += 1;
            let second = self.attempt(random, world, known, tally);
            tally.failed += u32::from(!second.accepted);
        } else {
            tally.failed += u32::from(!first.accepted);
        }
    }

    fn attempt(
        &self,
        random: &mut Random,
        world: &mut World,
        known: &mut Known,
        tally: &mut Tally,
    ) -> Attempt {
        let route = self.route(random, known.right);
        // The margin covers a clock that drifted since, and differences between machines and
        // proxies.
        let run_away = world.clock.ahead_at(world.now + route.there) - known.ahead;
        let doubt = if self.honest { 0 } else { 2 * SECOND };
        let promised = known.right && run_away + doubt <= i64::from(self.margin) * SECOND;
        let attempt = world.attempt(route);
        if promised {
            tally.promised += 1;
            assert!(
                attempt.accepted,
                "refused {tally:?} after {run_away} µs: {:?}",
                attempt.reason
            );
        }
        if !attempt.accepted {
            assert!(matches!(
                attempt.reason,
                Some(Reason::FutureXDate | Reason::StaleXDate)
            ));
        }
        if let Some(ahead) = route.jump {
            *known = Known {
                ahead,
                right: false,
            };
            tally.jumps += 1;
        }
        // docs/contract.md, section 6: when a sample counts. None here is near the 24 hours.
        let dated = matches!(route.date_header, DateHeader::Right | DateHeader::Proxy(_));
        if dated && (0..=MINUTE).contains(&attempt.took) {
            *known = Known {
                ahead: world.clock.ahead_at(attempt.end),
                right: !matches!(route.date_header, DateHeader::Proxy(ahead) if ahead.abs() > SECOND),
            };
        }
        attempt
    }

    fn route(&self, random: &mut Random, known: bool) -> Route {
        let mut latency = || match random.between(1, 100) {
            1 => random.between(SECOND, 29 * SECOND),
            _ => random.between(5_000, 300_000),
        };
        let mut route = Route::right(latency(), latency());
        // While the answer is on its way, where the one before has been learned from.
        if known && random.one_in(400) {
            route.jump = Some(jump(random));
        }
        if !self.honest {
            route.node = random.between(-SECOND / 2, SECOND / 2);
            route.date_header = match random.between(1, 10) {
                1 => DateHeader::Missing,
                2 => DateHeader::Unreadable,
                3 => DateHeader::Cached(random.between(0, 10 * DAY)),
                4 => DateHeader::Proxy(random.between(-SECOND, SECOND)),
                // Ahead or behind by anything up to half a day; and once in a while by days.
                5 => DateHeader::Proxy(random.between(-12 * HOUR, 12 * HOUR)),
                _ => DateHeader::Right,
            };
        }
        route
    }
}

/// Returns where a clock that is set anew may stand: so far ahead of the truth.
fn jump(random: &mut Random) -> Micros {
    let minutes = random.between(-11 * HOUR, 11 * HOUR);
    random.pick(&[
        0,
        0,
        200_000,
        3 * SECOND,
        20 * MINUTE,
        -20 * MINUTE,
        HOUR,
        -HOUR,
        minutes,
        minutes,
        11 * HOUR,
        -11 * HOUR,
    ])
}

#[test]
fn with_right_dates_no_call_fails_and_only_a_jump_costs_a_second_signature() {
    let drifts = [
        (1, 0, 5),
        (2, 20, 5),
        (3, -100, 5),
        (4, 200, 5),
        (5, 0, 0),
        (6, -20, 1),
        (7, 100, 600),
    ];
    for (seed, ppm, margin) in drifts {
        let credentials = if seed == 1 { app } else { token };
        let tally = Year {
            seed,
            ppm,
            margin,
            credentials,
            honest: true,
        }
        .run();
        assert_eq!(tally.failed, 0);
        assert!(
            tally.sent > 8_000 && tally.jumps > 150 && tally.signed_anew > 80,
            "{tally:?}"
        );
        assert!(tally.signed_anew <= tally.jumps);
        // All that followed an answer which followed a jump.
        assert!(tally.promised >= tally.sent - tally.jumps - 1, "{tally:?}");
    }
}

#[test]
fn with_dates_of_all_kinds_the_last_right_one_counts() {
    for (seed, ppm, margin) in [
        (11, 0, 5),
        (12, 20, 5),
        (13, -100, 5),
        (14, 100, 5),
        (15, 50, 60),
    ] {
        let tally = Year {
            seed,
            ppm,
            margin,
            credentials: token,
            honest: false,
        }
        .run();
        assert!(tally.jumps > 150 && tally.failed > 100, "{tally:?}");
        assert!(tally.promised > tally.sent / 2, "{tally:?}");
    }
}

/// A clock that is ahead from the first call on, with 5 seconds of margin: the reason why the first
/// of ten calls is refused, if it is.
#[test]
fn a_clock_that_runs_ahead_by_less_than_the_margin_is_never_refused() {
    for (ahead, refused) in [
        (200_000, None),
        (3 * SECOND, None),
        (5 * SECOND, None),
        (20 * MINUTE, Some(Reason::FutureXDate)),
        (-20 * MINUTE, Some(Reason::StaleXDate)),
        (23 * HOUR, Some(Reason::FutureXDate)),
        (-23 * HOUR, Some(Reason::StaleXDate)),
    ] {
        let mut world = World::new(Clock::new(START, ahead, 0), 5, app());
        let first = world.attempt(Route::right(40_000, 40_000));
        assert_eq!(first.reason, refused, "{ahead} µs ahead");
        assert_eq!(first.is_clock_refusal, refused.is_some());
        for _ in 0..9 {
            world.now += HOUR;
            assert!(
                world.attempt(Route::right(40_000, 40_000)).accepted,
                "{ahead} µs ahead"
            );
        }
    }
}

/// An offset that cannot be learned: the service refuses each call and says so, and the first right
/// clock mends it.
#[test]
fn a_clock_that_is_wrong_by_more_than_a_day_is_refused_until_somebody_sets_it() {
    let mut world = World::new(Clock::new(START, 25 * HOUR, 0), 5, token());
    for _ in 0..3 {
        let attempt = world.attempt(Route::right(40_000, 40_000));
        assert!(!attempt.accepted && attempt.is_clock_refusal);
        world.now += HOUR;
    }
    assert!(world.client.clock_offset().is_zero());
    world.clock.set(world.now, 0);
    assert!(world.attempt(Route::right(40_000, 40_000)).accepted);
}

/// A nightly job on a machine with an uncorrected clock, 100 ppm fast: the clock is 8.6 seconds
/// ahead of the offset learned the night before, so its first call is signed twice, and no call
/// fails.
#[test]
fn a_nightly_job_on_a_drifting_clock_signs_its_first_call_twice() {
    let mut world = World::new(Clock::new(START, 0, 100), 5, token());
    let mut first_refused = 0;
    for night in 0..365 {
        for call in 0..20 {
            let mut attempt = world.attempt(Route::right(40_000, 40_000));
            if attempt.is_clock_refusal {
                assert_eq!(call, 0, "in night {night}");
                first_refused += 1;
                attempt = world.attempt(Route::right(40_000, 40_000));
            }
            assert!(attempt.accepted, "{:?}", attempt.reason);
        }
        world.now = START + (night + 1) * DAY;
    }
    assert_eq!(first_refused, 364);
}

/// `Date` has whole seconds, so a date that is stale by less than one does not look it: the error
/// is the caller's, not signed anew; but the clock is learned, and the next call is accepted.
#[test]
fn a_date_that_is_stale_by_a_part_of_a_second_costs_one_call() {
    // X-Date is 5 seconds behind the caller, and arrives half a second after its 15 minutes.
    let mut world = World::new(Clock::new(START, -895 * SECOND, 0), 5, token());
    let first = world.attempt(Route::right(500_000, 40_000));
    assert_eq!(first.reason, Some(Reason::StaleXDate));
    assert!(!first.is_clock_refusal);
    assert!(world.attempt(Route::right(500_000, 40_000)).accepted);
}
