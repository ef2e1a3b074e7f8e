//! Retries: which calls, when, and how often.

use super::*;

/// Fails the call's only attempt and gives the milliseconds after which it is sent again.
fn waited(dispatcher: &mut Dispatcher<u64>, now: u64) -> u64 {
    let ticket = sent(dispatcher, at(now)).ticket;
    dispatcher
        .handle_failure(ticket, not_sent(), at(now))
        .unwrap();
    waits(dispatcher, at(now)).unwrap() - now
}

#[test]
fn a_repeat_is_signed_anew_under_the_same_trace_id() {
    let mut dispatcher = proven(|config| config);
    push(&mut dispatcher, [7, 8]);
    let first = sent(&mut dispatcher, at(0));
    let other = sent(&mut dispatcher, at(0));
    assert_ne!(first.parts.trace_id, other.parts.trace_id);
    answer(&mut dispatcher, first.ticket, 503, b"", at(0));
    let again = sent(&mut dispatcher, at(90_000));
    assert_eq!((first.attempt, again.attempt), (1, 2));
    assert_ne!(first.ticket, again.ticket);
    assert_eq!(first.parts.trace_id, again.parts.trace_id);
    assert_eq!(first.parts.body, again.parts.body);
    assert_eq!(again.parts.x_date.as_str(), "20251103T070310Z");
    assert_ne!(first.parts.authorization, again.parts.authorization);
}

#[test]
fn the_backoff_doubles_up_to_its_cap_and_is_drawn_from_all_of_it() {
    let mut longest = [0_u64; 5];
    let mut shortest = [u64::MAX; 5];
    for seed in 0..200 {
        let policy = Config::default()
            .rate(100_000.0)
            .unwrap()
            .backoff(Duration::from_secs(10))
            .unwrap()
            .backoff_cap(Duration::from_secs(60))
            .unwrap();
        let mut dispatcher = Dispatcher::new(&client(), policy, seed);
        push(&mut dispatcher, [7]);
        let mut now = 0;
        for repeat in 0..5 {
            // A probe each ten seconds at the most: begin when the pace allows.
            let wait = waited(&mut dispatcher, now);
            longest[repeat] = longest[repeat].max(wait);
            shortest[repeat] = shortest[repeat].min(wait);
            now += wait + 1;
        }
    }
    for (repeat, cap) in [10_000, 20_000, 40_000, 60_000, 60_000]
        .into_iter()
        .enumerate()
    {
        assert!(longest[repeat] <= cap, "{repeat}: {longest:?}");
        assert!(longest[repeat] > cap * 95 / 100, "{repeat}: {longest:?}");
        assert!(shortest[repeat] < cap * 5 / 100, "{repeat}: {shortest:?}");
    }
}

#[test]
fn a_retry_after_on_a_429_holds_all_calls_and_counts_from_the_replys_own_date() {
    for (headers, until) in [
        (&[("retry-after", "7")][..], 8000),
        (
            &[
                ("date", "Mon, 03 Nov 2025 09:00:00 GMT"),
                ("retry-after", "Mon, 03 Nov 2025 09:00:30 GMT"),
            ],
            31_000,
        ),
        // An hour is the longest.
        (&[("retry-after", "99999999")], 3_601_000),
    ] {
        let mut dispatcher = proven(|config| config.backoff(Duration::ZERO).unwrap());
        push(&mut dispatcher, [7, 8]);
        let ticket = sent(&mut dispatcher, at(1000)).ticket;
        answer_with(&mut dispatcher, ticket, 429, headers, b"", at(1000));
        assert_eq!(waits(&mut dispatcher, at(1000)), Some(until));
        assert_eq!(waits(&mut dispatcher, at(until - 1)), Some(until));
        // A waiting retry goes first.
        assert_eq!(sent(&mut dispatcher, at(until)).attempt, 2);
        // A 503 holds its own call alone.
        let mut dispatcher = proven(|config| config.backoff(Duration::ZERO).unwrap());
        push(&mut dispatcher, [7, 8]);
        let ticket = sent(&mut dispatcher, at(1000)).ticket;
        answer_with(&mut dispatcher, ticket, 503, headers, b"", at(1000));
        assert_eq!(sent(&mut dispatcher, at(1000)).attempt, 1);
        assert_eq!(waits(&mut dispatcher, at(1000)), Some(until));
        assert_eq!(sent(&mut dispatcher, at(until)).attempt, 2);
    }
}

