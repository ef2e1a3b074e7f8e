//! Text that is shown to people: bounded, and on one line. And the one check that every header value passes.

use std::str;

use crate::InvalidInput;

/// How a character is named that cannot be shown: `U+000D`.
pub(crate) fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

/// Longest foreign text inside a message, in characters. A gateway's canonical request (about 400) fits.
const LONGEST: usize = 1_000;

/// Foreign text on one line: control characters become blanks, and what is too long ends in an ellipsis.
pub(crate) fn excerpt(foreign: &str) -> String {
    let plain = |character: char| {
        if character.is_control() {
            ' '
        } else {
            character
        }
    };
    let mut characters = foreign.chars();
    let mut text: String = characters.by_ref().take(LONGEST).map(plain).collect();
    if characters.next().is_some() {
        text.push('…');
    }
    text
}

/// Longest excerpt of a body, in bytes.
const LONGEST_BODY_EXCERPT: usize = 200;

/// The first bytes of a body as text; none for an empty body. Never looks at more than it shows.
pub(crate) fn body_excerpt(body: &[u8]) -> Option<String> {
    if body.is_empty() {
        return None;
    }
    let start = &body[..body.len().min(LONGEST_BODY_EXCERPT)];
    Some(match str::from_utf8(start) {
        Ok(text) => text.to_owned(),
        // Cut within a character.
        Err(error) if error.error_len().is_none() => str::from_utf8(&start[..error.valid_up_to()])
            .unwrap_or_default()
            .to_owned(),
        // Another encoding, of which ASCII can be read.
        Err(_) => start
            .iter()
            .map(|byte| {
                if byte.is_ascii() {
                    char::from(*byte)
                } else {
                    '\u{fffd}'
                }
            })
            .collect(),
    })
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
            "{name} holds the character {}; it is sent in a header, where only visible ASCII and blanks are allowed",
            code_point(character)
        )));
    }
    if value.starts_with(' ') || value.ends_with(' ') {
        return Err(InvalidInput::new(format!(
            "{name} begins or ends with a blank; remove it, since HTTP does not carry it"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_shown_on_one_line_and_cut_after_a_thousand_characters() {
        assert_eq!(excerpt("a\r\n中\u{1b}[31m"), "a  中 [31m");
        assert_eq!(excerpt(&"中".repeat(1_000)), "中".repeat(1_000));
        assert_eq!(
            excerpt(&"中".repeat(1_001)),
            ["中".repeat(1_000), "…".to_owned()].concat()
        );
    }

    #[test]
    fn an_excerpt_is_text_whatever_the_body_is() {
        let long = "中".repeat(100);
        for (body, excerpt) in [
            (&b""[..], None),
            ("中文".as_bytes(), Some("中文".to_owned())),
            // 200 bytes end within the 67th character.
            (long.as_bytes(), Some("中".repeat(66))),
            // "中文" in GBK.
            (
                b"<p>\xd6\xd0\xce\xc4",
                Some("<p>\u{fffd}\u{fffd}\u{fffd}\u{fffd}".to_owned()),
            ),
        ] {
            assert_eq!(body_excerpt(body), excerpt);
        }
    }

    #[test]
    fn a_code_point_has_at_least_four_digits() {
        for (character, name) in [
            ('\0', "U+0000"),
            ('\r', "U+000D"),
            ('\u{e9}', "U+00E9"),
            ('中', "U+4E2D"),
            ('😀', "U+1F600"),
            ('\u{10ffff}', "U+10FFFF"),
        ] {
            assert_eq!(code_point(character), name);
        }
    }
}
