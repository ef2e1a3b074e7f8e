//! A request as anybody sees it who has only its bytes: what it must look like, and whether its
//! signature is right.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Request;
use sha2::{Digest as _, Sha256};

/// A header's value, which there must be exactly once.
pub(crate) fn header<'a>(request: &'a Request<Vec<u8>>, name: &str) -> &'a str {
    let mut values = request.headers().get_all(name).iter();
    let value = values
        .next()
        .unwrap_or_else(|| panic!("there is no {name}"));
    assert!(values.next().is_none(), "{name} is there twice");
    std::str::from_utf8(value.as_bytes()).expect("a header is ASCII")
}

/// An HTTP date as the crate for it reads it; none as well where that takes more than RFC 9110,
/// 5.6.7 allows.
pub(crate) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    // The crate trims the value; HTTP stacks do so before this code sees the value.
    if text.trim() != text {
        return None;
    }
    // In `Sunday, 06-Nov-94 08:49:37 GMT` it takes anything for the second blank.
    if let Some((_, time)) = text.split_at_checked(text.len().saturating_sub(13))
        && time.ends_with(" GMT")
        && !time.starts_with(' ')
    {
        return None;
    }
    Some(httpdate::parse_http_date(text).ok()?.into())
}

/// The headers are these and no others, each once, each on one line that every stack sends as it
/// is.
pub(crate) fn assert_headers(request: &Request<Vec<u8>>, expected: &[&str]) {
    let mut names: Vec<&str> = request
        .headers()
        .keys()
        .map(http::HeaderName::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(names, expected);
    for name in names {
        let value = header(request, name);
        assert!(!value.is_empty(), "{name} is empty");
        assert!(
            value.bytes().all(|byte| matches!(byte, b' '..=b'~')),
            "{name}: {value:?}"
        );
        assert_eq!(value.trim(), value, "{name} has a blank at an end");
    }
}

/// The URL is `base` and `path` and nothing else, and every URL parser reads it back as it stands.
pub(crate) fn assert_url(url: &str, authority: &str, base: &str, path: &str) {
    assert_eq!(url, [base, path].concat());
    let uri: http::Uri = url.parse().unwrap_or_else(|error| panic!("{url}: {error}"));
    assert_eq!(
        uri.authority().map(http::uri::Authority::as_str),
        Some(authority)
    );
    assert!(uri.path().ends_with(path));
    assert_eq!(uri.query(), None);
    let Some(parsed) = read_by_others(url) else {
        return;
    };
    assert_eq!(parsed.as_str(), url, "another parser writes it so");
    assert!(parsed.username().is_empty() && parsed.password().is_none());
    assert_eq!((parsed.query(), parsed.fragment()), (None, None));
    let port = parsed.port().map(|port| format!(":{port}"));
    let host = parsed.host_str().unwrap_or_default();
    assert_eq!([host, &port.unwrap_or_default()].concat(), authority);
    assert_eq!(uri.path(), parsed.path());
}

/// The URL as the URL standard reads it. None for a host in punycode that stands for no name,
/// `xn--flapxe`: to tell needs tables of all characters, which the core does not have. URL parsers
/// and DNS refuse it before anything is sent.
pub(crate) fn read_by_others(url: &str) -> Option<url::Url> {
    match url::Url::parse(url) {
        Ok(parsed) => Some(parsed),
        Err(url::ParseError::IdnaError) if url.to_ascii_lowercase().contains("xn--") => None,
        Err(error) => panic!("{url}: {error}"),
    }
}

/// ```text
/// Signature = hex(hmac_sha256(AppSecret, "HMAC-SHA256\n" + hex(sha256(CanonicalRequest))))
/// ```
///
/// Returns the signature over host, x-date and x-user-id, for a request without a query whose path
/// needs no encoding.
pub(crate) fn signature(request: &Request<Vec<u8>>, authority: &str, secret: &str) -> String {
    let canonical_request = format!(
        "{}\n{}/\n\nhost:{authority}\nx-date:{}\nx-user-id:{}\n\nhost;x-date;x-user-id\n{}",
        request.method(),
        request.uri().path(),
        header(request, "x-date"),
        header(request, "x-user-id"),
        hex(&Sha256::digest(request.body()))
    );
    let string_to_sign = format!("HMAC-SHA256\n{}", hex(&Sha256::digest(canonical_request)));
    let mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    hex(&mac.chain_update(string_to_sign).finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}
