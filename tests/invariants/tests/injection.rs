//! No input can add a header, a line, a path segment or a query: seen in what is built, and on the
//! wire by two servers, one that shows the raw bytes and one that is as strict as hyper.

use std::cell::Cell;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread;

use axum::body::Bytes;
use axum::extract::Request as Received;
use koodrive::{
    Client, Credentials, Endpoint, InvalidInput, NotifyPackageExpire, RequestOptions, TraceId,
};
use koodrive_invariants::request::{Call, CredentialsKind, Input, holds};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use serde_json::Value;

/// Texts that end a value, a line, a head, a path or a text somewhere, raw or in disguise.
const HOSTILE: [&str; 36] = [
    "\r\nx-injected: 1",
    "\nx-injected: 1",
    "\rx-injected: 1",
    "\r\n\r\nGET /injected HTTP/1.1\r\nhost: injected\r\n\r\n",
    "\0",
    "\0x-injected: 1",
    "\t",
    "\u{b}\u{c}",
    "\u{7f}",
    "\u{85}x-injected: 1",
    "\u{2028}x-injected: 1",
    // Their low bytes are CR and LF: what a stack makes of them that cuts characters to bytes.
    "\u{560d}\u{560a}x-injected: 1",
    "\u{10d}\u{10a}x-injected: 1",
    "é",
    "\u{feff}",
    "%0d%0ax-injected:%201",
    "\\r\\nx-injected: 1",
    "?injected=1",
    "#injected",
    "&injected=1",
    "/injected",
    "//injected",
    "/../injected",
    "/%2e%2e/injected",
    "\\injected",
    "@injected",
    ":80@injected",
    ";injected",
    ",Signature=00",
    ",SignedHeaders=host",
    ": injected",
    " ",
    "  injected",
    "\",\"type\":1,\"packageId\":\"injected",
    "\\",
    "{}[]'<>`$(injected)",
];

/// The places where a caller can put text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Endpoint,
    UserId,
    Token,
    Authorization,
    AppId,
    AppSecret,
    CarrierUserId,
    PackageId,
    TraceId,
}

const FIELDS: [Field; 9] = [
    Field::Endpoint,
    Field::UserId,
    Field::Token,
    Field::Authorization,
    Field::AppId,
    Field::AppSecret,
    Field::CarrierUserId,
    Field::PackageId,
    Field::TraceId,
];

const TRACE_ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789";

/// A request with this text in this field, between other text.
fn build(
    server: SocketAddr,
    field: Field,
    hostile: &str,
) -> Result<http::Request<Vec<u8>>, InvalidInput> {
    let with = |other: Field, text: &str| {
        if field == other {
            format!("{text}{hostile}{text}")
        } else {
            text.to_owned()
        }
    };
    let credentials = match field {
        Field::Token => Credentials::token(&with(Field::Token, "token"))?,
        Field::Authorization => {
            Credentials::authorization(&with(Field::Authorization, "AT token"))?
        }
        _ => Credentials::app(
            &with(Field::AppId, "app"),
            &with(Field::AppSecret, "secret"),
        )?,
    };
    let endpoint = Endpoint::parse(&format!("http://{server}/{}", with(Field::Endpoint, "gw")))?;
    let client = Client::new(endpoint, with(Field::UserId, "7"), credentials)?;
    let call = NotifyPackageExpire::new(
        with(Field::CarrierUserId, "1"),
        with(Field::PackageId, "14"),
    )?;
    let mut trace_id = TRACE_ID.to_owned();
    if field == Field::TraceId {
        // The text has the right length in characters, so that a refusal has another cause.
        let kept = 58_usize.saturating_sub(hostile.chars().count());
        trace_id = format!("{hostile}{}", &TRACE_ID[..kept]);
    }
    let options = RequestOptions::default().trace_id(TraceId::parse(&trace_id)?);
    client.request_with(&call, "2025-11-03T07:01:45Z".parse().unwrap(), &options)
}

