//! `instructions OPERATION RUNS` repeats one operation RUNS times, for callgrind to count.

use std::hint::black_box;

use bench_koodrive::Dispatched;
use case::REPLY_HEADERS;
use chrono::DateTime;
use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [operation, runs] = &*arguments else {
        panic!("usage: instructions OPERATION RUNS");
    };
    let runs: usize = runs.parse().unwrap();
    let now = DateTime::from_timestamp(case::SIGNED_AT, 0).unwrap();
    let credentials = match &**operation {
        "bearer request" => Credentials::token(case::TOKEN),
        _ => Credentials::app(case::APP_ID, case::APP_SECRET),
    };
    let client = Client::new(Endpoint::INTERNATIONAL, case::USER_ID, credentials.unwrap()).unwrap();
    let call = NotifyPackageExpire::new(case::CARRIER_USER_ID, case::PACKAGE_ID).unwrap();
    let response = REPLY_HEADERS
        .iter()
        .fold(http::Response::builder(), |response, (name, value)| {
            response.header(*name, *value)
        })
        .body(case::REPLY)
        .unwrap();
    let mut dispatched = Dispatched::new(&client, now);
    for _ in 0..runs {
        match &**operation {
            "parse" => {
                let _ = black_box(
                    client
                        .parse(black_box(&call), black_box(&response))
                        .unwrap(),
                );
            }
            "dispatched call" => dispatched.call(black_box(&call), black_box(&response)),
            _ => {
                let _ = black_box(client.request(black_box(&call), black_box(now)).unwrap());
            }
        }
    }
}
