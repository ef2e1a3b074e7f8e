//! Text that is shown to people: bounded, and on one line. And the one check that every header value passes.

use std::fmt::{self, Write as _};

use crate::InvalidInput;

/// Longest foreign text inside a message, in characters. A gateway's canonical request (about 400) fits.
const LONGEST: usize = 1_000;

/// Foreign text on one line: control characters become blanks, and what is too long ends in an ellipsis.
pub(crate) struct Excerpt<'a>(pub(crate) &'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars();
        for character in characters.by_ref().take(LONGEST) {
            f.write_char(if character.is_control() {
                ' '
            } else {
                character
            })?;
        }
        if characters.next().is_some() {
            f.write_char('…')?;
        }
        Ok(())
    }
}

/// Longest excerpt of a body, in bytes.
const LONGEST_BODY_EXCERPT: usize = 200;

/// The first bytes of a body as text; none for an empty body. Never looks at more than it shows.
pub(crate) fn body_excerpt(body: &[u8]) -> Option<String> {
    if body.is_empty() {
        return None;
    }
    let start = &body[..body.len().min(LONGEST_BODY_EXCERPT)];
    Some(String::from_utf8_lossy(start).into_owned())
}

/// No field of this API may be empty.
pub(crate) fn empty(name: &str) -> InvalidInput {
    InvalidInput::new(format!(
        "{name} is empty; it must have at least one character"
    ))
}

/// A header value that every HTTP stack sends as it is: visible ASCII and blanks, no blank at either end (stacks trim
/// those, and a signature over what was not sent fails), not empty.
pub(crate) fn check_header_value(name: &str, value: &str) -> Result<(), InvalidInput> {
    if value.is_empty() {
        return Err(empty(name));
    }
    if let Some(character) = value.chars().find(|c| !matches!(c, ' '..='~')) {
        return Err(InvalidInput::new(format!(
            "{name} holds the character U+{:04X}; it is sent in a header, where only visible ASCII and blanks are allowed",
            u32::from(character)
        )));
    }
    if value.starts_with(' ') || value.ends_with(' ') {
        return Err(InvalidInput::new(format!(
            "{name} begins or ends with a blank; remove it, since HTTP does not carry it"
        )));
    }
    Ok(())
}
