//! The times of sending: queue, calls in flight, rate, pace.

use koodrive::Operation as _;
use koodrive::dispatch::Slowed;

use super::*;

#[test]
fn it_asks_for_calls_once_and_again_when_half_of_the_queue_is_empty() {
    let policy = Config::default()
        .queue(10)
        .unwrap()
        .concurrency(10)
        .unwrap()
        .rate(100_000.0)
        .unwrap();
    let mut dispatcher = Dispatcher::new(&client(), policy, 42);
    assert!(matches!(dispatcher.poll(at(0)), Action::Calls(10)));
    assert!(matches!(dispatcher.poll(at(0)), Action::Wait(None)));
    push(&mut dispatcher, 0..4);
    for _ in 0..4 {
        assert!(matches!(dispatcher.poll(at(0)), Action::Send(_)));
    }
    // Six are still owed.
    assert!(matches!(dispatcher.poll(at(0)), Action::Wait(None)));
    push(&mut dispatcher, 4..10);
    for _ in 4..10 {
        assert!(matches!(dispatcher.poll(at(0)), Action::Send(_)));
    }
    assert!(matches!(dispatcher.poll(at(0)), Action::Calls(10)));
}

#[test]
fn half_of_the_queue_is_left_when_it_asks_again() {
    let mut dispatcher = fresh(|config| config.queue(10).unwrap().concurrency(5).unwrap());
    assert!(matches!(dispatcher.poll(at(0)), Action::Calls(10)));
    push(&mut dispatcher, 0..10);
    for _ in 0..5 {
        assert!(matches!(dispatcher.poll(at(0)), Action::Send(_)));
    }
    assert!(matches!(dispatcher.poll(at(0)), Action::Calls(5)));
}

#[test]
fn while_more_than_half_of_the_queue_is_left_it_does_not_ask() {
    let mut dispatcher = fresh(|config| config.queue(10).unwrap().concurrency(4).unwrap());
    assert!(matches!(dispatcher.poll(at(0)), Action::Calls(10)));
    push(&mut dispatcher, 0..10);
    for _ in 0..4 {
        assert!(matches!(dispatcher.poll(at(0)), Action::Send(_)));
    }
    assert!(matches!(dispatcher.poll(at(0)), Action::Wait(None)));
}

#[test]
fn where_what_waits_fills_every_place_it_does_not_ask() {
    let mut dispatcher = fresh(|config| {
        config
            .queue(2)
            .unwrap()
            .concurrency(1)
            .unwrap()
            .backoff(Duration::from_secs(60))
            .unwrap()
    });
    assert!(matches!(dispatcher.poll(at(0)), Action::Calls(2)));
    push(&mut dispatcher, 0..2);
    for more in [2, 3] {
        let ticket = sent(&mut dispatcher, at(0)).ticket;
        dispatcher
            .handle_failure(ticket, not_sent(), at(0))
            .unwrap();
        if more == 2 {
            push(&mut dispatcher, [2]);
        }
    }
    // Two wait and the third, sent, leaves the queue empty.
    assert!(matches!(dispatcher.poll(at(0)), Action::Send(_)));
    assert_eq!(dispatcher.progress().waiting, 2);
    assert!(matches!(dispatcher.poll(at(0)), Action::Wait(None)));
}

#[test]
fn a_call_that_does_not_fit_is_given_back() {
    let mut dispatcher = unproven(|config| config.queue(2).unwrap());
    push(&mut dispatcher, 0..2);
    let refused = dispatcher.push(2, &call(2)).unwrap_err();
    assert_eq!(refused.key, 2);
    assert_eq!(
        refused.reason.to_string(),
        "there is no room; push only as many calls as the dispatcher asks for"
    );
    let mut dispatcher = unproven(|config| config.queue(2).unwrap());
    dispatcher.finish();
    let refused = dispatcher.push(2, &call(2)).unwrap_err();
    assert_eq!(
        refused.reason.to_string(),
        "the job has ended; push calls before finish"
    );
}