/// A request as a server saw it.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Seen {
    /// Returns the request that the server must see: the built one, with the transport's known
    /// additions.
    fn expected(request: &http::Request<Vec<u8>>, server: SocketAddr) -> Self {
        let mut headers: Vec<(String, String)> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.extend([
            ("accept".to_owned(), "*/*".to_owned()),
            (
                "content-length".to_owned(),
                request.body().len().to_string(),
            ),
            ("host".to_owned(), server.to_string()),
        ]);
        headers.sort();
        Self {
            method: request.method().to_string(),
            target: request.uri().path_and_query().unwrap().to_string(),
            headers,
            body: request.body().clone(),
        }
    }
}

fn send(request: &http::Request<Vec<u8>>) {
    let config = ureq::Agent::config_builder()
        .max_redirects(0)
        .user_agent("")
        .accept_encoding("")
        .build();
    let response = config.new_agent().run(request.clone()).unwrap();
    assert_eq!(response.status(), 200);
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

/// Shows every request byte for byte, split at its line breaks and nowhere else.
fn raw_server() -> (SocketAddr, mpsc::Receiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (show, seen) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut line = || {
                let mut bytes = Vec::new();
                stream.read_until(b'\n', &mut bytes).unwrap();
                assert!(bytes.ends_with(b"\r\n"));
                String::from_utf8(bytes[..bytes.len() - 2].to_vec()).unwrap()
            };
            let first = line();
            let [method, target, "HTTP/1.1"] = first.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{first:?}");
            };
            let (method, target) = (method.to_owned(), target.to_owned());
            let mut headers = Vec::new();
            loop {
                let header = line();
                if header.is_empty() {
                    break;
                }
                let (name, value) = header.split_once(": ").unwrap();
                headers.push((name.to_owned(), value.to_owned()));
            }
            headers.sort();
            let length = headers
                .iter()
                .find(|(name, _)| name == "content-length")
                .unwrap();
            let mut body = vec![0; length.1.parse().unwrap()];
            stream.read_exact(&mut body).unwrap();
            // The stream holds no second request.
            assert_eq!(stream.buffer(), b"");
            stream.get_mut().write_all(ANSWER).unwrap();
            if show
                .send(Seen {
                    method,
                    target,
                    headers,
                    body,
                })
                .is_err()
            {
                return;
            }
        }
    });
    (address, seen)
}

/// Shows every request as hyper reads it.
fn hyper_server() -> (SocketAddr, mpsc::Receiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let (show, seen) = mpsc::channel();
    let answer = move |received: Received| {
        let show = show.clone();
        async move {
            let (head, body) = received.into_parts();
            let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            let mut headers: Vec<(String, String)> = head
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                .collect();
            headers.sort();
            let _ = show.send(Seen {
                method: head.method.to_string(),
                target: head.uri.to_string(),
                headers,
                body: body.to_vec(),
            });
            "{}"
        }
    };
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, axum::Router::new().fallback(answer))
                .await
                .unwrap();
        });
    });
    (address, seen)
}

#[test]
fn no_text_in_any_field_adds_anything_on_the_wire() {
    for (address, seen) in [raw_server(), hyper_server()] {
        let mut refused = Vec::new();
        for field in FIELDS {
            for hostile in HOSTILE {
                match build(address, field, hostile) {
                    Err(_) => refused.push((field, hostile)),
                    Ok(request) => {
                        send(&request);
                        let seen = seen.recv().unwrap();
                        assert_eq!(
                            seen,
                            Seen::expected(&request, address),
                            "{field:?} {hostile:?}"
                        );
                        assert_eq!(seen.headers.len(), 8, "{field:?} {hostile:?}");
                        assert_body(&seen.body, field, hostile);
                        let injected = if field == Field::Endpoint {
                            "/gw/injectedgw"
                        } else {
                            "/gw"
                        };
                        let target =
                            format!("{injected}/koodrive/ose/v1/carrier/users/notifyPackageExpire");
                        assert_eq!(seen.target, target, "{field:?} {hostile:?}");
                    }
                }
            }
        }
        for (field, refused_ones) in [
            // Only the segment that the caller asked for is accepted, since the URL holds it in
            // this form.
            (Field::Endpoint, 35),
            (Field::UserId, 15),
            (Field::Token, 15),
            (Field::Authorization, 15),
            (Field::AppId, 22),
            (Field::AppSecret, 0),
            // Control characters. Every other text arrives as it is.
            (Field::CarrierUserId, 10),
            (Field::PackageId, 10),
            (Field::TraceId, 19),
        ] {
            let of_field: Vec<_> = refused.iter().filter(|(of, _)| *of == field).collect();
            assert_eq!(of_field.len(), refused_ones, "{of_field:?}");
        }
    }
}

