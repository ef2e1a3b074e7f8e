//! Properties of requests: what is valid is accepted, what is changed on the way is refused, and
//! every text survives.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderValue, Method, Request, Response};
use koodrive::sandbox::{App, Sandbox, SandboxConfig};
use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire};
use koodrive_invariants::request::{Call, CredentialsKind, Input, holds};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// The same cases in every run; fuzzing looks for new ones.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(6),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A header's value of the documented kind: visible ASCII, blanks within.
const VALUE: &str = "[!-~]([ -~]{0,40}[!-~])?";

fn endpoint() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        4 => "[A-Za-z0-9_]([a-z0-9-]{0,10}[a-z])?(\\.[a-z][a-z0-9-]{0,10}[a-z]){0,3}\\.[a-z]{2,8}",
        1 => any::<std::net::Ipv4Addr>().prop_map(|address| address.to_string()),
        1 => any::<std::net::Ipv6Addr>()
            .prop_filter("written in two ways", |address| address.to_ipv4_mapped().is_none())
            .prop_map(|address| format!("[{address}]"))
            .prop_filter("not taken", |address| !address.contains('.')),
    ]
    // The core does not check whether a host in punycode stands for a name.
    .prop_filter("punycode", |host| {
        !host.to_ascii_lowercase().contains("xn--")
    });
    let port = prop_oneof![
        Just(String::new()),
        (1..=u16::MAX).prop_map(|port| format!(":{port}"))
    ];
    let prefix = prop_oneof![
        Just(String::new()),
        "(/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,8}){0,3}/?"
    ];
    ("(https?|HTTPS)", host, port, prefix)
        .prop_map(|(scheme, host, port, prefix)| format!("{scheme}://{host}{port}{prefix}"))
}

fn credentials() -> impl Strategy<Value = (CredentialsKind, String, String)> {
    let token = prop_oneof![
        3 => VALUE.prop_map(|token| token),
        1 => VALUE.prop_map(|token| format!("Bearer {token}")),
        1 => VALUE.prop_map(|token| format!("bearer+{token}")),
        1 => VALUE.prop_map(|token| format!("AT {token}")),
    ]
    .prop_filter("the word alone", |token| {
        !token.eq_ignore_ascii_case("bearer")
    });
    let secret = any::<String>().prop_filter("white space at an end", |secret| {
        !secret.is_empty() && secret.trim().len() == secret.len()
    });
    prop_oneof![
        token.prop_map(|token| (CredentialsKind::Token, token, String::new())),
        VALUE.prop_map(|value| (CredentialsKind::Authorization, value, String::new())),
        ("[!-+\\--~]{1,40}", secret).prop_map(|(id, secret)| (CredentialsKind::App, id, secret)),
    ]
}

/// `docs/contract.md`, section 3.
fn is_id(text: &str) -> bool {
    let invisible = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '\u{feff}' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}'
            )
    };
    let mut ends = text.chars().next().into_iter().chain(text.chars().last());
    !text.is_empty() && !text.contains(char::is_control) && !ends.any(invisible)
}

fn call() -> impl Strategy<Value = Option<Call>> {
    let id = || prop_oneof!["\\PC{1,20}", any::<String>()].prop_filter("no id", |id| is_id(id));
    let undocumented_type =
        prop::option::of((-EXACT..=EXACT).prop_filter("documented", |number| *number != 2));
    let notify = (id(), id(), undocumented_type).prop_map(
        |(carrier_user_id, package_id, undocumented_type)| Call {
            carrier_user_id,
            package_id,
            undocumented_type,
        },
    );
    prop_oneof![4 => notify.prop_map(Some), 1 => Just(None)]
}

/// The largest integer that every language holds exactly.
const EXACT: i64 = (1 << 53) - 1;

/// Microseconds of the years 2 to 9998, so that neither margin nor offset leaves those of X-Date.
const YEARS: std::ops::Range<i64> = -62_104_060_800_000_000..253_370_764_800_000_000;

prop_compose! {
    fn valid()(
        endpoint in endpoint(),
        user_id in VALUE,
        (credentials_kind, credential, secret) in credentials(),
        call in call(),
        now in YEARS,
        margin in 0..=600_u32,
        offset in -86_400_000..=86_400_000_i64,
        age in prop::option::of(0..=900_i64),
        trace_id in prop::option::of("[!-~]{58}"),
    ) -> Input {
        let now = DateTime::from_timestamp_micros(now).unwrap();
        // The date by the service's clock, rounded down to the second.
        let date = |age| now + TimeDelta::milliseconds(offset) - TimeDelta::seconds(age) - TimeDelta::seconds(1);
        let date = age.filter(|age| *age < 899).map(date);
        Input { endpoint, user_id, credentials_kind, credential, secret, call, now, margin, offset, date, trace_id }
    }
}

proptest! {
    #![proptest_config(cases(400))]

    /// Every kind of credentials gives exactly the fixed headers, the URL, the body, and the
    /// signature computed anew. The sandbox accepts the request.
    #[test]
    fn whatever_is_valid_is_built_and_accepted(input in valid()) {
        prop_assert!(holds(&input), "it was refused");
    }
}