#[test]
fn an_outcome_that_is_not_taken_holds_its_place() {
    let mut dispatcher = proven(|config| config.queue(1).unwrap().concurrency(1).unwrap());
    for key in 0..2 {
        push(&mut dispatcher, [key]);
        let ticket = sent(&mut dispatcher, at(0)).ticket;
        answer(&mut dispatcher, ticket, 200, DELIVERED, at(0));
        if key == 0 {
            // Taken: there is room again.
            assert_eq!(outcome(&mut dispatcher, at(0)).key, 0);
        }
    }
    push(&mut dispatcher, [2]);
    assert!(dispatcher.push(3, &call(3)).is_err());
    assert_eq!(outcome(&mut dispatcher, at(0)).key, 1);
    assert_eq!(sent(&mut dispatcher, at(0)).attempt, 1);
    push(&mut dispatcher, [3]);
}

#[test]
fn no_more_are_in_flight_than_allowed() {
    let mut dispatcher = proven(|config| config.concurrency(3).unwrap());
    push(&mut dispatcher, 0..5);
    let attempts = all_sent(&mut dispatcher, at(0));
    assert_eq!(attempts.len(), 3);
    let progress = dispatcher.progress();
    assert_eq!((progress.in_flight, progress.queued), (3, 2));
    answer(&mut dispatcher, attempts[1].ticket, 200, DELIVERED, at(5));
    assert_eq!(outcome(&mut dispatcher, at(5)).key, 1);
    assert_eq!(all_sent(&mut dispatcher, at(5)).len(), 1);
}

#[test]
fn until_one_is_delivered_half_of_a_halt_may_be_in_flight() {
    let mut dispatcher = unproven(|config| config);
    push(&mut dispatcher, 0..40);
    let attempts = all_sent(&mut dispatcher, at(0));
    assert_eq!(attempts.len(), 10);
    answer(&mut dispatcher, attempts[0].ticket, 200, DELIVERED, at(1));
    assert_eq!(outcome(&mut dispatcher, at(1)).key, 0);
    // 32 are allowed, and nine are still in flight.
    assert_eq!(all_sent(&mut dispatcher, at(1)).len(), 23);
}

#[test]
fn the_burst_leaves_at_once_and_then_one_per_tick_of_the_rate() {
    let mut dispatcher = unproven(|config| config.rate(50.0).unwrap());
    push(&mut dispatcher, 0..10);
    assert_eq!(all_sent(&mut dispatcher, at(0)).len(), 5);
    assert_eq!(waits(&mut dispatcher, at(0)), Some(20));
    assert_eq!(waits(&mut dispatcher, at(19)), Some(20));
    assert_eq!(all_sent(&mut dispatcher, at(20)).len(), 1);
    assert_eq!(waits(&mut dispatcher, at(20)), Some(40));
    // A host that comes late has missed nothing but the burst's limit.
    assert_eq!(all_sent(&mut dispatcher, at(80)).len(), 3);
}

/// Sends call after call from this millisecond on, one each ten milliseconds, and answers each at
/// once.
fn answer_many(dispatcher: &mut Dispatcher<u64>, from: u64, statuses: &[u16]) {
    for (index, status) in statuses.iter().enumerate() {
        let now = at(from + 10 * u64::try_from(index).unwrap());
        push(dispatcher, [0]);
        let ticket = sent(dispatcher, now).ticket;
        answer(dispatcher, ticket, *status, b"", now);
        assert_eq!(outcomes(dispatcher, now).len(), 1);
    }
}

#[test]
fn one_bad_answer_of_ten_does_not_lower_the_pace_and_twelve_in_a_row_do() {
    for status in [500, 503] {
        let change = |config: Config| config.rate(100.0).unwrap().halt_after(0).unwrap();
        let mut dispatcher = proven(|config| change(config).attempts(1).unwrap());
        for round in 0..20 {
            let good = [400; 9];
            answer_many(&mut dispatcher, 1000 + round * 100, &[status]);
            answer_many(&mut dispatcher, 1010 + round * 100, &good);
        }
        let progress = dispatcher.progress();
        assert_eq!(
            (progress.rate.to_string().as_str(), progress.slowed),
            ("100", None)
        );
        answer_many(&mut dispatcher, 4000, &[status; 12]);
        let progress = dispatcher.progress();
        assert_eq!(
            (progress.rate.to_string().as_str(), progress.slowed),
            ("50", Some(Slowed::Failing)),
            "{status}"
        );
    }
}

