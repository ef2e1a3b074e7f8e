//! The conformance vectors through the Rust core: one test per folder of `vectors`, stage by stage.
//!
//! With `KOODRIVE_MESSAGES=FILE` the texts of all errors are written there, so that they can be compared between languages.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use koodrive::signing::explain;
use koodrive::{
    Acknowledgement, Client, Credentials, Endpoint, GetCurrentRetentionPolicy, InvalidInput,
    ModificationType, NotifyPackageExpire, Operation, ReplyError, RequestOptions,
    RetentionPolicies, TraceId, host,
};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Map, Value, json};

type Messages = Arc<Mutex<BTreeMap<String, String>>>;
type Fallible<T> = Result<T, Box<dyn Error>>;

fn main() -> Fallible<()> {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let messages = Messages::default();
    let mut trials = Vec::new();
    for entry in fs::read_dir(vectors)? {
        let folder = entry?.path();
        if folder.is_dir() {
            let name = folder
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let messages = Arc::clone(&messages);
            trials.push(Trial::test(name.clone(), move || {
                check(&Case { folder }, &|message| {
                    if let Ok(mut messages) = messages.lock() {
                        messages.insert(name.clone(), message);
                    }
                })
                .map_err(|error| Failed::from(error.to_string()))
            }));
        }
    }
    assert!(
        trials.len() >= 70,
        "only {} vectors are there",
        trials.len()
    );
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    if let Some(file) = std::env::var_os("KOODRIVE_MESSAGES") {
        let messages = messages.lock().map_err(|error| error.to_string())?;
        fs::write(file, serde_json::to_string_pretty(&*messages)?)?;
    }
    conclusion.exit()
}

struct Case {
    folder: PathBuf,
}

impl Case {
    fn text(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(name)).ok()
    }

    fn json(&self, name: &str) -> Fallible<Option<Value>> {
        Ok(self
            .text(name)
            .map(|text| serde_json::from_str(&text))
            .transpose()?)
    }
}

/// A refusal at a named stage is compared with error.json; anything that is refused without one is a failure.
fn check(case: &Case, say: &dyn Fn(String)) -> Fallible<()> {
    let given = case.json("call.json")?.ok_or("there is no call.json")?;
    match given["call"]["operation"].as_str() {
        Some("notifyPackageExpire") => check_call(case, &given, say, notify, acknowledgement),
        Some("getCurrentRetentionPolicy") => check_call(
            case,
            &given,
            say,
            |_| Ok(GetCurrentRetentionPolicy::new()),
            policies,
        ),
        other => Err(format!("unknown operation {other:?}").into()),
    }
}

