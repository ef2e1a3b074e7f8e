//! `growth N` builds and signs N requests and parses their replies in one process, and drops each
//! before the next. Prints the nanoseconds per request and, on Linux, the system's status of this
//! process, with its memory.

use std::time::Duration;

use chrono::DateTime;
use http::Response;
use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire};
use rustix::time::{ClockId, clock_gettime};

#[expect(clippy::cast_precision_loss, reason = "far below 53 bits")]
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

    let start = spent();
    for number in 0..requests {
        let id = format!("189642158555{number:06}");
        let call = NotifyPackageExpire::new(id, case::PACKAGE_ID).unwrap();
        let request = client.request(&call, now).unwrap();
        assert_eq!(request.headers().len(), 4);
        assert_eq!(client.parse(&call, &response).unwrap().code, "0");
    }
    println!("{}", (spent() - start).as_nanos() as f64 / requests as f64);
    print!(
        "{}",
        std::fs::read_to_string("/proc/self/status").unwrap_or_default()
    );
}

/// Returns the CPU time of this process.
fn spent() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap()
}
