//! Step 1: the canonical request.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use sha2::{Digest as _, Sha256};

use super::hex::Hex;
use crate::XDate;

/// The headers that this crate signs, as the published example does. The rule demands `x-date` and
/// `x-user-id`; `host` ties the signature to the endpoint. `content-type` and `x-traceid` are not
/// signed.
pub const SIGNED_HEADERS: &str = "host;x-date;x-user-id";

/// Everything but RFC 3986's unreserved characters, `A-Z a-z 0-9 - _ . ~`.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// RFC 3986, 2.3.
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Returns whether `path` consists of unreserved characters and slashes alone, with no segment that
/// is empty or begins with a dot. Nearly every path does, and then it is canonical as it stands.
pub(crate) fn is_plain_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.contains("//")
        && !path.contains("/.")
        && path.bytes().all(|byte| byte == b'/' || is_unreserved(byte))
}

/// The six parts of a canonical request, each in its canonical form.
#[derive(Debug, Clone, Copy)]
pub struct CanonicalParts<'a> {
    /// The method in upper case.
    pub method: &'a str,
    /// The result of [`canonical_uri`].
    pub uri: &'a str,
    /// The result of [`canonical_query_string`]; empty for a request without a query.
    pub query: &'a str,
    /// The result of [`canonical_headers`]: every line ends in a line break.
    pub headers: &'a str,
    /// Their names, lower case, sorted, joined by `;`.
    pub signed_headers: &'a str,
    /// The result of [`payload_hash`].
    pub payload_hash: &'a str,
}

/// ```text
/// CanonicalRequest = METHOD \n CanonicalURI \n CanonicalQueryString \n CanonicalHeaders \n SignedHeaders \n HashedRequestPayload
/// ```
///
/// Every header line ends in a line break of its own, so an empty line stands before
/// `SignedHeaders`.
#[must_use]
pub fn canonical_request(parts: &CanonicalParts<'_>) -> String {
    [
        parts.method,
        parts.uri,
        parts.query,
        parts.headers,
        parts.signed_headers,
        parts.payload_hash,
    ]
    .join("\n")
}

/// The canonical request of one operation of one client, but for its date and its payload's hash.
/// It is written and hashed as far as the date once per client.
pub(crate) struct PreparedRequest {
    /// The text before the date.
    beginning: String,
    /// The state of the hash after `beginning`.
    hash: Sha256,
    /// The text between the date and the payload's hash.
    middle: String,
}

impl PreparedRequest {
    /// `query` is canonical. `host` is in lower case and neither header has spaces at its ends, so
    /// the header lines are canonical as they stand.
    pub(crate) fn new(method: &str, path: &str, query: &str, host: &str, user_id: &str) -> Self {
        let uri = canonical_uri(path);
        let beginning = format!("{method}\n{uri}\n{query}\nhost:{host}\nx-date:");
        Self {
            hash: Sha256::new_with_prefix(&beginning),
            beginning,
            middle: format!("\nx-user-id:{user_id}\n\n{SIGNED_HEADERS}\n"),
        }
    }

    /// Returns the same text as [`canonical_request`].
    pub(crate) fn text(&self, x_date: XDate, body: &str) -> String {
        let payload_hash = Hex::sha256(body);
        [
            &self.beginning,
            x_date.as_str(),
            &self.middle,
            payload_hash.as_str(),
        ]
        .concat()
    }

    /// Returns the hash of [`text`](Self::text), which no request writes out.
    pub(crate) fn hash(&self, x_date: XDate, body: &str) -> Hex {
        let hash = self
            .hash
            .clone()
            .chain_update(x_date.as_str())
            .chain_update(&self.middle)
            .chain_update(Hex::sha256(body).as_str());
        Hex::of(&hash.finalize())
    }
}

