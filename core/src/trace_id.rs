//! Decides what a trace id may be. Random bytes come from the host.

use std::fmt;
use std::str::{self, FromStr};

use crate::InvalidInput;
use crate::text::code_point;

/// Length of a trace id, in characters.
const LENGTH: usize = 58;

/// The service trace id, header `x-traceid`: exactly 58 visible ASCII characters.
///
/// The published page says "58 bits"; its Chinese original says length 58 (`docs/contract.md`,
/// section 3).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId([u8; LENGTH]);

impl TraceId {
    /// Reads an id that the caller already has.
    ///
    /// # Errors
    ///
    /// Another length than 58, or a character that is not visible ASCII.
    pub fn parse(id: &str) -> Result<Self, InvalidInput> {
        let refused = |problem| InvalidInput::option("trace_id", problem);
        if let Some((index, character)) =
            id.chars().enumerate().find(|(_, c)| !c.is_ascii_graphic())
        {
            return Err(refused(format!(
                "character {} at position {} is not allowed in a trace id; use visible ASCII without spaces",
                code_point(character),
                index + 1
            )));
        }
        let bytes = id.as_bytes().try_into().map_err(|_| {
            refused(format!(
                "{} characters long; pass exactly {LENGTH}",
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

    /// Returns the trace id's 58 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Visible ASCII by construction, so the fallback cannot occur.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for TraceId {
    type Err = InvalidInput;

    fn from_str(id: &str) -> Result<Self, InvalidInput> {
        Self::parse(id)
    }
}

impl TryFrom<&str> for TraceId {
    type Error = InvalidInput;

    fn try_from(id: &str) -> Result<Self, InvalidInput> {
        Self::parse(id)
    }
}

impl AsRef<str> for TraceId {
    fn as_ref(&self) -> &str {
        self.as_str()
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
