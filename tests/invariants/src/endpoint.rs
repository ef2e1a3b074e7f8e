//! Endpoint::parse gives an endpoint that every URL parser reads and writes alike (punycode of
//! nothing apart), or refuses it in one short sentence; it never panics, and never allocates more
//! than 4 × the text + 512 bytes.

use http::Method;
use koodrive::{
    Client, Credentials, Endpoint, InvalidInput, NotifyPackageExpire, Operation, RawCall,
};

use crate::{allocated, wire};

/// Longest text of a refusal, in bytes: each is a sentence of ours.
pub(crate) const LONGEST_REFUSAL: usize = 250;

/// The input is the text. Returns whether it is an endpoint, if plain http is allowed.
///
/// # Panics
///
/// Panics if the invariant does not hold.
#[allow(clippy::must_use_candidate, reason = "a fuzz target does not care")]
pub fn check(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input);
    let most = 4 * text.len() + 512;
    let checked = allocated::at_most(most, || Endpoint::parse(&text));
    let plain_too = allocated::at_most(most, || Endpoint::parse_allowing_plain_http(&text));
    match (&checked, &plain_too) {
        (Ok(one), Ok(other)) => assert_eq!(one, other),
        (Err(refusal), Err(other)) => {
            assert_eq!(refusal, other);
            assert_refusal(refusal);
        }
        (Err(refusal), Ok(endpoint)) => {
            assert!(endpoint.to_string().starts_with("http://"));
            assert_refusal(refusal);
        }
        (Ok(_), Err(refusal)) => panic!("stricter where plain http is allowed: {refusal}"),
    }
    let Ok(endpoint) = plain_too else {
        return false;
    };
    assert_canonical(&endpoint, &text);
    if endpoint.to_string().starts_with("http://") {
        assert_eq!(checked.is_ok(), is_loopback(&endpoint), "{endpoint}");
    }
    true
}

/// Asserts that a refusal is a short sentence of ours, independent of the refused text.
fn assert_refusal(refusal: &InvalidInput) {
    let message = refusal.to_string();
    assert!(message.starts_with("endpoint: "), "{message}");
    assert!(message.len() <= LONGEST_REFUSAL, "{message}");
}

/// Asserts that an endpoint's shown form is the one in use, parses back to the same endpoint, and
/// matches other parsers.
fn assert_canonical(endpoint: &Endpoint, text: &str) {
    let shown = endpoint.to_string();
    let again = Endpoint::parse_allowing_plain_http(&shown).expect("what is shown is an endpoint");
    assert_eq!(again, *endpoint);
    assert_eq!(again.to_string(), shown);
    assert!(shown.ends_with(&[endpoint.authority(), endpoint.prefix()].concat()));
    assert!(endpoint.prefix().is_empty() || endpoint.prefix().starts_with('/'));
    assert!(!endpoint.prefix().ends_with('/'));

    if let Some(theirs) = wire::read_by_others(text) {
        assert_eq!(theirs.as_str().trim_end_matches('/'), shown, "{text}");
    }

    let credentials = Credentials::token("example-token-not-real").expect("a token");
    let client = Client::new(endpoint.clone(), "7", credentials).expect("a client");
    let call = NotifyPackageExpire::new("1", "14").expect("a call");
    let raw = RawCall::new(Method::GET, "/a").expect("a call");
    for (parts, path) in [
        (client.fixed_parts(&call), &*call.path()),
        (client.fixed_parts(&raw), "/a"),
    ] {
        let url = parts.expect("the paths are short").url;
        wire::assert_url(&url, endpoint.authority(), &shown, path);
    }
}

/// Returns whether the URL standard counts the host as a loopback.
fn is_loopback(endpoint: &Endpoint) -> bool {
    let parsed = wire::read_by_others(&endpoint.to_string());
    match parsed.as_ref().and_then(url::Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