/// Returns the absolute path, RFC 3986 normalised (dot segments removed), every segment
/// percent-encoded, and a `/` appended where it does not end in one. The path that is *sent* has no
/// such slash.
#[must_use]
pub fn canonical_uri(path: &str) -> String {
    if is_plain_path(path) {
        let slash = if path.ends_with('/') { "" } else { "/" };
        return [path, slash].concat();
    }
    let mut segments: Vec<String> = Vec::new();
    for segment in path.split('/').skip(1) {
        let segment = encode(segment);
        match segment.as_str() {
            "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    // A path that ends in a slash ends in an empty segment, which would become a second slash.
    if segments.last().is_some_and(String::is_empty) {
        segments.pop();
    }
    let mut uri = String::with_capacity(path.len() + 2);
    for segment in &segments {
        uri.push('/');
        uri.push_str(segment);
    }
    uri.push('/');
    uri
}

/// Returns the query with names and values percent-encoded except `A-Z a-z 0-9 - _ . ~`, upper-case
/// hex, a blank as `%20`; a missing value keeps its `=`; sorted by the decoded name and then by the
/// decoded value, in code-point order. The result is empty for a request without a query.
#[must_use]
pub fn canonical_query_string(query: &str) -> String {
    let decoded = |text: &str| -> Vec<u8> { percent_decode_str(text).collect() };
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect();
    // The order of UTF-8's bytes is that of the code points.
    pairs.sort();
    let encoded = |bytes: &[u8]| percent_encode(bytes, RESERVED).to_string();
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| [encoded(name), encoded(value)].join("="))
        .collect();
    pairs.join("&")
}

/// Returns `lowercase(name) + ":" + trim(value) + "\n"` for every signed header, sorted by name.
#[must_use]
pub fn canonical_headers(headers: &[(&str, &str)]) -> String {
    let mut lines: Vec<String> = headers
        .iter()
        .map(|(name, value)| [&name.to_ascii_lowercase(), ":", value.trim(), "\n"].concat())
        .collect();
    lines.sort();
    lines.concat()
}

/// ```text
/// HashedRequestPayload = hex(sha256(body))
/// ```
///
/// Returns the hash of the exact bytes that are sent, or of the empty text for a request without a
/// body.
#[must_use]
pub fn payload_hash(body: &[u8]) -> String {
    Hex::of(&Sha256::digest(body)).to_text()
}

/// Percent-encodes text that may already be percent-encoded, once.
fn encode(text: &str) -> String {
    let bytes: Vec<u8> = percent_decode_str(text).collect();
    percent_encode(&bytes, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_prepared_is_the_canonical_request() {
        let (path, body) = ("/prefix/a/b", r#"{"a":1}"#);
        let x_date = XDate::parse("20251103T070140Z").unwrap();
        let prepared = PreparedRequest::new("POST", path, "a=1", "host:8443", "7");
        let expected = canonical_request(&CanonicalParts {
            method: "POST",
            uri: &canonical_uri(path),
            query: "a=1",
            headers: &canonical_headers(&[
                ("Host", "host:8443"),
                ("X-Date", x_date.as_str()),
                ("X-User-Id", "7"),
            ]),
            signed_headers: SIGNED_HEADERS,
            payload_hash: &payload_hash(body.as_bytes()),
        });
        assert_eq!(prepared.text(x_date, body), expected);
        assert_eq!(
            prepared.hash(x_date, body).as_str(),
            Hex::sha256(&expected).as_str()
        );
    }

    #[test]
    fn a_path_is_normalised_and_ends_in_a_slash() {
        for (path, canonical) in [
            ("/", "/"),
            ("", "/"),
            ("/a/b", "/a/b/"),
            ("/a/b/", "/a/b/"),
            ("/a//b", "/a//b/"),
            ("/.a/b", "/.a/b/"),
            ("/a/./b/../c", "/a/c/"),
            ("/../a", "/a/"),
            ("/a b/%7e/%2F", "/a%20b/~/%2F/"),
            ("/中", "/%E4%B8%AD/"),
        ] {
            assert_eq!(canonical_uri(path), canonical, "{path}");
        }
    }

    #[test]
    fn a_query_is_sorted_and_encoded() {
        for (query, canonical) in [
            ("", ""),
            ("b=2&a=1", "a=1&b=2"),
            ("a", "a="),
            ("a=x y&a=%20", "a=%20&a=x%20y"),
            ("B=1&a=2", "B=1&a=2"),
            ("k=a%2fb~", "k=a%2Fb~"),
            // Encoded, a blank sorts after "$" and before "-"; decoded, it comes first. The order
            // is that of the decoded names.
            ("a-=1&a%20=2&a$=3", "a%20=2&a%24=3&a-=1"),
            ("%F0%9F%98%80=1&%EF%BF%BF=2", "%EF%BF%BF=2&%F0%9F%98%80=1"),
        ] {
            assert_eq!(canonical_query_string(query), canonical, "{query}");
        }
    }

    #[test]
    fn headers_are_lower_cased_trimmed_and_sorted() {
        assert_eq!(
            canonical_headers(&[("X-User-Id", " 7 "), ("X-Date", "d"), ("Host", "h")]),
            "host:h\nx-date:d\nx-user-id:7\n"
        );
    }
}
