//! Large ids, replies and headers: what docs/limits.md says of them.

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, StatusCode};
use koodrive::{
    Client, Credentials, Endpoint, ErrorKind, GetCurrentRetentionPolicy, NotifyPackageExpire,
    Outcome,
};

const MIB: usize = 1 << 20;

fn client(token: &str) -> Client {
    let credentials = Credentials::token(token).unwrap();
    Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials).unwrap()
}

fn now() -> DateTime<Utc> {
    "2025-11-03T07:01:45Z".parse().unwrap()
}

#[test]
fn no_id_is_too_long() {
    for (character, bytes) in [("u", 1), ("é", 2), ("😀", 4), ("\"", 1)] {
        let long = character.repeat(MIB / bytes) + "1";
        let call = NotifyPackageExpire::new(&*long, &*long).unwrap();
        let body = client("t").request(&call, now()).unwrap().into_body();
        // Only the quotation mark is escaped.
        let sent = long.replace('"', "\\\"");
        let expected = format!(r#"{{"carrierUserId":"{sent}","type":2,"packageId":"{sent}"}}"#);
        assert!(body == expected.as_bytes(), "{character}");
    }
}

#[test]
fn an_id_of_four_kilobytes_is_nothing_special() {
    let id = "中".repeat(4096);
    let call = NotifyPackageExpire::new(&*id, &*id).unwrap();
    let body = client("t").request(&call, now()).unwrap().into_body();
    assert_eq!(
        String::from_utf8(body).unwrap(),
        format!("{{\"carrierUserId\":\"{id}\",\"type\":2,\"packageId\":\"{id}\"}}")
    );
}

#[test]
fn the_core_reads_a_reply_of_any_size_and_the_host_sets_the_limit() {
    let call = GetCurrentRetentionPolicy::new();
    let body = format!("{{\"code\":0,\"pad\":\"{}\"}}", "x".repeat(4 * MIB));
    let read = client("t").parse_parts(&call, StatusCode::OK, &HeaderMap::new(), body.as_bytes());
    assert_eq!(read.unwrap().code.as_deref(), Some("0"));
    for (status, kind, outcome) in [
        (StatusCode::OK, ErrorKind::UnreadableReply, Outcome::Unknown),
        (StatusCode::BAD_REQUEST, ErrorKind::Api, Outcome::Refused),
    ] {
        let error = client("t").reply_too_long(
            &call,
            status,
            &HeaderMap::new(),
            &body.as_bytes()[..MIB],
            MIB,
        );
        assert_eq!((error.kind(), error.outcome()), (kind, outcome));
        assert_eq!(
            error
                .to_string()
                .contains("longer than the limit of 1048576 bytes"),
            status == StatusCode::OK,
            "{error}"
        );
    }
}

#[test]
fn many_headers_and_long_ones_are_passed_over() {
    let call = NotifyPackageExpire::new("1", "14").unwrap();
    let mut headers = HeaderMap::new();
    for number in 0..10_000 {
        headers.append("x-other", HeaderValue::from(number));
    }
    let long = HeaderValue::from_str(&"9".repeat(MIB)).unwrap();
    for name in ["date", "retry-after", "age"] {
        headers.insert(name, long.clone());
    }
    let client = client("t");
    let reply = client.parse_parts(&call, StatusCode::OK, &headers, br#"{"code":0}"#);
    assert_eq!(reply.unwrap().code, "0");
    let busy = client.parse_parts(&call, StatusCode::TOO_MANY_REQUESTS, &headers, b"");
    assert_eq!(busy.unwrap_err().retry_after(), None);
    client.observe_clock(&headers, now(), now());
    assert_eq!(client.clock_offset().num_milliseconds(), 0);
}