/// A signed call, the clock it arrives at, and a sandbox that knows its caller.
fn signed(
    carrier_user_id: &str,
    package_id: &str,
    user_id: &str,
    prefix: &str,
) -> (Request<Vec<u8>>, DateTime<Utc>) {
    let credentials = Credentials::app("example-app-id", "example-app-secret-not-real").unwrap();
    let endpoint = Endpoint::parse(&format!("https://gateway.example:8443{prefix}")).unwrap();
    let client = Client::new(endpoint, user_id, credentials).unwrap();
    let call = NotifyPackageExpire::new(carrier_user_id, package_id).unwrap();
    let now = "2025-11-03T07:01:45Z".parse().unwrap();
    (client.request(&call, now).unwrap(), now)
}

fn sandbox(prefix: &str) -> Sandbox {
    let mut config = SandboxConfig::default();
    prefix.clone_into(&mut config.prefix);
    config.apps = vec![App::new("example-app-id", "example-app-secret-not-real")];
    Sandbox::new(config).unwrap()
}

/// The parts of a request that its signature covers, and the signature itself.
#[derive(Debug, Clone, Copy)]
enum Covered {
    Method,
    Authority,
    Path,
    Query,
    Body,
    Header(&'static str),
}

const COVERED: [Covered; 8] = [
    Covered::Method,
    Covered::Authority,
    Covered::Path,
    Covered::Query,
    Covered::Body,
    Covered::Header("x-date"),
    Covered::Header("x-user-id"),
    Covered::Header("authorization"),
];

impl Covered {
    fn bytes(self, request: &Request<Vec<u8>>) -> Vec<u8> {
        let uri = request.uri();
        match self {
            Self::Method => request.method().as_str().as_bytes().to_vec(),
            Self::Authority => uri.authority().unwrap().as_str().as_bytes().to_vec(),
            Self::Path => uri.path().as_bytes().to_vec(),
            Self::Query => uri.query().unwrap_or_default().as_bytes().to_vec(),
            Self::Body => request.body().clone(),
            Self::Header(name) => request.headers()[name].as_bytes().to_vec(),
        }
    }

