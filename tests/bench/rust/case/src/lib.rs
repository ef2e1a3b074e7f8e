//! The request that every peer builds, and the reply that every peer reads.

/// The signature that this request must have, computed independently of every peer
/// (docs/contract.md, section 4, and `tests/conformance/flagship/app-notify-minimal`).
pub const SIGNATURE: &str = "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac";

pub const HOST: &str = "intl.myhuaweicloud-koodrive.com";
pub const PATH: &str = "/koodrive/ose/v1/carrier/users/notifyPackageExpire";
pub const URL: &str =
    "https://intl.myhuaweicloud-koodrive.com/koodrive/ose/v1/carrier/users/notifyPackageExpire";
pub const USER_ID: &str = "1505084218764547200";
pub const APP_ID: &str = "example-app-id";
pub const APP_SECRET: &str = "example-app-secret-not-real";
pub const TOKEN: &str = "example-token-not-real";
pub const CARRIER_USER_ID: &str = "189642158555241211";
pub const PACKAGE_ID: &str = "14";
pub const BODY: &str = r#"{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}"#;

/// The signature's date, 2025-11-03T07:01:40Z, in seconds.
pub const SIGNED_AT: i64 = 1_762_153_300;
pub const X_DATE: &str = "20251103T070140Z";

pub const REPLY: &[u8] = br#"{"code":0,"msg":"Success."}"#;

/// The headers of a reply, as servers send them.
pub const REPLY_HEADERS: [(&str, &str); 4] = [
    ("date", "Mon, 03 Nov 2025 07:01:45 GMT"),
    ("content-type", "application/json"),
    ("content-length", "27"),
    ("connection", "keep-alive"),
];

/// The number of requests in a batch.
pub const BATCH: usize = 100_000;

/// Returns the subscribers' ids of a batch, with as many digits as the one above.
#[must_use]
pub fn carrier_user_ids() -> Vec<String> {
    (0..BATCH)
        .map(|number| format!("189642158555{number:06}"))
        .collect()
}

/// Returns whether the Authorization header of the case's request ends in its signature.
#[must_use]
pub fn is_signed(authorization: &str) -> bool {
    authorization.ends_with(&format!(",Signature={SIGNATURE}"))
}