fn check_call<O: Operation>(
    case: &Case,
    given: &Value,
    say: &dyn Fn(String),
    make: impl Fn(&Value) -> Result<O, InvalidInput>,
    reply_json: impl Fn(&O::Reply) -> Value,
) -> Fallible<()> {
    let expected = case.json("error.json")?;
    let refused = |stage: &str, error: InvalidInput| -> Fallible<()> {
        let error = koodrive::Error::from(error);
        say(error.to_string());
        same(
            "the refusal",
            &expected.clone().unwrap_or_default(),
            &with_message(
                expected.as_ref(),
                json!({
                    "stage": stage,
                    "kind": error.kind().as_str(),
                    "outcome": error.outcome().as_str(),
                    "retryable": error.is_retryable(),
                }),
                &error.to_string(),
            ),
        )
    };
    let client = match client(&given["client"]) {
        Ok(client) => client,
        Err(error) => return refused("client", error),
    };
    if let Some(observed) = given.get("observed") {
        client.observe_clock(
            &headers(
                observed["headers"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(pair),
            )?,
            instant(&observed["sentAt"])?,
            instant(&observed["receivedAt"])?,
        );
    }
    let call = match make(&given["call"]) {
        Ok(call) => call,
        Err(error) => return refused("call", error),
    };
    let now = instant(&given["options"]["now"])?;
    let options = match options(&given["options"])? {
        Ok(options) => options,
        Err(error) => return refused("request", error),
    };
    let request = match client.request_with(&call, now, &options) {
        Ok(request) => request,
        Err(error) => return refused("request", error),
    };
    let wanted = case
        .json("request.json")?
        .ok_or("it should have been refused")?;

    check_stages(case, &client, &call, now, &options)?;
    same("the request", &wanted, &request_json(&request)?)?;

    check_reply(case, &client, &call, expected.as_ref(), say, reply_json)
}

/// Step by step, so that a failure says which step went wrong.
fn check_stages<O: Operation>(
    case: &Case,
    client: &Client,
    call: &O,
    now: DateTime<Utc>,
    options: &RequestOptions,
) -> Fallible<()> {
    let Some(canonical_request) = case.text("canonical-request.txt") else {
        return Ok(());
    };
    let stages = explain(client, call, now, options, None)?;
    let string_to_sign = case
        .text("string-to-sign.txt")
        .ok_or("there is no string-to-sign.txt")?;
    let signature = case
        .text("signature.txt")
        .ok_or("there is no signature.txt")?;
    same(
        "the canonical request",
        &canonical_request,
        &stages.canonical_request,
    )?;
    same(
        "the string to sign",
        &string_to_sign,
        &stages.string_to_sign,
    )?;
    same("the signature", &signature, &stages.signature)
}

fn check_reply<O: Operation>(
    case: &Case,
    client: &Client,
    call: &O,
    expected: Option<&Value>,
    say: &dyn Fn(String),
    reply_json: impl Fn(&O::Reply) -> Value,
) -> Fallible<()> {
    let Some(response) = case.json("response.json")? else {
        return Ok(());
    };
    let reply = client.parse_parts(
        call,
        StatusCode::from_u16(u16::try_from(
            response["status"].as_u64().unwrap_or_default(),
        )?)?,
        &headers(
            response["headers"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|pair| {
                    Some((pair[0].as_str()?.to_owned(), pair[1].as_str()?.to_owned()))
                }),
        )?,
        &body(&response)?,
    );
    match (reply, case.json("reply.json")?) {
        (Ok(reply), Some(wanted)) => same("the reply", &wanted, &reply_json(&reply)),
        (Ok(_), None) => Err("an error was read as a success".into()),
        (Err(error), Some(_)) => Err(format!("a success was read as an error: {error}").into()),
        (Err(error), None) => {
            say(error.to_string());
            let found = with_message(expected, error_json(&error), &error.to_string());
            same("the error", expected.unwrap_or(&Value::Null), &found)
        }
    }
}

fn client(given: &Value) -> Result<Client, InvalidInput> {
    let text = |name: &str| given[name].as_str();
    let endpoint = text("endpoint").unwrap_or_default();
    let endpoint = if given["allowPlainHttp"] == json!(true) {
        Endpoint::parse_allowing_plain_http(endpoint)?
    } else {
        Endpoint::parse(endpoint)?
    };
    let credentials = match (
        text("appId"),
        text("appSecret"),
        text("token"),
        text("authorization"),
    ) {
        (Some(id), Some(secret), None, None) => Credentials::app(id, secret)?,
        (None, None, Some(token), None) => Credentials::token(token)?,
        (None, None, None, Some(value)) => Credentials::authorization(value)?,
        _ => return Err(host::ambiguous_credentials()),
    };
    let client = Client::new(endpoint, text("userId").unwrap_or_default(), credentials)?;
    match given.get("clockMarginSeconds").and_then(Value::as_i64) {
        None => Ok(client),
        Some(margin) => {
            client.with_clock_margin(u32::try_from(margin).map_err(|_| host::not_a_margin())?)
        }
    }
}

fn notify(given: &Value) -> Result<NotifyPackageExpire, InvalidInput> {
    let text = |name: &str| given[name].as_str().unwrap_or_default();
    let call = NotifyPackageExpire::new(text("carrierUserId"), text("packageId"))?;
    match given.get("undocumentedType").and_then(Value::as_i64) {
        None => Ok(call),
        Some(value) => call.with_modification_type(ModificationType::Undocumented(value)),
    }
}

fn options(given: &Value) -> Fallible<Result<RequestOptions, InvalidInput>> {
    let mut options = RequestOptions::default();
    if let Some(id) = given["traceId"].as_str() {
        match TraceId::new(id) {
            Ok(id) => options = options.trace_id(id),
            Err(error) => return Ok(Err(error)),
        }
    }
    if given.get("date").is_some() {
        options = options.date(instant(&given["date"])?);
    }
    Ok(Ok(options))
}

fn instant(text: &Value) -> Fallible<DateTime<Utc>> {
    let text = text.as_str().ok_or("an instant is text")?;
    text.parse()
        .map_err(|error| format!("{text}: {error}").into())
}

fn pair((name, value): (&String, &Value)) -> (String, String) {
    (name.clone(), value.as_str().unwrap_or_default().to_owned())
}

fn headers(pairs: impl Iterator<Item = (String, String)>) -> Fallible<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(
            HeaderName::from_bytes(name.as_bytes())?,
            HeaderValue::from_bytes(value.as_bytes())?,
        );
    }
    Ok(headers)
}

