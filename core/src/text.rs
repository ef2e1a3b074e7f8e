//! Text that is shown to people: bounded, and on one line. And the checks of header values and ids.

use std::borrow::Cow;
use std::str;

use crate::InvalidInput;

/// Returns the name of a character that cannot be shown, such as `U+000D`.
pub(crate) fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

/// Longest foreign text inside a message, in characters. A gateway's canonical request (about 400)
/// fits.
const LONGEST: usize = 1_000;

/// Foreign text on one line: control characters become blanks, and what is too long ends in an
/// ellipsis.
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

/// Longest body that an error keeps, in bytes.
const LONGEST_BODY: usize = 16_384;

/// Returns the first bytes of a body as text, for the caller to read. Bytes that are not UTF-8
/// become U+FFFD.
pub(crate) fn bounded_body(body: &[u8]) -> String {
    let Some(mut start) = body
        .get(..LONGEST_BODY)
        .filter(|start| start.len() < body.len())
    else {
        return String::from_utf8_lossy(body).into_owned();
    };
    // A character that the limit cuts is left out.
    if let Err(error) = str::from_utf8(start)
        && error.error_len().is_none()
    {
        start = &start[..error.valid_up_to()];
    }
    String::from_utf8_lossy(start).into_owned()
}

/// The problem of a value that must not be empty.
pub(crate) const EMPTY: &str = "empty; pass at least one character";

/// Checks a header value: visible ASCII and spaces, no space at either end, not empty. HTTP stacks
/// remove spaces at the ends, so that the signature would not match what was sent. The error is the
/// problem, without the name of the field.
pub(crate) fn check_header_value(value: &str) -> Result<(), Cow<'static, str>> {
    if value.is_empty() {
        return Err(EMPTY.into());
    }
    if let Some((position, character)) = position_of(value, |c| !matches!(c, ' '..='~')) {
        return Err(format!(
            "character {} at position {position} is not allowed in an HTTP header; use visible ASCII and spaces",
            code_point(character)
        )
        .into());
    }
    if value.starts_with(' ') || value.ends_with(' ') {
        return Err("begins or ends with a space; remove it, HTTP does not carry it".into());
    }
    Ok(())
}

/// Checks an id of a typed call: not empty, no control character, and at neither end a character
/// that is white space or invisible.
///
/// A CSV file that is split by hand leaves such characters behind, and the service would take the
/// id for another subscriber (`docs/contract.md`, section 3). The error is the problem, without the
/// name of the field.
pub(crate) fn check_id(id: &str) -> Result<(), Cow<'static, str>> {
    if let Some((position, character)) = position_of(id, char::is_control) {
        return Err(format!(
            "control character {} at position {position}; remove it (is the file split by hand?)",
            code_point(character)
        )
        .into());
    }
    let mut characters = id.chars();
    let Some(first) = characters.next() else {
        return Err(EMPTY.into());
    };
    let last = characters.next_back().unwrap_or(first);
    for (where_, character) in [("begins", first), ("ends", last)] {
        if is_blank(character) {
            let character = match character {
                ' ' => "a space (U+0020)".to_owned(),
                other => code_point(other),
            };
            return Err(format!("{where_} with {character}; remove it").into());
        }
    }
    Ok(())
}

/// Checks the length of the list `field`.
pub(crate) fn check_count(
    field: &str,
    count: usize,
    least: usize,
    most: usize,
) -> Result<(), InvalidInput> {
    if (least..=most).contains(&count) {
        return Ok(());
    }
    Err(InvalidInput::new(
        field.to_owned(),
        match least {
            0 => format!("{count} entries; pass at most {most}"),
            _ => format!("{count} entries; pass {least} to {most}"),
        },
    ))
}

/// The largest integer that every language holds exactly, as does every JSON reader: 2^53 − 1.
const EXACT: u64 = (1 << 53) - 1;

/// Checks that `field` is an integer that every language holds exactly.
pub(crate) fn check_integer(field: &'static str, value: i64) -> Result<(), InvalidInput> {
    if value.unsigned_abs() <= EXACT {
        return Ok(());
    }
    Err(InvalidInput::new(
        field,
        format!("{value} is out of range; pass an integer from -{EXACT} to {EXACT}"),
    ))
}

/// White space, and characters without a width.
const fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}')
}

/// Returns the first such character and its position in characters, from 1.
pub(crate) fn position_of(text: &str, refused: impl Fn(char) -> bool) -> Option<(usize, char)> {
    let mut characters = text.chars().enumerate();
    let (index, character) = characters.find(|(_, character)| refused(*character))?;
    Some((index + 1, character))
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
    fn the_beginning_of_any_body_is_text() {
        let long = "中".repeat(6_000);
        for (body, beginning) in [
            (&b""[..], String::new()),
            ("中文".as_bytes(), "中文".to_owned()),
            // 16,384 bytes end within the 5,462nd character.
            (long.as_bytes(), "中".repeat(5_461)),
            // "中文" in GBK.
            (
                b"<p>\xd6\xd0\xce\xc4",
                "<p>\u{fffd}\u{fffd}\u{fffd}\u{fffd}".to_owned(),
            ),
        ] {
            assert_eq!(bounded_body(body), beginning);
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
