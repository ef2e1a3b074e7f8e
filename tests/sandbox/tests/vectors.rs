//! The vectors and the sandbox were written apart from each other: every request of the vectors
//! must be accepted.
#![allow(clippy::unwrap_used, reason = "a failed test says where by panicking")]

use std::fs;
use std::path::Path;

use axum::http::{Request, Uri};
use chrono::TimeDelta;
use koodrive::XDate;
use koodrive::sandbox::{App, RawAnswer, Sandbox, SandboxConfig};
use serde_json::Value;

#[test]
fn every_request_of_the_vectors_is_accepted() {
    let read = |file: &str| -> Value {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance");
        serde_json::from_str(&fs::read_to_string(folder.join(file)).unwrap()).unwrap()
    };
    let index = read("index.json");
    let files = index["cases"].as_object().unwrap().keys();
    let groups: Vec<Value> = files.map(|file| read(file)).collect();
    let mut accepted = 0;
    for case in groups
        .iter()
        .flat_map(|group| group["cases"].as_array().unwrap())
    {
        let (given, request) = (&case["given"], &case["expected"]["request"]);
        if request.is_null() {
            continue;
        }
        // The sandbox accepts only type 1, the documented one.
        if given["call"].to_string().contains("undocumentedChangeType") {
            continue;
        }
        let client = &given["client"];
        let mut config = SandboxConfig::default();
        if let Some(token) = client["token"].as_str() {
            config.tokens.push(token.into());
        } else if let Some(app_id) = client["appId"].as_str() {
            let app = App::new(app_id, client["appSecret"].as_str().unwrap());
            config.apps.push(app);
        } else {
            // A value of Authorization that is sent untouched: any text will do for a client, and
            // none for a service.
            continue;
        }
        // The vectors show how every call is signed; which credentials the service takes for it is
        // another matter.
        config.app_authentication_everywhere = true;
        let url: Uri = request["url"].as_str().unwrap().parse().unwrap();
        let method = request["method"].as_str().unwrap();
        // Every path of the service begins so; what is before it is the endpoint's.
        let at = url.path().find("/koodrive/ose/").unwrap_or(0);
        url.path()[..at].clone_into(&mut config.prefix);
        if given["call"]["operation"] == "rawCall" {
            config
                .answers
                .push(RawAnswer::new(method, &url.path()[at..]));
        }
        config
            .accepted_types
            .extend(given["call"]["undocumentedType"].as_i64());

        let mut built = Request::builder().method(method).uri(url);
        for (name, value) in request["headers"].as_object().unwrap() {
            built = built.header(name, value.as_str().unwrap());
        }
        let x_date = XDate::parse(request["headers"]["x-date"].as_str().unwrap()).unwrap();
        let body = request["body"].as_str().unwrap_or_default();
        let answer = Sandbox::new(config).unwrap().handle(
            &built.body(body).unwrap(),
            x_date.to_datetime() + TimeDelta::seconds(5),
        );

        let said = String::from_utf8_lossy(answer.response().body());
        assert_eq!(answer.response().status(), 200, "{}: {said}", case["name"]);
        accepted += 1;
    }
    assert_eq!(accepted, 386);
}
