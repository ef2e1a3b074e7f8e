//! The lower bound: strings pushed into strings, with owned values, prepared key, no check of anything; and serde_json into
//! a struct. Nobody can build the same bytes for much less.

use std::hint::black_box;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use harness::{Row, case, memory, time};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// A request with owned values, as an HTTP client would take it.
struct Request {
    method: &'static str,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

#[derive(Deserialize)]
struct Reply {
    code: i64,
    msg: String,
}

fn main() {
    let now = DateTime::from_timestamp(case::SIGNED_AT, 0).unwrap();
    let key = Hmac::<Sha256>::new_from_slice(case::APP_SECRET.as_bytes()).unwrap();
    let (id, package) = (case::CARRIER_USER_ID, case::PACKAGE_ID);

    let request = signed(&key, id, package, now);
    assert_eq!((request.method, &*request.url), ("POST", case::URL));
    let (_, authorization) = &request.headers[1];
    let same = Some(request.body == case::BODY && case::is_signed(authorization));
    let reply = parse(case::REPLY);
    assert_eq!((reply.code, &*reply.msg), (0, "Success."));

    let ids = case::carrier_user_ids();
    let batch = || -> Vec<Request> {
        ids.iter()
            .map(|id| signed(&key, id, package, now))
            .collect()
    };
    memory::print_peak("Rust, batch of 100,000", "bare strings", &batch);
    time(&row("batch of 100,000", same), batch);
    time(&row("bearer request", None), || {
        bearer(black_box(id), black_box(package), black_box(now))
    });
    time(&row("signed request", same), || {
        signed(
            black_box(&key),
            black_box(id),
            black_box(package),
            black_box(now),
        )
    });
    time(
        &Row {
            peer: "serde_json struct",
            ..row("parse", None)
        },
        || parse(black_box(case::REPLY)),
    );
}

fn row(operation: &str, same_signature: Option<bool>) -> Row<'_> {
    Row {
        table: "rust",
        operation,
        peer: "bare strings",
        same_signature,
    }
}

fn bearer(carrier_user_id: &str, package_id: &str, now: DateTime<Utc>) -> Request {
    let mut authorization = String::with_capacity(7 + case::TOKEN.len());
    authorization.push_str("Bearer ");
    authorization.push_str(case::TOKEN);
    request(
        authorization,
        x_date(now),
        body(carrier_user_id, package_id),
    )
}

fn signed(
    key: &Hmac<Sha256>,
    carrier_user_id: &str,
    package_id: &str,
    now: DateTime<Utc>,
) -> Request {
    let (x_date, body) = (x_date(now), body(carrier_user_id, package_id));
    let mut canonical = String::with_capacity(256 + case::PATH.len());
    canonical.push_str("POST\n");
    canonical.push_str(case::PATH);
    canonical.push_str("/\n\nhost:");
    canonical.push_str(case::HOST);
    canonical.push_str("\nx-date:");
    canonical.push_str(&x_date);
    canonical.push_str("\nx-user-id:");
    canonical.push_str(case::USER_ID);
    canonical.push_str("\n\nhost;x-date;x-user-id\n");
    push_hex(&mut canonical, &Sha256::digest(&body));
    let mut string_to_sign = String::with_capacity(76);
    string_to_sign.push_str("HMAC-SHA256\n");
    push_hex(&mut string_to_sign, &Sha256::digest(&canonical));
    let signature = key
        .clone()
        .chain_update(&string_to_sign)
        .finalize()
        .into_bytes();
    let mut authorization = String::with_capacity(128 + case::APP_ID.len());
    authorization.push_str("HMAC-SHA256 AppId=");
    authorization.push_str(case::APP_ID);
    authorization.push_str(",SignedHeaders=host;x-date;x-user-id,Signature=");
    push_hex(&mut authorization, &signature);
    request(authorization, x_date, body)
}

fn request(authorization: String, x_date: String, body: String) -> Request {
    Request {
        method: "POST",
        url: case::URL.to_owned(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("authorization", authorization),
            ("x-date", x_date),
            ("x-user-id", case::USER_ID.to_owned()),
        ],
        body,
    }
}

fn body(carrier_user_id: &str, package_id: &str) -> String {
    let mut body = String::with_capacity(48 + carrier_user_id.len() + package_id.len());
    body.push_str(r#"{"carrierUserId":""#);
    body.push_str(carrier_user_id);
    body.push_str(r#"","type":2,"packageId":""#);
    body.push_str(package_id);
    body.push_str("\"}");
    body
}

fn x_date(now: DateTime<Utc>) -> String {
    let mut text = String::with_capacity(16);
    let mut two_digits = |number: u32| {
        text.push(char::from(b'0' + (number / 10 % 10) as u8));
        text.push(char::from(b'0' + (number % 10) as u8));
    };
    let year = now.year().unsigned_abs();
    two_digits(year / 100);
    two_digits(year);
    two_digits(now.month());
    two_digits(now.day());
    text.push('T');
    let mut two_digits = |number: u32| {
        text.push(char::from(b'0' + (number / 10) as u8));
        text.push(char::from(b'0' + (number % 10) as u8));
    };
    two_digits(now.hour());
    two_digits(now.minute());
    two_digits(now.second());
    text.push('Z');
    text
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        text.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
    }
}

fn parse(body: &[u8]) -> Reply {
    serde_json::from_slice(body).unwrap()
}
