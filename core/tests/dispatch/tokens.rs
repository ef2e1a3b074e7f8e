//! Fresh tokens: at a 401, and at an age.

use super::*;

fn token(text: &str) -> Credentials {
    Credentials::token(text).unwrap()
}

fn with_tokens(change: impl FnOnce(Config) -> Config) -> Dispatcher<u64> {
    let config = Config::default()
        .rate(100_000.0)
        .unwrap()
        .renews_token(true);
    let client = client().with_credentials(token("first"));
    Dispatcher::new(&client, change(config), 42)
}

#[test]
fn a_401_asks_for_a_token_once_and_every_call_is_sent_again_with_it() {
    let mut dispatcher = with_tokens(|config| config);
    push(&mut dispatcher, 0..3);
    let attempts = all_sent(&mut dispatcher, at(0));
    for attempt in &attempts {
        assert_eq!(attempt.parts.authorization.as_str(), "Bearer first");
    }
    answer(&mut dispatcher, attempts[0].ticket, 401, b"", at(10));
    answer(&mut dispatcher, attempts[1].ticket, 401, b"", at(10));
    assert!(matches!(next(&mut dispatcher, at(10)), Action::Token));
    // Asked for once, and nothing is sent until it is there.
    push(&mut dispatcher, [3]);
    assert_eq!(waits(&mut dispatcher, at(10)), None);
    dispatcher.set_credentials(token("second"), at(500));
    // In the order of their failures, then what is new; and what was sent with the old one is late,
    // not refused.
    let again = all_sent(&mut dispatcher, at(500));
    let keys: Vec<_> = again
        .iter()
        .map(|attempt| *dispatcher.key(attempt.ticket).unwrap())
        .collect();
    assert_eq!(keys, [0, 1, 3]);
    assert_eq!(again[0].attempt, 2);
    assert_eq!(again[0].parts.authorization.as_str(), "Bearer second");
    answer(&mut dispatcher, attempts[2].ticket, 401, b"", at(600));
    assert_eq!(
        sent(&mut dispatcher, at(600)).parts.authorization.as_str(),
        "Bearer second"
    );
    assert!(matches!(next(&mut dispatcher, at(600)), Action::Wait(None)));
}

/// Answers the call in flight with 401, and gives the instant at which the source of tokens is
/// asked.
fn refuse_until_asked(dispatcher: &mut Dispatcher<u64>, ticket: Ticket, now: u64) -> u64 {
    answer(dispatcher, ticket, 401, b"", at(now));
    asked_at(dispatcher, now)
}

