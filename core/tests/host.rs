//! What bindings call: the words that all of them share, and results under the wire's names.

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use koodrive::header::{self, ReplyHeaders};
use koodrive::host::{self, ClientSettings, CredentialsInput, ErrorFields, ReceivedResponse};
use koodrive::{
    Client, Credentials, Endpoint, Error, GetCurrentRetentionPolicy, ModificationType,
    NotifyPackageExpire, RequestOptions, TraceId, TransportError, signing,
};

const TRACE_ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789";

fn by_app() -> Credentials {
    Credentials::app("example-app-id", "example-app-secret-not-real").unwrap()
}

fn client() -> Client {
    Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", by_app()).unwrap()
}

fn call() -> NotifyPackageExpire {
    NotifyPackageExpire::new("189642158555241211", "14").unwrap()
}

fn now() -> DateTime<Utc> {
    "2025-11-03T07:01:45Z".parse().unwrap()
}

#[test]
fn every_field_of_an_error_is_handed_over() {
    let response = Response::builder()
        .status(429)
        .header("retry-after", "7")
        .header("x-traceid", "trace")
        .body(r#"{"error_code":"APIGW.0308","error_msg":"throttled","request_id":"4a1e"}"#)
        .unwrap();
    let error = Error::from(client().parse(&call(), &response).unwrap_err());
    let fields = ErrorFields::from(error);
    let message = "the service answered notifyPackageExpire with HTTP 429, code APIGW.0308, msg \\\"throttled\\\", request id 4a1e, trace id trace";
    assert_eq!(
        serde_json::to_string(&fields).unwrap(),
        format!(
            r#"{{"message":"{message}","kind":"api","outcome":"refused","retryable":true,"status":429,"code":"APIGW.0308","msg":"throttled","requestId":"4a1e","traceId":"trace","retryAfter":7.0,"isClockRefusal":false}}"#
        )
    );

    let fields = ErrorFields::from(Error::from(TransportError::not_sent("refused")));
    assert_eq!(
        serde_json::to_string(&fields).unwrap(),
        r#"{"message":"the request was not sent: refused; it is safe to send it again","kind":"not_sent","outcome":"not_sent","retryable":true,"status":null,"code":null,"msg":null,"requestId":null,"traceId":null,"retryAfter":null,"isClockRefusal":false}"#
    );
}

#[test]
fn a_clock_refusal_is_handed_over_as_one() {
    let response = Response::builder()
        .status(401)
        .header("date", "Mon, 03 Nov 2025 07:01:45 GMT")
        .body("")
        .unwrap();
    let error = client().parse(&call(), &response).unwrap_err();
    let fields = |x_date: &str| ErrorFields::from(Error::from(error.clone().with_x_date(x_date)));
    assert!(fields("20251103T064644Z").is_clock_refusal);
    assert!(!fields("20251103T064645Z").is_clock_refusal);
}

#[test]
fn replies_have_the_names_of_the_wire() {
    let response = Response::builder()
        .header("x-traceid", "trace")
        .body(r#"{"code":0,"policyList":[{"policyId":300000000000000000,"policyName":"a","priority":10}]}"#)
        .unwrap();
    let policies = client()
        .parse(&GetCurrentRetentionPolicy::new(), &response)
        .unwrap();
    assert_eq!(
        serde_json::to_string(&policies).unwrap(),
        r#"{"code":"0","msg":null,"traceId":"trace","policyList":[{"policyId":"300000000000000000","policyName":"a","description":null,"priority":10,"status":null}]}"#
    );

    let reply = client().parse(&call(), &response).unwrap();
    assert_eq!(
        serde_json::to_string(&reply).unwrap(),
        r#"{"code":"0","msg":null,"traceId":"trace"}"#
    );
}

#[test]
fn an_explanation_has_the_names_of_the_wire() {
    let theirs = "POST\n/other/\n\nhost:h\nx-date:d\nx-user-id:u\n\nhost;x-date;x-user-id\nhash";
    let options = RequestOptions::default();
    let explanation = signing::explain(&client(), &call(), now(), &options, Some(theirs)).unwrap();
    let written = serde_json::to_value(&explanation).unwrap();
    assert_eq!(
        written["canonicalRequestHash"],
        "9c24ade95d82dce7c7002ec7272d12f9ff60d1f71d5fc50708e113d4249449ce"
    );
    assert_eq!(
        written["signature"],
        "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac"
    );
    assert_eq!(written["signedHeaders"], "host;x-date;x-user-id");
    assert_eq!(
        written["difference"],
        serde_json::json!({
            "part": "CanonicalURI",
            "line": 2,
            "ours": "/koodrive/ose/v1/carrier/users/notifyPackageExpire/",
            "theirs": "/other/",
        })
    );
    assert_eq!(
        written["finding"],
        "line 2 (CanonicalURI) differs: signed here \"/koodrive/ose/v1/carrier/users/notifyPackageExpire/\", by the service \"/other/\""
    );
    assert_eq!(
        explanation.difference.unwrap().to_string(),
        written["finding"]
    );
}

#[test]
fn microseconds_are_an_instant_rounded_to_a_whole_one() {
    let read = |microseconds| host::instant("now", microseconds, "a Date");
    for (microseconds, nanoseconds) in [
        (0.0, 0),
        (1.4, 1_000),
        (1.5, 2_000),
        (-1.5, -2_000),
        (1e15, 1_000_000_000_000_000_000),
    ] {
        assert_eq!(
            read(microseconds).unwrap().timestamp_nanos_opt(),
            Some(nanoseconds),
            "{microseconds}"
        );
    }
    for microseconds in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
        let refusal = read(microseconds).unwrap_err();
        assert_eq!(refusal.to_string(), "now is no instant; give a Date");
    }
}

#[test]
fn a_type_is_2_or_asked_for_by_name() {
    let make = |number, undocumented| {
        host::notify_package_expire("1".to_owned(), "14".to_owned(), number, undocumented)
    };
    let documented = make(2, None).unwrap();
    assert_eq!(
        (documented.carrier_user_id(), documented.package_id()),
        ("1", "14")
    );
    assert_eq!(
        documented.modification_type(),
        ModificationType::EnterReservationPeriod
    );
    assert_eq!(make(2, Some(1)).unwrap().modification_type().as_i64(), 1);
    assert!(make(1, None).is_err());
    assert!(make(2, Some(2)).is_err());
}

#[test]
fn a_client_is_made_of_settings() {
    let make = |allow_plain_http, clock_margin, clock_offset| {
        let settings = ClientSettings {
            endpoint: "http://gateway.example",
            allow_plain_http,
            user_id: "7",
            clock_margin,
            clock_offset,
        };
        host::client(&settings, by_app())
    };
    let client = make(true, 60, -90_000).unwrap();
    assert_eq!(client.clock_margin(), 60);
    assert_eq!(client.clock_offset(), TimeDelta::seconds(-90));
    assert_eq!(client.endpoint().authority(), "gateway.example");
    assert!(make(false, 60, 0).is_err());
    assert!(make(true, 601, 0).is_err());
    assert!(make(true, 60, i64::MAX).is_err());
    assert!(make(true, 60, i64::MIN).is_err());
}

#[test]
fn credentials_are_given_in_exactly_one_way() {
    let none = CredentialsInput::default();
    let by_app = CredentialsInput {
        app_id: Some("a"),
        app_secret: Some("s"),
        ..none
    };
    let by_token = CredentialsInput {
        token: Some("t"),
        ..none
    };
    let by_authorization = CredentialsInput {
        authorization: Some("t"),
        ..none
    };
    let app = host::credentials(by_app).unwrap();
    assert_eq!(
        format!("{app:?}"),
        "Credentials { app_id: a, app_secret: *** }"
    );
    let authorization = |given| {
        let client = client().with_credentials(host::credentials(given).unwrap());
        let parts = client
            .varying_parts(&call(), now(), &RequestOptions::default())
            .unwrap();
        parts.authorization.as_str().to_owned()
    };
    assert_eq!(authorization(by_token), "Bearer t");
    assert_eq!(authorization(by_authorization), "t");

    // Of the 16 combinations the three above are the only ones that are accepted.
    let mut accepted = 0;
    for bits in 0..16 {
        let given = |bit: u32, value| (bits >> bit & 1 == 1).then_some(value);
        let combination = CredentialsInput {
            app_id: given(0, "a"),
            app_secret: given(1, "s"),
            token: given(2, "t"),
            authorization: given(3, "t"),
        };
        match host::credentials(combination) {
            Ok(_) => accepted += 1,
            Err(refusal) => assert_eq!(refusal, host::ambiguous_credentials(), "{combination:?}"),
        }
    }
    assert_eq!(accepted, 3);
}

#[test]
fn the_debug_text_of_credentials_that_were_given_shows_no_secret() {
    let given = CredentialsInput {
        app_id: Some("a"),
        app_secret: Some("secret"),
        token: Some("secret"),
        authorization: None,
    };
    assert_eq!(
        format!("{given:?}"),
        r#"CredentialsInput { app_id: Some("a"), app_secret: Some("***"), token: Some("***"), authorization: None }"#
    );
}

#[test]
fn options_are_those_that_are_given() {
    assert_eq!(host::options(None, None), Ok(RequestOptions::default()));
    let options = host::options(Some(TRACE_ID), Some(now())).unwrap();
    assert_eq!(
        options,
        RequestOptions::default()
            .trace_id(TraceId::new(TRACE_ID).unwrap())
            .date(now())
    );
    assert!(options.has_date());
    assert!(!RequestOptions::default().has_date());
    assert!(host::options(Some("short"), None).is_err());
}

#[test]
fn a_header_that_is_read_is_found_by_its_name_in_any_case() {
    for (name, position) in [
        ("date", Some(0)),
        ("AGE", Some(1)),
        ("Retry-After", Some(2)),
        ("X-TraceId", Some(3)),
        ("", None),
        ("dates", None),
        ("x-date", None),
    ] {
        assert_eq!(header::position(name.as_bytes()), position, "{name}");
    }
}

#[test]
fn a_status_has_three_digits() {
    for status in [100, 200, 999] {
        assert_eq!(
            host::status(status).map(|status| status.as_u16()),
            Ok(status)
        );
    }
    for status in [0, 99, 1000] {
        assert!(host::status(status).is_err(), "{status}");
    }
}

#[test]
fn a_reply_is_read_within_a_limit_and_its_error_names_the_request() {
    let mut headers = HeaderMap::new();
    headers.insert(
        "date",
        HeaderValue::from_static("Mon, 03 Nov 2025 07:01:45 GMT"),
    );
    let response = |status, body| ReceivedResponse {
        status,
        headers: ReplyHeaders::from(&headers),
        body,
    };
    let (client, call) = (client(), call());
    let body = br#"{"code":0}"#;
    let parse = |status, body| host::parse(&client, &call, response(status, body));
    let parse_within =
        |limit| host::parse_within(&client, &call, response(200, body.as_slice()), limit);
    assert_eq!(parse(200, body).unwrap().code, "0");
    assert_eq!(parse_within(body.len()).unwrap().code, "0");
    let too_long = parse_within(body.len() - 1).unwrap_err();
    assert!(
        too_long
            .to_string()
            .contains("longer than the limit of 9 bytes"),
        "{too_long}"
    );
    let named = |error| host::with_request(error, "20251103T060000Z", TRACE_ID);
    assert_eq!(named(too_long).trace_id(), Some(TRACE_ID));
    let refused = parse(401, b"").unwrap_err();
    assert_eq!(refused.status(), Some(StatusCode::UNAUTHORIZED));
    assert!(!ErrorFields::from(refused.clone()).is_clock_refusal);
    assert!(ErrorFields::from(named(refused)).is_clock_refusal);
    let not_a_status = parse(99, body).unwrap_err();
    assert_eq!(not_a_status.kind().as_str(), "invalid_input");
    assert_eq!(named(not_a_status.clone()), not_a_status);
}

#[test]
fn a_value_that_is_refused_is_named_with_what_would_be_right() {
    assert_eq!(host::refused("a", "b").to_string(), "a; b");
    assert_eq!(
        host::not_an_instant("date", "a Date").to_string(),
        "date is no instant; give a Date"
    );
}
