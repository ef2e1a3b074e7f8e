//! Measures the lower bound: strings pushed into strings, with owned values, a prepared key and no
//! checks, and serde_json into a struct. Building the same bytes can hardly take less.

use std::hint::black_box;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use cpu_time::CpuTime;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// A request that owns its values, as HTTP clients need it.
struct Request<Name> {
    method: &'static str,
    url: String,
    headers: Vec<(Name, String)>,
    body: String,
}

/// Values that the compiler does not know, as in a real program.
struct Settings {
    url: String,
    host: String,
    user_id: String,
    token: String,
    app_id: String,
    key: Hmac<Sha256>,
}

#[derive(Deserialize)]
struct Reply {
    code: i64,
    msg: String,
}

fn benches(criterion: &mut Criterion<CpuTime>) {
    let now = DateTime::from_timestamp(case::SIGNED_AT, 0).unwrap();
    let settings = Settings {
        url: case::URL.to_owned(),
        host: case::HOST.to_owned(),
        user_id: case::USER_ID.to_owned(),
        token: case::TOKEN.to_owned(),
        app_id: case::APP_ID.to_owned(),
        key: Hmac::new_from_slice(case::APP_SECRET.as_bytes()).unwrap(),
    };
    let settings = black_box(&settings);
    let (id, package) = (case::CARRIER_USER_ID, case::PACKAGE_ID);

    let request: Request<String> = signed(settings, id, package, now);
    assert_eq!((request.method, &*request.url), ("POST", case::URL));
    let (_, authorization) = &request.headers[1];
    assert!(request.body == case::BODY && case::is_signed(authorization));
    let reply = parse(case::REPLY);
    assert_eq!((reply.code, &*reply.msg), (0, "Success."));

    requests::<String>(criterion, OWNED, settings, now);
    requests::<&'static str>(criterion, BORROWED, settings, now);
    criterion
        .benchmark_group("parse")
        .bench_function("serde_json struct", |bencher| {
            bencher.iter(|| parse(black_box(case::REPLY)));
        });
    let ids = case::carrier_user_ids();
    let batch = |()| -> Vec<Request<String>> {
        ids.iter()
            .map(|id| signed(settings, id, package, now))
            .collect()
    };
    criterion
        .benchmark_group("batch of 100,000")
        .sample_size(10)
        .bench_function(OWNED, |bencher| {
            bencher.iter_batched(|| (), batch, BatchSize::PerIteration);
        });
}

const OWNED: &str = "bare strings";
/// A request with borrowed header names, which is the least possible work.
const BORROWED: &str = "bare strings, names borrowed";

fn requests<Name: From<&'static str>>(
    criterion: &mut Criterion<CpuTime>,
    peer: &str,
    settings: &Settings,
    now: DateTime<Utc>,
) {
    let (id, package) = (case::CARRIER_USER_ID, case::PACKAGE_ID);
    criterion
        .benchmark_group("bearer request")
        .bench_function(peer, |bencher| {
            bencher.iter(|| -> Request<Name> {
                bearer(settings, black_box(id), black_box(package), black_box(now))
            });
        });
    criterion
        .benchmark_group("signed request")
        .bench_function(peer, |bencher| {
            bencher.iter(|| -> Request<Name> {
                signed(settings, black_box(id), black_box(package), black_box(now))
            });
        });
}

fn bearer<Name: From<&'static str>>(
    settings: &Settings,
    carrier_user_id: &str,
    package_id: &str,
    now: DateTime<Utc>,
) -> Request<Name> {
    let mut authorization = String::with_capacity(7 + settings.token.len());
    authorization.push_str("Bearer ");
    authorization.push_str(&settings.token);
    request(
        settings,
        authorization,
        x_date(now),
        body(carrier_user_id, package_id),
    )
}

fn signed<Name: From<&'static str>>(
    settings: &Settings,
    carrier_user_id: &str,
    package_id: &str,
    now: DateTime<Utc>,
) -> Request<Name> {
    let (x_date, body) = (x_date(now), body(carrier_user_id, package_id));
    let mut canonical = String::with_capacity(512);
    canonical.push_str("POST\n");
    canonical.push_str(case::PATH);
    canonical.push_str("/\n\nhost:");
    canonical.push_str(&settings.host);
    canonical.push_str("\nx-date:");
    canonical.push_str(&x_date);
    canonical.push_str("\nx-user-id:");
    canonical.push_str(&settings.user_id);
    canonical.push_str("\n\nhost;x-date;x-user-id\n");
    push_hex(&mut canonical, &Sha256::digest(&body));
    let mut string_to_sign = String::with_capacity(76);
    string_to_sign.push_str("HMAC-SHA256\n");
    push_hex(&mut string_to_sign, &Sha256::digest(&canonical));
    let signature = settings
        .key
        .clone()
        .chain_update(&string_to_sign)
        .finalize()
        .into_bytes();
    let mut authorization = String::with_capacity(192);
    authorization.push_str("HMAC-SHA256 AppId=");
    authorization.push_str(&settings.app_id);
    authorization.push_str(",SignedHeaders=host;x-date;x-user-id,Signature=");
    push_hex(&mut authorization, &signature);
    request(settings, authorization, x_date, body)
}

fn request<Name: From<&'static str>>(
    settings: &Settings,
    authorization: String,
    x_date: String,
    body: String,
) -> Request<Name> {
    Request {
        method: "POST",
        url: settings.url.clone(),
        headers: vec![
            ("content-type".into(), "application/json".to_owned()),
            ("authorization".into(), authorization),
            ("x-date".into(), x_date),
            ("x-user-id".into(), settings.user_id.clone()),
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
    let year = now.year().unsigned_abs();
    for number in [year / 100, year % 100, now.month(), now.day()] {
        push_two_digits(&mut text, number);
    }
    text.push('T');
    for number in [now.hour(), now.minute(), now.second()] {
        push_two_digits(&mut text, number);
    }
    text.push('Z');
    text
}

fn push_two_digits(text: &mut String, number: u32) {
    text.push(char::from(b'0' + (number / 10) as u8));
    text.push(char::from(b'0' + (number % 10) as u8));
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

criterion_group! {
    name = bare;
    config = cpu_time::criterion();
    targets = benches
}
criterion_main!(bare);
