//! The JSON corpus and random JSON, as bodies of replies and through the public readers of fields.

use std::cell::Cell;

use http::{HeaderMap, Response, StatusCode};
use koodrive::{Acknowledgement, Client, Credentials, Endpoint, NotifyPackageExpire, ReplyError};
use koodrive_invariants::conformance::{Verdict, documents};
use koodrive_invariants::{json, parse};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use serde_json::Value;

fn read(body: &[u8]) -> Result<Acknowledgement, ReplyError> {
    let credentials = Credentials::token("example-token-not-real").unwrap();
    let client = Client::new(Endpoint::INTERNATIONAL, "7", credentials).unwrap();
    let call = NotifyPackageExpire::new("1", "14").unwrap();
    client.parse(&call, &Response::new(body))
}

fn with(before: &str, document: &[u8]) -> Vec<u8> {
    [before.as_bytes(), document, b"}"].concat()
}

#[test]
fn every_document_is_read_or_refused_as_the_corpus_says() {
    for document in documents() {
        let (name, is_read) = (&document.name, document.is_read);
        let why = read(&document.bytes).unwrap_err().to_string();
        let expected: &[&str] = if is_read {
            &["code is missing", "the body is not a JSON object"]
        } else {
            &[
                "the body is not valid JSON at line",
                "the body is not UTF-8 at byte",
                "the body is empty",
            ]
        };
        assert!(
            expected.iter().any(|expected| why.contains(expected)),
            "{name}: {why}"
        );

        // The document is tried as a member that the core skips.
        let reply = read(&with(r#"{"code":0,"unknown":"#, &document.bytes));
        assert_eq!(reply.is_ok(), is_read, "{name}: {reply:?}");
    }
}

#[test]
fn a_text_of_the_corpus_is_what_serde_json_reads_and_an_integer_is_kept() {
    let (mut texts, mut integers) = (0, 0);
    for document in documents().iter().filter(|document| document.is_read) {
        let (name, bytes) = (&document.name, &document.bytes);
        let text = std::str::from_utf8(bytes).unwrap();
        if text.starts_with('"') {
            let msg = read(&with(r#"{"code":0,"msg":"#, bytes)).unwrap().msg;
            assert_eq!(msg, serde_json::from_str(text).ok(), "{name}");
            texts += 1;
        }
        if name.starts_with("number_") {
            let error = read(&with(r#"{"code":"#, bytes));
            let integer = !text.contains(['.', 'e', 'E']);
            match error {
                Ok(reply) => assert_eq!((text, &*reply.code), ("0", "0")),
                Err(error) => assert_eq!(error.code(), integer.then_some(text), "{name}"),
            }
            integers += usize::from(integer);
        }
    }
    assert_eq!((texts, integers), (32, 11));
}

/// Compares RFC 8259's verdict with serde_json's, where that has one: a skipped value may be one
/// that serde_json cannot hold.
#[test]
fn the_readers_agree_with_serde_json_on_every_document() {
    for document in documents() {
        println!("{}", document.name); // shown where it fails
        let bytes = &document.bytes;
        json::check(bytes);
        for body in [
            bytes,
            &with(r#"{"code":"#, bytes),
            &with(r#"{"code":0,"policyList":"#, bytes),
        ] {
            for status in [StatusCode::OK, StatusCode::BAD_REQUEST] {
                for list in [false, true] {
                    parse::holds(list, status, &HeaderMap::new(), body);
                }
            }
        }
        let read = serde_json::from_slice::<Value>(bytes);
        match document.verdict {
            Verdict::Accepted => assert!(read.is_ok()),
            Verdict::Refused => assert!(read.is_err()),
            Verdict::ImplementationDefined => {}
        }
    }
}

/// Members that the envelope has, so that random objects mean something.
const NAMES: [&str; 10] = [
    "code",
    "msg",
    "error_code",
    "error_msg",
    "request_id",
    "policyList",
    "policyId",
    "priority",
    "status",
    "policyName",
];

/// JSON of any shape, written in any way that is allowed, and in some that are not.
fn any_json() -> impl Strategy<Value = String> {
    let blank = prop::sample::select(vec!["", "", "", " ", "\t", "\r\n"]);
    let text = prop_oneof![
        4 => any::<String>().prop_map(|text| Value::from(text).to_string()),
        1 => prop::sample::select(vec!["\"0\"", "\"\\u0030\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\""])
            .prop_map(str::to_owned),
        2 => prop::sample::select(NAMES.to_vec()).prop_map(|name| format!("{name:?}")),
    ];
    let leaf = prop_oneof![
        3 => prop::sample::select(vec!["0", "null", "true", "false", "-0", "13000201", "1.5", "1e400", "01", "-", "nul"])
            .prop_map(str::to_owned),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<f64>().prop_map(|number| Value::from(number).to_string()),
        3 => text.clone(),
    ];
    let value = leaf.prop_recursive(4, 40, 6, move |inner| {
        let name = text.clone();
        let member = (blank.clone(), name, blank.clone(), inner.clone()).prop_map(
            |(before, name, after, value)| format!("{before}{name}{after}:{value}{before}"),
        );
        prop_oneof![
            prop::collection::vec(member, 0..6)
                .prop_map(|members| format!("{{{}}}", members.join(","))),
            (blank.clone(), prop::collection::vec(inner, 0..6))
                .prop_map(|(blank, elements)| format!("[{blank}{}]{blank}", elements.join(","))),
        ]
    });
    // One character more or less, now and then.
    (value, any::<Option<(prop::sample::Index, char)>>()).prop_map(|(mut json, change)| {
        if let Some((at, character)) = change {
            let at = json
                .char_indices()
                .nth(at.index(json.chars().count() + 1))
                .map_or(json.len(), |(at, _)| at);
            if character.is_ascii_control() && at < json.len() {
                json.remove(at);
            } else if character.is_ascii() {
                json.insert(at, character);
            }
        }
        json
    })
}

/// The same in every run; fuzzing looks for new ones.
fn cases() -> ProptestConfig {
    ProptestConfig {
        cases: 500,
        rng_seed: RngSeed::Fixed(6),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Runs `check` on random cases. Returns in how many it says that something was read.
fn read_of<T: std::fmt::Debug>(of: &impl Strategy<Value = T>, check: impl Fn(T) -> bool) -> u32 {
    let read = Cell::new(0);
    let ran = TestRunner::new(cases()).run(of, |case| {
        read.set(read.get() + u32::from(check(case)));
        Ok(())
    });
    ran.unwrap();
    read.get()
}

#[test]
fn random_json_is_read_field_by_field_as_serde_json_reads_it() {
    let read = read_of(&any_json(), |json| json::holds(&json));
    assert_eq!(read, 166, "of 500");
}

#[test]
fn random_replies_mean_what_the_tables_say() {
    let of = (any_json(), any::<bool>(), any::<bool>());
    let successes = read_of(&of, |(json, ok, list)| {
        let status = if ok {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        let bodies = [
            json.clone(),
            format!(r#"{{"code":{json}}}"#),
            format!(r#"{{"code":0,"msg":{json},"policyList":[{json}]}}"#),
        ];
        let is_success =
            |body: &String| parse::holds(list, status, &HeaderMap::new(), body.as_bytes());
        bodies.each_ref().map(is_success).contains(&true)
    });
    assert_eq!(successes, 115, "of 500");
}