#[test]
fn a_retry_after_on_a_503_holds_all_calls_where_nothing_gets_through() {
    let mut dispatcher = proven(|config| config.rate(1000.0).unwrap().attempts(1).unwrap());
    // Twelve in a row are too many, and three more since the pace was lowered are an outage.
    for number in 0..15 {
        let now = at(1000 + number * 10);
        push(&mut dispatcher, [number]);
        let ticket = sent(&mut dispatcher, now).ticket;
        answer_with(
            &mut dispatcher,
            ticket,
            503,
            &[("retry-after", "60")],
            b"",
            now,
        );
        assert_eq!(outcome(&mut dispatcher, now).verdict, Verdict::GivenUp);
    }
    push(&mut dispatcher, [99]);
    assert_eq!(waits(&mut dispatcher, at(1150)), Some(61_140));
}

#[test]
fn a_retry_after_elsewhere_says_nothing() {
    let mut dispatcher = proven(|config| config);
    push(&mut dispatcher, [7, 8]);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    answer_with(
        &mut dispatcher,
        ticket,
        400,
        &[("retry-after", "7")],
        b"",
        at(0),
    );
    assert_eq!(outcome(&mut dispatcher, at(0)).verdict, Verdict::Refused);
    assert_eq!(sent(&mut dispatcher, at(0)).attempt, 1);
}

#[test]
fn attempts_are_counted_and_then_it_is_given_up() {
    let mut dispatcher =
        proven(|config| config.attempts(3).unwrap().backoff(Duration::ZERO).unwrap());
    push(&mut dispatcher, [7]);
    for number in 1..=3 {
        let attempt = sent(&mut dispatcher, at(number * 60_000));
        assert_eq!(u64::from(attempt.attempt), number);
        answer(
            &mut dispatcher,
            attempt.ticket,
            429,
            b"",
            at(number * 60_000),
        );
    }
    let outcome = outcome(&mut dispatcher, at(180_000));
    assert_eq!((outcome.verdict, outcome.attempts), (Verdict::GivenUp, 3));
    assert_eq!(outcome.status, Some(429));
    assert!(outcome.error.unwrap().is_retryable());
}

#[test]
fn when_the_budget_is_spent_calls_are_given_up_at_once() {
    let mut dispatcher = proven(|config| {
        config
            .concurrency(1)
            .unwrap()
            .retry_ratio(0.0)
            .unwrap()
            .backoff(Duration::ZERO)
            .unwrap()
            .attempts(100)
            .unwrap()
    });
    push(&mut dispatcher, 0..2);
    // A reserve of ten, and no time passes.
    for number in 1..=11 {
        let attempt = sent(&mut dispatcher, at(0));
        assert_eq!(attempt.attempt, number);
        dispatcher
            .handle_failure(attempt.ticket, not_sent(), at(0))
            .unwrap();
    }
    let given_up = outcome(&mut dispatcher, at(0));
    assert_eq!(
        (given_up.verdict, given_up.attempts),
        (Verdict::GivenUp, 11)
    );
    // Two seconds pay for two more.
    for number in 1..=3 {
        let attempt = sent(&mut dispatcher, at(2000));
        assert_eq!(
            (dispatcher.key(attempt.ticket), attempt.attempt),
            (Some(&1), number)
        );
        dispatcher
            .handle_failure(attempt.ticket, not_sent(), at(2000))
            .unwrap();
    }
    assert_eq!(outcome(&mut dispatcher, at(2000)).attempts, 3);
}

#[test]
fn first_attempts_pay_for_one_repeat_in_ten() {
    let mut dispatcher = proven(|config| {
        config
            .retry_ratio(0.1)
            .unwrap()
            .concurrency(1)
            .unwrap()
            .backoff(Duration::ZERO)
            .unwrap()
            .attempts(100)
            .unwrap()
    });
    let spend = |dispatcher: &mut Dispatcher<u64>| {
        push(dispatcher, [0]);
        loop {
            match next(dispatcher, at(0)) {
                Action::Send(attempt) => {
                    dispatcher
                        .handle_failure(attempt.ticket, not_sent(), at(0))
                        .unwrap();
                }
                Action::Outcome(outcome) => return outcome.attempts - 1,
                other => panic!("{other:?}"),
            }
        }
    };
    assert_eq!(spend(&mut dispatcher), 10);
    for key in 0..49 {
        push(&mut dispatcher, [key]);
        let ticket = sent(&mut dispatcher, at(0)).ticket;
        answer(&mut dispatcher, ticket, 200, DELIVERED, at(0));
        assert_eq!(outcome(&mut dispatcher, at(0)).verdict, Verdict::Delivered);
    }
    assert_eq!(spend(&mut dispatcher), 5);
}

