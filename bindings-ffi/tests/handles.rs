//! Handles, threads and panics. The tests count handles, so they run in a process of their own.

mod common;

use std::thread;

use common::{app, begin, call, call_number, fields, open, text, token, words};
use koodrive_ffi::layout::operations::{Operation, PANIC};
use koodrive_ffi::{DEAD_AFTER, DEAD_BEFORE, interface};

#[test]
fn a_closed_handle_never_names_another_client() {
    let first = open(&token());
    interface::close(first);
    for _ in 0..100 {
        let next = open(&token());
        assert_ne!(next, first);
        assert!(call(first, Operation::Begin, &begin()).is_err());
        interface::close(next);
    }
}

#[test]
fn threads_share_a_client() {
    let client = open(&app());
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let request = call(client, Operation::Begin, &begin()).unwrap();
                    let headers = fields(request[3].as_deref().unwrap());
                    assert!(headers.iter().any(|it| text(it).ends_with(
                        "Signature=94249a64cd9b9eefeffe543eec77db3e79d0a9012d38ad7d814eefd18fba90fc"
                    )));
                    let failed = common::texts(&[text(&request[0]), "0", ""]);
                    assert!(call(client, Operation::Failed, &failed).is_err());
                }
            });
        }
    });
    interface::close(client);
}

#[cfg(feature = "panics")]
#[test]
fn a_panic_leaves_a_dead_client_and_a_living_process() {
    let (client, other) = (open(&token()), open(&token()));
    let request = call(client, Operation::Begin, &begin()).unwrap();
    let (message, kind, outcome) = words(call_number(client, PANIC, &[]));
    assert_eq!(
        (&*message, &*kind, &*outcome),
        (DEAD_BEFORE, "invalid_input", "not_sent")
    );
    let (message, ..) = words(call(client, Operation::Begin, &begin()));
    assert_eq!(message, DEAD_BEFORE);
    let taken = common::reply(text(&request[0]), "200", &[], r#"{"code":0}"#);
    let (message, kind, outcome) = words(call(client, Operation::Reply, &taken));
    assert!(message.contains(DEAD_AFTER), "{message}");
    assert_eq!((&*kind, &*outcome), ("outcome_unknown", "unknown"));
    assert!(call(other, Operation::Begin, &begin()).is_ok());
    interface::close(client);
    interface::close(other);
}

#[cfg(not(feature = "panics"))]
#[test]
fn the_shipped_library_has_no_operation_that_panics() {
    let client = open(&token());
    let (message, ..) = words(call_number(client, PANIC, &[]));
    assert!(message.starts_with("unknown operation"), "{message}");
    let _ = (DEAD_BEFORE, DEAD_AFTER);
    interface::close(client);
}