/// Three members, and in them what was given, character for character.
fn assert_body(body: &[u8], field: Field, hostile: &str) {
    let body: Value = serde_json::from_slice(body).unwrap();
    let given = |of: Field, text: &str| {
        if field == of {
            format!("{text}{hostile}{text}")
        } else {
            text.to_owned()
        }
    };
    assert_eq!(
        body,
        serde_json::json!({
            "carrierUserId": given(Field::CarrierUserId, "1"),
            "type": 2,
            "packageId": given(Field::PackageId, "14"),
        })
    );
}

/// The host is the one part of a URL that could lead elsewhere.
#[test]
fn no_text_in_a_host_leads_elsewhere() {
    let mut taken = Vec::new();
    for hostile in HOSTILE {
        for url in [
            format!("https://gateway.example{hostile}"),
            format!("https://{hostile}gateway.example"),
            format!("https://gateway.example:8443{hostile}"),
            format!("{hostile}https://gateway.example"),
        ] {
            if let Ok(endpoint) = Endpoint::parse(&url) {
                let authority = endpoint.authority();
                assert!(
                    ["gateway.example", "gateway.example:8443"].contains(&authority),
                    "{url:?}"
                );
                assert_eq!(endpoint.prefix(), "/injected", "{url:?}");
                taken.push(url);
            }
        }
    }
    // The segment that its caller has asked for.
    assert_eq!(
        taken,
        [
            "https://gateway.example/injected",
            "https://gateway.example:8443/injected"
        ]
    );
}

/// Any text with what is hostile in it.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        2 => prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
        2 => "[ -~]{0,8}",
        1 => any::<String>(),
    ];
    prop::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
}

/// Returns whether a request is built with this text behind that of some fields.
fn is_built(hostile: [String; 8], of: &[Field], credentials_kind: CredentialsKind) -> bool {
    let mut hostile = hostile.into_iter();
    let mut with = |field: Field, text: &str| {
        let other = hostile.next().unwrap_or_default();
        if of.contains(&field) {
            format!("{text}{other}")
        } else {
            text.to_owned()
        }
    };
    let credential = if credentials_kind == CredentialsKind::App {
        Field::AppId
    } else {
        Field::Token
    };
    holds(&Input {
        endpoint: with(Field::Endpoint, "https://gateway.example/gw"),
        user_id: with(Field::UserId, "7"),
        credentials_kind,
        credential: with(credential, "app"),
        secret: with(Field::AppSecret, "secret"),
        call: Some(Call {
            carrier_user_id: with(Field::CarrierUserId, "1"),
            package_id: with(Field::PackageId, "14"),
            undocumented_type: None,
        }),
        now: "2025-11-03T07:01:45Z".parse().unwrap(),
        margin: 5,
        trace_id: Some(with(Field::TraceId, TRACE_ID)),
        ..Input::default()
    })
}

/// Refused, or built with exactly what belongs there.
#[test]
fn random_text_adds_nothing() {
    // The same cases in every run; fuzzing looks for new ones.
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 500,
        rng_seed: RngSeed::Fixed(6),
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let cases = (
        prop::array::uniform8(text()),
        prop::sample::subsequence(FIELDS.to_vec(), 1..3),
        prop::sample::select(vec![
            CredentialsKind::Token,
            CredentialsKind::Authorization,
            CredentialsKind::App,
        ]),
    );
    let built = Cell::new(0);
    let ran = runner.run(&cases, |(hostile, of, credentials_kind)| {
        built.set(built.get() + u32::from(is_built(hostile, &of, credentials_kind)));
        Ok(())
    });
    ran.unwrap();
    assert_eq!(built.get(), 295, "of 500");
}
