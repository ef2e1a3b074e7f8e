//! The options of a dispatcher: their ranges, and how hosts set them by name.

use koodrive::InvalidInput;
use koodrive::dispatch::{OPTIONS, Unit};
use koodrive::host::{Spelling, dispatch_config};

use super::*;

type Set = fn(Config, f64) -> Result<Config, InvalidInput>;

// One row per option reads better than three lines per option.
#[rustfmt::skip]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and positive")]
const ROWS: [(&str, &str, f64, f64, Set); 15] = [
    ("rate", "rate", 0.001, 100_000.0, |config, value| config.rate(value)),
    ("burst", "burst", 0.0, 1e6, |config, value| config.burst(value as u32)),
    ("adaptive", "adaptive", 0.0, 1.0, |config, value| Ok(config.adaptive(value > 0.0))),
    ("concurrency", "concurrency", 1.0, 65_535.0, |config, value| config.concurrency(value as u32)),
    ("queue", "queue", 1.0, 1e6, |config, value| config.queue(value as u32)),
    ("attempts", "attempts", 1.0, 100.0, |config, value| config.attempts(value as u32)),
    ("backoff", "backoffMs", 0.0, 86_400.0, |config, value| config.backoff(Duration::from_secs_f64(value))),
    ("backoff_cap", "backoffCapMs", 0.0, 86_400.0, |config, value| config.backoff_cap(Duration::from_secs_f64(value))),
    ("retry_after_cap", "retryAfterCapMs", 0.0, 86_400.0, |config, value| config.retry_after_cap(Duration::from_secs_f64(value))),
    ("retry_ratio", "retryRatio", 0.0, 1.0, |config, value| config.retry_ratio(value)),
    ("halt_after", "haltAfter", 0.0, 1e6, |config, value| config.halt_after(value as u32)),
    ("repeats_are_safe", "repeatsAreSafe", 0.0, 1.0, |config, value| Ok(config.repeats_are_safe(value > 0.0))),
    ("renews_token", "renewsToken", 0.0, 1.0, |config, value| Ok(config.renews_token(value > 0.0))),
    ("token_age", "tokenAgeMs", 1.0, 86_400.0, |config, value| config.token_age(Duration::from_secs_f64(value))),
    ("reply_limit", "replyLimit", 1.0, 1_073_741_824.0, |config, value| config.reply_limit(value as usize)),
];

#[test]
fn the_table_of_options_holds_names_and_ranges() {
    let table = OPTIONS.map(|row| (row.name, row.least, row.most));
    assert_eq!(
        table,
        ROWS.map(|(name, _, least, most, _)| (name, least, most))
    );
}

#[test]
fn the_defaults_of_the_table_are_those_of_the_configuration() {
    let defaults = OPTIONS
        .iter()
        .filter_map(|row| Some((row.name, row.default?)));
    assert_eq!(
        dispatch_config(defaults, Spelling::Snake).unwrap(),
        Config::default()
    );
}

#[test]
fn an_option_is_set_by_its_name_as_by_its_function_from_its_least_to_its_most() {
    for (row, (snake, camel, least, most, set)) in OPTIONS.iter().zip(ROWS) {
        for value in [least, most] {
            let expected = set(Config::default(), value).unwrap();
            let by_name = dispatch_config([(snake, value)], Spelling::Snake).unwrap();
            assert_eq!(by_name, expected, "{snake}");
            let scale = if row.unit == Unit::Seconds {
                1000.0
            } else {
                1.0
            };
            let by_name = dispatch_config([(camel, value * scale)], Spelling::Camel).unwrap();
            assert_eq!(by_name, expected, "{camel}");
        }
    }
}

#[test]
fn a_value_out_of_range_is_refused_with_the_range() {
    for (name, _, least, most, _) in ROWS {
        for value in [least - 0.5, most + 1.0, f64::NAN, f64::INFINITY] {
            let refused = dispatch_config([(name, value)], Spelling::Snake).unwrap_err();
            assert_eq!(refused.field(), Some(name), "{value}");
        }
    }
    for (name, value, message) in [
        (
            "rate",
            0.0,
            "rate: 0 is out of range; pass a number from 0.001 to 100000 per second",
        ),
        (
            "queue",
            1e7,
            "queue: 10000000 is out of range; pass a whole number from 1 to 1000000",
        ),
        (
            "attempts",
            2.5,
            "attempts: 2.5 is out of range; pass a whole number from 1 to 100",
        ),
        (
            "backoff",
            -1.0,
            "backoff: -1 s is out of range; pass a time from 0 s to 86400 s",
        ),
        (
            "retry_ratio",
            2.0,
            "retry_ratio: 2 is out of range; pass a number from 0 to 1",
        ),
        (
            "repeats_are_safe",
            2.0,
            "repeats_are_safe: 2 is out of range; pass true or false",
        ),
        (
            "reply_limit",
            0.0,
            "reply_limit: 0 is out of range; pass a whole number of bytes from 1 to 1073741824",
        ),
    ] {
        let refused = dispatch_config([(name, value)], Spelling::Snake).unwrap_err();
        assert_eq!(refused.to_string(), message);
    }
}

#[test]
fn only_times_the_rate_and_the_ratio_take_a_fraction() {
    for row in OPTIONS {
        let is_taken = dispatch_config([(row.name, row.least + 0.25)], Spelling::Snake).is_ok();
        let takes = matches!(row.unit, Unit::Seconds | Unit::PerSecond | Unit::Ratio);
        assert_eq!(is_taken, takes, "{}", row.name);
    }
}

#[test]
fn a_name_that_is_nearly_right_is_refused_with_all_names() {
    for name in [
        "",
        "Rate",
        "rates",
        "back_off",
        "backoffCap",
        "backoffCapMs",
        "retry_afterCap",
    ] {
        let refused = dispatch_config([(name, 1.0)], Spelling::Snake).unwrap_err();
        assert!(
            refused.to_string().starts_with(&format!(
                "unknown option {name}; expected one of: rate, burst, adaptive,"
            )),
            "{refused}"
        );
    }
}

#[test]
fn the_configuration_that_it_follows_can_be_read() {
    let config = Config::default().rate(7.0).unwrap();
    let dispatcher = Dispatcher::<u64>::new(&client(), config.clone(), 42);
    assert_eq!(dispatcher.config(), &config);
}
