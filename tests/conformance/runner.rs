//! The conformance vectors through the Rust core: one test per case of the JSON files, stage by
//! stage.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use koodrive::host::{self, AnyCall};
use koodrive::signing::explain;
use koodrive::{Client, Credentials, Endpoint, InvalidInput, ReplyError, RequestOptions, TraceId};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Map, Value, json};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// The members of `expected`, in the order in which a client gets there, and how a failure names
/// them.
const STAGES: [(&str, &str); 7] = [
    ("bodySha256", "body hash"),
    ("canonicalRequest", "canonical request"),
    ("stringToSign", "string to sign"),
    ("signature", "signature"),
    ("request", "request"),
    ("reply", "reply"),
    ("error", "error"),
];

fn main() -> Fallible<()> {
    let index = json_file("index.json")?;
    let mut cases = BTreeMap::new();
    let mut counts = BTreeMap::new();
    for file in files("", "json")? {
        if file == "index.json" {
            continue;
        }
        let group = json_file(&file)?;
        let group = group["cases"].as_array().ok_or("a file without cases")?;
        counts.insert(file, group.len());
        for case in group {
            let name = case["name"].as_str().ok_or("a case without a name")?;
            let twice = cases.insert(name.to_owned(), case.clone());
            assert!(twice.is_none(), "{name} is the name of two cases");
        }
    }

    let mut trials = Vec::new();
    for name in texts(&index["flagship"]) {
        let case = cases.get(&name).ok_or("a flagship case without a case")?;
        let (case, folder) = (case.clone(), format!("flagship/{name}"));
        trials.push(trial(folder.clone(), move || {
            check_flagship(&case, &folder)
        }));
    }
    for (name, case) in cases {
        trials.push(trial(name, move || check(&case)));
    }
    trials.push(trial("index.json".to_owned(), move || {
        check_index(&index, &counts)
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit()
}

fn trial(name: String, check: impl FnOnce() -> Fallible<()> + Send + 'static) -> Trial {
    Trial::test(name, || {
        check().map_err(|error| Failed::from(error.to_string()))
    })
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
}

fn json_file(path: &str) -> Fallible<Value> {
    Ok(serde_json::from_str(&fs::read_to_string(
        folder().join(path),
    )?)?)
}

/// The names of the files below `path` that end in `extension`.
fn files(path: &str, extension: &str) -> Fallible<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder().join(path))? {
        let file = entry?.path();
        if file.extension().is_some_and(|found| found == extension) {
            names.extend(file.file_name().map(|name| name.to_string_lossy().into()));
        }
    }
    Ok(names)
}

fn texts(values: &Value) -> BTreeSet<String> {
    let values = values.as_array().into_iter().flatten();
    values
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// The index names every file with its number of cases or documents, and every flagship folder.
fn check_index(index: &Value, counts: &BTreeMap<String, usize>) -> Fallible<()> {
    let mut documents = BTreeMap::new();
    for file in files("json", "json")? {
        let path = format!("json/{file}");
        let read = json_file(&path)?;
        documents.insert(path, read.as_object().map_or(0, Map::len));
    }
    let mut flagship = BTreeSet::new();
    for entry in fs::read_dir(folder().join("flagship"))? {
        flagship.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    let found = json!({"cases": counts, "documents": documents, "flagship": flagship});
    if *index == found {
        return Ok(());
    }
    Err(format!("index.json differs\nexpected: {index}\n   found: {found}").into())
}

fn check(case: &Value) -> Fallible<()> {
    let found = outcome(&case["given"])?;
    let expected = case["expected"].as_object().ok_or("nothing is expected")?;
    let mut differences = Vec::new();
    for (stage, name) in STAGES {
        let (expected, found) = (expected.get(stage), found.get(stage));
        if expected != found {
            let at = expected.or(found).and_then(|value| value["stage"].as_str());
            let at = at.map_or(String::new(), |at| format!(" ({at})"));
            let show = |value: Option<&Value>| value.map_or("none".to_owned(), Value::to_string);
            differences.push(format!(
                "{name}{at} differs\nexpected: {}\n   found: {}",
                show(expected),
                show(found)
            ));
        }
    }
    for stage in expected.keys() {
        if !STAGES.iter().any(|(known, _)| known == stage) {
            differences.push(format!("{stage} is a stage that this runner does not know"));
        }
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err(differences.join("\n").into())
}

/// The files of a flagship folder are the stages, byte for byte.
fn check_flagship(case: &Value, path: &str) -> Fallible<()> {
    let (given, found) = (&case["given"], Value::from(outcome(&case["given"])?));
    let mut texts: BTreeMap<&str, Option<String>> = [
        ("canonical-request.txt", &found["canonicalRequest"]),
        ("string-to-sign.txt", &found["stringToSign"]),
        ("signature.txt", &found["signature"]),
        ("body.txt", &found["request"]["body"]),
        ("response-body.txt", &given["response"]["body"]),
        ("error.txt", &found["error"]["message"]),
    ]
    .map(|(file, value)| (file, value.as_str().map(str::to_owned)))
    .into();
    if let Some(headers) = found["request"]["headers"].as_object() {
        let text = |name: &str| found["request"][name].as_str().unwrap_or_default();
        let first = format!("{} {}", text("method"), text("url"));
        texts.insert("request.txt", Some(head(first, headers.iter().map(pair))));
    }
    if let Some(status) = given["response"]["status"].as_u64() {
        let headers = pairs(&given["response"]["headers"]);
        texts.insert("response.txt", Some(head(status.to_string(), headers)));
    }
    texts.retain(|_, text| text.is_some());
    let on_disk = files(path, "txt")?;
    let made: BTreeSet<String> = texts.keys().map(|&file| file.to_owned()).collect();
    if on_disk != made {
        return Err(format!("{path} has {on_disk:?}, expected {made:?}").into());
    }
    for (file, text) in texts {
        let expected = fs::read_to_string(folder().join(path).join(file))?;
        let found = text.unwrap_or_default();
        if expected != found {
            return Err(format!("{file}\nexpected: {expected}\n   found: {found}").into());
        }
    }
    Ok(())
}

/// The first line and the headers, a line each.
fn head(first: String, headers: impl Iterator<Item = (String, String)>) -> String {
    headers.fold(first, |text, (name, value)| {
        format!("{text}\n{name}: {value}")
    })
}

/// Everything that the client makes of a case, in the words of `expected`.
fn outcome(given: &Value) -> Fallible<Map<String, Value>> {
    let mut found = Map::new();
    let refused = |stage: &str, error: InvalidInput| {
        Ok(Map::from_iter([(
            "error".to_owned(),
            refusal(stage, error),
        )]))
    };
    let client = match client(&given["client"]) {
        Ok(client) => client,
        Err(error) => return refused("client", error),
    };
    if let Some(observed) = given.get("observed") {
        let pairs = observed["headers"].as_object().into_iter().flatten();
        client.observe_clock(
            &headers(pairs.map(pair))?,
            instant(&observed["sentAt"])?,
            instant(&observed["receivedAt"])?,
        );
    }
    let call = match call(&given["call"])? {
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
    if given["client"].get("appId").is_some() {
        let stages = explain(&client, &call, now, &options, None)?;
        let body_hash = stages.canonical_request.rsplit('\n').next();
        found.insert("bodySha256".to_owned(), json!(body_hash));
        found.insert(
            "canonicalRequest".to_owned(),
            json!(stages.canonical_request),
        );
        found.insert("stringToSign".to_owned(), json!(stages.string_to_sign));
        found.insert("signature".to_owned(), json!(stages.signature));
    }
    found.insert("request".to_owned(), request_json(&request)?);

    if let Some(response) = given.get("response") {
        let status = u16::try_from(response["status"].as_u64().unwrap_or_default())?;
        let reply = client.parse_parts(
            &call,
            StatusCode::from_u16(status)?,
            &headers(pairs(&response["headers"]))?,
            &body(response)?,
        );
        match reply {
            Ok(reply) => found.insert("reply".to_owned(), serde_json::from_str(&reply)?),
            Err(error) => found.insert("error".to_owned(), error_json(&error)),
        };
    }
    Ok(found)
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

/// The call by its name and its fields, as hosts hand it over.
fn call(given: &Value) -> Fallible<Result<AnyCall, InvalidInput>> {
    let mut fields = given.as_object().ok_or("a call is an object")?.clone();
    let name = fields.remove("operation").ok_or("a call has a name")?;
    if let (Some(text), Some(times)) = (
        given["path"]["repeat"].as_str(),
        given["path"]["times"].as_u64(),
    ) {
        let path = text.repeat(usize::try_from(times)?);
        fields.insert("path".to_owned(), path.into());
    }
    let name = name.as_str().ok_or("a name is text")?;
    Ok(AnyCall::from_json(name, &Value::from(fields).to_string()))
}

fn options(given: &Value) -> Fallible<Result<RequestOptions, InvalidInput>> {
    let mut options = RequestOptions::default();
    if let Some(id) = given["traceId"].as_str() {
        match TraceId::parse(id) {
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

/// Headers as pairs; one that is not a pair of texts is left out, and missed by the case.
fn pairs(headers: &Value) -> impl Iterator<Item = (String, String)> {
    let headers = headers.as_array().into_iter().flatten();
    headers.filter_map(|pair| Some((pair[0].as_str()?.to_owned(), pair[1].as_str()?.to_owned())))
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

fn refusal(stage: &str, error: InvalidInput) -> Value {
    let (field, template) = (
        error.field().map(str::to_owned),
        error.template().to_owned(),
    );
    let error = koodrive::Error::from(error);
    json!({
        "stage": stage,
        "kind": error.kind().as_str(),
        "outcome": error.outcome().as_str(),
        "retryable": error.is_retryable(),
        "field": field,
        "message": template,
    })
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
        "body": error.body(),
        "message": error.template(),
    })
}