    /// Returns none for a request that no HTTP server would hand on.
    fn replaced(self, request: &Request<Vec<u8>>, bytes: &[u8]) -> Option<Request<Vec<u8>>> {
        let mut changed = request.clone();
        let text = std::str::from_utf8(bytes);
        let authority = request.uri().authority().unwrap().as_str();
        let path = request.uri().path();
        match self {
            Self::Method => *changed.method_mut() = Method::from_bytes(bytes).ok()?,
            Self::Authority => {
                *changed.uri_mut() = format!("https://{}{path}", text.ok()?).parse().ok()?;
            }
            Self::Path => {
                *changed.uri_mut() = format!("https://{authority}{}", text.ok()?).parse().ok()?;
            }
            Self::Query => {
                *changed.uri_mut() = format!("https://{authority}{path}?{}", text.ok()?)
                    .parse()
                    .ok()?;
            }
            Self::Body => *changed.body_mut() = bytes.to_vec(),
            Self::Header(name) => {
                // Servers trim a value before anybody sees it.
                let value = HeaderValue::from_bytes(bytes.trim_ascii()).ok()?;
                changed.headers_mut().insert(name, value);
            }
        }
        (self.bytes(&changed) != self.bytes(request) || matches!(self, Self::Query))
            .then_some(changed)
    }
}

fn assert_refused(changed: &Request<Vec<u8>>, now: DateTime<Utc>, prefix: &str, what: Covered) {
    let mut sandbox = sandbox(prefix);
    let answer = sandbox.handle(changed, now);
    assert!(
        answer.response().status().is_client_error(),
        "{what:?}: {changed:?}"
    );
    assert!(sandbox.accepted().is_empty(), "{what:?}: {changed:?}");
}

#[test]
fn any_byte_that_is_changed_on_the_way_is_noticed() {
    let (request, now) = signed("189642158555241211", "14", "1505084218764547200", "/gw/v1");
    assert_eq!(
        sandbox("/gw/v1").handle(&request, now).response().status(),
        200
    );
    let mut changes = 0;
    for covered in COVERED {
        let bytes = covered.bytes(&request);
        for at in 0..=bytes.len() {
            let mut variants: Vec<Vec<u8>> = vec![[&bytes[..at], b"0", &bytes[at..]].concat()];
            if at < bytes.len() {
                variants.push([&bytes[..at], &bytes[at + 1..]].concat());
                for other in [bytes[at] ^ 1, bytes[at] ^ 0x20, b'.', b'/', b'%', b' '] {
                    let mut variant = bytes.clone();
                    variant[at] = other;
                    variants.push(variant);
                }
            }
            for variant in variants.iter().filter(|variant| **variant != bytes) {
                if let Some(changed) = covered.replaced(&request, variant) {
                    assert_refused(&changed, now, "/gw/v1", covered);
                    changes += 1;
                }
            }
        }
    }
    assert_eq!(changes, 2354);
}

prop_compose! {
    fn change()(
        covered in prop::sample::select(COVERED.to_vec()),
        at: prop::sample::Index,
        other in any::<u8>(),
        kind in 0..3_u8,
    ) -> (Covered, prop::sample::Index, u8, u8) {
        (covered, at, other, kind)
    }
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn any_byte_of_any_request(
        carrier_user_id in "\\PC{1,12}".prop_filter("no id", |id| is_id(id)),
        package_id in "\\PC{1,12}".prop_filter("no id", |id| is_id(id)),
        user_id in VALUE,
        prefix in "(/[a-z0-9~_-]{1,4}){0,2}", (covered, at, other, kind) in change(),
    ) {
        let (request, now) = signed(&carrier_user_id, &package_id, &user_id, &prefix);
        let mut bytes = covered.bytes(&request);
        let at = at.index(bytes.len() + 1);
        if kind == 0 || at == bytes.len() {
            bytes.insert(at, other);
        } else if kind == 1 {
            bytes.remove(at);
        } else {
            bytes[at] = other;
        }
        let changed = covered.replaced(&request, &bytes);
        prop_assume!(changed.is_some(), "HTTP carries it");
        assert_refused(&changed.unwrap(), now, &prefix, covered);
    }

    /// A token protects itself alone.
    #[test]
    fn any_other_token(token in "[!-~]{1,30}", at: prop::sample::Index, other in "[!-~]") {
        let client = Client::new(Endpoint::CHINA, "7", Credentials::token(&token).unwrap()).unwrap();
        let call = NotifyPackageExpire::new("1", "14").unwrap();
        let now = "2025-11-03T07:01:45Z".parse().unwrap();
        let mut request = client.request(&call, now).unwrap();
        let mut config = SandboxConfig::default();
        config.tokens = vec![token.as_str().into()];
        let handle = |request: &Request<Vec<u8>>| {
            Sandbox::new(config.clone()).unwrap().handle(request, now).response().status()
        };
        prop_assert_eq!(handle(&request), 200);

        let value = request.headers()["authorization"].to_str().unwrap().to_owned();
        let (scheme, bare) = value.split_once(' ').unwrap();
        let at = at.index(bare.len());
        let changed = [scheme, " ", &bare[..at], &other, &bare[at + 1..]].concat();
        prop_assume!(changed != value);
        request.headers_mut().insert("authorization", changed.parse().unwrap());
        prop_assert_eq!(handle(&request), 401);
    }
}

/// Every character there is, in texts of so many.
fn all_characters() -> impl Iterator<Item = String> {
    let all: Vec<char> = ('\0'..=char::MAX).collect();
    assert_eq!(all.len(), 0x11_0000 - 0x800);
    let texts: Vec<String> = all
        .chunks(16_384)
        .map(|some| some.iter().collect())
        .collect();
    texts.into_iter()
}

#[test]
fn every_character_of_an_id_arrives() {
    let client = Client::new(
        Endpoint::CHINA,
        "7",
        Credentials::token("example-token-not-real").unwrap(),
    )
    .unwrap();
    let now = "2025-11-03T07:01:45Z".parse().unwrap();
    for text in all_characters() {
        // Control characters are refused, white space at the ends as well.
        let text = format!("a{}b", text.replace(char::is_control, ""));
        let call = NotifyPackageExpire::new(&*text, "14").unwrap();
        let body = client.request(&call, now).unwrap().into_body();
        // The body as another JSON writer writes it, which every reader accepts.
        let expected = format!(
            r#"{{"carrierUserId":{},"type":2,"packageId":"14"}}"#,
            serde_json::Value::from(&*text)
        );
        assert!(
            body == expected.as_bytes(),
            "from {:?}",
            text.chars().next()
        );
        let read: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert!(
            read["carrierUserId"] == *text,
            "from {:?}",
            text.chars().next()
        );
    }
}

#[test]
fn every_character_of_a_message_arrives_escaped_or_not() {
    let client = Client::new(
        Endpoint::CHINA,
        "7",
        Credentials::token("example-token-not-real").unwrap(),
    )
    .unwrap();
    let call = NotifyPackageExpire::new("1", "14").unwrap();
    for text in all_characters() {
        let plain = serde_json::Value::from(&*text).to_string();
        let mut escaped = String::with_capacity(12 * 16_384);
        for unit in text.encode_utf16() {
            write!(escaped, "\\u{unit:04x}").unwrap();
        }
        for msg in [plain, format!("\"{escaped}\"")] {
            let response = Response::new(format!(r#"{{"code":0,"msg":{msg}}}"#));
            let read = client.parse(&call, &response).unwrap().msg;
            assert!(
                read.as_deref() == Some(&*text),
                "from {:?}",
                text.chars().next()
            );
        }
    }
}
