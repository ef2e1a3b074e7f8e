//! The sandbox, seen by callers. Every refusal is provoked by breaking one thing of a request that
//! is otherwise accepted.
#![cfg(feature = "sandbox")]

mod answers;
mod load;
mod refusals;

use chrono::{DateTime, Utc};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use koodrive::sandbox::{Answer, CutPoint, Fault, Reason, Sandbox, SandboxConfig, StatusFault};
use koodrive::{
    Client, Credentials, Endpoint, GetCarrierRetentionPolicy, GetCurrentRetentionPolicy,
    GetSpaceUsageByOverview, ModificationType, NotifyPackageExpire, Operation, OrderOperation,
    PackageChange, PolicyStatus, RawCall, RequestOptions, ReverseOrder, SetRetentionPolicy,
    TraceId, signing,
};

const NOW: &str = "2025-11-03T07:01:45Z";
const USER: &str = "1505084218764547200";
const HOST: &str = "intl.myhuaweicloud-koodrive.com";
const NOTIFY: &str = "/koodrive/ose/v1/carrier/users/notifyPackageExpire";
const TRACE_ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789";

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

fn sandbox(config: &str) -> Sandbox {
    Sandbox::new(SandboxConfig::from_json(config).unwrap()).unwrap()
}

fn by_app() -> Credentials {
    Credentials::app("example-app-id", "example-app-secret-not-real").unwrap()
}

fn by_token() -> Credentials {
    Credentials::token("example-token-not-real").unwrap()
}

fn client(credentials: Credentials) -> Client {
    Client::new(Endpoint::INTERNATIONAL, USER, credentials).unwrap()
}

fn call() -> NotifyPackageExpire {
    NotifyPackageExpire::new("189642158555241211", "14").unwrap()
}

fn request<O: Operation>(credentials: Credentials, call: &O) -> Request<Vec<u8>> {
    client(credentials).request(call, now()).unwrap()
}

/// Signed, and changed afterwards.
fn signed(change: impl Fn(&mut Request<Vec<u8>>)) -> Request<Vec<u8>> {
    let mut request = request(by_app(), &call());
    change(&mut request);
    request
}

/// Returns a changed request with a token, so that no change breaks a signature.
fn with_token(change: impl Fn(&mut Request<Vec<u8>>)) -> Request<Vec<u8>> {
    let mut request = request(by_token(), &call());
    change(&mut request);
    request
}

/// Signed over these headers, correctly.
fn signed_over(names: &str, headers: &[(&str, &str)]) -> Request<Vec<u8>> {
    let mut request = request(by_app(), &call());
    let canonical_request = signing::canonical_request(&signing::CanonicalParts {
        method: "POST",
        uri: &signing::canonical_uri(request.uri().path()),
        query: "",
        headers: &signing::canonical_headers(headers),
        signed_headers: names,
        payload_hash: &signing::payload_hash(request.body()),
    });
    let key = signing::SigningKey::new("example-app-id", "example-app-secret-not-real");
    let signature = signing::signature(&key, &signing::string_to_sign(&canonical_request));
    let value = signing::authorization("example-app-id", names, &signature);
    set(&mut request, "authorization", &value);
    request
}

fn set(request: &mut Request<Vec<u8>>, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).unwrap();
    request.headers_mut().insert(name, value);
}

fn without(name: &str) -> Request<Vec<u8>> {
    with_token(|request| {
        request.headers_mut().remove(name).unwrap();
    })
}

fn with(name: &'static str, value: &str) -> Request<Vec<u8>> {
    with_token(|request| set(request, name, value))
}

fn to(uri: &str) -> Request<Vec<u8>> {
    with_token(|request| *request.uri_mut() = uri.parse().unwrap())
}

fn with_body(body: &[u8]) -> Request<Vec<u8>> {
    with_token(|request| *request.body_mut() = body.to_vec())
}

fn header<'a>(response: &'a Response<Vec<u8>>, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

fn body(answer: &Answer) -> &str {
    std::str::from_utf8(answer.response().body()).unwrap()
}
