//! One exchange: what its errors name, when it is signed anew, and signatures that are made
//! elsewhere.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, StatusCode};
use koodrive::{
    Attempt, Client, Credentials, Endpoint, Error, ErrorKind, NotifyPackageExpire, Outcome,
    RequestOptions, TraceId, TransportError,
};
use sha2::Sha256;

const TRACE_ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789";

fn now() -> DateTime<Utc> {
    "2025-11-03T07:01:45Z".parse().unwrap()
}

fn client() -> Client {
    let credentials = Credentials::app("example-app-id", "example-app-secret-not-real").unwrap();
    Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials).unwrap()
}

fn call() -> NotifyPackageExpire {
    NotifyPackageExpire::new("189642158555241211", "14").unwrap()
}

fn traced() -> RequestOptions {
    RequestOptions::default().trace_id(TraceId::parse(TRACE_ID).unwrap())
}

fn attempt(client: &Client, options: &RequestOptions) -> Attempt<NotifyPackageExpire> {
    client.attempt(call(), now(), options).unwrap()
}

/// A refusal by a service whose clock is two hours ahead.
fn dated(date: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("date", date.parse().unwrap());
    headers
}

const TWO_HOURS_AHEAD: &str = "Mon, 03 Nov 2025 09:01:45 GMT";

fn refused(attempt: &Attempt<NotifyPackageExpire>, headers: &HeaderMap) -> Error {
    attempt
        .reply(StatusCode::UNAUTHORIZED, headers, b"", now())
        .unwrap_err()
        .into()
}

#[test]
fn its_request_is_that_of_the_client() {
    let client = client();
    let made = attempt(&client, &traced()).request().unwrap();
    let expected = client.request_with(&call(), now(), &traced()).unwrap();
    assert_eq!(made.uri(), expected.uri());
    assert_eq!(made.headers(), expected.headers());
    assert_eq!(made.body(), expected.body());
}

