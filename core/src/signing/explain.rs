//! Shows every stage of a signature, and where a service's own canonical request departs from it.
//!
//! When a signature is refused, Huawei's gateway is known to print its canonical request in the
//! message, lines joined by `|`: `verify signature fail, canonicalRequest:GET|/test/||host:…|…`,
//! and on a stale date `signature time:…,server time:…`. That is the parent scheme; it was not seen
//! for `KooDrive` (`docs/contract.md`, section 4).

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::SIGNED_HEADERS;
use super::hex::Hex;
use super::string_to_sign::string_to_sign_of;
use crate::client::body_of;
use crate::credentials::Scheme;
use crate::{Client, InvalidInput, Operation, RequestOptions, XDate};

/// Every stage of one signature. Never holds the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Explanation {
    /// Step 1.
    pub canonical_request: String,
    /// Lower-case hex of its SHA-256.
    pub canonical_request_hash: String,
    /// Step 2.
    pub string_to_sign: String,
    /// Step 3; none where the app secret stays elsewhere
    /// ([`Credentials::detached`](crate::Credentials::detached)).
    pub signature: Option<String>,
    /// The headers that are signed, joined by `;`.
    pub signed_headers: String,
    /// The first line in which the service's canonical request differs; none if it agrees or is
    /// missing.
    pub difference: Option<Difference>,
    /// The cause of the refusal by the service's message, as a sentence; none without a message.
    pub finding: Option<String>,
}

/// One line of the canonical request, both ways.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Difference {
    /// The part that the line holds: `METHOD`, `CanonicalURI`, `CanonicalQueryString`,
    /// `CanonicalHeaders`, `SignedHeaders` or `HashedRequestPayload`.
    pub part: &'static str,
    /// Its number, from 1.
    pub line: usize,
    /// The line as this library signs it; empty if this library has no such line.
    pub ours: String,
    /// The line as the service signed it; empty if the service has no such line.
    pub theirs: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {} ({}) differs: signed here \"{}\", by the service \"{}\"",
            self.line, self.part, self.ours, self.theirs
        )
    }
}

/// Explains the signature of a call. The date is [`RequestOptions::date`], or else the X-Date of
/// the canonical request in `message`, or else the one that would be sent at `now`. Nothing is
/// sent, so the date may lie outside the window.
///
/// `message` is what the service said, or a canonical request from elsewhere, lines joined by line
/// breaks or `|`.
///
/// # Errors
///
/// Returns an error for a client without an app id, which signs nothing, and for an X-Date outside
/// the years 0001 to 9999. A call of another crate may cause the errors of [`Client::request`].
pub fn explain<O: Operation + ?Sized>(
    client: &Client,
    call: &O,
    now: DateTime<Utc>,
    options: &RequestOptions,
    message: Option<&str>,
) -> Result<Explanation, InvalidInput> {
    let credentials = client.credentials();
    if !matches!(credentials.scheme(), Scheme::AppId | Scheme::Detached) {
        return Err(InvalidInput::option(
            "app_id",
            "missing, so there is no signature to explain; a token is sent as it is",
        ));
    }
    let of_message = message.filter(|_| !options.has_date()).and_then(x_date_in);
    let x_date = match of_message {
        Some(x_date) => x_date,
        None => client.x_date_to_explain(now, options)?,
    };
    let target = client.target(call)?;
    let body = body_of(call)?.unwrap_or_default();
    let canonical_request = client.prepared_request(&target).text(x_date, &body);
    let hash = Hex::sha256(&canonical_request);
    let (difference, finding) = message
        .map(|message| compare(&canonical_request, message))
        .unzip();
    Ok(Explanation {
        canonical_request_hash: hash.to_text(),
        string_to_sign: string_to_sign_of(&hash),
        signature: credentials
            .signing_key()
            .map(|key| key.sign(&hash).to_text()),
        canonical_request,
        signed_headers: SIGNED_HEADERS.to_owned(),
        difference: difference.flatten(),
        finding,
    })
}

/// Returns the X-Date that the service's canonical request names.
fn x_date_in(message: &str) -> Option<XDate> {
    let lines = canonical_request_in(message)?.split(['|', '\n']);
    lines
        .filter_map(|line| line.trim().strip_prefix("x-date:"))
        .find_map(|date| XDate::parse(date.trim()).ok())
}

/// The name of the second line.
const URI: &str = "CanonicalURI";

/// Added to the finding about a path with escapes.
const ESCAPES: &str = "; the path contains escapes, which signers of this scheme are known to encode in different ways: ask \
                       your Huawei contact how the service encodes them, or avoid values that need escapes";

/// The text that a gateway writes before its canonical request.
const MARK: &str = "canonicalRequest:";

fn compare(ours: &str, message: &str) -> (Option<Difference>, String) {
    let Some(theirs) = canonical_request_in(message) else {
        return (None, without_canonical_request(message));
    };
    match first_difference(ours, theirs) {
        Some(difference) => {
            let mut finding = difference.to_string();
            if difference.part == URI && difference.ours.contains('%') {
                finding.push_str(ESCAPES);
            }
            (Some(difference), finding)
        }
        None => (
            None,
            "the service signed the same canonical request, so the app secret differs, or the app id belongs to another secret"
                .to_owned(),
        ),
    }
}

fn without_canonical_request(message: &str) -> String {
    let value = |mark: &str| {
        let (_, value) = message.split_once(mark)?;
        Some(until(value, [',', '"']).trim())
    };
    match (value("signature time:"), value("server time:")) {
        (Some(ours), Some(theirs)) => format!(
            "the service refused the date, not the signature: signed at {ours}, its own clock read {theirs}; \
             X-Date must not be later than that and at most 15 minutes older"
        ),
        _ => "the message contains no canonical request to compare with".to_owned(),
    }
}

/// Returns the canonical request in a service's message, or a bare one.
fn canonical_request_in(message: &str) -> Option<&str> {
    if let Some((_, printed)) = message.split_once(MARK) {
        // Inside a JSON body the text ends at its quote.
        return Some(until(printed, ['"', '"']).trim());
    }
    let bare = message.trim();
    // A method, a path, a query, at least one header, an empty line, the names, the hash.
    let mut lines = bare.split(['|', '\n']);
    let looks_like_one =
        lines.nth(1).is_some_and(|path| path.starts_with('/')) && lines.count() >= 5;
    looks_like_one.then_some(bare)
}

/// Returns the text before the first of these characters.
fn until(text: &str, ends: [char; 2]) -> &str {
    text.split(ends).next().unwrap_or(text)
}

fn first_difference(ours: &str, theirs: &str) -> Option<Difference> {
    let separator = if theirs.contains('\n') { '\n' } else { '|' };
    // Split as theirs is, so that a `|` inside a value falls apart on both sides alike.
    let mut our_lines = ours.split(['\n', separator]);
    let mut their_lines = theirs.split([separator, separator]);
    let count = our_lines.clone().count();
    let mut line = 0;
    loop {
        line += 1;
        let ours = our_lines.next();
        let theirs = their_lines.next().map(|line| line.trim_end_matches('\r'));
        if ours != theirs {
            return Some(Difference {
                part: match (line, (count + 1).saturating_sub(line)) {
                    (1, _) => "METHOD",
                    (2, _) => URI,
                    (3, _) => "CanonicalQueryString",
                    (_, 2) => "SignedHeaders",
                    (_, 0 | 1) => "HashedRequestPayload",
                    _ => "CanonicalHeaders",
                },
                line,
                ours: ours.unwrap_or_default().to_owned(),
                theirs: theirs.unwrap_or_default().to_owned(),
            });
        }
        ours?;
    }
}
