//! Step 3: the signature.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::ALGORITHM;
use super::hex::Hex;

/// An app id with the HMAC state of its secret, prepared once. The secret itself is not kept; the
/// state is zeroized when dropped.
pub struct SigningKey {
    app_id: String,
    mac: Hmac<Sha256>,
}

impl SigningKey {
    /// Prepares the key. Neither argument is checked here:
    /// [`Credentials::app`](crate::Credentials::app) does.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "HMAC takes a key of any length")]
    pub fn new(app_id: &str, app_secret: &str) -> Self {
        Self {
            app_id: app_id.to_owned(),
            mac: Hmac::new_from_slice(app_secret.as_bytes())
                .expect("HMAC takes a key of any length"),
        }
    }

    /// Public, stands in every Authorization header.
    #[must_use]
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    /// Returns the signature of the canonical request that has this hash: steps 2 and 3, without an
    /// allocation between them.
    pub(crate) fn sign(&self, canonical_request_hash: &Hex) -> Hex {
        let mac = self
            .mac(ALGORITHM.as_bytes())
            .chain_update("\n")
            .chain_update(canonical_request_hash.as_str());
        Hex::of(&mac.finalize().into_bytes())
    }

    fn mac(&self, string_to_sign: &[u8]) -> Hmac<Sha256> {
        self.mac.clone().chain_update(string_to_sign)
    }

    /// Compares in constant time. For a verifier: the sandbox.
    #[must_use]
    pub fn verifies(&self, string_to_sign: &str, signature: &str) -> bool {
        base16ct::lower::decode_vec(signature).is_ok_and(|bytes| {
            self.mac(string_to_sign.as_bytes())
                .verify_slice(&bytes)
                .is_ok()
        })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SigningKey {{ app_id: {}, app_secret: *** }}",
            self.app_id
        )
    }
}

/// ```text
/// Signature = hex(hmac_sha256(AppSecret, StringToSign))
/// ```
#[must_use]
pub fn signature(key: &SigningKey, string_to_sign: &str) -> String {
    let mac = key.mac(string_to_sign.as_bytes()).finalize();
    Hex::of(&mac.into_bytes()).to_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_the_app_id_and_no_secret() {
        assert_eq!(
            format!("{:?}", SigningKey::new("my-app", "example-secret")),
            "SigningKey { app_id: my-app, app_secret: *** }"
        );
    }

    #[test]
    fn only_the_whole_signature_verifies() {
        let key = SigningKey::new("app", "secret");
        let made = signature(&key, "text");
        assert!(key.verifies("text", &made));
        for other in [
            "",
            &made[..62],
            &made.to_uppercase(),
            &made.replace('0', "1"),
        ] {
            assert!(!key.verifies("text", other), "{other}");
        }
    }
}
