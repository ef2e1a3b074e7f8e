//! The server's clock, and a wall clock that is set in the middle of a job.

use super::*;

#[test]
fn the_servers_clock_is_learned_from_each_response() {
    let mut dispatcher = unproven(|config| config);
    push(&mut dispatcher, 0..3);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    // Ten minutes ahead.
    let headers = [("date", "Mon, 03 Nov 2025 07:11:45 GMT")];
    answer_with(&mut dispatcher, ticket, 200, &headers, DELIVERED, at(0));
    assert_eq!(dispatcher.client().clock_offset(), TimeDelta::minutes(10));
    assert_eq!(outcome(&mut dispatcher, at(0)).key, 0);
    let attempt = sent(&mut dispatcher, at(10_000));
    assert_eq!(attempt.parts.x_date.as_str(), "20251103T071150Z");
    // A minute ahead: it drifts, or another server answered.
    let headers = [("date", "Mon, 03 Nov 2025 07:02:55 GMT")];
    answer_with(
        &mut dispatcher,
        attempt.ticket,
        403,
        &headers,
        b"",
        at(10_000),
    );
    assert_eq!(outcome(&mut dispatcher, at(10_000)).key, 1);
    assert_eq!(
        sent(&mut dispatcher, at(10_000)).parts.x_date.as_str(),
        "20251103T070250Z"
    );
}

#[test]
fn a_cache_does_not_show_the_servers_clock() {
    let mut dispatcher = unproven(|config| config);
    push(&mut dispatcher, [0]);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    let headers = [("date", "Mon, 03 Nov 2025 07:11:45 GMT"), ("age", "0")];
    answer_with(&mut dispatcher, ticket, 200, &headers, DELIVERED, at(0));
    assert_eq!(dispatcher.client().clock_offset(), TimeDelta::zero());
    // The outcome has the reply's date all the same.
    let outcome = outcome(&mut dispatcher, at(0));
    assert_eq!(
        outcome.server_date,
        "2025-11-03T07:11:45Z".parse::<DateTime<Utc>>().ok()
    );
}

#[test]
fn the_callers_client_keeps_its_own_clock() {
    let client = client();
    let mut dispatcher = Dispatcher::new(&client, Config::default(), 42);
    push(&mut dispatcher, [0]);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    let headers = [("date", "Mon, 03 Nov 2025 07:11:45 GMT")];
    answer_with(&mut dispatcher, ticket, 200, &headers, DELIVERED, at(0));
    assert_eq!(client.clock_offset(), TimeDelta::zero());
}

#[test]
fn a_refusal_for_the_date_is_signed_anew_at_once_and_once() {
    let mut dispatcher = unproven(|config| config.renews_token(true));
    push(&mut dispatcher, [7]);
    let first = sent(&mut dispatcher, at(0));
    let headers = [("date", "Mon, 03 Nov 2025 09:01:45 GMT")];
    answer_with(&mut dispatcher, first.ticket, 401, &headers, b"", at(0));
    let again = sent(&mut dispatcher, at(0));
    assert_eq!(again.attempt, 2);
    assert_eq!(again.parts.trace_id, first.parts.trace_id);
    assert_eq!(again.parts.x_date.as_str(), "20251103T090140Z");
    // The server's clock has moved again.
    let headers = [("date", "Mon, 03 Nov 2025 11:01:45 GMT")];
    answer_with(&mut dispatcher, again.ticket, 401, &headers, b"", at(0));
    let outcome = outcome(&mut dispatcher, at(0));
    assert_eq!((outcome.verdict, outcome.attempts), (Verdict::Refused, 2));
}

#[test]
fn a_jump_of_the_wall_clock_moves_neither_instants_nor_x_dates() {
    for seconds in [3600, -3600, 86_400 * 365, -86_400 * 365] {
        let mut dispatcher = unproven(|config| config.rate(50.0).unwrap());
        push(&mut dispatcher, 0..12);
        let ticket = sent(&mut dispatcher, at(0)).ticket;
        let headers = [("date", "Mon, 03 Nov 2025 07:01:45 GMT")];
        answer_with(&mut dispatcher, ticket, 200, &headers, DELIVERED, at(0));
        assert_eq!(outcome(&mut dispatcher, at(0)).key, 0);
        assert_eq!(all_sent(&mut dispatcher, at(0)).len(), 4);
        // The clock is set.
        assert_eq!(waits(&mut dispatcher, jumped(1, seconds)), Some(20));
        let attempts = all_sent(&mut dispatcher, jumped(60_000, seconds));
        assert_eq!(attempts.len(), 5);
        for attempt in &attempts {
            assert_eq!(attempt.parts.x_date.as_str(), "20251103T070240Z");
        }
        // The next reply shows it, unless it is off by more than a day; then what was learned
        // before still holds. An auditor reads the clock as it was.
        let headers = [("date", "Mon, 03 Nov 2025 07:02:46 GMT")];
        let now = jumped(61_000, seconds);
        answer_with(
            &mut dispatcher,
            attempts[0].ticket,
            200,
            &headers,
            DELIVERED,
            now,
        );
        let outcome = outcome(&mut dispatcher, now);
        assert_eq!(outcome.answered_at, Some(now.wall));
        let learned = if seconds.abs() <= 86_400 { -seconds } else { 0 };
        assert_eq!(
            dispatcher.client().clock_offset(),
            TimeDelta::seconds(learned)
        );
        let attempt = sent(&mut dispatcher, now);
        assert_eq!(attempt.parts.x_date.as_str(), "20251103T070241Z");
    }
}

#[test]
fn a_monotonic_clock_that_goes_back_stands_still() {
    let mut dispatcher = unproven(|config| config.rate(50.0).unwrap());
    push(&mut dispatcher, 0..12);
    assert_eq!(all_sent(&mut dispatcher, at(1000)).len(), 5);
    assert_eq!(waits(&mut dispatcher, at(0)), Some(1020));
    assert_eq!(all_sent(&mut dispatcher, at(0)).len(), 0);
    assert_eq!(all_sent(&mut dispatcher, at(1020)).len(), 1);
}
