//! Short nights, and what must be true of each: counts, never clocks.

use koodrive::dispatch::Halt;
use koodrive_simulator::engine::{Recording, cost};
use koodrive_simulator::report::Report;
use koodrive_simulator::{scenario, simulate};

/// Queue and calls in flight of the default configuration.
const PLACES: u64 = 96;

fn night(name: &str, calls: u64, seed: u64) -> Report {
    let scenario = scenario::named(name).unwrap();
    let (report, _) = simulate(scenario, calls, seed, None).unwrap();
    assert_eq!(report.acted_twice, 0, "{report}");
    assert_eq!(report.untrue, 0, "{report}");
    assert!(report.most_held <= PLACES, "{report}");
    assert!(report.requests_per_call() <= 1.1, "{report}");
    report
}

/// Asserts that no call is lost: each undelivered call was refused on its own account, or its
/// outcome is unknown.
fn assert_nothing_is_given_up(report: &Report) {
    let progress = report.progress;
    assert_eq!((progress.given_up, progress.not_sent), (0, 0), "{report}");
    assert_eq!(progress.pushed, report.calls, "{report}");
}

#[test]
fn a_steady_service_gets_each_call_once_at_the_rate() {
    let report = night("steady", 20_000, 1);
    assert_nothing_is_given_up(&report);
    assert_eq!(report.requests, 20_000);
    assert_eq!(report.progress.delivered + report.progress.refused, 20_000);
    assert!((100..300).contains(&report.progress.refused), "{report}");
    assert!(report.slowness() <= 1.01, "{report}");
}

#[test]
fn signed_requests_are_taken_by_the_sandbox() {
    let report = night("signed", 5_000, 1);
    assert_eq!((report.verified, report.requests), (5, 5_000), "{report}");
}

#[test]
fn a_limit_is_found_and_its_end_is_noticed() {
    let report = night("limit", 45_000, 1);
    assert_nothing_is_given_up(&report);
    assert_eq!(report.progress.delivered, 45_000, "{report}");
    assert!(report.requests > 45_000, "it met the limit: {report}");
    assert!(report.requests_per_call() <= 1.01, "{report}");
    assert!(report.slowness() <= 1.02, "{report}");
}

#[test]
fn an_outage_gets_no_extra_load_and_loses_nothing() {
    // Three quarters of an hour: one outage of each kind.
    let report = night("outage", 110_000, 1);
    assert_nothing_is_given_up(&report);
    assert!(report.requests_in_outages > 0, "{report}");
    assert!(report.load_in_outages() <= 0.05, "{report}");
    assert!(report.requests_per_call() <= 1.01, "{report}");
    // Only a missing answer leaves an outcome unknown.
    assert!((1..250).contains(&report.progress.unknown), "{report}");
    assert!(report.slowness() <= 1.05, "{report}");
}

#[test]
fn tokens_are_renewed_when_they_end() {
    let report = night("tokens", 100_000, 1);
    assert_eq!(report.progress.delivered, 100_000, "{report}");
    assert!(report.tokens >= 1, "{report}");
    assert!(report.requests <= 100_000 + 32 * report.tokens, "{report}");
}

#[test]
fn clocks_that_drift_and_jump_cost_next_to_nothing() {
    let report = night("clocks", 60_000, 1);
    assert_eq!(report.progress.delivered, 60_000, "{report}");
    // The clocks are ten minutes apart before the first answer; afterwards nothing is refused.
    assert!(report.requests <= 60_000 + 32, "{report}");
}

#[test]
fn what_is_lost_is_unknown_and_never_sent_again() {
    let report = night("lost", 20_000, 1);
    assert_eq!(report.requests, 20_000);
    assert_eq!(report.progress.delivered + report.progress.unknown, 20_000);
    assert!((10..80).contains(&report.progress.unknown), "{report}");
    assert!(report.slowness() <= 1.1, "{report}");
}

#[test]
fn a_wrong_secret_wastes_a_few_dozen_calls() {
    let report = night("wrong-secret", 20_000, 1);
    assert!(report.requests <= 36, "{report}");
    assert_eq!(report.progress.refused, report.requests);
    assert_eq!(
        report.progress.pushed,
        report.requests + report.progress.not_sent
    );
    let Some(Halt::SameAnswer { calls, status, .. }) = report.halt else {
        panic!("{report}");
    };
    assert_eq!((calls, status), (20, 401));
}

#[test]
fn a_night_of_everything_repeats_exactly_from_its_seed() {
    let report = night("night", 60_000, 1);
    assert_nothing_is_given_up(&report);
    assert!(report.slowness() <= 1.1, "{report}");
    assert_eq!(night("night", 60_000, 1), report);
    assert_ne!(night("night", 60_000, 2).progress, report.progress);
}

#[test]
fn the_same_inputs_give_the_same_actions() {
    let scenario = scenario::named("night").unwrap();
    let (_, recording) = simulate(scenario, 5_000, 1, Some(Recording::default())).unwrap();
    let recording = recording.unwrap();
    cost(scenario, &recording, 1).unwrap();
    // Another seed makes other waits, and soon other tickets.
    let (_, other) = simulate(scenario, 30_000, 1, Some(Recording::default())).unwrap();
    assert!(cost(scenario, &other.unwrap(), 2).is_err());
}