#[test]
fn seven_429_in_a_row_lower_the_pace_and_other_refusals_do_not() {
    let change = |config: Config| config.rate(100.0).unwrap().halt_after(0).unwrap();
    let mut dispatcher = proven(|config| change(config).attempts(1).unwrap());
    answer_many(&mut dispatcher, 1000, &[400, 401, 403, 404].repeat(10));
    assert_eq!(dispatcher.progress().slowed, None);
    answer_many(&mut dispatcher, 4000, &[429; 7]);
    let progress = dispatcher.progress();
    assert_eq!(
        (progress.rate.to_string().as_str(), progress.slowed),
        ("50", Some(Slowed::Throttled))
    );
}

#[test]
fn without_adaptive_nothing_lowers_the_pace() {
    let change = |config: Config| config.rate(100.0).unwrap().adaptive(false);
    let mut dispatcher = proven(|config| change(config).attempts(1).unwrap());
    for (from, status) in [(1000, 429), (2000, 503), (3000, 500)] {
        answer_many(&mut dispatcher, from, &[status; 50]);
        assert_eq!(dispatcher.progress().slowed, None);
    }
}

#[test]
fn progress_says_that_the_source_has_ended_and_that_the_rest_is_awaited() {
    let mut dispatcher = unproven(|config| config);
    push(&mut dispatcher, 0..2);
    dispatcher.finish();
    let progress = dispatcher.progress();
    assert_eq!((progress.source_ended, progress.slowed), (true, None));
    let attempts = all_sent(&mut dispatcher, at(0));
    assert_eq!(dispatcher.progress().slowed, Some(Slowed::Draining));
    assert_eq!(Slowed::Draining.as_str(), "draining");
    // A call that is sent again is more to send.
    dispatcher
        .handle_failure(attempts[0].ticket, not_sent(), at(1))
        .unwrap();
    assert_eq!(dispatcher.progress().slowed, None);
    dispatcher.cancel();
    assert_eq!(dispatcher.progress().slowed, Some(Slowed::Draining));
}

#[test]
fn a_ticket_counts_once() {
    let mut dispatcher = proven(|config| config);
    push(&mut dispatcher, [7]);
    let ticket = sent(&mut dispatcher, at(0)).ticket;
    assert_eq!(dispatcher.key(ticket), Some(&7));
    assert_eq!(dispatcher.call(ticket).unwrap().body(), call(7).body());
    // The second request, in the first place.
    assert_eq!(ticket.number(), 4_194_304);
    assert_eq!(ticket.to_string(), "4194304");
    assert_eq!(Ticket::from_number(4_194_304), ticket);
    answer(&mut dispatcher, ticket, 200, DELIVERED, at(1));
    assert_eq!(dispatcher.key(ticket), None);
    for wrong in [
        ticket,
        Ticket::from_number(0),
        Ticket::from_number(u64::MAX),
    ] {
        let refused = dispatcher
            .handle_failure(wrong, not_sent(), at(1))
            .unwrap_err();
        assert_eq!(
            refused.to_string(),
            "nothing is in flight under this ticket; handle one response or one failure for each attempt"
        );
    }
    assert_eq!(outcomes(&mut dispatcher, at(1)).len(), 1);
}

#[test]
fn what_is_sent_is_what_the_client_would_have_built() {
    let mut dispatcher = unproven(|config| config);
    push(&mut dispatcher, [5]);
    let attempt = sent(&mut dispatcher, at(0));
    let options = koodrive::RequestOptions::default().trace_id(attempt.parts.trace_id.unwrap());
    let expected = client()
        .request_with(&call(5), at(0).wall, &options)
        .unwrap();
    let fixed = dispatcher.fixed_parts(attempt.ticket);
    let request = dispatcher.request(attempt).unwrap();
    assert_eq!(
        (
            request.method(),
            request.uri(),
            request.headers(),
            request.body()
        ),
        (
            expected.method(),
            expected.uri(),
            expected.headers(),
            expected.body()
        )
    );
    assert_eq!(fixed, client().fixed_parts(&call(5)));
}

#[test]
fn threads_may_share_it_behind_a_lock() {
    const fn shared<T: Send + Sync>() {}
    shared::<Dispatcher<String>>();
    shared::<Action<String>>();
}