fn body(response: &Value) -> Fallible<Vec<u8>> {
    match (response["body"].as_str(), response["bodyHex"].as_str()) {
        (Some(text), None) => Ok(text.as_bytes().to_vec()),
        (None, Some(hex)) => {
            base16ct::lower::decode_vec(hex).map_err(|error| format!("{error:?}").into())
        }
        _ => Err("a response has a body or a bodyHex".into()),
    }
}

fn request_json(request: &http::Request<Vec<u8>>) -> Fallible<Value> {
    let mut headers = Map::new();
    for (name, value) in request.headers() {
        let twice = headers.insert(name.to_string(), value.to_str()?.into());
        assert!(twice.is_none(), "{name} is sent twice");
    }
    let mut found = json!({
        "method": request.method().as_str(),
        "url": request.uri().to_string(),
        "headers": headers,
    });
    if !request.body().is_empty() {
        found["body"] = std::str::from_utf8(request.body())?.into();
    }
    Ok(found)
}

fn acknowledgement(reply: &Acknowledgement) -> Value {
    json!({ "code": reply.code, "msg": reply.msg, "traceId": reply.trace_id })
}

fn policies(reply: &RetentionPolicies) -> Value {
    let policies: Vec<Value> = reply
        .policy_list
        .iter()
        .map(|policy| {
            json!({
                "policyId": policy.policy_id,
                "policyName": policy.policy_name,
                "description": policy.description,
                "priority": policy.priority,
                "status": policy.status,
            })
        })
        .collect();
    json!({ "code": reply.code, "msg": reply.msg, "traceId": reply.trace_id, "policyList": policies })
}

fn error_json(error: &ReplyError) -> Value {
    json!({
        "stage": "parse",
        "kind": error.kind().as_str(),
        "outcome": error.outcome().as_str(),
        "retryable": error.is_retryable(),
        "status": error.status().as_u16(),
        "code": error.code(),
        "msg": error.msg(),
        "requestId": error.request_id(),
        "traceId": error.trace_id(),
        "retryAfter": error.retry_after().map(|wait| wait.as_secs()),
    })
}

/// The text is compared where the vector fixes it.
fn with_message(expected: Option<&Value>, mut found: Value, message: &str) -> Value {
    if expected.is_some_and(|expected| expected.get("message").is_some()) {
        found["message"] = message.into();
    }
    found
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, found: &T) -> Fallible<()> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{what} differs\nexpected: {expected:?}\n   found: {found:?}").into())
}
