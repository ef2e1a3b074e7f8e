//! Faults at random, and the token bucket.

use chrono::TimeDelta;

use super::*;

/// The status of each of so many requests, one every `every` milliseconds; 0 where the connection
/// is cut.
fn statuses(config: &str, requests: i32, every: i64) -> Vec<u16> {
    let mut sandbox = sandbox(config);
    let request = request(by_token(), &call());
    (0..requests)
        .map(|number| {
            let now = now() + TimeDelta::milliseconds(i64::from(number) * every);
            match sandbox.handle(&request, now) {
                Answer::Cut { .. } => 0,
                answer => answer.response().status().as_u16(),
            }
        })
        .collect()
}

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|other| **other == status).count()
}

#[test]
fn a_share_of_requests_fails_at_random_and_the_same_for_a_seed() {
    let config = |seed: u32| format!(r#"{{"randomFaults": {{"share": 0.2, "seed": {seed}}}}}"#);
    let all = statuses(&config(7), 10_000, 0);
    for status in [503, 500, 429, 0] {
        let times = count(&all, status);
        assert!((430..570).contains(&times), "{status}: {times}");
    }
    assert_eq!(all, statuses(&config(7), 10_000, 0));
    assert_ne!(all, statuses(&config(8), 10_000, 0));
}

#[test]
fn none_and_all_are_shares_and_the_kinds_can_be_chosen() {
    let none = statuses(r#"{"randomFaults": {"share": 0, "of": [503]}}"#, 100, 0);
    assert_eq!(count(&none, 200), 100);
    let all = statuses(
        r#"{"randomFaults": {"share": 1, "of": [503, "cut"]}}"#,
        100,
        0,
    );
    // The default seed gives these counts.
    assert_eq!((count(&all, 503), count(&all, 0)), (45, 55));
}

#[test]
fn the_script_goes_before_what_is_random() {
    let config = r#"{"faults": ["pass", 418], "randomFaults": {"share": 1, "of": [503]}}"#;
    assert_eq!(statuses(config, 4, 0), [200, 418, 503, 503]);
}

#[test]
fn a_bucket_allows_its_burst_and_then_its_rate() {
    // Ten saved up, and one each 100 ms.
    let config = r#"{"allowance": {"perSecond": 10}}"#;
    assert_eq!(count(&statuses(config, 50, 0), 200), 10);
    assert_eq!(count(&statuses(config, 401, 50), 200), 210);
    assert_eq!(count(&statuses(config, 200, 101), 200), 200);
    let config = r#"{"allowance": {"perSecond": 10, "burst": 1, "status": 503}}"#;
    let all = statuses(config, 3, 50);
    assert_eq!(all, [200, 503, 200]);
}

#[test]
fn a_refusal_of_the_bucket_may_carry_a_retry_after() {
    for (more, expected) in [("", None), (r#", "retryAfter": 3"#, Some("3"))] {
        let config = format!(r#"{{"allowance": {{"perSecond": 1{more}}}}}"#);
        let mut sandbox = sandbox(&config);
        let request = request(by_token(), &call());
        assert_eq!(sandbox.handle(&request, now()).response().status(), 200);
        let answer = sandbox.handle(&request, now());
        assert_eq!(answer.response().status(), 429);
        let retry_after = answer.response().headers().get("retry-after");
        assert_eq!(retry_after.map(|value| value.to_str().unwrap()), expected);
        // The sandbox did not act on the call.
        assert_eq!(sandbox.accepted().len(), 1);
    }
}

#[test]
fn a_clock_that_goes_back_refills_nothing() {
    let mut sandbox = sandbox(r#"{"allowance": {"perSecond": 1}}"#);
    let request = request(by_token(), &call());
    assert_eq!(sandbox.handle(&request, now()).response().status(), 200);
    for back in [3600, 0] {
        let answer = sandbox.handle(&request, now() - TimeDelta::seconds(back));
        assert_eq!(answer.response().status(), 429);
    }
}

#[test]
fn what_cannot_be_is_refused() {
    for (config, message) in [
        (
            r#"{"randomFaults": {"share": 1.5}}"#,
            "randomFaults: share: 1.5 is out of range; pass a number from 0 to 1",
        ),
        (
            r#"{"randomFaults": {"share": 1, "of": []}}"#,
            "randomFaults: of: empty, so that nothing could happen; pass at least one fault",
        ),
        (
            r#"{"allowance": {"perSecond": 0}}"#,
            "allowance: perSecond: 0 is out of range; pass a number above 0, at most 1000000",
        ),
        (
            r#"{"allowance": {"perSecond": 1, "status": 204}}"#,
            "allowance: a fault's status is 204; it must lie in 200 to 599 and not be 204, 205 or 304, which carry no body",
        ),
    ] {
        let config = SandboxConfig::from_json(config).unwrap();
        assert_eq!(Sandbox::new(config).unwrap_err().to_string(), message);
    }
}
