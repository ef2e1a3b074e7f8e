//! The cases of a file through the crate: `differential CASES RESULTS SPELLING`. The results hold
//! what outcome.mjs notes. The spelling of options in errors is `snake`, as in Python, or `camel`,
//! as in JavaScript.
//!
//! This program also detects the mistakes that Rust's types rule out and host languages detect, and
//! uses the core's words for them.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};

use chrono::{DateTime, Utc};
use koodrive::header::{ReplyHeaders, position};
use koodrive::host::{
    self, AnyCall, ClientSettings, CredentialsInput, ErrorFields, ReceivedResponse, Spelling,
};
use koodrive::signing::explain;
use koodrive::{Client, InvalidInput, ModificationType, NotifyPackageExpire, RequestOptions};
use serde_json::{Map, Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (cases, results, spelling) = match &arguments[..] {
        [cases, results, spelling] if spelling == "snake" => (cases, results, Spelling::Snake),
        [cases, results, spelling] if spelling == "camel" => (cases, results, Spelling::Camel),
        _ => return Err("usage: differential CASES RESULTS snake|camel".into()),
    };
    let mut noted = BufWriter::new(File::create(results)?);
    for line in BufReader::new(File::open(cases)?).lines() {
        writeln!(
            noted,
            "{}",
            outcome(&serde_json::from_str(&line?)?, spelling)
        )?;
    }
    Ok(noted.flush()?)
}

fn outcome(case: &Value, spelling: Spelling) -> Value {
    let mut found = Map::new();
    found.insert("number".into(), case["number"].clone());
    let client = match client(&case["client"]) {
        Ok(client) => client,
        Err(error) => return refused(found, "client", error, spelling),
    };
    found.insert("client".into(), "made".into());
    match call(&case["call"]) {
        Ok(call) => stages(&mut found, case, &client, &call, spelling),
        Err(error) => return refused(found, "call", error, spelling),
    }
    found.into()
}

fn stages(
    found: &mut Map<String, Value>,
    case: &Value,
    client: &Client,
    call: &AnyCall,
    spelling: Spelling,
) {
    found.insert("call".into(), "made".into());
    if let Some(observed) = case.get("observed") {
        let headers = headers(&observed["headers"]);
        let (sent_at, received_at) = (
            instant(&observed["sentAt"]),
            instant(&observed["receivedAt"]),
        );
        client.observe_clock(headers, sent_at, received_at);
        let offset = client.clock_offset().num_milliseconds();
        found.insert("clockOffset".into(), offset.into());
    }
    let now = instant(&case["options"]["now"]);
    let date = case["options"].get("date").map(instant);
    let request = options(&case["options"], date)
        .and_then(|options| client.request_with(call, now, &options))
        .map(|request| request_json(&request));
    found.insert(
        "request".into(),
        request.unwrap_or_else(|error| error_json(error, spelling)),
    );
    let explanation = optional_text("message", case.get("message")).and_then(|message| {
        let options = host::options(None, date)?;
        explain(client, call, now, &options, message.as_deref())
    });
    let explanation = explanation.map(|stages| json!(stages));
    found.insert(
        "explanation".into(),
        explanation.unwrap_or_else(|error| error_json(error, spelling)),
    );
    let response = &case["response"];
    let body = hex(&response["bodyHex"]);
    let reply = u16::try_from(response["status"].as_u64().unwrap_or_default())
        .map_err(|_| host::status(0).unwrap_err().into())
        .and_then(|status| {
            let headers = headers(&response["headers"]);
            let body = &body;
            host::parse(
                client,
                call,
                ReceivedResponse {
                    status,
                    headers,
                    body,
                },
            )
        });
    let reply = reply.map(|reply| serde_json::from_str(&reply).unwrap_or_default());
    found.insert(
        "reply".into(),
        reply.unwrap_or_else(|error| error_json(error, spelling)),
    );
}

fn refused(
    mut found: Map<String, Value>,
    stage: &str,
    error: InvalidInput,
    spelling: Spelling,
) -> Value {
    found.insert(stage.into(), error_json(error, spelling));
    found.into()
}

/// Text, or UTF-16 of which half a pair may be missing.
fn text(field: &str, value: &Value) -> Result<String, InvalidInput> {
    if let Some(text) = value.as_str() {
        return Ok(text.to_owned());
    }
    let units = value["utf16"].as_array().into_iter().flatten();
    let units: Vec<u16> = units
        .filter_map(|unit| u16::try_from(unit.as_u64()?).ok())
        .collect();
    String::from_utf16(&units).map_err(|_| host::lone_surrogate(field))
}

fn optional_text(field: &str, value: Option<&Value>) -> Result<Option<String>, InvalidInput> {
    value.map(|value| text(field, value)).transpose()
}

