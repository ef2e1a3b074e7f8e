//! A planted secret is searched for, in every form, in all that this crate shows: Debug texts,
//! errors with their sources, and the messages of panics.

use std::error::Error;
use std::fmt::{Debug, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode};
use koodrive::host::{ErrorFields, Spelling};
use koodrive::signing::{SigningKey, explain};
use koodrive::{Client, Credentials, Endpoint, InvalidInput, NotifyPackageExpire, RequestOptions};

const PLANTED: &str = "planted-secret-Qx7zR2Kv9wT4";
/// The same in base64 (with the padding cut, as it may stand anywhere) and hex.
const FORMS: [&str; 3] = [
    PLANTED,
    "cGxhbnRlZC1zZWNyZXQtUXg3elIyS3Y5d1Q0",
    "706c616e7465642d7365637265742d517837",
];

fn assert_hidden(shown: &str) {
    for form in FORMS {
        assert!(!shown.contains(form), "{shown}");
    }
}

/// The error and all that is behind it, both ways to print them.
fn told(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        write!(text, "{error} {error:?} {error:#?} ").unwrap();
        next = error.source();
    }
    text
}

/// Returns the message of a panic that shows a value, as `unwrap_err` does.
fn panicking_with<T: Debug>(value: T) -> String {
    let unwrapped = |result: Result<T, ()>| result.unwrap_err();
    let panic = catch_unwind(AssertUnwindSafe(|| unwrapped(Ok(value)))).unwrap_err();
    *panic.downcast::<String>().unwrap()
}

fn now() -> DateTime<Utc> {
    "2025-11-03T07:01:45Z".parse().unwrap()
}

fn every_kind() -> Vec<Credentials> {
    let with = |prefix: &str| Credentials::token(&format!("{prefix}{PLANTED}")).unwrap();
    vec![
        with(""),
        with("Bearer "),
        with("Bearer+"),
        with("AT "),
        Credentials::authorization(&format!("Basic {PLANTED}")).unwrap(),
        Credentials::app("my-app-id", PLANTED).unwrap(),
    ]
}

#[test]
fn the_search_would_find_it() {
    for form in FORMS {
        assert!(catch_unwind(|| assert_hidden(form)).is_err());
    }
    assert!(panicking_with(PLANTED).contains(PLANTED));
}

#[test]
fn nothing_that_holds_it_shows_it() {
    let call = NotifyPackageExpire::new("189642158555241211", "14").unwrap();
    for credentials in every_kind() {
        let client = Client::new(Endpoint::INTERNATIONAL, "1", credentials.clone()).unwrap();
        let options = RequestOptions::default();
        let varying = client.varying_parts(&call, now(), &options).unwrap();
        let request = client.request(&call, now()).unwrap();
        for shown in [
            format!("{credentials:?} {credentials:#?}"),
            format!("{client:?} {client:#?}"),
            format!("{varying:?} {varying:#?}"),
            format!("{request:?} {request:#?} {:?}", request.headers()),
            panicking_with(credentials),
            panicking_with(client.clone()),
            panicking_with(varying),
            panicking_with(request),
        ] {
            assert_hidden(&shown);
        }
        match explain(
            &client,
            &call,
            now(),
            &options,
            Some("canonicalRequest:POST"),
        ) {
            Ok(stages) => assert_hidden(&format!("{stages:?}")),
            Err(error) => assert_hidden(&told(&error)),
        }
    }
    let key = SigningKey::new("my-app-id", PLANTED);
    assert_hidden(&format!("{key:?} {key:#?}"));
    assert_hidden(&panicking_with(key));
}

#[test]
fn no_error_shows_it() {
    let spoilt = [
        format!("{PLANTED}\n"),
        format!(" {PLANTED}"),
        format!("{PLANTED}\r\nx: y"),
        format!("{PLANTED}\u{e9}"),
        format!("Bearer+ {PLANTED}"),
    ];
    let mut refusals: Vec<InvalidInput> = Vec::new();
    for text in &spoilt {
        refusals.extend(Credentials::token(text).err());
        refusals.extend(Credentials::authorization(text).err());
        refusals.extend(Credentials::app("my-app-id", text).err());
        refusals.extend(Credentials::app(text, "s").err());
    }
    refusals.extend(Endpoint::parse(&format!("https://user:{PLANTED}@host")).err());
    refusals.extend(Endpoint::parse(&format!("https://host?token={PLANTED}")).err());
    // An app secret may hold any character but those at its ends, and a value of Authorization
    // begin with any word.
    assert_eq!(refusals.len(), 18);
    for refusal in refusals {
        assert_hidden(&told(&refusal));
        assert_hidden(&panicking_with(refusal.clone()));
        assert_hidden(&format!(
            "{:?}",
            ErrorFields::new(refusal.into(), Spelling::Camel)
        ));
    }

    let call = NotifyPackageExpire::new("189642158555241211", "14").unwrap();
    for credentials in every_kind() {
        let client = Client::new(Endpoint::INTERNATIONAL, "1", credentials).unwrap();
        for (status, body) in [(200, "<html>"), (401, ""), (500, "{}"), (302, "no")] {
            let status = StatusCode::from_u16(status).unwrap();
            let error = client
                .parse_parts(&call, status, &HeaderMap::new(), body.as_bytes())
                .unwrap_err();
            assert_hidden(&told(&error));
            assert_hidden(&panicking_with(error));
        }
        let late = RequestOptions::default().date("2025-11-03T09:00:00Z".parse().unwrap());
        let error = client.request_with(&call, now(), &late).unwrap_err();
        assert_hidden(&told(&error));
    }
}
