//! koodrive: a request built, a reply read, a batch held in memory.

use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use harness::{Row, case, memory, time};
use http::{Request, Response};
use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire};

fn main() {
    let now = DateTime::from_timestamp(case::SIGNED_AT, 0).unwrap() + TimeDelta::seconds(5);
    let client =
        |credentials| Client::new(Endpoint::INTERNATIONAL, case::USER_ID, credentials).unwrap();
    let signing = client(Credentials::app(case::APP_ID, case::APP_SECRET).unwrap());
    let bearer = client(Credentials::token(case::TOKEN).unwrap());
    let call = NotifyPackageExpire::new(case::CARRIER_USER_ID, case::PACKAGE_ID).unwrap();
    let response = response();

    let request = signing.request(&call, now).unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    let signed = Some(request.body() == case::BODY.as_bytes() && case::is_signed(authorization));
    assert_eq!(signing.parse(&call, &response).unwrap().code, "0");

    // First, while nothing else has been held.
    batch(&signing, now, signed);
    time(&row("bearer request", None), || {
        bearer.request(black_box(&call), black_box(now)).unwrap()
    });
    time(&row("signed request", signed), || {
        signing.request(black_box(&call), black_box(now)).unwrap()
    });
    time(&row("parse", None), || {
        signing
            .parse(black_box(&call), black_box(&response))
            .unwrap()
    });
}

fn batch(client: &Client, now: DateTime<Utc>, signed: Option<bool>) {
    let ids = case::carrier_user_ids();
    let build = || -> Vec<Request<Vec<u8>>> {
        let request = |id: &String| {
            let call = NotifyPackageExpire::new(id.as_str(), case::PACKAGE_ID).unwrap();
            client.request(&call, now).unwrap()
        };
        ids.iter().map(request).collect()
    };
    memory::print_peak("Rust, batch of 100,000", "koodrive", &build);
    time(&row("batch of 100,000", signed), build);
}

fn row(operation: &str, same_signature: Option<bool>) -> Row<'_> {
    Row {
        table: "rust",
        operation,
        peer: "koodrive",
        same_signature,
    }
}

fn response() -> Response<Vec<u8>> {
    let mut response = Response::builder();
    for (name, value) in case::REPLY_HEADERS {
        response = response.header(name, value);
    }
    response.body(case::REPLY.to_vec()).unwrap()
}
