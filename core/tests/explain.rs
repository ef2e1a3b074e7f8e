//! The findings of `explain` in a service's message.

use chrono::{DateTime, Utc};
use http::Method;
use koodrive::signing::{Explanation, explain};
use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire, RawCall, RequestOptions};

const OURS: &str = "POST
/koodrive/ose/v1/carrier/users/notifyPackageExpire/

host:intl.myhuaweicloud-koodrive.com
x-date:20251103T070140Z
x-user-id:1505084218764547200

host;x-date;x-user-id
5c3cf4effd3e60ace1f203883c90f128168e3e4ba9d35b7c6005c38b41267df9";

fn now() -> DateTime<Utc> {
    "2025-11-03T07:01:45Z".parse().unwrap()
}

fn call() -> NotifyPackageExpire {
    NotifyPackageExpire::new("189642158555241211", "14").unwrap()
}

fn client(credentials: Credentials) -> Client {
    Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials).unwrap()
}

fn by_app() -> Client {
    client(Credentials::app("my-app-id", "example-app-secret-not-real").unwrap())
}

/// The X-Date that was sent is known.
fn explained(message: Option<&str>) -> Explanation {
    let sent = RequestOptions::default().date("2025-11-03T07:01:40Z".parse().unwrap());
    explain(&by_app(), &call(), now(), &sent, message).unwrap()
}

#[test]
fn every_stage_is_shown() {
    let stages = explained(None);
    assert_eq!(stages.canonical_request, OURS);
    assert_eq!(
        stages.string_to_sign,
        "HMAC-SHA256\n9c24ade95d82dce7c7002ec7272d12f9ff60d1f71d5fc50708e113d4249449ce"
    );
    assert_eq!(stages.signed_headers, "host;x-date;x-user-id");
    assert_eq!((stages.difference, stages.finding), (None, None));
}

#[test]
fn the_first_line_that_differs_is_named_both_ways() {
    for (ours, theirs, part, line) in [
        ("POST\n", "GET\n", "METHOD", 1),
        (
            "notifyPackageExpire/",
            "notifyPackageExpire",
            "CanonicalURI",
            2,
        ),
        ("/\n\nhost", "/\na=1\nhost", "CanonicalQueryString", 3),
        (
            "host:intl.myhuaweicloud-koodrive.com",
            "host:10.0.0.7:8080",
            "CanonicalHeaders",
            4,
        ),
        (
            "x-date:20251103T070140Z",
            "x-date:20251103T070141Z",
            "CanonicalHeaders",
            5,
        ),
        (
            "host;x-date;x-user-id",
            "x-date;x-user-id",
            "SignedHeaders",
            8,
        ),
        ("5c3cf4ef", "00000000", "HashedRequestPayload", 9),
    ] {
        let theirs = OURS.replace(ours, theirs);
        for message in [
            format!(
                "verify signature fail, canonicalRequest:{}",
                theirs.replace('\n', "|")
            ),
            format!(
                r#"{{"error_msg":"verify signature fail, canonicalRequest:{}","error_code":"APIGW.0301"}}"#,
                theirs.replace('\n', "|")
            ),
            theirs.clone(),
            theirs.replace('\n', "\r\n"),
            theirs.replace('\n', "|"),
        ] {
            let stages = explained(Some(&message));
            let difference = stages.difference.unwrap();
            assert_eq!(
                (difference.part, difference.line),
                (part, line),
                "{message}"
            );
            assert_eq!(difference.ours, OURS.lines().nth(line - 1).unwrap());
            assert_eq!(difference.theirs, theirs.split('\n').nth(line - 1).unwrap());
            assert_eq!(stages.finding.unwrap(), difference.to_string());
        }
    }
}

#[test]
fn the_finding_says_which_line_differs_and_how() {
    let stages = explained(Some(&OURS.replace("POST", "GET")));
    assert_eq!(
        stages.finding.unwrap(),
        "line 1 (METHOD) differs: signed here \"POST\", by the service \"GET\""
    );
}

#[test]
fn a_canonical_request_that_is_cut_off_differs_where_it_ends() {
    let cut = OURS.replace('\n', "|");
    let cut = cut.split_once("|x-user-id").unwrap().0;
    let stages = explained(Some(&format!(
        "verify signature fail, canonicalRequest:{cut}"
    )));
    let difference = stages.difference.unwrap();
    assert_eq!((difference.line, difference.theirs.as_str()), (6, ""));
}

#[test]
fn the_same_canonical_request_means_another_secret() {
    let message = format!(
        "verify signature fail, canonicalRequest:{}",
        OURS.replace('\n', "|")
    );
    let stages = explained(Some(&message));
    assert_eq!(stages.difference, None);
    assert_eq!(
        stages.finding.as_deref(),
        Some(
            "the service signed the same canonical request, so the app secret differs, or the app id belongs to another secret"
        )
    );
}

