//! For bindings: the refusals that only a host language can notice, in the words that all of them share.
//!
//! Rust's types rule these out; JavaScript's and Python's do not. A binding detects, this module speaks. And what every binding
//! would decide in the same way.

use crate::{Endpoint, InvalidInput};

/// [`Endpoint::parse`], or the variant that allows plain http, where the caller asks for that by name.
///
/// # Errors
///
/// Those of the two.
pub fn endpoint(url: &str, allow_plain_http: bool) -> Result<Endpoint, InvalidInput> {
    if allow_plain_http {
        Endpoint::parse_allowing_plain_http(url)
    } else {
        Endpoint::parse(url)
    }
}

/// A value where text is due. Ids are text: a number is refused, since JavaScript loses digits above 2^53.
///
/// `field` is the publisher's name, `found` what was given instead, such as "a number".
#[must_use]
pub fn not_text(field: &str, found: &str) -> InvalidInput {
    InvalidInput::new(format!(
        "{field} is {found}; it must be text, since a number loses digits: write it in quotes"
    ))
}

/// Text with half of a UTF-16 pair, which UTF-8 cannot carry: it would become U+FFFD unseen.
#[must_use]
pub fn lone_surrogate(field: &str) -> InvalidInput {
    InvalidInput::new(format!(
        "{field} holds a lone surrogate, which is no character and cannot be sent"
    ))
}

/// A date without a zone: the service reads UTC.
#[must_use]
pub fn date_without_zone(field: &str) -> InvalidInput {
    InvalidInput::new(format!(
        "{field} has no time zone; the service reads UTC, so give an instant with its zone"
    ))
}

/// Anything else that is no instant, or lies beyond the calendar.
#[must_use]
pub fn not_an_instant(field: &str, expected: &str) -> InvalidInput {
    InvalidInput::new(format!("{field} is no instant; give {expected}"))
}

/// A clock margin that is no whole number of seconds in range.
#[must_use]
pub fn not_a_margin() -> InvalidInput {
    InvalidInput::new(format!(
        "clock margin must be a whole number of seconds from 0 to {}",
        crate::CLOCK_MARGIN_MAX
    ))
}

/// None or several of the three ways to authenticate.
#[must_use]
pub fn ambiguous_credentials() -> InvalidInput {
    InvalidInput::new(
        "credentials must be given in exactly one way: an app id with its app secret, or a token, or an authorization",
    )
}

/// Anything else that a host's types do not rule out: `what` is wrong, `right` would be right.
#[must_use]
pub fn refused(what: &str, right: &str) -> InvalidInput {
    InvalidInput::new(format!("{what}; {right}"))
}
