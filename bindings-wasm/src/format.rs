//! The values that cross as one text each, since they do so for every request: what varies of a
//! request, an acknowledgement, and the headers of a reply. js/format.ts is the other side.
//! Everything else crosses as an object.
//!
//! Measured in Node 20, in nanoseconds for one value, with the crossing and what JavaScript does
//! with the value:
//!
//! | | one text | object by serde-wasm-bindgen | exported struct with getters | JSON |
//! |---|--:|--:|--:|--:|
//! | what varies of a request | 320–590 | 900–1,470 | 1,250–1,400 | 1,510–1,570 |
//! | acknowledgement | 750–930 | 1,120–1,730 | 1,630–2,160 | 1,180–2,040 |
//!
//! To parse a whole reply takes 1,260 to 1,300 with the headers as one text, and 1,400 to 1,590
//! with an object whose members are read from here.

use koodrive::VaryingParts;
use koodrive::header::ReplyHeaders;
use zeroize::Zeroizing;

/// Writes the 16 characters of X-Date, Authorization, a line break, and the body, which may be
/// empty.
///
/// The text is overwritten when it is dropped: it may hold a token. JavaScript has a copy of its
/// own.
#[must_use]
pub fn request(parts: &VaryingParts) -> Zeroizing<String> {
    let (x_date, authorization) = (parts.x_date.as_str(), parts.authorization.as_str());
    let body = parts.body.as_deref().unwrap_or_default();
    Zeroizing::new([x_date, authorization, "\n", body].concat())
}

/// Writes code, trace id and msg, a line each; msg may go on over further lines. A trace id or a
/// msg that exists begins with `=`, which tells an empty text from none.
#[must_use]
pub fn acknowledgement(code: &str, msg: Option<&str>, trace_id: Option<&str>) -> String {
    let length = |text: Option<&str>| text.map_or(1, |text| text.len() + 2);
    let capacity = code.len() + length(trace_id) + length(msg);
    let mut lines = String::with_capacity(capacity);
    lines.push_str(code);
    for text in [trace_id, msg] {
        lines.push('\n');
        if let Some(text) = text {
            lines.push('=');
            lines.push_str(text);
        }
    }
    lines
}

/// Reads the headers of a reply: a line for each of
/// [`READ_FROM_REPLIES`](koodrive::header::READ_FROM_REPLIES). The value of a header that exists
/// begins with `=`.
#[must_use]
pub fn headers(lines: &str) -> ReplyHeaders<'_> {
    let mut values = [None; 4];
    let lines = lines.as_bytes().split(|byte| *byte == b'\n');
    for (value, line) in values.iter_mut().zip(lines) {
        *value = line.strip_prefix(b"=");
    }
    ReplyHeaders::new(values)
}