#[test]
fn what_is_unknown_is_never_sent_again() {
    let mut dispatcher = proven(|config| config);
    push(&mut dispatcher, 0..2);
    let attempts = all_sent(&mut dispatcher, at(0));
    dispatcher
        .handle_failure(attempts[0].ticket, unanswered(), at(30_000))
        .unwrap();
    answer(&mut dispatcher, attempts[1].ticket, 500, b"", at(30_000));
    let outcomes = outcomes(&mut dispatcher, at(30_000));
    assert_eq!(outcomes.len(), 2);
    for outcome in outcomes {
        assert_eq!((outcome.verdict, outcome.attempts), (Verdict::Unknown, 1));
    }
    dispatcher.finish();
    assert!(matches!(next(&mut dispatcher, at(99_000)), Action::Done));
}

#[test]
fn where_repeats_are_safe_it_is_sent_again_and_stays_unknown_unless_delivered() {
    for (status, verdict) in [
        (200, Verdict::Delivered),
        (403, Verdict::Unknown),
        (409, Verdict::Unknown),
    ] {
        let mut dispatcher = proven(|config| config.repeats_are_safe(true));
        push(&mut dispatcher, [7]);
        let ticket = sent(&mut dispatcher, at(0)).ticket;
        dispatcher
            .handle_failure(ticket, unanswered(), at(30_000))
            .unwrap();
        let again = sent(&mut dispatcher, at(60_000));
        assert_eq!(again.attempt, 2);
        let body = if status == 200 { DELIVERED } else { b"" };
        answer(&mut dispatcher, again.ticket, status, body, at(60_000));
        let outcome = outcome(&mut dispatcher, at(60_000));
        assert_eq!((outcome.verdict, outcome.status), (verdict, Some(status)));
    }
}

#[test]
fn what_waited_and_is_due_goes_before_what_is_new() {
    let mut dispatcher = proven(|config| {
        config
            .concurrency(1)
            .unwrap()
            .backoff(Duration::ZERO)
            .unwrap()
    });
    push(&mut dispatcher, [7, 8]);
    let first = sent(&mut dispatcher, at(0));
    answer(&mut dispatcher, first.ticket, 503, b"", at(0));
    let again = sent(&mut dispatcher, at(1000));
    assert_eq!(dispatcher.key(again.ticket), Some(&7));
}

#[test]
fn what_is_due_at_once_goes_in_the_order_of_the_failures() {
    let mut dispatcher = proven(|config| config.backoff(Duration::ZERO).unwrap());
    push(&mut dispatcher, 0..3);
    let attempts = all_sent(&mut dispatcher, at(0));
    for failed in [2, 0, 1] {
        let ticket = attempts[failed].ticket;
        dispatcher
            .handle_failure(ticket, not_sent(), at(0))
            .unwrap();
    }
    let again = all_sent(&mut dispatcher, at(1000));
    let keys: Vec<_> = again
        .iter()
        .map(|attempt| *dispatcher.key(attempt.ticket).unwrap())
        .collect();
    assert_eq!(keys, [2, 0, 1]);
}

#[test]
fn what_waits_is_not_sent_early_in_the_place_of_what_is_new() {
    let backoff = |config: Config| config.backoff(Duration::from_secs(60)).unwrap();
    let mut alone = proven(backoff);
    push(&mut alone, [7]);
    let due = waited(&mut alone, 0);
    assert!(due > 10, "{due}");

    let mut dispatcher = proven(backoff);
    push(&mut dispatcher, [7]);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    dispatcher
        .handle_failure(ticket, not_sent(), at(0))
        .unwrap();
    push(&mut dispatcher, [8]);
    let new = sent(&mut dispatcher, at(due - 1));
    assert_eq!(dispatcher.key(new.ticket), Some(&8));
    push(&mut dispatcher, [9]);
    let again = sent(&mut dispatcher, at(due + 1));
    assert_eq!(dispatcher.key(again.ticket), Some(&7));
}
