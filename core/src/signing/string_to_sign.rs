//! Step 2: the string to sign.

use super::ALGORITHM;
use super::hex::Hex;

/// ```text
/// StringToSign = "HMAC-SHA256" \n hex(sha256(CanonicalRequest))
/// ```
///
/// The string to sign holds no date: the date is protected only because `x-date` is among the
/// signed headers.
#[must_use]
pub fn string_to_sign(canonical_request: &str) -> String {
    string_to_sign_of(&Hex::sha256(canonical_request))
}

pub(crate) fn string_to_sign_of(canonical_request_hash: &Hex) -> String {
    [ALGORITHM, "\n", canonical_request_hash.as_str()].concat()
}
