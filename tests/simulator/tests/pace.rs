//! Troubles of a service, and the goals for each. Sixty seeds keep them all; one is played here.

use koodrive_simulator::trouble;

const SEED: u64 = 7;

/// Plays what `is_meant` of the scenarios' names.
fn keeps_its_goals(is_meant: impl Fn(&str) -> bool) {
    let mut played = 0;
    for scenario in trouble::all() {
        if !is_meant(&scenario.name) {
            continue;
        }
        let figures = scenario.play(SEED).unwrap();
        assert_eq!(figures.len(), scenario.goals.len());
        for (goal, figure) in scenario.goals.iter().zip(&figures) {
            assert!(
                goal.bound.holds(*figure),
                "{}, seed {SEED}: {} is {figure}, should be {:?}",
                scenario.name,
                goal.what,
                goal.bound
            );
        }
        played += 1;
    }
    assert!(played > 0, "no scenario of this name");
}

#[test]
fn a_background_of_errors_does_not_lower_the_rate() {
    keeps_its_goals(|name| name.contains("random"));
}

#[test]
fn a_sick_node_costs_no_more_than_its_share() {
    keeps_its_goals(|name| name.contains("sick"));
}

#[test]
fn an_allowed_rate_is_found_and_kept() {
    keeps_its_goals(|name| name.contains("allowed"));
}

#[test]
fn an_outage_sees_next_to_nothing_and_its_end_is_noticed() {
    keeps_its_goals(|name| name.contains("outage of 2 minutes"));
}

#[test]
fn an_hour_without_a_service_sees_less_than_a_hundredth() {
    keeps_its_goals(|name| name.contains("outage of 1 hour"));
}

#[test]
fn slow_answers_are_bounded_by_the_calls_in_flight() {
    keeps_its_goals(|name| name.contains("latency"));
}

#[test]
fn what_no_repeat_can_cure_costs_thirty_calls() {
    keeps_its_goals(|name| name.contains("secret") || name.contains("whitelist"));
}

#[test]
fn a_seed_repeats_a_trial() {
    let all = trouble::all();
    let scenario = all.iter().find(|it| it.name.contains("10 % random 503"));
    let play = |seed| scenario.unwrap().play(seed).unwrap();
    assert_eq!(play(3), play(3));
    assert_ne!(play(3), play(4));
}
