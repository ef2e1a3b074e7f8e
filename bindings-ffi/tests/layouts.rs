//! The layouts have every field that the core writes and reads, so no field of a reply, an error or
//! an explanation is lost.

mod common;

use std::collections::BTreeSet;

use koodrive::dispatch::{Config, Dispatcher};
use koodrive::host::{AnyCall, ErrorFields, Spelling};
use koodrive::{Client, Credentials, Endpoint, Error, Operation as _, RequestOptions, signing};
use koodrive_ffi::layout::calls::CALLS;
use koodrive_ffi::layout::records::{Difference, Error as ErrorRecord, Explanation, Progress};
use koodrive_ffi::layout::{Kind, Layout};
use serde_json::{Value, json};

/// Compares the names in `layout` and `value` at every level.
fn same_names(layout: &Layout, value: &Value) {
    let object = value.as_object().expect("an object");
    let named: BTreeSet<_> = layout.fields.iter().map(|field| field.name).collect();
    let written: BTreeSet<_> = object.keys().map(String::as_str).collect();
    assert_eq!(named, written, "{}", layout.name);
    for field in layout.fields {
        match (field.kind, &object[field.name]) {
            (Kind::Record(inner), value @ Value::Object(_)) => same_names(inner, value),
            (Kind::Records(inner), Value::Array(items)) => {
                assert!(!items.is_empty(), "{} is tried", field.name);
                for item in items {
                    same_names(inner, item);
                }
            }
            (Kind::Record(_) | Kind::Records(_), other) => panic!("{}: {other}", field.name),
            (Kind::Integer | Kind::Decimal, Value::Number(_))
            | (Kind::Text, Value::String(_))
            | (Kind::Flag, Value::Bool(_))
            | (_, Value::Null) => {}
            (kind, other) => panic!("{}: {kind:?} is {other}", field.name),
        }
    }
}

/// Returns a call of the operation `name` with every field.
fn call(name: &str) -> AnyCall {
    let fields = match name {
        "notifyPackageExpire" => json!({"carrierUserId": "1", "packageId": "14"}),
        "setRetentionPolicy" => json!({"policyList": [{"policyId": "1", "status": "1"}]}),
        "reverseOrder" => json!({"batchSN": "1", "operationList": [{"operationSN": "1"}]}),
        "rawCall" => json!({"method": "GET", "path": "/x"}),
        _ => json!({}),
    };
    AnyCall::from_json(name, &fields.to_string()).unwrap()
}

fn client() -> Client {
    let credentials = Credentials::app("example-app-id", "example-app-secret-not-real").unwrap();
    Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials).unwrap()
}

#[test]
fn replies_have_the_fields_of_their_layouts() {
    let body = br#"{"code":0,"msg":"ok","data":{"totalUsed":"1"},"policyList":[{"policyId":1}]}"#;
    for shape in CALLS {
        let (call, status) = (call(shape.name), http::StatusCode::OK);
        let headers = koodrive::header::ReplyHeaders::default();
        let reply = client().parse_parts(&call, status, headers, body).unwrap();
        same_names(shape.reply, &serde_json::from_str(&reply).unwrap());
    }
}

#[test]
fn every_operation_of_the_core_has_a_layout() {
    let error = AnyCall::from_json("nothing", "{}").unwrap_err().to_string();
    let (_, names) = error.split_once("expected one of: ").unwrap();
    let shapes: Vec<_> = CALLS.iter().map(|shape| shape.name).collect();
    assert_eq!(names.split(", ").collect::<Vec<_>>(), shapes);
}

#[test]
fn calls_take_the_fields_of_their_layouts() {
    for shape in CALLS {
        let refused = AnyCall::from_json(shape.name, r#"{"unknown":1}"#).unwrap_err();
        let text = refused.to_string();
        let named: Vec<_> = shape.call.fields.iter().map(|field| field.name).collect();
        if named.is_empty() {
            assert!(text.ends_with("this call takes none"), "{text}");
        } else {
            assert!(
                text.ends_with(&format!("expected one of: {}", named.join(", "))),
                "{text}"
            );
        }
        assert!(!call(shape.name).name().is_empty());
    }
}

#[test]
fn errors_explanations_and_progress_have_the_fields_of_their_layouts() {
    let error = koodrive::TransportError::not_sent("refused");
    let mut fields =
        serde_json::to_value(ErrorFields::new(Error::from(error), Spelling::Snake)).unwrap();
    fields["closesConnection"] = false.into();
    same_names(&ErrorRecord::LAYOUT, &fields);

    let (call, now) = (call("notifyPackageExpire"), chrono::DateTime::UNIX_EPOCH);
    let message = "canonicalRequest:POST|/x/||host:x||host|0";
    let options = RequestOptions::default();
    let explained = signing::explain(&client(), &call, now, &options, Some(message)).unwrap();
    let explained = serde_json::to_value(explained).unwrap();
    same_names(&Difference::LAYOUT, &explained["difference"]);
    same_names(&Explanation::LAYOUT, &explained);

    let dispatcher = Dispatcher::<()>::new(&client(), Config::default(), 1);
    same_names(
        &Progress::LAYOUT,
        &serde_json::to_value(dispatcher.progress()).unwrap(),
    );
}
