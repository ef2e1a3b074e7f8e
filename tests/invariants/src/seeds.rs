//! Turns the conformance vectors into inputs of the fuzz targets: where fuzzing starts, and what
//! plain `cargo test` replays.
//!
//! An input is fields with the byte FF between them, in the order that the head of each target
//! gives.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::conformance::{cases, documents};
use crate::input::SEPARATOR;

/// Documents above this length are left out: they are slow, and show nothing that short ones do
/// not.
const LONGEST: usize = 512;

/// Target to name to input. An input stands once in each target, under the first name that gives
/// it.
pub type Seeds = BTreeMap<&'static str, BTreeMap<String, Vec<u8>>>;

/// Returns the seeds of all targets.
///
/// # Panics
///
/// If the conformance vectors cannot be read.
#[must_use]
pub fn seeds() -> Seeds {
    let mut seeds = Seeds::new();
    let mut add = |target, name: String, input: Vec<u8>| {
        let of_target = seeds.entry(target).or_default();
        if !of_target.values().any(|other| *other == input) {
            of_target.insert(name, input);
        }
    };
    for (name, case) in cases() {
        let (given, request) = (&case["given"], &case["expected"]["request"]);
        let response = &given["response"];
        add("request", name.clone(), request_seed(given));
        add(
            "endpoint",
            name.clone(),
            field(&given["client"]["endpoint"]),
        );
        add("clock", name.clone(), clock_seed(given, request));
        if !request.is_null() && has_example_credentials(&given["client"]) {
            add("sandbox", name.clone(), sandbox_seed(given, request));
        }
        if name == "app-notify-minimal" {
            for (forgery, input) in forgeries(&sandbox_seed(given, request)) {
                add("sandbox", format!("forged-{forgery}"), input);
            }
        }
        if !response.is_null() {
            add("parse", name.clone(), parse_seed(given, response));
            add("json", name, body(response));
        }
    }
    for document in documents() {
        if document.bytes.len() <= LONGEST {
            let name = format!("{}-{}", document.verdict.as_str(), document.name);
            add("json", name, document.bytes);
        }
    }
    seeds
}

fn request_seed(given: &Value) -> Vec<u8> {
    let (client, call, options) = (&given["client"], &given["call"], &given["options"]);
    let (kind, credentials) = if client["appId"].is_string() {
        ("app", &client["appId"])
    } else if client["token"].is_string() {
        ("token", &client["token"])
    } else {
        ("authorization", &client["authorization"])
    };
    joined(&[
        field(&client["endpoint"]),
        field(&client["userId"]),
        kind.into(),
        field(credentials),
        field(&client["appSecret"]),
        field(&call["carrierUserId"]),
        field(&call["packageId"]),
        field(&call["undocumentedType"]),
        microseconds(&options["now"]),
        field(&client["clockMarginSeconds"]),
        b"0".to_vec(),
        microseconds(&options["date"]),
        field(&options["traceId"]),
    ])
}

fn parse_seed(given: &Value, response: &Value) -> Vec<u8> {
    let is_list = given["call"]["operation"] == "getCurrentRetentionPolicy";
    let headers = response["headers"].as_array().into_iter().flatten();
    let headers = lower_case(headers.map(|pair| (pair[0].as_str().unwrap_or_default(), &pair[1])));
    let header = |name: &str| headers.get(name).cloned().unwrap_or_default();
    joined(&[
        if is_list {
            "list".into()
        } else {
            "notify".into()
        },
        field(&response["status"]),
        header("date"),
        header("age"),
        header("retry-after"),
        header("x-traceid"),
        body(response),
    ])
}

fn clock_seed(given: &Value, request: &Value) -> Vec<u8> {
    let (observed, now) = (&given["observed"], &given["options"]["now"]);
    let headers = observed["headers"].as_object().into_iter().flatten();
    let headers = lower_case(headers.map(|(name, value)| (name.as_str(), value)));
    let header = |name: &str| headers.get(name).cloned().unwrap_or_default();
    let instant = |name: &str| microseconds(observed.get(name).unwrap_or(now));
    joined(&[
        b"0".to_vec(),
        header("date"),
        header("age"),
        instant("sentAt"),
        instant("receivedAt"),
        microseconds(now),
        field(&given["client"]["clockMarginSeconds"]),
        field(&request["headers"]["x-date"]),
        field(&given["options"]["traceId"]),
        (0..29).collect(),
    ])
}

