//! Stopping in the middle.

use super::*;

#[test]
fn what_was_not_sent_is_reported_and_what_is_in_flight_is_awaited() {
    let mut dispatcher = proven(|config| config.concurrency(2).unwrap());
    push(&mut dispatcher, 0..5);
    let attempts = all_sent(&mut dispatcher, at(0));
    assert_eq!(attempts.len(), 2);
    dispatcher.cancel();
    let reported = outcomes(&mut dispatcher, at(1));
    let keys: Vec<_> = reported.iter().map(|outcome| outcome.key).collect();
    assert_eq!(keys, [2, 3, 4]);
    for outcome in &reported {
        assert_eq!((outcome.verdict, outcome.attempts), (Verdict::NotSent, 0));
        assert_eq!(
            (outcome.trace_id, outcome.sent_at, &outcome.error),
            (None, None, &None)
        );
    }
    assert_eq!(waits(&mut dispatcher, at(1)), None);
    // The driver may have read it from its source in the meantime.
    dispatcher.push(9, &call(9)).unwrap();
    let late = outcome(&mut dispatcher, at(1));
    assert_eq!(
        (late.key, late.verdict, late.attempts),
        (9, Verdict::NotSent, 0)
    );
    answer(&mut dispatcher, attempts[0].ticket, 200, DELIVERED, at(2));
    // The answer causes no retry.
    answer(&mut dispatcher, attempts[1].ticket, 429, b"", at(2));
    let verdicts: Vec<_> = outcomes(&mut dispatcher, at(2))
        .iter()
        .map(|outcome| outcome.verdict)
        .collect();
    assert_eq!(verdicts, [Verdict::Delivered, Verdict::GivenUp]);
    assert!(matches!(dispatcher.poll(at(2)), Action::Done));
    assert!(matches!(dispatcher.poll(at(3)), Action::Done));
}

#[test]
fn what_waited_is_given_up_or_unknown() {
    let mut dispatcher = proven(|config| config.repeats_are_safe(true));
    push(&mut dispatcher, 0..2);
    let attempts = all_sent(&mut dispatcher, at(0));
    dispatcher
        .handle_failure(attempts[0].ticket, not_sent(), at(0))
        .unwrap();
    dispatcher
        .handle_failure(attempts[1].ticket, unanswered(), at(0))
        .unwrap();
    dispatcher.cancel();
    let mut reported = outcomes(&mut dispatcher, at(0));
    reported.sort_by_key(|outcome| outcome.key);
    let verdicts: Vec<_> = reported.iter().map(|outcome| outcome.verdict).collect();
    assert_eq!(verdicts, [Verdict::GivenUp, Verdict::Unknown]);
    assert!(matches!(dispatcher.poll(at(0)), Action::Done));
}

#[test]
fn a_request_that_the_host_keeps_from_leaving_was_not_sent() {
    let mut dispatcher = unproven(|config| config.repeats_are_safe(true));
    push(&mut dispatcher, 0..4);
    let attempts = all_sent(&mut dispatcher, at(0));
    answer(&mut dispatcher, attempts[1].ticket, 429, b"", at(1));
    dispatcher
        .handle_failure(attempts[2].ticket, unanswered(), at(1))
        .unwrap();
    let again = all_sent(&mut dispatcher, at(60_000));
    assert_eq!(
        again.iter().map(|it| it.attempt).collect::<Vec<_>>(),
        [2, 2]
    );
    dispatcher.cancel();
    for attempt in [&attempts[0], &again[0], &again[1]] {
        let kept = TransportError::not_sent("the disk is full");
        dispatcher
            .withdraw(attempt.ticket, kept, at(60_001))
            .unwrap();
        let kept = TransportError::not_sent("the disk is full");
        assert!(
            dispatcher
                .withdraw(attempt.ticket, kept, at(60_001))
                .is_err()
        );
    }
    let mut reported = outcomes(&mut dispatcher, at(60_001));
    reported.sort_by_key(|outcome| outcome.key);
    let told: Vec<_> = reported
        .iter()
        .map(|it| (it.verdict, it.attempts, it.sent_at.is_some()))
        .collect();
    assert_eq!(
        told,
        [
            (Verdict::NotSent, 0, false),
            (Verdict::GivenUp, 1, true),
            (Verdict::Unknown, 1, true)
        ]
    );
    assert_eq!(reported[0].x_date, None);
    // The checks of the attempt that left.
    for sent in &reported[1..] {
        assert_eq!(sent.sent_at, sent.first_sent_at);
        assert_eq!(sent.x_date, Some(attempts[0].parts.x_date));
    }
    assert_eq!(
        (reported[0].trace_id, reported[0].first_sent_at),
        (None, None)
    );
    let error = reported[0].error.as_ref().unwrap().to_string();
    assert!(error.contains("the disk is full"), "{error}");
    let progress = dispatcher.progress();
    assert_eq!((progress.requests, progress.in_flight), (3, 1));
    answer(
        &mut dispatcher,
        attempts[3].ticket,
        200,
        DELIVERED,
        at(60_002),
    );
    assert_eq!(
        outcome(&mut dispatcher, at(60_002)).verdict,
        Verdict::Delivered
    );
    assert!(matches!(dispatcher.poll(at(60_002)), Action::Done));
}

#[test]
fn a_source_that_was_left_has_not_ended() {
    let mut dispatcher = unproven(|config| config);
    dispatcher.cancel();
    assert!(!dispatcher.progress().source_ended);
}

#[test]
fn a_job_without_calls_is_done() {
    let mut dispatcher = unproven(|config| config);
    dispatcher.finish();
    assert!(matches!(dispatcher.poll(at(0)), Action::Done));
    let mut dispatcher = unproven(|config| config);
    dispatcher.cancel();
    assert!(matches!(dispatcher.poll(at(0)), Action::Done));
}

#[test]
fn no_token_is_asked_for_by_one_that_is_cancelled() {
    let mut dispatcher = unproven(|config| config.renews_token(true));
    push(&mut dispatcher, [7]);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    dispatcher.cancel();
    answer(&mut dispatcher, ticket, 401, b"", at(0));
    assert_eq!(outcome(&mut dispatcher, at(0)).verdict, Verdict::Refused);
    assert!(matches!(dispatcher.poll(at(0)), Action::Done));
}
