//! A dispatcher through the interface.

mod common;

use common::{
    Answer, NOW, app, call, fields, notification, number, open, record, text, texts, words,
};
use koodrive_ffi::interface;
use koodrive_ffi::layout::operations::Operation;

const SEED: [u8; 8] = [7; 8];

fn dispatcher(client: u32, options: &[&str]) -> Answer {
    let input = record(&[Some(&texts(options)), Some(&SEED)]);
    call(client, Operation::Dispatch, &input)
}

fn poll(dispatcher: u32, at: &str) -> (String, Vec<Option<Vec<u8>>>) {
    let action = call(dispatcher, Operation::Poll, &texts(&[NOW, at])).unwrap();
    (text(&action[0]).to_owned(), action)
}

/// Returns the next action other than `wait`, and moves `at` to its instant.
fn after_waits(dispatcher: u32, at: &mut u64) -> Vec<Option<Vec<u8>>> {
    loop {
        let (action, fields) = poll(dispatcher, &at.to_string());
        if action != "wait" {
            return fields;
        }
        *at = number(&fields[6]);
    }
}

fn push(dispatcher: u32, key: &str) -> Answer {
    let input = record(&[
        Some(key.as_bytes()),
        Some(b"notifyPackageExpire"),
        Some(&notification()),
    ]);
    call(dispatcher, Operation::Push, &input)
}

fn respond(dispatcher: u32, ticket: &str, status: &str, body: &str, at: &str) -> Answer {
    let headers = record(&[None, None, Some(b"2")]);
    let input = record(&[
        Some(ticket.as_bytes()),
        Some(status.as_bytes()),
        Some(&headers),
        Some(body.as_bytes()),
        Some(NOW.as_bytes()),
        Some(at.as_bytes()),
    ]);
    call(dispatcher, Operation::Response, &input)
}

/// Returns the answer to an exchange that failed.
fn exchanged(kind: &str, outcome: &str, closes_connection: &str) -> Vec<Option<Vec<u8>>> {
    [kind, outcome, closes_connection]
        .map(|field| Some(field.as_bytes().to_vec()))
        .to_vec()
}

#[test]
fn every_call_has_its_outcome() {
    let client = open(&app());
    let made = dispatcher(client, &["rate", "1000", "concurrency", "1"]).unwrap();
    let jobs: u32 = number(&made[0]);
    // The dispatcher goes on without its client.
    interface::close(client);

    let (action, fields_of_calls) = poll(jobs, "0");
    assert_eq!(action, "calls");
    assert!(number::<u32>(&fields_of_calls[5]) >= 2);
    push(jobs, "row 1").unwrap();
    push(jobs, "row 2").unwrap();
    call(jobs, Operation::Finish, &[]).unwrap();

    let (action, sent) = poll(jobs, "0");
    assert_eq!(
        (&*action, text(&sent[2]), text(&sent[3])),
        ("send", "1", "row 1")
    );
    let request = fields(sent[1].as_deref().unwrap());
    assert_eq!(text(&request[1]), "POST");
    assert_eq!(poll(jobs, "0").0, "wait");

    // The service is busy, so the call is sent again after the 2 s of its Retry-After.
    let ended = respond(jobs, text(&request[0]), "429", "", "1000000").unwrap();
    assert_eq!(ended, exchanged("api", "refused", "0"));
    let mut at = 1_000_000;
    let again = after_waits(jobs, &mut at);
    assert_eq!(
        (text(&again[0]), text(&again[2]), text(&again[3])),
        ("send", "2", "row 1")
    );
    assert!(at >= 2_001_000_000, "{at}");
    let request = fields(again[1].as_deref().unwrap());
    let taken = r#"{"code":0,"msg":"ok"}"#;
    let ended = respond(jobs, text(&request[0]), "200", taken, &at.to_string()).unwrap();
    assert_eq!(ended, [None, None, Some(b"0".to_vec())]);
    let outcome = after_waits(jobs, &mut at);
    assert_eq!(text(&outcome[0]), "outcome");
    let outcome = fields(outcome[4].as_deref().unwrap());
    assert_eq!(
        (
            text(&outcome[0]),
            text(&outcome[1]),
            text(&outcome[2]),
            text(&outcome[9])
        ),
        ("row 1", "delivered", "2", "200")
    );
    assert_eq!(
        fields(outcome[10].as_deref().unwrap())[..2],
        [Some(b"0".to_vec()), Some(b"ok".to_vec())]
    );
    // A journal notes trace id and X-Date of the attempt before the request leaves.
    assert_eq!((&outcome[3], &outcome[4]), (&again[8], &again[9]));

    let next = after_waits(jobs, &mut at);
    assert_eq!((text(&next[0]), text(&next[3])), ("send", "row 2"));
    let second = fields(next[1].as_deref().unwrap());
    let failed = texts(&[
        text(&second[0]),
        "1",
        "connection reset",
        NOW,
        &at.to_string(),
    ]);
    let ended = call(jobs, Operation::Failure, &failed).unwrap();
    assert_eq!(ended, exchanged("outcome_unknown", "unknown", "1"));
    let outcome = after_waits(jobs, &mut at);
    let outcome = fields(outcome[4].as_deref().unwrap());
    assert_eq!((text(&outcome[0]), text(&outcome[1])), ("row 2", "unknown"));
    assert_eq!(outcome[10], None);
    let error = fields(outcome[11].as_deref().unwrap());
    assert_eq!(text(&error[1]), "outcome_unknown");
    assert_eq!(poll(jobs, &at.to_string()).0, "done");

    let progress = call(jobs, Operation::Progress, &[]).unwrap();
    let progress: Vec<_> = progress.iter().map(text).collect();
    assert_eq!(progress[..5], ["2", "3", "1", "0", "1"]);
    interface::close(jobs);
}

