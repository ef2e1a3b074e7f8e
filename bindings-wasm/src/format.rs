//! The two results that leave for JavaScript as one text each, which js/format.js reads: the half of a request that varies, and
//! an acknowledgement. Everything else leaves as an object.
//!
//! Measured in Node 20, nanoseconds for one value, with the crossing and with what JavaScript makes of it:
//!
//! | | one text | object of serde-wasm-bindgen | exported struct with getters | JSON |
//! |---|--:|--:|--:|--:|
//! | half of a request | 320–590 | 900–1,470 | 1,250–1,400 | 1,510–1,570 |
//! | acknowledgement | 750–930 | 1,120–1,730 | 1,630–2,160 | 1,180–2,040 |
//!
//! To build and sign a whole request takes about 2,500, to parse a reply about 2,000.

use koodrive::{Acknowledgement, VaryingParts};
use zeroize::Zeroizing;

/// Writes the 16 characters of X-Date, Authorization, a line break, and the body, which may be empty.
///
/// The text is overwritten when it is dropped: it may hold a token. JavaScript has a copy of its own.
#[must_use]
pub fn request(parts: &VaryingParts) -> Zeroizing<String> {
    let (x_date, authorization) = (parts.x_date.as_str(), parts.authorization.as_str());
    let body = parts.body.as_deref().unwrap_or_default();
    Zeroizing::new([x_date, authorization, "\n", body].concat())
}

/// Writes code, trace id and msg, a line each; msg may go on over further lines. A trace id or a msg that exists begins with
/// `=`, which tells an empty text from none.
#[must_use]
pub fn acknowledgement(reply: &Acknowledgement) -> String {
    let mut lines = reply.code.clone();
    for text in [&reply.trace_id, &reply.msg] {
        lines.push('\n');
        if let Some(text) = text {
            lines.push('=');
            lines.push_str(text);
        }
    }
    lines
}