fn sandbox_seed(given: &Value, request: &Value) -> Vec<u8> {
    let headers = request["headers"].as_object().into_iter().flatten();
    let lines: Vec<String> = headers
        .map(|(name, value)| format!("{name}: {}", value.as_str().unwrap_or_default()))
        .collect();
    joined(&[
        microseconds(&given["options"]["now"]),
        field(&request["method"]),
        field(&request["url"]),
        lines.join("\n").into(),
        field(&request["body"]),
    ])
}

/// Returns whether the sandbox knows the caller without being told.
fn has_example_credentials(client: &Value) -> bool {
    client["appSecret"] == "example-app-secret-not-real" || client["token"].is_string()
}

/// Changes to an accepted request on the way: header, text, replacement.
const FORGERIES: [(&str, &str, &str); 14] = [
    ("another-signature", "Signature=08", "Signature=09"),
    (
        "another-app",
        "AppId=example-app-id",
        "AppId=another-app-id",
    ),
    ("another-body", r#""packageId":"14""#, r#""packageId":"15""#),
    ("another-method", "POST", "PUT"),
    ("another-path", ".com/koodrive", ".com/gw/koodrive"),
    ("another-host", "https://intl", "https://cn"),
    (
        "a-query",
        "users/notifyPackageExpire",
        "users/notifyPackageExpire?a=1&b",
    ),
    (
        "another-date",
        "x-date: 20251103T070140Z",
        "x-date: 20251103T070141Z",
    ),
    ("another-user", "x-user-id: 15", "x-user-id: 16"),
    (
        "two-dates",
        "\nx-date:",
        "\nx-date: 20251103T070140Z\nx-date:",
    ),
    (
        "two-hosts",
        "\nx-date:",
        "\nhost: elsewhere.example\nx-date:",
    ),
    ("date-not-signed", "host;x-date;x-user-id", "host;x-user-id"),
    (
        "names-not-sorted",
        "host;x-date;x-user-id",
        "x-date;host;x-user-id",
    ),
    (
        "token-of-nobody",
        "authorization: HMAC-SHA256 AppId=",
        "authorization: Bearer ",
    ),
];

fn forgeries(seed: &[u8]) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    FORGERIES.into_iter().map(move |(name, old, new)| {
        let mut at = (0..seed.len()).filter(|at| seed[*at..].starts_with(old.as_bytes()));
        let (Some(from), None) = (at.next(), at.next()) else {
            panic!("{name}: {old} does not stand there once");
        };
        let behind = &seed[from + old.len()..];
        (name, [&seed[..from], new.as_bytes(), behind].concat())
    })
}

fn joined(fields: &[Vec<u8>]) -> Vec<u8> {
    fields.join(&SEPARATOR)
}

/// Returns text or a number as bytes; empty for any other value.
fn field(value: &Value) -> Vec<u8> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => text.clone().into(),
        other => other.to_string().into(),
    }
}

/// Returns an instant of a case in microseconds after the epoch; empty without an instant.
fn microseconds(instant: &Value) -> Vec<u8> {
    instant.as_str().map_or_else(Vec::new, |text| {
        let instant: DateTime<Utc> = text.parse().expect("an instant");
        instant.timestamp_micros().to_string().into()
    })
}

fn body(response: &Value) -> Vec<u8> {
    response["bodyHex"].as_str().map_or_else(
        || field(&response["body"]),
        |hex| base16ct::lower::decode_vec(hex).expect("hex"),
    )
}

fn lower_case<'a>(
    headers: impl Iterator<Item = (&'a str, &'a Value)>,
) -> BTreeMap<String, Vec<u8>> {
    headers
        .map(|(name, value)| (name.to_ascii_lowercase(), field(value)))
        .collect()
}
