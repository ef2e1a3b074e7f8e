//! A halt where every call gets the same answer.

use koodrive::dispatch::Halt;

use super::*;

const WRONG: &[u8] =
    br#"{"code":"APIGW.0301","msg":"signature of 20251103T070140Z does not match"}"#;

/// More requests than any halt waits for.
const MANY: u64 = 1001;

/// Answers requests until the dispatcher halts, or until [`MANY`] were answered. Returns the number
/// of answers, and the halt.
fn answered(
    dispatcher: &mut Dispatcher<u64>,
    mut reply: impl FnMut(u64) -> (u16, Vec<u8>),
) -> (u64, Option<Halt>) {
    let mut requests = 0;
    let mut key = 0;
    while requests < MANY {
        match dispatcher.poll(at(1)) {
            Action::Calls(calls) => {
                for _ in 0..calls {
                    key += 1;
                    push(dispatcher, [key]);
                }
            }
            Action::Send(attempt) => {
                requests += 1;
                let (status, body) = reply(requests);
                answer(dispatcher, attempt.ticket, status, &body, at(1));
            }
            Action::Outcome(_) => {}
            Action::Halted(halt) => return (requests, Some(halt)),
            other => panic!("{other:?}"),
        }
    }
    (requests, None)
}

#[test]
fn twenty_equal_refusals_in_a_row_halt_and_the_halt_names_them() {
    let mut dispatcher = fresh(|config| config.burst(1000).unwrap());
    // The gateway's message has a date of its own in each.
    let (requests, halt) = answered(&mut dispatcher, |request| {
        let msg = format!("signature of 20251103T0701{request:02}Z does not match");
        (
            401,
            format!(r#"{{"code":"APIGW.0301","msg":"{msg}"}}"#).into_bytes(),
        )
    });
    assert_eq!(requests, 20);
    let expected = Halt::SameAnswer {
        calls: 20,
        status: 401,
        code: Some("APIGW.0301".to_owned()),
        msg: Some("signature of 20251103T070120Z does not match".to_owned()),
    };
    assert_eq!(halt.as_ref(), Some(&expected));
    assert_eq!(dispatcher.halt(), Some(&expected));
    assert_eq!(
        expected.to_string(),
        "halted: 20 calls in a row got the same answer, HTTP 401, code APIGW.0301, msg \"signature of 20251103T070120Z does \
         not match\", and none was delivered in between; correct the cause, then resume: the rest was not sent"
    );
    assert_eq!(dispatcher.progress().refused, 20);
    // The dispatcher reports a halt once, and then waits.
    assert!(matches!(dispatcher.poll(at(2)), Action::Wait(None)));
}

#[test]
fn it_goes_on_when_resumed_and_halts_again() {
    let mut dispatcher = fresh(|config| config.burst(1000).unwrap());
    let refuse = |_| (403, b"{\"code\":\"X\"}".to_vec());
    assert_eq!(answered(&mut dispatcher, refuse).0, 20);
    dispatcher.resume();
    assert_eq!(dispatcher.halt(), None);
    let (requests, halt) = answered(&mut dispatcher, refuse);
    assert_eq!((requests, halt.is_some()), (20, true));
}

#[test]
fn a_delivery_in_between_or_another_answer_begins_anew() {
    for another in [
        (200, DELIVERED.to_vec()),
        (403, b"{\"code\":\"X\"}".to_vec()),
        (401, b"{\"code\":\"Y\"}".to_vec()),
        (401, b"{\"code\":\"X\",\"msg\":\"other\"}".to_vec()),
    ] {
        let mut dispatcher = fresh(|config| config.burst(10_000).unwrap());
        let never_halted = answered(&mut dispatcher, |request| {
            if request % 20 == 0 {
                another.clone()
            } else {
                (401, b"{\"code\":\"X\"}".to_vec())
            }
        });
        assert_eq!(never_halted, (MANY, None));
    }
}

#[test]
fn a_page_at_200_halts_and_an_outage_does_not() {
    let mut dispatcher = fresh(|config| config.burst(1000).unwrap());
    let ten = |request: u64| request * 10_000;
    let mut requests = 0;
    let halt = loop {
        match dispatcher.poll(at(ten(requests))) {
            Action::Calls(_) => push(&mut dispatcher, [0]),
            Action::Send(attempt) => {
                requests += 1;
                answer(
                    &mut dispatcher,
                    attempt.ticket,
                    200,
                    b"<html>",
                    at(ten(requests)),
                );
            }
            Action::Halted(halt) => break halt,
            Action::Outcome(_) => push(&mut dispatcher, [requests]),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((requests, halt.as_str()), (20, "same_answer"));

    for status in [500, 503] {
        let mut dispatcher = unproven(|config| config.attempts(1).unwrap());
        for request in 0..100 {
            push(&mut dispatcher, [request]);
            let ticket = sent(&mut dispatcher, at(ten(request + 1))).ticket;
            answer(&mut dispatcher, ticket, status, b"", at(ten(request + 1)));
            assert_eq!(outcomes(&mut dispatcher, at(ten(request + 1))).len(), 1);
        }
        assert_eq!(dispatcher.halt(), None);
    }
}

#[test]
fn a_wrong_secret_costs_twenty_calls_at_any_concurrency() {
    let mut dispatcher = unproven(|config| {
        config
            .concurrency(1000)
            .unwrap()
            .queue(1000)
            .unwrap()
            .burst(1000)
            .unwrap()
    });
    push(&mut dispatcher, 0..1000);
    let (mut requests, mut in_flight) = (0, Vec::new());
    let halt = loop {
        match next(&mut dispatcher, at(0)) {
            Action::Send(attempt) => {
                requests += 1;
                in_flight.push(attempt.ticket);
            }
            Action::Outcome(_) => {}
            Action::Wait(None) => {
                assert!(!in_flight.is_empty(), "nothing can ever happen");
                for ticket in in_flight.drain(..) {
                    answer(&mut dispatcher, ticket, 401, WRONG, at(0));
                }
            }
            Action::Halted(halt) => break halt,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((requests, halt.as_str()), (20, "same_answer"));
}

#[test]
fn it_never_halts_where_that_is_switched_off() {
    let mut dispatcher = fresh(|config| config.burst(10_000).unwrap().halt_after(0).unwrap());
    let never_halted = answered(&mut dispatcher, |_| (401, WRONG.to_vec()));
    assert_eq!(never_halted, (MANY, None));
}

#[test]
fn no_calls_are_asked_for_while_it_is_halted() {
    let mut dispatcher = fresh(|config| config.queue(1).unwrap().halt_after(2).unwrap());
    let (requests, halt) = answered(&mut dispatcher, |_| (403, Vec::new()));
    assert_eq!((requests, halt.is_some()), (2, true));
    assert!(matches!(dispatcher.poll(at(1)), Action::Wait(None)));
    dispatcher.resume();
    assert!(matches!(dispatcher.poll(at(1)), Action::Calls(1)));
}

#[test]
fn after_a_halt_it_begins_as_carefully_as_at_first() {
    let mut dispatcher = proven(|config| config);
    push(&mut dispatcher, 0..20);
    for attempt in all_sent(&mut dispatcher, at(0)) {
        answer(&mut dispatcher, attempt.ticket, 403, b"", at(0));
    }
    let (refused, action) = outcomes_and_next(&mut dispatcher, at(0));
    assert_eq!(refused.len(), 20);
    assert!(matches!(action, Action::Halted(_)), "{action:?}");
    dispatcher.resume();
    push(&mut dispatcher, 20..60);
    assert_eq!(all_sent(&mut dispatcher, at(1)).len(), 10);
}
