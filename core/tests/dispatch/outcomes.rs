//! The outcomes of calls, with everything that an auditor asks for.

use koodrive::Operation as _;

use super::*;

#[test]
fn a_delivery_says_everything() {
    let mut dispatcher = unproven(|config| config);
    push(&mut dispatcher, [7]);
    let attempt = sent(&mut dispatcher, at(0));
    let headers = [("date", "Mon, 03 Nov 2025 07:01:46 GMT")];
    answer_with(
        &mut dispatcher,
        attempt.ticket,
        200,
        &headers,
        DELIVERED,
        at(300),
    );
    let outcome = outcome(&mut dispatcher, at(300));
    assert_eq!(
        (
            outcome.key,
            outcome.call.body(),
            outcome.verdict,
            outcome.attempts
        ),
        (7, call(7).body(), Verdict::Delivered, 1)
    );
    assert_eq!(outcome.trace_id, attempt.parts.trace_id);
    assert_eq!(outcome.x_date.unwrap().as_str(), "20251103T070140Z");
    let time = |text: &str| Some(text.parse::<DateTime<Utc>>().unwrap());
    assert_eq!(outcome.first_sent_at, time("2025-11-03T07:01:45Z"));
    assert_eq!(outcome.sent_at, time("2025-11-03T07:01:45Z"));
    assert_eq!(outcome.answered_at, time("2025-11-03T07:01:45.300Z"));
    assert_eq!(outcome.server_date, time("2025-11-03T07:01:46Z"));
    assert_eq!(
        (outcome.status, outcome.code(), outcome.msg()),
        (Some(200), Some("0"), Some("Success."))
    );
    assert_eq!(outcome.error, None);
}

#[test]
fn every_answer_has_its_verdict() {
    for (status, body, verdict) in [
        (200, &b"{\"code\":0}"[..], "delivered"),
        (
            200,
            b"{\"code\":13000102,\"msg\":\"Verify parameters failed.\"}",
            "refused",
        ),
        (302, b"", "refused"),
        (400, b"{\"code\":13000101}", "refused"),
        (401, b"", "refused"),
        (403, b"", "refused"),
        (404, b"", "refused"),
        (409, b"", "refused"),
        (500, b"", "unknown"),
        (502, b"", "unknown"),
        (504, b"", "unknown"),
        (200, b"<html>", "unknown"),
        (400, b"{\"code\":13000201}", "unknown"),
        (503, b"{\"code\":13000201}", "unknown"),
    ] {
        let mut dispatcher = unproven(|config| config);
        push(&mut dispatcher, [7]);
        let ticket = sent(&mut dispatcher, at(0)).ticket;
        answer(&mut dispatcher, ticket, status, body, at(1));
        let outcome = outcome(&mut dispatcher, at(1));
        assert_eq!(outcome.verdict.to_string(), verdict, "{status}");
        assert_eq!((outcome.attempts, outcome.status), (1, Some(status)));
    }
}

#[test]
fn a_refusal_names_what_was_sent() {
    let mut dispatcher = unproven(|config| config);
    push(&mut dispatcher, [7]);
    let attempt = sent(&mut dispatcher, at(0));
    let trace_id = attempt.parts.trace_id.unwrap();
    let body = br#"{"code":"X.1","msg":"no"}"#;
    answer(&mut dispatcher, attempt.ticket, 403, body, at(1));
    let outcome = outcome(&mut dispatcher, at(1));
    assert_eq!((outcome.code(), outcome.msg()), (Some("X.1"), Some("no")));
    let error = outcome.error.unwrap();
    assert_eq!(error.trace_id(), Some(trace_id.as_str()));
    assert!(error.to_string().contains("20251103T070140Z"), "{error}");
}

#[test]
fn a_reply_that_is_too_long_is_unreadable() {
    let mut dispatcher = unproven(|config| config.reply_limit(DELIVERED.len() - 1).unwrap());
    push(&mut dispatcher, [7]);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    answer(&mut dispatcher, ticket, 200, DELIVERED, at(1));
    let outcome = outcome(&mut dispatcher, at(1));
    assert_eq!(outcome.verdict, Verdict::Unknown);
    assert_eq!(outcome.error.unwrap().kind(), ErrorKind::UnreadableReply);
}

#[test]
fn a_reply_as_long_as_the_limit_is_read() {
    let mut dispatcher = unproven(|config| config.reply_limit(DELIVERED.len()).unwrap());
    push(&mut dispatcher, [7]);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    answer(&mut dispatcher, ticket, 200, DELIVERED, at(1));
    assert_eq!(outcome(&mut dispatcher, at(1)).verdict, Verdict::Delivered);
}

#[test]
fn a_clock_beyond_the_calendar_sends_nothing_and_says_why() {
    let mut dispatcher = unproven(|config| config);
    push(&mut dispatcher, [7]);
    let now = Now::new(DateTime::<Utc>::MAX_UTC, Duration::ZERO);
    let outcome = outcome(&mut dispatcher, now);
    assert_eq!((outcome.verdict, outcome.attempts), (Verdict::NotSent, 0));
    assert_eq!(outcome.trace_id, None);
    assert_eq!(outcome.error.unwrap().kind(), ErrorKind::InvalidInput);
    assert_eq!(dispatcher.progress().requests, 0);
}

#[test]
fn a_clock_that_leaves_the_calendar_between_two_attempts_gives_the_call_up() {
    let mut dispatcher = proven(|config| config.backoff(Duration::ZERO).unwrap());
    push(&mut dispatcher, [7]);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    answer(&mut dispatcher, ticket, 429, b"", at(0));
    let now = Now::new(DateTime::<Utc>::MAX_UTC, Duration::from_secs(1));
    let outcome = outcome(&mut dispatcher, now);
    assert_eq!((outcome.verdict, outcome.attempts), (Verdict::GivenUp, 1));
    assert!(outcome.trace_id.is_some());
    assert_eq!(outcome.error.unwrap().kind(), ErrorKind::InvalidInput);
}