fn client(given: &Value) -> Result<Client, InvalidInput> {
    let app_id = optional_text("app_id", given.get("appId"))?;
    let app_secret = optional_text("app_secret", given.get("appSecret"))?;
    let token = optional_text("token", given.get("token"))?;
    let authorization = optional_text("authorization", given.get("authorization"))?;
    let clock_margin = match given.get("clockMarginSeconds") {
        Some(margin) => margin
            .as_i64()
            .and_then(|margin| u32::try_from(margin).ok())
            .ok_or_else(host::not_a_margin)?,
        None => koodrive::CLOCK_MARGIN_DEFAULT,
    };
    let endpoint = text("endpoint", &given["endpoint"])?;
    let user_id = text("user_id", &given["userId"])?;
    let credentials = host::credentials(CredentialsInput {
        app_id: app_id.as_deref(),
        app_secret: app_secret.as_deref(),
        token: token.as_deref(),
        authorization: authorization.as_deref(),
        ..CredentialsInput::default()
    })?;
    let settings = ClientSettings {
        endpoint: &endpoint,
        allow_plain_http: given["allowPlainHttp"] == json!(true),
        user_id: &user_id,
        clock_margin,
        clock_offset: 0,
    };
    host::client(&settings, credentials)
}

/// Ids may hold half of a UTF-16 pair, so a notification is made by hand.
fn call(given: &Value) -> Result<AnyCall, InvalidInput> {
    if given["operation"] != "notifyPackageExpire" {
        let mut fields = given.as_object().cloned().unwrap_or_default();
        let name = fields.remove("operation").unwrap_or_default();
        check_texts(&fields)?;
        let fields = Value::from(fields).to_string();
        return AnyCall::from_json(name.as_str().unwrap_or_default(), &fields);
    }
    let carrier_user_id = text("carrierUserId", &given["carrierUserId"])?;
    let package_id = text("packageId", &given["packageId"])?;
    let call = NotifyPackageExpire::new(carrier_user_id, package_id)?;
    let number = given.get("type").and_then(Value::as_i64).unwrap_or(2);
    let documented = ModificationType::try_from(number)?;
    Ok(AnyCall::new(
        match given.get("undocumentedType").and_then(Value::as_i64) {
            Some(value) => call.with_modification_type(ModificationType::undocumented(value)?),
            None => call.with_modification_type(documented),
        },
    ))
}

/// The values of a raw call's query and headers may hold half of a UTF-16 pair as well.
fn check_texts(fields: &Map<String, Value>) -> Result<(), InvalidInput> {
    for field in ["query", "headers"] {
        for pair in fields
            .get(field)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if pair[1].is_object() {
                text(field, &pair[1])?;
            }
        }
    }
    Ok(())
}

fn options(given: &Value, date: Option<DateTime<Utc>>) -> Result<RequestOptions, InvalidInput> {
    host::options(
        optional_text("trace_id", given.get("traceId"))?.as_deref(),
        date,
    )
}

/// Every instant of the cases is one of chrono's.
fn instant(milliseconds: &Value) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(milliseconds.as_i64().unwrap_or_default()).unwrap_or_default()
}

/// The first value of each that the core reads.
fn headers(pairs: &Value) -> ReplyHeaders<'_> {
    let mut values = [None; 4];
    for pair in pairs.as_array().into_iter().flatten() {
        let (name, value) = (&pair[0], &pair[1]);
        if let (Some(name), Some(value)) = (name.as_str(), value.as_str())
            && let Some(at) = position(name.as_bytes())
        {
            values[at].get_or_insert(value.as_bytes());
        }
    }
    ReplyHeaders::new(values)
}

fn hex(text: &Value) -> Vec<u8> {
    base16ct::lower::decode_vec(text.as_str().unwrap_or_default()).unwrap_or_default()
}

fn request_json(request: &http::Request<Vec<u8>>) -> Value {
    let mut headers: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| [name.as_str(), value.to_str().unwrap_or("not ASCII")])
        .collect();
    headers.sort_unstable();
    json!({
        "method": request.method().as_str(),
        "url": request.uri().to_string(),
        "headers": headers,
        "body": str::from_utf8(request.body()).unwrap_or("not UTF-8"),
    })
}

fn error_json(error: impl Into<koodrive::Error>, spelling: Spelling) -> Value {
    let fields = ErrorFields::new(error.into(), spelling);
    let name = match fields.kind {
        "invalid_input" => "InvalidInputError",
        "api" => "ApiError",
        "unreadable_reply" => "UnreadableReplyError",
        other => other,
    };
    let retry_after = fields.retry_after.map(|seconds| format!("{seconds:.0}"));
    let mut found = json!(fields);
    found["retryAfter"] = json!(retry_after);
    found["name"] = name.into();
    found
}
