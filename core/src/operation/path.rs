//! The path of a call: what may stand in it, and its canonical form, which is what is sent.

use std::borrow::Cow;
use std::str;

use percent_encoding::{percent_decode_str, percent_encode};

use crate::InvalidInput;
use crate::signing::RESERVED;

const FIELD: &str = "path";

/// Returns `value` as one segment of a path: everything but `A-Z a-z 0-9 - _ . ~` is percent-encoded, a slash included.
///
/// # Errors
///
/// An empty value, `.` and `..`, which every URL parser removes from a path.
pub fn path_segment(value: &str) -> Result<String, InvalidInput> {
    check_segment(value)?;
    Ok(percent_encode(value.as_bytes(), RESERVED).to_string())
}

/// Returns the form of `path` that is sent: unreserved characters stand as they are, everything else is percent-encoded in
/// upper case, escapes of unreserved characters are decoded and other escapes stay.
///
/// # Errors
///
/// A path without a leading slash; `?` and `#`; a broken escape, or one that is not UTF-8; an empty segment before the last;
/// a segment that decodes to `.` or `..`.
pub(crate) fn canonical_path(path: &str) -> Result<Cow<'_, str>, InvalidInput> {
    let segments = path
        .strip_prefix('/')
        .ok_or_else(|| refused("must begin with /; pass the path below the endpoint"))?;
    if path.contains(['?', '#']) {
        return Err(refused(
            "contains ? or #; pass the query in query, and write the character as %3F or %23",
        ));
    }
    let mut canonical = Cow::Borrowed(path);
    let mut rest = segments.split('/').peekable();
    let mut done = 1;
    while let Some(segment) = rest.next() {
        let is_last = rest.peek().is_none();
        if segment.is_empty() && is_last {
            break;
        }
        let decoded = decoded(segment)?;
        check_segment(&decoded)?;
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

fn decoded(segment: &str) -> Result<Cow<'_, str>, InvalidInput> {
    for (at, _) in segment.match_indices('%') {
        let digits = segment.as_bytes().get(at + 1..at + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err(refused(
                "contains a % without two hexadecimal digits; write the character % as %25",
            ));
        }
    }
    percent_decode_str(segment)
        .decode_utf8()
        .map_err(|_| refused("contains an escape that is not UTF-8; encode text as UTF-8"))
}

fn check_segment(decoded: &str) -> Result<(), InvalidInput> {
    match decoded {
        "" => Err(refused("has an empty segment; is a value missing?")),
        "." | ".." => Err(refused(
            "has the segment . or .., which URL parsers remove; pass the resolved path",
        )),
        _ => Ok(()),
    }
}

fn refused(problem: &str) -> InvalidInput {
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
            // What is canonical is its own canonical form.
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
