//! Decides what a trace id may be. Random bytes come from the host.

use std::{fmt, str};

use crate::InvalidInput;
use crate::text::code_point;

/// Length of a trace id, in characters.
const LENGTH: usize = 58;

/// The service trace id, header `x-traceid`: exactly 58 visible ASCII characters.
///
/// The published page says "58 bits"; its Chinese original says length 58 (contract.md 3).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId([u8; LENGTH]);

impl TraceId {
    /// Takes an id that the caller already has.
    ///
    /// # Errors
    ///
    /// Another length than 58, or a character that is no visible ASCII.
    pub fn new(id: &str) -> Result<Self, InvalidInput> {
        if let Some(character) = id.chars().find(|c| !c.is_ascii_graphic()) {
            return Err(InvalidInput::new(format!(
                "trace id holds the character {}; it is sent in a header and must be 58 visible ASCII characters",
                code_point(character)
            )));
        }
        let bytes = id.as_bytes().try_into().map_err(|_| {
            InvalidInput::new(format!(
                "trace id has {} characters; it must have exactly 58",
                id.len()
            ))
        })?;
        Ok(Self(bytes))
    }

    /// Makes an id from 29 random bytes that the host supplies: their lower-case hex.
    #[must_use]
    pub fn from_random(bytes: [u8; 29]) -> Self {
        let mut id = [0; LENGTH];
        // 29 bytes are 58 digits, so this cannot fail.
        let _ = base16ct::lower::encode(&bytes, &mut id);
        Self(id)
    }

    /// The 58 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Visible ASCII by construction, so the fallback cannot occur.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}
