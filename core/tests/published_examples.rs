//! The two examples that were computed independently of this project (`docs/contract.md`, section
//! 4).

use chrono::{DateTime, Utc};
use koodrive::signing::explain;
use koodrive::{
    Client, Credentials, Endpoint, GetCurrentRetentionPolicy, NotifyPackageExpire, Operation,
    RequestOptions,
};

const NOW: &str = "2025-11-03T07:01:45Z";

fn client() -> Client {
    Client::new(
        Endpoint::INTERNATIONAL,
        "1505084218764547200",
        Credentials::app("my-app-id", "example-app-secret-not-real").unwrap(),
    )
    .unwrap()
}

fn check<O: Operation>(call: &O, hash: &str, signature: &str) {
    let now: DateTime<Utc> = NOW.parse().unwrap();
    let explanation = explain(&client(), call, now, &RequestOptions::default(), None).unwrap();
    assert_eq!(explanation.canonical_request_hash, hash);
    assert_eq!(explanation.signature.as_deref(), Some(signature));

    let request = client().request(call, now).unwrap();
    assert_eq!(
        request.headers()["authorization"],
        format!(
            "HMAC-SHA256 AppId=my-app-id,SignedHeaders=host;x-date;x-user-id,Signature={signature}"
        )
    );
    assert_eq!(request.headers()["x-date"], "20251103T070140Z");
}

#[test]
fn notify_package_expire_is_signed_as_computed() {
    check(
        &NotifyPackageExpire::new("189642158555241211", "14").unwrap(),
        "9c24ade95d82dce7c7002ec7272d12f9ff60d1f71d5fc50708e113d4249449ce",
        "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac",
    );
}

#[test]
fn get_current_retention_policy_is_signed_as_computed() {
    check(
        &GetCurrentRetentionPolicy::new(),
        "17df01bf35f41570cd1a606097845ed65ce61676b6b163a6f6c8b53ebe1e8a50",
        "c582ce0670626271ec0285f31c23f27f6ec0052ae3f9cdc96dc91a737da54837",
    );
}
