//! `growth N`: N requests built, signed and their replies parsed in one process, each dropped before the next.
//!
//! Prints the time per request, one sample for each slice of at most 50,000, and the most memory that the process held.

use chrono::DateTime;
use harness::{Row, case, cpu, memory};
use http::Response;
use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire};

const SLICE: usize = 50_000;

fn main() {
    let requests: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let now = DateTime::from_timestamp(case::SIGNED_AT, 0).unwrap();
    let credentials = Credentials::app(case::APP_ID, case::APP_SECRET).unwrap();
    let client = Client::new(Endpoint::INTERNATIONAL, case::USER_ID, credentials).unwrap();
    let mut response = Response::builder();
    for (name, value) in case::REPLY_HEADERS {
        response = response.header(name, value);
    }
    let response = response.body(case::REPLY).unwrap();

    let mut samples = Vec::new();
    let mut done = 0;
    while done < requests {
        let slice = SLICE.min(requests - done);
        let start = cpu();
        for number in done..done + slice {
            let id = format!("189642158555{number:06}");
            let call = NotifyPackageExpire::new(id, case::PACKAGE_ID).unwrap();
            let request = client.request(&call, now).unwrap();
            assert_eq!(request.headers().len(), 4);
            assert_eq!(client.parse(&call, &response).unwrap().code, "0");
        }
        samples.push((cpu() - start) / slice as f64);
        done += slice;
    }
    let peer = match requests {
        1 => "1",
        1_000 => "1,000",
        1_000_000 => "1,000,000",
        _ => panic!("1, 1000 or 1000000 requests"),
    };
    row("Rust, time", peer).print("ns", &samples);
    if let Some(peak) = memory::peak() {
        row("Rust, memory", peer).print("bytes", &[peak]);
    }
}

fn row<'a>(operation: &'a str, peer: &'a str) -> Row<'a> {
    Row {
        table: "growth",
        operation,
        peer,
        same_signature: None,
    }
}
