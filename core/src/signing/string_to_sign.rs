//! Step 2: the string to sign.

use super::authorization::ALGORITHM;
use super::canonical_request::hex_sha256;
use crate::text::concat;

/// ```text
/// StringToSign = "HMAC-SHA256" \n hex(sha256(CanonicalRequest))
/// ```
///
/// There is no date in it: the date is protected only because `x-date` is among the signed headers.
#[must_use]
pub fn string_to_sign(canonical_request: &str) -> String {
    concat(&[ALGORITHM, "\n", &hex_sha256(canonical_request.as_bytes())])
}
