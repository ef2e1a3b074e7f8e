//! Formats the values of every request as one text each: the half of a request that varies, an
//! acknowledgement, a raw reply, and the headers of a reply. js/format.ts is the other side.
//! Everything else crosses as an object.
//!
//! Nanoseconds per value in Node 20, with the crossing and JavaScript's reading of the value:
//!
//! | | one text | object by serde-wasm-bindgen | exported struct with getters | JSON |
//! |---|--:|--:|--:|--:|
//! | half that varies | 320–590 | 900–1,470 | 1,250–1,400 | 1,510–1,570 |
//! | acknowledgement | 750–930 | 1,120–1,730 | 1,630–2,160 | 1,180–2,040 |
//!
//! The parse of a whole reply takes 1,260 to 1,300 ns with the headers as one text. With an object
//! whose members are read from here it takes 1,400 to 1,590 ns.

use koodrive::header::ReplyHeaders;
use koodrive::{RawReply, VaryingParts};
use zeroize::Zeroizing;

/// Writes the half of a request that varies: the 16 characters of X-Date, Authorization, a line
/// break, and the body, which may be empty.
///
/// The text may hold a token, so it is overwritten when it is dropped. JavaScript has a copy of its
/// own.
#[must_use]
pub fn request(parts: &VaryingParts) -> Zeroizing<String> {
    let (x_date, authorization) = (parts.x_date.as_str(), parts.authorization.as_str());
    let body = parts.body.as_deref().unwrap_or_default();
    Zeroizing::new([x_date, authorization, "\n", body].concat())
}

/// Writes an acknowledgement: a line each for `code`, `trace_id` and `msg`, which may continue over
/// further lines.
///
/// A trace id or a msg that exists begins with `=`, so an empty text differs from a missing one.
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

/// Writes the reply to a raw call: a line each for `code`, `trace_id` and `msg`, and then the body.
/// JavaScript knows the status.
///
/// `code` and `trace_id` are written as in an [`acknowledgement`]. `msg` is JSON, which holds no
/// line break.
#[must_use]
pub fn raw_reply(reply: &RawReply) -> String {
    let mut lines = String::with_capacity(reply.body.len() + 128);
    for text in [&reply.code, &reply.trace_id] {
        if let Some(text) = text {
            lines.push('=');
            lines.push_str(text);
        }
        lines.push('\n');
    }
    // A text can be written, so the fallback cannot occur.
    lines.push_str(&serde_json::to_string(&reply.msg).unwrap_or_default());
    lines.push('\n');
    lines.push_str(&reply.body);
    lines
}

/// Reads the headers of a reply, a line for each of
/// [`READ_FROM_REPLIES`](koodrive::header::READ_FROM_REPLIES). A value that exists begins with `=`.
#[must_use]
pub fn headers(lines: &str) -> ReplyHeaders<'_> {
    let mut values = [None; 4];
    let lines = lines.as_bytes().split(|byte| *byte == b'\n');
    for (value, line) in values.iter_mut().zip(lines) {
        *value = line.strip_prefix(b"=");
    }
    ReplyHeaders::new(values)
}
