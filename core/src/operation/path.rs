//! The path of a call: what may stand in it, and its canonical form, which is what is sent.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::{percent_decode_str, percent_encode};

use crate::InvalidInput;
use crate::signing::{RESERVED, is_plain_path};

const FIELD: &str = "path";

/// Returns `value` as one segment of a path: everything but `A-Z a-z 0-9 - _ . ~` is
/// percent-encoded, a slash included.
///
/// # Errors
///
/// An empty value, `.` and `..`, which every URL parser removes from a path.
pub fn path_segment(value: &str) -> Result<String, InvalidInput> {
    match value {
        "" => Err(refused("a segment is empty; pass at least one character")),
        "." | ".." => Err(refused(
            "a segment is . or .., which URL parsers remove; pass another value",
        )),
        _ => Ok(percent_encode(value.as_bytes(), RESERVED).to_string()),
    }
}

/// Returns the form of `path` that is sent: unreserved characters stand as they are, everything
/// else is percent-encoded in upper case, escapes of unreserved characters are decoded and other
/// escapes stay.
///
/// # Errors
///
/// A path without a leading slash; `?` and `#`; a broken escape, or one that is not UTF-8; an empty
/// segment before the last; a segment that decodes to `.` or `..`.
pub(crate) fn canonical_path(path: &str) -> Result<Cow<'_, str>, InvalidInput> {
    let segments = path.strip_prefix('/').ok_or_else(|| {
        refused("does not begin with '/'; pass the absolute path below the endpoint")
    })?;
    if is_plain_path(path) {
        return Ok(Cow::Borrowed(path));
    }
    check_characters(path)?;
    let mut canonical = Cow::Borrowed(path);
    let mut rest = (1..).zip(segments.split('/')).peekable();
    let mut done = 1;
    while let Some((number, segment)) = rest.next() {
        let is_last = rest.peek().is_none();
        if segment.is_empty() && is_last {
            break;
        }
        let decoded = percent_decode_str(segment).decode_utf8().map_err(|_| {
            refused(format!(
                "the escapes in segment {number} are not UTF-8; escape the bytes of UTF-8"
            ))
        })?;
        let problem = match &*decoded {
            "" => Some("is empty; remove a slash"),
            "." | ".." => Some("is a dot segment; remove it"),
            _ => None,
        };
        if let Some(problem) = problem {
            return Err(refused(format!("segment {number} {problem}")));
        }
        let encoded: Cow<'_, str> = percent_encode(decoded.as_bytes(), RESERVED).into();
        if matches!(canonical, Cow::Borrowed(_)) && encoded != segment {
            canonical = Cow::Owned(path[..done].to_owned());
        }
        if let Cow::Owned(canonical) = &mut canonical {
            canonical.push_str(&encoded);
            if !is_last {
                canonical.push('/');
            }
        }
        done += segment.len() + 1;
    }
    Ok(canonical)
}

/// Refuses the first character that would end the path, and the first broken escape. Positions
/// count characters, from 1.
fn check_characters(path: &str) -> Result<(), InvalidInput> {
    for (position, (at, character)) in (1..).zip(path.char_indices()) {
        let problem = match character {
            '?' => {
                format!("'?' at position {position}; pass parameters as the query, or write %3F")
            }
            '#' => format!("'#' at position {position}; write %23"),
            '%' if !is_escape(&path[at..]) => format!(
                "invalid escape at position {position}; write two hex digits after '%', or %25 for '%' itself"
            ),
            _ => continue,
        };
        return Err(refused(problem));
    }
    Ok(())
}

fn is_escape(text: &str) -> bool {
    let digits = text.as_bytes().get(1..3);
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

fn refused(problem: impl fmt::Display) -> InvalidInput {
    InvalidInput::new(FIELD, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_sent_in_its_canonical_form() {
        for (path, canonical) in [
            ("/", "/"),
            ("/a/b", "/a/b"),
            ("/a/b/", "/a/b/"),
            ("/A-Z_a.z~0", "/A-Z_a.z~0"),
            ("/a b/+/c", "/a%20b/%2B/c"),
            ("/%7e/%2f/%41%7a", "/~/%2F/Az"),
            ("/a/中/%e4%b8%ad/b", "/a/%E4%B8%AD/%E4%B8%AD/b"),
            (
                "/a:b@c!$&'()*,;=/\u{7f}",
                "/a%3Ab%40c%21%24%26%27%28%29%2A%2C%3B%3D/%7F",
            ),
            ("/a/b+/", "/a/b%2B/"),
        ] {
            assert_eq!(canonical_path(path).unwrap(), canonical, "{path}");
            // A canonical path is its own canonical form.
            assert_eq!(canonical_path(canonical).unwrap(), canonical);
        }
    }

    #[test]
    fn a_path_that_a_url_parser_would_change_is_refused() {
        for path in [
            "",
            "a",
            "//",
            "/a//b",
            "/.",
            "/a/./b",
            "/a/..",
            "/%2e",
            "/a/.%2E/b",
            "/a?b",
            "/a#b",
            "/%",
            "/%4",
            "/%zz",
            "/%ff",
            "/a/%e4%b8",
        ] {
            assert!(canonical_path(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_segment_holds_any_value_but_those_that_parsers_remove() {
        assert_eq!(
            path_segment("a/b%2F中 ~").unwrap(),
            "a%2Fb%252F%E4%B8%AD%20~"
        );
        for value in ["", ".", ".."] {
            assert_eq!(
                path_segment(value).unwrap_err().field(),
                Some("path"),
                "{value}"
            );
        }
    }
}