#[test]
fn replies_and_errors_name_the_trace_id_and_the_x_date_that_were_sent() {
    let attempt = attempt(&client(), &traced());
    let none = HeaderMap::new();
    let reply = attempt
        .reply(StatusCode::OK, &none, br#"{"code":0}"#, now())
        .unwrap();
    assert_eq!(reply.trace_id.as_deref(), Some(TRACE_ID));
    let errors = [
        attempt.failed(TransportError::not_sent("refused")),
        attempt.failed(TransportError::outcome_unknown("cut")),
        attempt
            .reply(StatusCode::OK, &none, b"<html>", now())
            .unwrap_err()
            .into(),
        refused(&attempt, &none),
    ];
    let kinds = errors.each_ref().map(Error::kind);
    assert_eq!(
        kinds,
        [
            ErrorKind::NotSent,
            ErrorKind::OutcomeUnknown,
            ErrorKind::UnreadableReply,
            ErrorKind::Api
        ]
    );
    for error in errors {
        assert_eq!(error.trace_id(), Some(TRACE_ID), "{error}");
        assert_eq!(error.x_date(), Some("20251103T070140Z"), "{error}");
    }
    let mut echoed = HeaderMap::new();
    echoed.insert("x-traceid", "theirs".parse().unwrap());
    let reply = attempt.reply(StatusCode::OK, &echoed, br#"{"code":0}"#, now());
    assert_eq!(reply.unwrap().trace_id.as_deref(), Some("theirs"));
}

#[test]
fn a_body_beyond_the_limit_is_refused_and_one_at_the_limit_is_read() {
    let body = br#"{"code":0}"#;
    for (limit, is_read) in [(body.len(), true), (body.len() - 1, false)] {
        let attempt = attempt(&client(), &traced().reply_limit(limit));
        let reply = attempt.reply(StatusCode::OK, &HeaderMap::new(), body, now());
        assert_eq!(reply.is_ok(), is_read, "{limit}");
        if let Err(error) = reply {
            assert_eq!(error.outcome(), Outcome::Unknown);
            assert!(
                error
                    .to_string()
                    .contains("longer than the limit of 9 bytes"),
                "{error}"
            );
        }
    }
}

#[test]
fn a_refused_date_is_signed_anew_once_with_the_present_credentials_and_the_same_trace_id() {
    let client = client();
    let first = attempt(&client, &traced());
    let error = refused(&first, &dated(TWO_HOURS_AHEAD));
    assert_eq!(client.clock_offset(), TimeDelta::hours(2));

    let fresh = client.with_credentials(Credentials::token("fresh").unwrap());
    let second = first.again(&error, &fresh, now()).unwrap().unwrap();
    assert_eq!(second.x_date().as_str(), "20251103T090140Z");
    assert_eq!(second.trace_id().unwrap().as_str(), TRACE_ID);
    let request = second.request().unwrap();
    assert_eq!(request.headers()["authorization"], "Bearer fresh");

    // The service disagrees with the clock that it showed itself.
    let error = refused(&second, &dated("Mon, 03 Nov 2025 11:01:45 GMT"));
    assert!(second.again(&error, &client, now()).unwrap().is_none());
}

#[test]
fn nothing_else_is_signed_anew() {
    let again = |options: &RequestOptions, headers: &HeaderMap, status: u16| {
        let client = client();
        let attempt = attempt(&client, options);
        let status = StatusCode::from_u16(status).unwrap();
        let error = attempt.reply(status, headers, b"", now()).unwrap_err();
        let again = attempt.again(&error.into(), &client, now()).unwrap();
        again.is_some()
    };
    assert!(
        !again(&traced().date(now()), &dated(TWO_HOURS_AHEAD), 401),
        "the caller named the date"
    );
    assert!(!again(&traced(), &HeaderMap::new(), 401), "no Date");
    assert!(
        !again(&traced(), &dated("Mon, 03 Nov 2025 07:01:45 GMT"), 401),
        "the date was right"
    );
    assert!(
        !again(&traced(), &dated(TWO_HOURS_AHEAD), 403),
        "another status"
    );

    let client = client();
    let unanswered = attempt(&client, &traced());
    let error = unanswered.failed(TransportError::outcome_unknown("cut"));
    assert!(unanswered.again(&error, &client, now()).unwrap().is_none());
}

#[test]
fn a_signature_that_is_made_elsewhere_is_the_same_signature() {
    let client = client();
    let detached = client.with_credentials(Credentials::detached("example-app-id").unwrap());
    let attempt = attempt(&detached, &traced());
    let unsigned = attempt.request().unwrap_err();
    assert_eq!(unsigned.field(), Some("sign"));
    assert!(detached.request(&call(), now()).is_err());

    let mut mac = Hmac::<Sha256>::new_from_slice(b"example-app-secret-not-real").unwrap();
    mac.update(attempt.string_to_sign().unwrap().as_bytes());
    let signature = base16ct::lower::encode_string(&mac.finalize().into_bytes());
    assert_eq!(
        signature,
        "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac"
    );
    let signed = attempt.with_signature(&signature).unwrap();
    assert_eq!(signed.string_to_sign(), None);
    let expected = client.request_with(&call(), now(), &traced()).unwrap();
    assert_eq!(signed.request().unwrap().headers(), expected.headers());
    assert!(
        signed.with_signature(&signature).is_err(),
        "it is there already"
    );
}

#[test]
fn what_is_no_signature_is_refused() {
    let detached = client().with_credentials(Credentials::detached("example-app-id").unwrap());
    for signature in [
        "",
        "085bb07e",
        &"A".repeat(64),
        &"g".repeat(64),
        &"0".repeat(63),
        &"0".repeat(65),
        &"中".repeat(64),
    ] {
        let refused = attempt(&detached, &traced())
            .with_signature(signature)
            .unwrap_err();
        assert_eq!(refused.field(), Some("sign"), "{signature}");
    }
    for app_id in ["", "a,b", "a b", "中"] {
        assert!(Credentials::detached(app_id).is_err(), "{app_id}");
    }
}

#[test]
fn credentials_that_are_not_known_yet_build_nothing() {
    let later = client().with_credentials(Credentials::later());
    let refused = [
        later.request(&call(), now()).unwrap_err(),
        later.attempt(call(), now(), &traced()).unwrap_err(),
    ];
    for refused in refused {
        assert_eq!(
            refused.to_string(),
            "token: not known yet; use send, or pass a token to with_credentials"
        );
    }
    assert_eq!(
        format!("{:?}", Credentials::later()),
        "Credentials { later }"
    );
}

fn sendable<T: Send + 'static>(value: T) -> T {
    value
}

#[test]
fn an_attempt_outlives_the_client_it_began_with_and_moves_to_another_thread() {
    let attempt = {
        let client = client();
        client
            .attempt(std::sync::Arc::new(call()), now(), &traced())
            .unwrap()
    };
    let attempt = sendable(attempt);
    let reply = attempt.reply(StatusCode::OK, &HeaderMap::new(), br#"{"code":0}"#, now());
    assert_eq!(reply.unwrap().code, "0");
}