#[test]
fn a_status_that_http_does_not_have_leaves_the_outcome_unknown() {
    let client = open(&app());
    let made = dispatcher(client, &[]).unwrap();
    let jobs: u32 = number(&made[0]);
    poll(jobs, "0");
    push(jobs, "row 1").unwrap();
    call(jobs, Operation::Finish, &[]).unwrap();
    let (_, sent) = poll(jobs, "0");
    let request = fields(sent[1].as_deref().unwrap());
    let ended = respond(jobs, text(&request[0]), "99", "", "1").unwrap();
    assert_eq!(ended, exchanged("outcome_unknown", "unknown", "1"));
    let outcome = after_waits(jobs, &mut 1);
    let outcome = fields(outcome[4].as_deref().unwrap());
    assert_eq!(text(&outcome[1]), "unknown");
    interface::close(jobs);
    interface::close(client);
}

#[test]
fn options_are_checked_by_name_unit_and_range() {
    let client = open(&app());
    for (options, expected) in [
        (&["rat", "1"][..], "unknown option rat; expected one of"),
        (&["concurrency", "0"], "concurrency: 0 is out of range"),
        (
            &["rate", "fast"],
            "options: the value of rate is not a number",
        ),
        (&["rate"], "options: the value of rate is not a number"),
    ] {
        let (message, ..) = words(dispatcher(client, options));
        assert!(message.starts_with(expected), "{message}");
    }
    let without_seed = call(client, Operation::Dispatch, &[]);
    assert_eq!(
        words(without_seed).0,
        "seed: not 8 bytes; pass 8 random bytes"
    );
    interface::close(client);
}

#[test]
fn a_token_is_asked_for_before_the_first_request() {
    let opened = common::open_with(&record(&[
        None,
        Some(b"https://koodrive.example"),
        None,
        Some(b"1"),
    ]));
    let client = number(&opened.unwrap()[0]);
    let jobs: u32 = number(&dispatcher(client, &["renews_token", "1"]).unwrap()[0]);
    push(jobs, "row 1").unwrap();
    let said = poll(jobs, "0").0;
    assert_eq!(said, "token");
    call(jobs, Operation::NoToken, &texts(&[NOW, "0"])).unwrap();
    let renewed = record(&[Some(&common::token()), Some(NOW.as_bytes()), Some(b"1")]);
    call(jobs, Operation::Token, &renewed).unwrap();
    assert_eq!(poll(jobs, "1").0, "send");
    call(jobs, Operation::Cancel, &[]).unwrap();
    call(jobs, Operation::Resume, &[]).unwrap();
    interface::close(jobs);
    interface::close(client);
}

#[test]
fn the_signature_of_the_host_completes_an_attempt() {
    let client = open(&record(&[Some(b"example-app-id"), None, Some(b"1")]));
    let jobs: u32 = number(&dispatcher(client, &[]).unwrap()[0]);
    push(jobs, "row 1").unwrap();
    let (action, sent) = poll(jobs, "0");
    assert_eq!(action, "send");
    let unsigned = fields(sent[1].as_deref().unwrap());
    assert_eq!(unsigned[2], None);
    let signature = "0".repeat(64);
    let signed = texts(&[text(&unsigned[0]), &signature]);
    let request = call(jobs, Operation::SignAttempt, &signed).unwrap();
    assert_eq!(request[0], unsigned[0]);
    assert!(text(&request[2]).starts_with("https://"));
    assert!(call(jobs, Operation::SignAttempt, &signed).is_err());
    interface::close(jobs);
    interface::close(client);
}

#[test]
fn a_withdrawn_request_is_not_sent() {
    let client = open(&app());
    let jobs = number(&dispatcher(client, &[]).unwrap()[0]);
    assert_eq!(poll(jobs, "0").0, "calls");
    push(jobs, "row 1").unwrap();
    let mut at = 0;
    let sent = after_waits(jobs, &mut at);
    let request = fields(sent[1].as_deref().unwrap());
    let withdrawn = texts(&[text(&request[0]), "1", "the disk is full", NOW, "0"]);
    call(jobs, Operation::Withdraw, &withdrawn).unwrap();
    let outcome = after_waits(jobs, &mut at);
    let outcome = fields(outcome[4].as_deref().unwrap());
    assert_eq!(
        (text(&outcome[0]), text(&outcome[1]), text(&outcome[2])),
        ("row 1", "not_sent", "0")
    );
    let error = fields(outcome[11].as_deref().unwrap());
    assert!(text(&error[0]).contains("the disk is full"));
    interface::close(jobs);
    interface::close(client);
}
