//! Text that is shown to people: bounded, and on one line. And the one check that every header value passes.

use std::str;

use crate::InvalidInput;

/// The parts, one after the other, in one allocation. (`[..].concat()` does the same in five times the code.)
#[inline(never)]
pub(crate) fn concat(parts: &[&str]) -> String {
    let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        text.push_str(part);
    }
    text
}

/// Bytes that their type has checked to be ASCII, so the empty text cannot occur. (Not in line: five times the code.)
#[inline(never)]
pub(crate) fn ascii(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}

/// What stands after the first `mark`. (The standard library's search is made for texts of another length.)
pub(crate) fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let windows = text.as_bytes().windows(mark.len());
    let at = windows
        .enumerate()
        .find(|(_, window)| *window == mark.as_bytes())?
        .0;
    text.get(at + mark.len()..)
}

/// The number in decimal. (`format!` brings the machinery for widths and signs into the .wasm.)
#[inline(never)]
pub(crate) fn decimal(number: usize) -> String {
    // A length fits 64 bits, so the fallback cannot occur.
    digits(u64::try_from(number).unwrap_or(u64::MAX), 10)
}

/// As [`decimal`], with a sign where there is one.
#[inline(never)]
pub(crate) fn signed_decimal(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    concat(&[sign, &digits(number.unsigned_abs(), 10)])
}

/// The number in hexadecimal, lower case.
pub(crate) fn hexadecimal(number: u16) -> String {
    digits(number.into(), 16)
}

/// How a character is named that cannot be shown: `U+000D`.
#[inline(never)]
pub(crate) fn code_point(character: char) -> String {
    let hex = digits(u32::from(character).into(), 16);
    let zeros = "000".get(hex.len() - 1..).unwrap_or_default();
    concat(&["U+", zeros, &hex.to_ascii_uppercase()])
}

#[inline(never)]
fn digits(mut number: u64, radix: u64) -> String {
    let mut reversed = Vec::new();
    loop {
        // Below 16, so the fallback cannot occur.
        let digit = u32::try_from(number % radix).unwrap_or_default();
        reversed.push(char::from_digit(digit, 16).unwrap_or_default());
        number /= radix;
        if number == 0 {
            return reversed.into_iter().rev().collect();
        }
    }
}

/// Longest foreign text inside a message, in characters. A gateway's canonical request (about 400) fits.
const LONGEST: usize = 1_000;

/// Adds foreign text on one line: control characters become blanks, and what is too long ends in an ellipsis.
pub(crate) fn push_excerpt(text: &mut String, foreign: &str) {
    let mut characters = foreign.chars();
    for character in characters.by_ref().take(LONGEST) {
        text.push(if character.is_control() {
            ' '
        } else {
            character
        });
    }
    if characters.next().is_some() {
        text.push('…');
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
#[inline(never)]
pub(crate) fn empty(name: &str) -> InvalidInput {
    InvalidInput::new(concat(&[
        name,
        " is empty; it must have at least one character",
    ]))
}

/// A header value that every HTTP stack sends as it is: visible ASCII and blanks, no blank at either end (stacks trim
/// those, and a signature over what was not sent fails), not empty.
#[inline(never)]
pub(crate) fn check_header_value(name: &str, value: &str) -> Result<(), InvalidInput> {
    if value.is_empty() {
        return Err(empty(name));
    }
    if let Some(character) = value.chars().find(|c| !matches!(c, ' '..='~')) {
        return Err(InvalidInput::new(concat(&[
            name,
            " holds the character ",
            &code_point(character),
            "; it is sent in a header, where only visible ASCII and blanks are allowed",
        ])));
    }
    if value.starts_with(' ') || value.ends_with(' ') {
        return Err(InvalidInput::new(concat(&[
            name,
            " begins or ends with a blank; remove it, since HTTP does not carry it",
        ])));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_format_writes_them() {
        for number in [0, 1, 9, 10, 1_048_576, i64::MAX, -1, -10, i64::MIN] {
            assert_eq!(signed_decimal(number), number.to_string());
        }
        for number in [0, 10, usize::MAX] {
            assert_eq!(decimal(number), number.to_string());
        }
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
