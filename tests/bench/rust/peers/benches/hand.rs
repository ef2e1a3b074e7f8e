//! Measures the first version of a competent user: serde_json, format!, chrono's format, hex, and
//! the http crate's builder.

use std::hint::black_box;

use chrono::{DateTime, Utc};
use cpu_time::CpuTime;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Request, Response, StatusCode};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

enum Credentials {
    Token(String),
    App { id: String, secret: String },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    carrier_user_id: &'a str,
    #[serde(rename = "type")]
    modification_type: i64,
    package_id: &'a str,
}

struct Client {
    host: String,
    user_id: String,
    credentials: Credentials,
}

impl Client {
    fn notify(
        &self,
        carrier_user_id: &str,
        package_id: &str,
        now: DateTime<Utc>,
    ) -> Request<String> {
        let body = serde_json::to_string(&Body {
            carrier_user_id,
            modification_type: 2,
            package_id,
        })
        .unwrap();
        let x_date = now.format("%Y%m%dT%H%M%SZ").to_string();
        let authorization = match &self.credentials {
            Credentials::Token(token) => format!("Bearer {token}"),
            Credentials::App { id, secret } => {
                let canonical = format!(
                    "POST\n{}/\n\nhost:{}\nx-date:{x_date}\nx-user-id:{}\n\nhost;x-date;x-user-id\n{}",
                    case::PATH,
                    self.host,
                    self.user_id,
                    hex::encode(Sha256::digest(&body))
                );
                let string_to_sign =
                    format!("HMAC-SHA256\n{}", hex::encode(Sha256::digest(&canonical)));
                let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
                mac.update(string_to_sign.as_bytes());
                format!(
                    "HMAC-SHA256 AppId={id},SignedHeaders=host;x-date;x-user-id,Signature={}",
                    hex::encode(mac.finalize().into_bytes())
                )
            }
        };
        Request::post(format!("https://{}{}", self.host, case::PATH))
            .header("Content-Type", "application/json")
            .header("Authorization", authorization)
            .header("X-Date", x_date)
            .header("X-User-Id", &self.user_id)
            .body(body)
            .unwrap()
    }
}

/// Returns code and message. The code is text, because the publisher's pages show it both as text
/// and as a number.
fn parse(response: &Response<Vec<u8>>) -> Option<(String, String)> {
    if response.status() != StatusCode::OK {
        return None;
    }
    let reply: Value = serde_json::from_slice(response.body()).ok()?;
    let code = match &reply["code"] {
        Value::String(code) => code.clone(),
        Value::Number(code) => code.to_string(),
        _ => return None,
    };
    Some((code, reply["msg"].as_str()?.to_owned()))
}

fn benches(criterion: &mut Criterion<CpuTime>) {
    let now = DateTime::from_timestamp(case::SIGNED_AT, 0).unwrap();
    let client = |credentials| Client {
        host: case::HOST.to_owned(),
        user_id: case::USER_ID.to_owned(),
        credentials,
    };
    let bearer = client(Credentials::Token(case::TOKEN.to_owned()));
    let signing = client(Credentials::App {
        id: case::APP_ID.to_owned(),
        secret: case::APP_SECRET.to_owned(),
    });
    let (id, package) = (case::CARRIER_USER_ID, case::PACKAGE_ID);
    let mut response = Response::builder();
    for (name, value) in case::REPLY_HEADERS {
        response = response.header(name, value);
    }
    let response = response.body(case::REPLY.to_vec()).unwrap();

    let request = signing.notify(id, package, now);
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(request.body() == case::BODY && case::is_signed(authorization));
    let reply = parse(&response).unwrap();
    assert_eq!(reply, ("0".to_owned(), "Success.".to_owned()));

    for (operation, client) in [("bearer request", &bearer), ("signed request", &signing)] {
        criterion
            .benchmark_group(operation)
            .bench_function("hand", |bencher| {
                bencher.iter(|| client.notify(black_box(id), black_box(package), black_box(now)));
            });
    }
    criterion
        .benchmark_group("parse")
        .bench_function("hand", |bencher| {
            bencher.iter(|| parse(black_box(&response)));
        });
    let ids = case::carrier_user_ids();
    let batch = |()| -> Vec<Request<String>> {
        ids.iter()
            .map(|id| signing.notify(id, package, now))
            .collect()
    };
    criterion
        .benchmark_group("batch of 100,000")
        .sample_size(10)
        .bench_function("hand", |bencher| {
            bencher.iter_batched(|| (), batch, BatchSize::PerIteration);
        });
}

criterion_group! {
    name = hand;
    config = cpu_time::criterion();
    targets = benches
}
criterion_main!(hand);
