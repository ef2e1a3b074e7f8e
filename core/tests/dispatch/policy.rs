//! The numbers of the policy: by name, in their ranges.

use super::*;

/// Every number in its order: names, least, most, and how to read it.
type Row = (&'static str, &'static str, f64, f64, fn(&Policy) -> f64);

type Change = fn(&mut Policy);

const fn yes(is: bool) -> f64 {
    if is { 1.0 } else { 0.0 }
}

// One row per number reads better than three lines per number.
#[rustfmt::skip]
#[expect(clippy::cast_precision_loss, reason = "at most 2^30")]
const NUMBERS: [Row; 14] = [
    ("rate", "rate", 0.001, 100_000.0, |policy| policy.rate),
    ("burst", "burst", 0.0, 1e6, |policy| policy.burst.into()),
    ("concurrency", "concurrency", 1.0, 65_535.0, |policy| policy.concurrency.into()),
    ("queue", "queue", 1.0, 1e6, |policy| policy.queue.into()),
    ("attempts", "attempts", 1.0, 100.0, |policy| policy.attempts.into()),
    ("backoff", "backoff", 0.0, 86_400.0, |policy| policy.backoff.as_secs_f64()),
    ("backoff_cap", "backoffCap", 0.0, 86_400.0, |policy| policy.backoff_cap.as_secs_f64()),
    ("retry_after_cap", "retryAfterCap", 0.0, 86_400.0, |policy| policy.retry_after_cap.as_secs_f64()),
    ("retry_ratio", "retryRatio", 0.0, 1.0, |policy| policy.retry_ratio),
    ("halt_after", "haltAfter", 0.0, 1e6, |policy| policy.halt_after.into()),
    ("repeats_are_safe", "repeatsAreSafe", 0.0, 1.0, |policy| yes(policy.repeats_are_safe)),
    ("renews_token", "renewsToken", 0.0, 1.0, |policy| yes(policy.renews_token)),
    ("token_age", "tokenAge", 1.0, 86_400.0, |policy| policy.token_age.map_or(f64::NAN, |age| age.as_secs_f64())),
    ("reply_limit", "replyLimit", 1.0, 1_073_741_824.0, |policy| policy.reply_limit as f64),
];

#[test]
fn a_number_is_set_by_its_name_from_its_least_to_its_most_and_nothing_else_changes() {
    let untouched: Vec<f64> = NUMBERS
        .iter()
        .map(|row| row.4(&Policy::default()))
        .collect();
    for (at, (snake, camel, least, most, _)) in NUMBERS.into_iter().enumerate() {
        for (name, value) in [(snake, least), (camel, least), (snake, most), (camel, most)] {
            let mut policy = Policy::default();
            policy.set(name, value).unwrap();
            let mut expected = untouched.clone();
            expected[at] = value;
            let numbers = NUMBERS.iter().map(|row| row.4(&policy));
            for (number, expected) in numbers.zip(expected) {
                assert_eq!(number.to_bits(), expected.to_bits(), "{name} = {value}");
            }
        }
    }
}

#[test]
fn a_number_out_of_its_range_is_refused_with_its_range() {
    for (name, _, least, most, _) in NUMBERS {
        for value in [least - 0.5, most + 1.0, f64::NAN, f64::INFINITY] {
            let refused = Policy::default().set(name, value).unwrap_err();
            assert_eq!(
                refused.to_string(),
                format!("{name} is {value}; it must lie in {least} to {most}")
            );
        }
    }
}

#[test]
fn half_a_call_is_refused() {
    for name in [
        "burst",
        "concurrency",
        "queue",
        "attempts",
        "halt_after",
        "reply_limit",
    ] {
        assert_eq!(
            Policy::default().set(name, 2.5).unwrap_err().to_string(),
            format!("{name} is 2.5; it must be a whole number")
        );
    }
    for name in [
        "rate",
        "backoff",
        "backoff_cap",
        "retry_after_cap",
        "token_age",
    ] {
        Policy::default().set(name, 2.5).unwrap();
    }
}

#[test]
fn a_name_that_is_nearly_right_is_refused() {
    for name in [
        "",
        "Rate",
        "rates",
        "back_off",
        "backoffcap",
        "BackoffCap",
        "backoff_Cap",
        "retry_afterCap",
    ] {
        let refused = Policy::default().set(name, 1.0).unwrap_err().to_string();
        assert!(
            refused.starts_with(&format!(
                "{name} is no number of the policy; it has rate, burst,"
            )),
            "{refused}"
        );
    }
}

#[test]
fn what_was_set_past_its_range_starts_nothing() {
    let refused = |change: Change| {
        let mut policy = Policy::default();
        change(&mut policy);
        let dispatcher = Dispatcher::<u64>::new(&client(), policy, 42);
        dispatcher.unwrap_err().to_string()
    };
    #[rustfmt::skip]
    let changes: [(&str, Change); 9] = [
        ("concurrency is 0; it must lie in 1 to 65535", |policy| policy.concurrency = 0),
        ("queue is 1000001; it must lie in 1 to 1000000", |policy| policy.queue = 1_000_001),
        ("attempts is 0; it must lie in 1 to 100", |policy| policy.attempts = 0),
        ("burst is 1000001; it must lie in 0 to 1000000", |policy| policy.burst = 1_000_001),
        ("halt_after is 1000001; it must lie in 0 to 1000000", |policy| policy.halt_after = 1_000_001),
        ("backoff is 86401; it must lie in 0 to 86400", |policy| policy.backoff = Duration::from_secs(86_401)),
        ("backoff_cap is 86401; it must lie in 0 to 86400", |policy| policy.backoff_cap = Duration::from_secs(86_401)),
        ("retry_after_cap is 86401; it must lie in 0 to 86400", |policy| policy.retry_after_cap = Duration::from_secs(86_401)),
        ("reply_limit is 0; it must lie in 1 to 1073741824", |policy| policy.reply_limit = 0),
    ];
    for (message, change) in changes {
        assert_eq!(refused(change), message);
    }
}

#[test]
fn the_policy_that_it_follows_can_be_read() {
    let mut policy = Policy::default();
    policy.rate = 7.0;
    let dispatcher = Dispatcher::<u64>::new(&client(), policy.clone(), 42).unwrap();
    assert_eq!(dispatcher.policy(), &policy);
}