#[test]
fn a_separator_inside_a_user_id_is_no_difference() {
    let credentials = Credentials::app("my-app-id", "example-app-secret-not-real").unwrap();
    let client = Client::new(Endpoint::INTERNATIONAL, "a|b", credentials).unwrap();
    let options = RequestOptions::default();
    let ours = explain(&client, &call(), now(), &options, None)
        .unwrap()
        .canonical_request;
    for message in [
        ours.clone(),
        format!("canonicalRequest:{}", ours.replace('\n', "|")),
    ] {
        let stages = explain(&client, &call(), now(), &options, Some(&message)).unwrap();
        assert_eq!(stages.difference, None, "{message}");
    }
}

#[test]
fn a_stale_date_is_told_from_a_wrong_signature() {
    let stages = explained(Some(
        "signature time:20251103T070140Z,server time:20251103T073140Z",
    ));
    let finding = stages.finding.unwrap();
    assert!(
        finding.starts_with("the service refused the date, not the signature"),
        "{finding}"
    );
    assert!(finding.contains("20251103T073140Z"), "{finding}");
    assert_eq!(stages.difference, None);
}

#[test]
fn a_message_without_a_canonical_request_is_said_to_hold_none() {
    for message in [
        "",
        "bad request",
        "a|b|c",
        // The first has the right length and lacks a path; the second has a path and is too short.
        "a|b|c|d|e|f|g",
        "GET|/test/||host:example.com||host",
    ] {
        assert_eq!(
            explained(Some(message)).finding.as_deref(),
            Some("the message contains no canonical request to compare with")
        );
    }
}

#[test]
fn an_old_date_can_be_explained_although_it_cannot_be_sent() {
    let client = client(Credentials::app("my-app-id", "example-app-secret-not-real").unwrap());
    let options = RequestOptions::default().date("2025-11-03T07:01:40.900Z".parse().unwrap());
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    assert!(client.request_with(&call(), now, &options).is_err());
    let stages = explain(&client, &call(), now, &options, None).unwrap();
    assert_eq!(
        stages.signature.as_deref(),
        Some("085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac")
    );
}

#[test]
fn the_date_of_the_message_is_taken_where_none_is_given() {
    let theirs = OURS.replace("20251103T070140Z", "20240831T143829Z");
    for message in [
        theirs.clone(),
        format!(
            "verify signature fail, canonicalRequest:{}",
            theirs.replace('\n', "|")
        ),
    ] {
        let options = RequestOptions::default();
        let stages = explain(&by_app(), &call(), now(), &options, Some(&message)).unwrap();
        assert_eq!(
            (stages.canonical_request, stages.difference),
            (theirs.clone(), None)
        );
    }
    // A message without a date, and with one that is not a date, leave the date of now.
    for message in [
        "bad request".to_owned(),
        OURS.replace("20251103T070140Z", "today"),
    ] {
        let options = RequestOptions::default();
        let stages = explain(&by_app(), &call(), now(), &options, Some(&message)).unwrap();
        assert_eq!(stages.canonical_request, OURS, "{message}");
    }
}

#[test]
fn a_path_with_escapes_that_differs_is_said_to_be_unproven() {
    let call = RawCall::new(Method::GET, "/koodrive/ose/v1/users/a%2Fb").unwrap();
    let options = RequestOptions::default();
    let theirs = explain(&by_app(), &call, now(), &options, None)
        .unwrap()
        .canonical_request;
    for (theirs, is_said) in [
        (theirs.replace("%2F", "/"), true),
        (theirs.replace("%2F", "%252F"), true),
        (theirs.replace("GET", "POST"), false),
    ] {
        let stages = explain(&by_app(), &call, now(), &options, Some(&theirs)).unwrap();
        let finding = stages.finding.unwrap();
        assert_eq!(
            finding.contains("the path contains escapes"),
            is_said,
            "{finding}"
        );
    }
}

#[test]
fn a_token_has_nothing_to_explain() {
    let client = client(Credentials::token("example-token").unwrap());
    let error = explain(&client, &call(), now(), &RequestOptions::default(), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "app_id: missing, so there is no signature to explain; a token is sent as it is"
    );
}

#[test]
fn without_the_secret_every_stage_but_the_signature_is_shown() {
    let detached = client(Credentials::detached("my-app-id").unwrap());
    let sent = RequestOptions::default().date("2025-11-03T07:01:40Z".parse().unwrap());
    let stages = explain(&detached, &call(), now(), &sent, None).unwrap();
    assert_eq!(stages.signature, None);
    let mut whole = explained(None);
    assert!(whole.signature.take().is_some());
    assert_eq!(stages, whole);

    let token = client(Credentials::token("example-token-not-real").unwrap());
    let error = explain(&token, &call(), now(), &sent, None).unwrap_err();
    assert_eq!(error.field(), Some("app_id"));
}