fn asked_at(dispatcher: &mut Dispatcher<u64>, now: u64) -> u64 {
    match next(dispatcher, at(now)) {
        Action::Token => now,
        Action::Wait(Some(until)) => {
            let then = u64::try_from(until.as_millis()).unwrap() + 1;
            assert!(matches!(next(dispatcher, at(then)), Action::Token));
            then
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_request_tries_a_refused_token_that_the_source_gives_again() {
    let mut dispatcher = with_tokens(|config| config);
    push(&mut dispatcher, 0..5);
    let first = all_sent(&mut dispatcher, at(0));
    assert_eq!(first.len(), 5);
    for attempt in &first {
        answer(&mut dispatcher, attempt.ticket, 401, b"", at(0));
    }
    let mut now = asked_at(&mut dispatcher, 0);
    for round in 0..4 {
        dispatcher.set_credentials(token("first"), at(now));
        // After the backoff, and one alone.
        now = waits(&mut dispatcher, at(now)).unwrap() + 1;
        let trial = sent(&mut dispatcher, at(now));
        assert_eq!(waits(&mut dispatcher, at(now)), None);
        match round {
            // An answer that says nothing about the token makes the dispatcher ask again, too.
            0 => answer(&mut dispatcher, trial.ticket, 503, b"", at(now)),
            _ => answer(&mut dispatcher, trial.ticket, 401, b"", at(now)),
        }
        now = asked_at(&mut dispatcher, now);
    }
    dispatcher.set_credentials(token("second"), at(now));
    deliver_all(&mut dispatcher, now, 5, "Bearer second");
}

#[test]
fn a_refused_token_that_works_after_all_is_used() {
    let mut dispatcher = with_tokens(|config| config);
    push(&mut dispatcher, 0..5);
    for attempt in all_sent(&mut dispatcher, at(0)) {
        answer(&mut dispatcher, attempt.ticket, 401, b"", at(0));
    }
    let now = asked_at(&mut dispatcher, 0);
    dispatcher.set_credentials(token("first"), at(now));
    let now = waits(&mut dispatcher, at(now)).unwrap() + 1;
    let trial = sent(&mut dispatcher, at(now));
    answer(&mut dispatcher, trial.ticket, 200, DELIVERED, at(now));
    assert_eq!(
        outcome(&mut dispatcher, at(now)).verdict,
        Verdict::Delivered
    );
    deliver_all(&mut dispatcher, now, 4, "Bearer first");
}

fn deliver_all(dispatcher: &mut Dispatcher<u64>, now: u64, calls: usize, authorization: &str) {
    let mut now = now;
    for _ in 0..calls {
        now = match next(dispatcher, at(now)) {
            Action::Wait(Some(until)) => u64::try_from(until.as_millis()).unwrap() + 1,
            Action::Send(attempt) => {
                assert_eq!(attempt.parts.authorization.as_str(), authorization);
                answer(dispatcher, attempt.ticket, 200, DELIVERED, at(now));
                assert_eq!(outcome(dispatcher, at(now)).verdict, Verdict::Delivered);
                continue;
            }
            other => panic!("{other:?}"),
        };
        let attempt = sent(dispatcher, at(now));
        assert_eq!(attempt.parts.authorization.as_str(), authorization);
        answer(dispatcher, attempt.ticket, 200, DELIVERED, at(now));
        assert_eq!(outcome(dispatcher, at(now)).verdict, Verdict::Delivered);
    }
}

#[test]
fn a_call_whose_attempts_are_spent_on_a_refused_token_is_refused() {
    let mut dispatcher = with_tokens(|config| config.attempts(4).unwrap());
    push(&mut dispatcher, [7]);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    let mut now = refuse_until_asked(&mut dispatcher, ticket, 0);
    for _ in 1..4 {
        dispatcher.set_credentials(token("first"), at(now));
        now = waits(&mut dispatcher, at(now)).unwrap() + 1;
        let ticket = sent(&mut dispatcher, at(now)).ticket;
        answer(&mut dispatcher, ticket, 401, b"", at(now));
        let action = next(&mut dispatcher, at(now));
        if let Action::Outcome(outcome) = action {
            // Its attempts are spent.
            assert_eq!((outcome.verdict, outcome.attempts), (Verdict::Refused, 4));
            return;
        }
        assert!(matches!(action, Action::Token), "{action:?}");
    }
    panic!("its attempts should be spent");
}

#[test]
fn a_job_of_many_calls_halts_where_no_other_token_comes() {
    let mut dispatcher = with_tokens(|config| config.attempts(3).unwrap());
    push(&mut dispatcher, 0..5);
    for attempt in all_sent(&mut dispatcher, at(0)) {
        answer(&mut dispatcher, attempt.ticket, 401, b"", at(0));
    }
    let mut now = asked_at(&mut dispatcher, 0);
    for _ in 1..3 {
        dispatcher.set_credentials(token("first"), at(now));
        now = waits(&mut dispatcher, at(now)).unwrap() + 1;
        let ticket = sent(&mut dispatcher, at(now)).ticket;
        answer(&mut dispatcher, ticket, 401, b"", at(now));
        now = asked_at(&mut dispatcher, now);
    }
    dispatcher.set_credentials(token("first"), at(now));
    let Action::Halted(halt) = next(&mut dispatcher, at(now)) else {
        panic!("should halt");
    };
    assert_eq!(halt.as_str(), "no_token");
}

#[test]
fn the_token_of_a_file_that_is_being_written_is_followed_by_the_whole_one() {
    let mut dispatcher = with_tokens(|config| config);
    push(&mut dispatcher, 0..2);
    let attempts = all_sent(&mut dispatcher, at(0));
    answer(&mut dispatcher, attempts[0].ticket, 401, b"", at(0));
    let now = refuse_until_asked(&mut dispatcher, attempts[1].ticket, 0);
    dispatcher.set_credentials(token("to"), at(now));
    let attempts = all_sent(&mut dispatcher, at(now));
    answer(&mut dispatcher, attempts[0].ticket, 401, b"", at(now));
    let now = refuse_until_asked(&mut dispatcher, attempts[1].ticket, now);
    dispatcher.set_credentials(token("token"), at(now));
    let attempts = all_sent(&mut dispatcher, at(now));
    assert_eq!(attempts.len(), 2);
    for attempt in attempts {
        assert_eq!(attempt.attempt, 3);
        answer(&mut dispatcher, attempt.ticket, 200, DELIVERED, at(now));
        assert_eq!(
            outcome(&mut dispatcher, at(now)).verdict,
            Verdict::Delivered
        );
    }
}

#[test]
fn a_call_that_three_tokens_were_refused_for_is_refused() {
    let mut dispatcher = with_tokens(|config| config);
    push(&mut dispatcher, [7]);
    let mut now = 0;
    for text in ["second", "third"] {
        let ticket = sent(&mut dispatcher, at(now)).ticket;
        now = refuse_until_asked(&mut dispatcher, ticket, now);
        dispatcher.set_credentials(token(text), at(now));
    }
    let ticket = sent(&mut dispatcher, at(now)).ticket;
    answer(&mut dispatcher, ticket, 401, b"", at(now));
    let outcome = outcome(&mut dispatcher, at(now));
    assert_eq!((outcome.verdict, outcome.attempts), (Verdict::Refused, 3));
}

#[test]
fn a_call_that_is_refused_twice_with_a_token_that_others_are_delivered_with_is_refused() {
    let mut dispatcher = with_tokens(|config| config);
    push(&mut dispatcher, 0..2);
    let refused = sent(&mut dispatcher, at(0)).ticket;
    let later = sent(&mut dispatcher, at(10)).ticket;
    let now = refuse_until_asked(&mut dispatcher, refused, 20);
    answer(&mut dispatcher, later, 200, DELIVERED, at(now));
    assert_eq!(outcome(&mut dispatcher, at(now)).key, 1);
    // The source knows that its token is good.
    dispatcher.set_credentials(token("first"), at(now));
    let ticket = sent(&mut dispatcher, at(now)).ticket;
    answer(&mut dispatcher, ticket, 401, b"", at(now));
    let outcome = outcome(&mut dispatcher, at(now));
    assert_eq!((outcome.key, outcome.verdict), (0, Verdict::Refused));
}

#[test]
fn one_that_worked_is_replaced_whenever_it_ends() {
    let mut dispatcher = with_tokens(|config| config);
    for round in 0..5 {
        push(&mut dispatcher, [round]);
        let ticket = sent(&mut dispatcher, at(round)).ticket;
        answer(&mut dispatcher, ticket, 401, b"", at(round));
        assert!(matches!(next(&mut dispatcher, at(round)), Action::Token));
        dispatcher.set_credentials(token(&format!("fresh {round}")), at(round));
        let ticket = sent(&mut dispatcher, at(round)).ticket;
        answer(&mut dispatcher, ticket, 200, DELIVERED, at(round));
        assert_eq!(
            outcome(&mut dispatcher, at(round)).verdict,
            Verdict::Delivered
        );
    }
}

#[test]
fn without_a_source_of_tokens_a_401_is_a_refusal() {
    let mut dispatcher = with_tokens(|config| config.renews_token(false));
    push(&mut dispatcher, [7]);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    answer(&mut dispatcher, ticket, 401, b"", at(0));
    assert_eq!(outcome(&mut dispatcher, at(0)).verdict, Verdict::Refused);
}

#[test]
fn a_token_is_replaced_at_its_age_before_anything_is_refused() {
    let mut dispatcher = with_tokens(|config| config.token_age(Duration::from_secs(1500)).unwrap());
    push(&mut dispatcher, [1]);
    // Its age counts from its first use.
    let ticket = sent(&mut dispatcher, at(60_000)).ticket;
    answer(&mut dispatcher, ticket, 200, DELIVERED, at(60_000));
    assert_eq!(
        outcome(&mut dispatcher, at(60_000)).verdict,
        Verdict::Delivered
    );
    // An idle dispatcher asks for no token.
    assert_eq!(waits(&mut dispatcher, at(2_000_000)), None);
    push(&mut dispatcher, [2]);
    assert!(matches!(
        next(&mut dispatcher, at(2_000_000)),
        Action::Token
    ));
    dispatcher.set_credentials(token("second"), at(2_000_000));
    let ticket = sent(&mut dispatcher, at(2_000_000)).ticket;
    answer(&mut dispatcher, ticket, 200, DELIVERED, at(2_000_000));
    assert_eq!(
        outcome(&mut dispatcher, at(2_000_000)).verdict,
        Verdict::Delivered
    );
    push(&mut dispatcher, 3..5);
    let ticket = sent(&mut dispatcher, at(3_499_999)).ticket;
    assert!(matches!(
        next(&mut dispatcher, at(3_500_000)),
        Action::Token
    ));
    answer(&mut dispatcher, ticket, 200, DELIVERED, at(3_500_000));
    assert_eq!(outcome(&mut dispatcher, at(3_500_000)).key, 3);
}

#[test]
fn where_there_is_none_it_asks_again_later_and_halts_in_the_end() {
    let mut dispatcher = with_tokens(|config| config.attempts(3).unwrap());
    push(&mut dispatcher, [7]);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    answer(&mut dispatcher, ticket, 401, b"", at(0));
    let mut now = 0;
    for _ in 1..3 {
        assert!(matches!(next(&mut dispatcher, at(now)), Action::Token));
        dispatcher.token_failed(at(now));
        now = waits(&mut dispatcher, at(now)).unwrap() + 1;
    }
    assert!(matches!(next(&mut dispatcher, at(now)), Action::Token));
    dispatcher.token_failed(at(now));
    let Action::Halted(halt) = next(&mut dispatcher, at(now)) else {
        panic!("should halt");
    };
    assert_eq!(halt.as_str(), "no_token");
    assert_eq!(
        halt.to_string(),
        "halted: no fresh token after 3 tries; correct the source of tokens, then resume: the rest was not sent"
    );
    dispatcher.resume();
    assert!(matches!(next(&mut dispatcher, at(now)), Action::Token));
    dispatcher.set_credentials(token("second"), at(now));
    assert_eq!(sent(&mut dispatcher, at(now)).attempt, 2);
}

#[test]
fn the_wait_for_a_token_doubles_as_that_for_a_repeat() {
    let mut longest = [0_u64; 4];
    for seed in 0..200 {
        let policy = Config::default()
            .renews_token(true)
            .backoff(Duration::from_secs(10))
            .unwrap();
        let client = client().with_credentials(token("first"));
        let mut dispatcher = Dispatcher::new(&client, policy, seed);
        push(&mut dispatcher, [7]);
        let ticket = sent(&mut dispatcher, at(0)).ticket;
        answer(&mut dispatcher, ticket, 401, b"", at(0));
        let mut now = 0;
        for longest in &mut longest {
            assert!(matches!(next(&mut dispatcher, at(now)), Action::Token));
            dispatcher.token_failed(at(now));
            // In whole milliseconds, rounded down.
            let until = waits(&mut dispatcher, at(now)).unwrap();
            *longest = (*longest).max(until - now);
            now = until + 1;
        }
    }
    for (longest, most) in longest.into_iter().zip([10_000, 20_000, 40_000, 60_000]) {
        assert!(longest <= most && longest > most * 95 / 100, "{longest}");
    }
}

#[test]
fn what_was_not_asked_for_may_come_and_its_absence_changes_nothing() {
    let mut dispatcher = with_tokens(|config| config);
    push(&mut dispatcher, 0..2);
    dispatcher.token_failed(at(0));
    assert_eq!(
        sent(&mut dispatcher, at(0)).parts.authorization.as_str(),
        "Bearer first"
    );
    dispatcher.set_credentials(token("second"), at(0));
    assert_eq!(
        sent(&mut dispatcher, at(0)).parts.authorization.as_str(),
        "Bearer second"
    );
}

#[test]
fn a_delivery_with_the_old_token_says_nothing_of_the_fresh_one() {
    let mut dispatcher = with_tokens(|config| config);
    push(&mut dispatcher, 0..2);
    let attempts = all_sent(&mut dispatcher, at(0));
    answer(&mut dispatcher, attempts[0].ticket, 401, b"", at(0));
    assert!(matches!(next(&mut dispatcher, at(0)), Action::Token));
    dispatcher.set_credentials(token("second"), at(0));
    answer(&mut dispatcher, attempts[1].ticket, 200, DELIVERED, at(0));
    assert_eq!(outcome(&mut dispatcher, at(0)).key, 1);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    answer(&mut dispatcher, ticket, 401, b"", at(0));
    // The driver is asked for another token after a backoff, as after a missing one.
    assert!(waits(&mut dispatcher, at(0)).is_some());
}

#[test]
fn a_client_without_a_token_yet_has_the_first_one_asked_for_before_anything_is_sent() {
    let config = Config::default().rate(100_000.0).unwrap();
    let client = client().with_credentials(Credentials::later());
    let mut dispatcher = Dispatcher::new(&client, config, 42);
    push(&mut dispatcher, 0..2);
    assert!(matches!(next(&mut dispatcher, at(0)), Action::Token));
    assert!(matches!(next(&mut dispatcher, at(1)), Action::Wait(None)));
    // The driver has no token now, so it is asked again.
    dispatcher.token_failed(at(2));
    let Action::Wait(Some(until)) = next(&mut dispatcher, at(2)) else {
        panic!("it asks again after a time");
    };
    let later = at(2 + u64::try_from(until.as_millis()).unwrap() + 1);
    assert!(matches!(next(&mut dispatcher, later), Action::Token));
    dispatcher.set_credentials(token("first"), later);

    let attempts = all_sent(&mut dispatcher, later);
    assert_eq!(attempts.len(), 2);
    for attempt in &attempts {
        assert_eq!(attempt.parts.authorization.as_str(), "Bearer first");
        assert_eq!(attempt.attempt, 1);
    }
    // The refusal of any token that a job began with makes the dispatcher ask for a fresh one.
    answer(&mut dispatcher, attempts[0].ticket, 401, b"", later);
    assert!(matches!(next(&mut dispatcher, later), Action::Token));
}