#[test]
fn the_counts_are_those_of_the_outcomes() {
    let mut dispatcher = proven(|config| config);
    push(&mut dispatcher, 0..4);
    let attempts = all_sent(&mut dispatcher, at(0));
    answer(&mut dispatcher, attempts[0].ticket, 200, DELIVERED, at(1));
    answer(&mut dispatcher, attempts[1].ticket, 400, b"", at(1));
    answer(&mut dispatcher, attempts[2].ticket, 500, b"", at(1));
    answer(&mut dispatcher, attempts[3].ticket, 503, b"", at(1));
    let progress = dispatcher.progress();
    assert_eq!(
        (
            progress.pushed,
            progress.requests,
            progress.delivered,
            progress.refused,
            progress.unknown
        ),
        (5, 5, 2, 1, 1)
    );
    assert_eq!(
        (progress.waiting, progress.in_flight, progress.queued),
        (1, 0, 0)
    );
    dispatcher.cancel();
    assert_eq!(dispatcher.progress().given_up, 1);
}

#[test]
fn nothing_of_a_subscriber_and_no_secret_is_in_its_debug() {
    let mut dispatcher = unproven(|config| config);
    push(&mut dispatcher, [189_642_158]);
    let text = format!("{dispatcher:?}");
    assert!(
        text.contains("rate: 100000.0") && text.contains("pushed: 1,"),
        "{text}"
    );
    assert!(
        !text.contains("189642158") && !text.contains("not-real"),
        "{text}"
    );
    let attempt = sent(&mut dispatcher, at(0));
    assert!(!format!("{:?}", attempt.parts.authorization).contains("Signature"));
}

#[test]
fn an_outcome_is_that_of_the_last_attempt() {
    let headers = [("date", "Mon, 03 Nov 2025 07:01:46 GMT")];
    for answered in [true, false] {
        let mut dispatcher = proven(|config| config);
        push(&mut dispatcher, [7]);
        let ticket = sent(&mut dispatcher, at(0)).ticket;
        answer_with(&mut dispatcher, ticket, 429, &headers, b"", at(10));
        let ticket = sent(&mut dispatcher, at(60_000)).ticket;
        if answered {
            answer(&mut dispatcher, ticket, 200, DELIVERED, at(61_000));
        } else {
            let error = unanswered();
            dispatcher
                .handle_failure(ticket, error, at(61_000))
                .unwrap();
        }
        let outcome = outcome(&mut dispatcher, at(61_000));
        assert_eq!(outcome.first_sent_at, Some(at(0).wall));
        assert_eq!(outcome.sent_at, Some(at(60_000).wall));
        assert_eq!(outcome.server_date, None);
        if answered {
            assert_eq!((outcome.status, &outcome.error), (Some(200), &None));
            assert_eq!(outcome.answered_at, Some(at(61_000).wall));
        } else {
            assert_eq!((outcome.status, outcome.answered_at), (None, None));
            assert_eq!(outcome.error.unwrap().kind(), ErrorKind::OutcomeUnknown);
        }
    }
}

#[test]
fn a_redirect_that_the_host_hides_is_refused_as_one_that_is_seen() {
    let mut dispatcher = proven(|config| config);
    push(&mut dispatcher, [7]);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    dispatcher.handle_hidden_redirect(ticket, at(5)).unwrap();
    let outcome = outcome(&mut dispatcher, at(5));
    assert_eq!(
        (outcome.verdict, outcome.attempts, outcome.status),
        (Verdict::Refused, 1, None)
    );
    let error = outcome.error.unwrap();
    assert_eq!(
        error.to_string(),
        "the service answered notifyPackageExpire with a redirect, which is not followed; this host hides its status and target; \
         check the endpoint"
    );
    assert_eq!(
        error.trace_id(),
        outcome.trace_id.as_ref().map(koodrive::TraceId::as_str)
    );
    assert!(dispatcher.handle_hidden_redirect(ticket, at(5)).is_err());
}

#[test]
fn the_end_of_each_exchange_is_told() {
    let mut dispatcher = unproven(|config| config);
    push(&mut dispatcher, 0..5);
    let attempts = all_sent(&mut dispatcher, at(0));
    let last = |dispatcher: &Dispatcher<u64>| {
        let failure = dispatcher.last_exchange()?;
        Some((failure.kind, failure.outcome, failure.closes_connection))
    };
    assert_eq!(last(&dispatcher), None);
    answer(&mut dispatcher, attempts[0].ticket, 429, b"", at(1));
    let refused = Some((ErrorKind::Api, Outcome::Refused, false));
    assert_eq!(last(&dispatcher), refused);
    dispatcher
        .handle_failure(attempts[1].ticket, unanswered(), at(1))
        .unwrap();
    let unknown = Some((ErrorKind::OutcomeUnknown, Outcome::Unknown, true));
    assert_eq!(last(&dispatcher), unknown);
    dispatcher
        .handle_failure(attempts[2].ticket, not_sent(), at(1))
        .unwrap();
    let not_sent = Some((ErrorKind::NotSent, Outcome::NotSent, false));
    assert_eq!(last(&dispatcher), not_sent);
    answer(&mut dispatcher, attempts[3].ticket, 503, b"", at(1));
    let overloaded = Some((ErrorKind::Api, Outcome::Refused, true));
    assert_eq!(last(&dispatcher), overloaded);
    answer(&mut dispatcher, attempts[4].ticket, 200, DELIVERED, at(1));
    assert_eq!(last(&dispatcher), None);
}
