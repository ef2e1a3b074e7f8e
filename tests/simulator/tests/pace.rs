//! Troubles of a service, and the goals for each. Sixty seeds keep them all; one is played here.

use koodrive_simulator::trouble;

const SEED: u64 = 7;

/// A word of their names, and how many scenarios have it.
const FAMILIES: [(&str, usize); 8] = [
    ("random", 7),
    ("sick", 11),
    ("allowed", 11),
    ("outage of 2 minutes", 4),
    ("outage of 1 hour", 4),
    ("latency", 1),
    ("secret", 1),
    ("whitelist", 1),
];

/// Plays the scenarios of this family.
fn keeps_its_goals(word: &str) {
    let mut played = 0;
    for scenario in trouble::all() {
        if !scenario.name.contains(word) {
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
    assert!(FAMILIES.contains(&(word, played)), "{played} of {word}");
}

#[test]
fn every_scenario_is_of_one_family() {
    for scenario in trouble::all() {
        let name = &scenario.name;
        let of = FAMILIES.iter().filter(|(word, _)| name.contains(word));
        assert_eq!(of.count(), 1, "{name}");
    }
    let numbers = FAMILIES.map(|(_, number)| number);
    assert_eq!(trouble::all().len(), numbers.iter().sum::<usize>());
}

#[test]
fn a_background_of_errors_does_not_lower_the_rate() {
    keeps_its_goals("random");
}

#[test]
fn a_sick_node_costs_no_more_than_its_share() {
    keeps_its_goals("sick");
}

#[test]
fn an_allowed_rate_is_found_and_kept() {
    keeps_its_goals("allowed");
}

#[test]
fn an_outage_sees_next_to_nothing_and_its_end_is_noticed() {
    keeps_its_goals("outage of 2 minutes");
}

#[test]
fn an_hour_without_a_service_sees_less_than_a_hundredth() {
    keeps_its_goals("outage of 1 hour");
}

#[test]
fn slow_answers_are_bounded_by_the_calls_in_flight() {
    keeps_its_goals("latency");
}

#[test]
fn what_no_repeat_can_cure_costs_thirty_calls() {
    keeps_its_goals("secret");
    keeps_its_goals("whitelist");
}

#[test]
fn a_seed_repeats_a_trial() {
    let all = trouble::all();
    let scenario = all.iter().find(|it| it.name.contains("10 % random 503"));
    let play = |seed| scenario.unwrap().play(seed).unwrap();
    assert_eq!(play(3), play(3));
    assert_ne!(play(3), play(4));
}
