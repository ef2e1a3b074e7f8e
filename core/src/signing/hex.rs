//! The form in which every hash of a signature is written.

use std::str;

use sha2::{Digest as _, Sha256};

/// 32 bytes as 64 digits of lower-case hex.
pub(crate) struct Hex([u8; 64]);

impl Hex {
    /// Returns the SHA-256 of `text`.
    pub(crate) fn sha256(text: &str) -> Self {
        Self::of(&Sha256::digest(text))
    }

    /// Returns the digits of `digest`, a SHA-256 or an HMAC-SHA256.
    pub(crate) fn of(digest: &[u8]) -> Self {
        let mut hex = [0; 64];
        // 32 bytes are 64 digits, so this cannot fail.
        let _ = base16ct::lower::encode(digest, &mut hex);
        Self(hex)
    }

    pub(crate) fn as_str(&self) -> &str {
        // Hex digits by construction, so the fallback cannot occur.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(super) fn to_text(&self) -> String {
        self.as_str().to_owned()
    }
}
