//! Measures koodrive: building a request, reading a reply, holding a batch in memory, and a whole
//! call, which is typed, raw or through the dispatcher.

use std::hint::black_box;

use bench_koodrive::Dispatched;
use chrono::{DateTime, TimeDelta, Utc};
use cpu_time::CpuTime;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use http::{Method, Request, Response};
use koodrive::{
    Client, Credentials, Endpoint, NotifyPackageExpire, RawCall, RequestOptions, TraceId,
};

fn requests(criterion: &mut Criterion<CpuTime>) {
    let (signing, bearer, now) = (signing(), client(Credentials::token(case::TOKEN)), now());
    let (call, response) = (typed(case::CARRIER_USER_ID), response());
    let request = signing.request(&call, now).unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(request.body() == case::BODY.as_bytes() && case::is_signed(authorization));
    assert_eq!(signing.parse(&call, &response).unwrap().code, "0");

    criterion
        .benchmark_group("bearer request")
        .bench_function("koodrive", |bencher| {
            bencher.iter(|| bearer.request(black_box(&call), black_box(now)).unwrap());
        });
    criterion
        .benchmark_group("signed request")
        .bench_function("koodrive", |bencher| {
            bencher.iter(|| signing.request(black_box(&call), black_box(now)).unwrap());
        });
    criterion
        .benchmark_group("parse")
        .bench_function("koodrive", |bencher| {
            bencher.iter(|| {
                signing
                    .parse(black_box(&call), black_box(&response))
                    .unwrap()
            });
        });
}

fn batch(criterion: &mut Criterion<CpuTime>) {
    let (client, now, ids) = (signing(), now(), case::carrier_user_ids());
    let build = |()| -> Vec<Request<Vec<u8>>> {
        let request = |id: &String| client.request(&typed(id), now).unwrap();
        ids.iter().map(request).collect()
    };
    criterion
        .benchmark_group("batch of 100,000")
        .sample_size(10)
        .bench_function("koodrive", |bencher| {
            bencher.iter_batched(|| (), build, BatchSize::PerIteration);
        });
}

/// Makes one whole call: creates it from its ids, signs it, and reads its reply.
fn call(criterion: &mut Criterion<CpuTime>) {
    let (client, now, response) = (signing(), now(), response());
    let raw = || {
        let body = format!(
            r#"{{"carrierUserId":"{}","type":2,"packageId":"{}"}}"#,
            black_box(case::CARRIER_USER_ID),
            black_box(case::PACKAGE_ID)
        );
        let call = RawCall::new(Method::POST, black_box(case::PATH)).unwrap();
        call.json(body).unwrap()
    };
    assert_eq!(
        client.request(&raw(), now).unwrap().headers()["authorization"],
        client
            .request(&typed(case::CARRIER_USER_ID), now)
            .unwrap()
            .headers()["authorization"]
    );

    let mut group = criterion.benchmark_group("call");
    group.bench_function("koodrive", |bencher| {
        bencher.iter(|| {
            let call = typed(black_box(case::CARRIER_USER_ID));
            let request = client.request(&call, black_box(now)).unwrap();
            (request, client.parse(&call, black_box(&response)).unwrap())
        });
    });
    group.bench_function("koodrive, raw call", |bencher| {
        bencher.iter(|| {
            let call = raw();
            let request = client.request(&call, black_box(now)).unwrap();
            (request, client.parse(&call, black_box(&response)).unwrap())
        });
    });
    // As the dispatcher does: with a trace id, and learning the server's clock from the reply.
    group.bench_function("koodrive, attempt", |bencher| {
        bencher.iter(|| {
            let call = typed(black_box(case::CARRIER_USER_ID));
            let trace_id = TraceId::from_random(black_box([0x5a; 29]));
            let options = RequestOptions::default().trace_id(trace_id);
            let attempt = client.attempt(call, black_box(now), &options).unwrap();
            let request = attempt.request().unwrap();
            let (status, headers, body) = (response.status(), response.headers(), response.body());
            (request, attempt.reply(status, headers, body, now).unwrap())
        });
    });
    let mut dispatched = Dispatched::new(&client, now);
    group.bench_function("koodrive, dispatched", |bencher| {
        bencher.iter(|| dispatched.call(&typed(black_box(case::CARRIER_USER_ID)), &response));
    });
}

/// Returns a time 5 seconds after the case's X-Date, which stays that far behind.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(case::SIGNED_AT, 0).unwrap() + TimeDelta::seconds(5)
}

fn signing() -> Client {
    client(Credentials::app(case::APP_ID, case::APP_SECRET))
}

fn client(credentials: Result<Credentials, koodrive::InvalidInput>) -> Client {
    Client::new(Endpoint::INTERNATIONAL, case::USER_ID, credentials.unwrap()).unwrap()
}

fn typed(carrier_user_id: &str) -> NotifyPackageExpire {
    NotifyPackageExpire::new(carrier_user_id, case::PACKAGE_ID).unwrap()
}

fn response() -> Response<Vec<u8>> {
    let mut response = Response::builder();
    for (name, value) in case::REPLY_HEADERS {
        response = response.header(name, value);
    }
    response.body(case::REPLY.to_vec()).unwrap()
}

criterion_group! {
    name = benches;
    config = cpu_time::criterion();
    targets = requests, batch, call
}
criterion_main!(benches);
