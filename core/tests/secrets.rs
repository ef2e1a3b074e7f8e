//! Secrets stay in: the exact redacted text of everything that holds one.

use chrono::{DateTime, Utc};
use koodrive::signing::{SigningKey, explain};
use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire, RequestOptions};

const SECRET: &str = "example-app-secret-not-real";
const TOKEN: &str = "example-token-not-real";

fn client(credentials: Credentials) -> Client {
    Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials).unwrap()
}

fn now() -> DateTime<Utc> {
    "2025-11-03T07:01:45Z".parse().unwrap()
}

#[test]
fn debug_text_is_redacted() {
    let app = Credentials::app("my-app-id", SECRET).unwrap();
    assert_eq!(
        format!("{app:?}"),
        "Credentials { app_id: my-app-id, app_secret: *** }"
    );
    let token = Credentials::token(TOKEN).unwrap();
    assert_eq!(format!("{token:?}"), "Credentials { authorization: *** }");
    let authorization = Credentials::authorization(TOKEN).unwrap();
    assert_eq!(
        format!("{authorization:?}"),
        "Credentials { authorization: *** }"
    );
    assert_eq!(
        format!("{:?}", client(app)),
        "Client { endpoint: https://intl.myhuaweicloud-koodrive.com, user_id: 1505084218764547200, credentials: \
         Credentials { app_id: my-app-id, app_secret: *** }, clock_margin: 5 s, clock_offset: 0 ms }"
    );
    assert_eq!(
        format!("{:?}", SigningKey::new("my-app-id", SECRET)),
        "SigningKey { app_id: my-app-id, app_secret: *** }"
    );
}

#[test]
fn a_request_does_not_print_its_authorization() {
    let call = NotifyPackageExpire::new("189642158555241211", "14").unwrap();
    for credentials in [
        Credentials::token(TOKEN).unwrap(),
        Credentials::app("my-app-id", SECRET).unwrap(),
    ] {
        let client = client(credentials);
        let request = client.request(&call, now()).unwrap();
        let varying = client
            .varying_parts(&call, now(), &RequestOptions::default())
            .unwrap();
        let value = varying.authorization.as_str();
        assert_eq!(request.headers()["authorization"], value);
        let shown = format!("{request:?} {varying:?} {client:?}");
        assert!(!shown.contains(value), "{shown}");
        assert!(!shown.contains(TOKEN) && !shown.contains(SECRET), "{shown}");
        assert!(shown.contains("authorization: ***"), "{shown}");
    }
}

#[test]
fn an_explanation_never_holds_the_secret() {
    let client = client(Credentials::app("my-app-id", SECRET).unwrap());
    let call = NotifyPackageExpire::new("189642158555241211", "14").unwrap();
    let message = format!("canonicalRequest:{SECRET}");
    let explanation = explain(&client, &call, now(), &RequestOptions::default(), None).unwrap();
    assert!(!format!("{explanation:?}").contains(SECRET));
    // The service's own message may hold any text.
    assert!(
        explain(
            &client,
            &call,
            now(),
            &RequestOptions::default(),
            Some(&message)
        )
        .is_ok()
    );
}

#[test]
fn refusals_name_the_field_and_never_the_secret() {
    let refusals = [
        Credentials::token(" planted-secret").unwrap_err(),
        Credentials::token("planted-secret\r\nx: y").unwrap_err(),
        Credentials::authorization("planted-secret\u{e9}").unwrap_err(),
        Credentials::app("id", "planted-secret\n").unwrap_err(),
        Endpoint::parse("https://user:planted-secret@host").unwrap_err(),
        Endpoint::parse("https://host/?token=planted-secret").unwrap_err(),
    ];
    for (refusal, field) in refusals.iter().zip([
        "token",
        "token",
        "authorization",
        "app_secret",
        "endpoint",
        "endpoint",
    ]) {
        let text = format!("{refusal} {refusal:?}");
        assert!(!text.contains("planted"), "{text}");
        assert!(text.starts_with(field), "{text}");
    }
}
