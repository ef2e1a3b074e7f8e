//! Decides what a trace id may be. Random bytes come from the host.

use std::fmt;

use crate::InvalidInput;
use crate::text::{ascii, code_point, concat, decimal};

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
            return Err(InvalidInput::new(concat(&[
                "trace id holds the character ",
                &code_point(character),
                "; it is sent in a header and must be 58 visible ASCII characters",
            ])));
        }
        let bytes = id.as_bytes().try_into().map_err(|_| {
            InvalidInput::new(concat(&[
                "trace id has ",
                &decimal(id.len()),
                " characters; it must have exactly 58",
            ]))
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
        ascii(&self.0)
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
