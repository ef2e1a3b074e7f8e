//! Measures the aws-sigv4 crate, as its documentation uses it, with the same request. Its algorithm
//! has four more HMACs, which derive the key, and gives another signature.

use std::hint::black_box;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SigningParams, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use cpu_time::CpuTime;
use criterion::{Criterion, criterion_group, criterion_main};
use http::Request;

fn benches(criterion: &mut Criterion<CpuTime>) {
    let identity = Credentials::new(case::APP_ID, case::APP_SECRET, None, None, "bench").into();
    let seconds = u64::try_from(case::SIGNED_AT).unwrap();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let signed = |now: SystemTime, body: &str| -> Request<String> {
        let params: SigningParams<'_> = v4::SigningParams::builder()
            .identity(&identity)
            .region("ap-southeast-3")
            .name("koodrive")
            .time(now)
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let headers = [
            ("content-type", "application/json"),
            ("x-user-id", case::USER_ID),
        ];
        let mut request = Request::post(case::URL);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let mut request = request.body(body.to_owned()).unwrap();
        let signable = SignableRequest::new(
            "POST",
            case::URL,
            headers.into_iter(),
            SignableBody::Bytes(body.as_bytes()),
        );
        let (instructions, _) = sign(signable.unwrap(), &params).unwrap().into_parts();
        instructions.apply_to_request_http1x(&mut request);
        request
    };
    let request = signed(now, case::BODY);
    assert_eq!(request.headers()["x-amz-date"], case::X_DATE);
    assert!(request.headers().contains_key("authorization"));
    criterion
        .benchmark_group("signed request")
        .bench_function("aws-sigv4", |bencher| {
            bencher.iter(|| signed(black_box(now), black_box(case::BODY)));
        });
}

criterion_group! {
    name = signer;
    config = cpu_time::criterion();
    targets = benches
}
criterion_main!(signer);
