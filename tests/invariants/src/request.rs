//! A request is built with exactly the fixed headers, each on one line, the URL endpoint + prefix +
//! path, the body as JSON.stringify writes it, and is accepted; or the input is refused in one
//! short sentence; it never panics, and never allocates more than 12 × the input + 4 KiB.

use chrono::{DateTime, TimeDelta, Utc};
use http::{Method, Request};
use koodrive::header::{AUTHORIZATION, X_DATE, X_TRACEID};
use koodrive::sandbox::{App, Sandbox, SandboxConfig};
use koodrive::{
    Client, Credentials, Endpoint, GetSpaceUsageByOverview, InvalidInput, ModificationType,
    NotifyPackageExpire, Operation, RequestOptions, TraceId, XDate,
};

use crate::endpoint::LONGEST_REFUSAL;
use crate::input::Fields;
use crate::{allocated, wire};

/// A caller's input.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// Base URL; plain http is allowed.
    pub endpoint: String,
    /// X-User-Id.
    pub user_id: String,
    /// The caller's credentials.
    pub credentials_kind: CredentialsKind,
    /// The token, the value of Authorization, or the app id.
    pub credential: String,
    /// The app secret.
    pub secret: String,
    /// The call; none for the one that reads the space usage.
    pub call: Option<Call>,
    /// The caller's clock.
    pub now: DateTime<Utc>,
    /// Clock margin in seconds.
    pub margin: u32,
    /// Learned offset of the server's clock in milliseconds.
    pub offset: i64,
    /// An explicit X-Date.
    pub date: Option<DateTime<Utc>>,
    /// x-traceid.
    pub trace_id: Option<String>,
}

/// notifyPackageExpire.
#[derive(Debug, Clone)]
pub struct Call {
    /// The carrier's id of the user.
    pub carrier_user_id: String,
    /// The carrier's id of the package.
    pub package_id: String,
    /// An undocumented type, asked for by name.
    pub undocumented_type: Option<i64>,
}

/// The three ways to authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CredentialsKind {
    /// A token in one of its published shapes.
    #[default]
    Token,
    /// An Authorization that is sent untouched.
    Authorization,
    /// An app id and its secret.
    App,
}

/// The input is, field by field: endpoint, user id, `token`, `authorization` or `app`, the
/// credential, the secret, carrier user id, package id, an undocumented type or nothing, now,
/// margin, offset, an explicit date or nothing, a trace id or nothing. Without ids of user and
/// package the call is the one that reads the space usage.
///
/// Returns whether a request was built.
///
/// # Panics
///
/// Panics if the invariant does not hold.
#[allow(clippy::must_use_candidate, reason = "a fuzz target does not care")]
pub fn check(input: &[u8]) -> bool {
    let mut fields = Fields::new(input);
    let read = Input {
        endpoint: fields.text().into_owned(),
        user_id: fields.text().into_owned(),
        credentials_kind: match fields.bytes() {
            b"app" => CredentialsKind::App,
            b"authorization" => CredentialsKind::Authorization,
            _ => CredentialsKind::Token,
        },
        credential: fields.text().into_owned(),
        secret: fields.text().into_owned(),
        call: call(&mut fields),
        now: fields.instant(),
        margin: fields
            .number()
            .and_then(|margin| u32::try_from(margin).ok())
            .unwrap_or(5),
        offset: fields.number().unwrap_or_default(),
        date: fields.number().and_then(DateTime::from_timestamp_micros),
        trace_id: Some(fields.text().into_owned()).filter(|id| !id.is_empty()),
    };
    holds(&read)
}

fn call(fields: &mut Fields<'_>) -> Option<Call> {
    let call = Call {
        carrier_user_id: fields.text().into_owned(),
        package_id: fields.text().into_owned(),
        undocumented_type: fields.number(),
    };
    (!call.carrier_user_id.is_empty() || !call.package_id.is_empty()).then_some(call)
}

/// Returns whether a request was built.
///
/// # Panics
///
/// Panics if the invariant does not hold.
#[allow(clippy::must_use_candidate, reason = "a fuzz target does not care")]
pub fn holds(input: &Input) -> bool {
    match &input.call {
        None => holds_of(input, || Ok(GetSpaceUsageByOverview::new())),
        Some(call) => holds_of(input, || {
            let made = NotifyPackageExpire::new(&*call.carrier_user_id, &*call.package_id)?;
            Ok(match call.undocumented_type {
                Some(number) => {
                    made.with_modification_type(ModificationType::undocumented(number)?)
                }
                None => made,
            })
        }),
    }
}

fn holds_of<O: Operation>(input: &Input, call: impl Fn() -> Result<O, InvalidInput>) -> bool {
    let ids = input
        .call
        .as_ref()
        .map_or(0, |call| call.carrier_user_id.len() + call.package_id.len());
    let given = input.endpoint.len()
        + input.user_id.len()
        + input.credential.len()
        + input.secret.len()
        + ids;
    // Six: a control character in an id is six characters in the body.
    let built = allocated::at_most(12 * given + 4096, || {
        let client = client(input)?;
        let call = call()?;
        let options = options(input)?;
        let request = client.request_with(&call, input.now, &options)?;
        Ok((client, call, options, request))
    });
    match built {
        Err(refusal) => {
            let refusal: InvalidInput = refusal;
            assert!(refusal.to_string().len() <= LONGEST_REFUSAL, "{refusal}");
            false
        }
        Ok((client, call, options, request)) => {
            assert_sent(input, &client, &call, &request);
            assert_halves(input, &client, &call, &options, &request);
            assert_date(input, &request);
            assert_accepted(input, &request);
            true
        }
    }
}

fn client(input: &Input) -> Result<Client, InvalidInput> {
    let endpoint = Endpoint::parse_allowing_plain_http(&input.endpoint)?;
    let credentials = match input.credentials_kind {
        CredentialsKind::Token => Credentials::token(&input.credential)?,
        CredentialsKind::Authorization => Credentials::authorization(&input.credential)?,
        CredentialsKind::App => Credentials::app(&input.credential, &input.secret)?,
    };
    Client::new(endpoint, &*input.user_id, credentials)?
        .with_clock_margin(input.margin)?
        .with_clock_offset(TimeDelta::try_milliseconds(input.offset).unwrap_or(TimeDelta::MAX))
}

fn options(input: &Input) -> Result<RequestOptions, InvalidInput> {
    let mut options = RequestOptions::default();
    if let Some(date) = input.date {
        options = options.date(date);
    }
    if let Some(id) = &input.trace_id {
        options = options.trace_id(TraceId::parse(id)?);
    }
    Ok(options)
}

fn assert_sent<O: Operation>(input: &Input, client: &Client, call: &O, request: &Request<Vec<u8>>) {
    let endpoint = client.endpoint();
    wire::assert_url(
        &request.uri().to_string(),
        endpoint.authority(),
        &endpoint.to_string(),
        &call.path(),
    );

    let mut names = vec!["authorization", "x-date", "x-user-id"];
    if input.call.is_some() {
        names.insert(1, "content-type");
        assert_eq!(wire::header(request, "content-type"), "application/json");
    }
    if let Some(id) = &input.trace_id {
        names.insert(names.len() - 1, "x-traceid");
        assert_eq!(wire::header(request, "x-traceid"), id);
        assert_eq!(id.chars().count(), 58);
    }
    wire::assert_headers(request, &names);
    assert_eq!(wire::header(request, "x-user-id"), input.user_id);
    let authorization = wire::header(request, "authorization");
    match input.credentials_kind {
        CredentialsKind::Token => assert_eq!(authorization, authorization_of(&input.credential)),
        CredentialsKind::Authorization => assert_eq!(authorization, input.credential),
        CredentialsKind::App => assert_eq!(
            authorization,
            format!(
                "HMAC-SHA256 AppId={},SignedHeaders=host;x-date;x-user-id,Signature={}",
                input.credential,
                wire::signature(request, endpoint.authority(), &input.secret)
            )
        ),
    }

    let (method, body) = match &input.call {
        None => (Method::GET, String::new()),
        Some(call) => (
            Method::POST,
            // serde_json escapes what JSON.stringify escapes, in the same way.
            format!(
                r#"{{"carrierUserId":{},"type":{},"packageId":{}}}"#,
                serde_json::Value::from(&*call.carrier_user_id),
                call.undocumented_type.unwrap_or(2),
                serde_json::Value::from(&*call.package_id)
            ),
        ),
    };
    assert_eq!(request.method(), method);
    assert_eq!(request.body(), body.as_bytes());
}

/// Asserts that the parts which a binding joins equal the request from [`Client::request`].
fn assert_halves<O: Operation>(
    input: &Input,
    client: &Client,
    call: &O,
    options: &RequestOptions,
    request: &Request<Vec<u8>>,
) {
    let fixed = client.fixed_parts(call).expect("the request was built");
    let varying = client
        .varying_parts(call, input.now, options)
        .expect("the request was built");
    assert_eq!(fixed.method, request.method());
    assert_eq!(fixed.url, request.uri().to_string());
    assert_eq!(varying.body.unwrap_or_default().as_bytes(), request.body());
    let mut headers = fixed.headers;
    headers.push((X_DATE, varying.x_date.to_string()));
    headers.push((AUTHORIZATION, varying.authorization.as_str().to_owned()));
    headers.extend(varying.trace_id.map(|id| (X_TRACEID, id.to_string())));
    assert_eq!(headers.len(), request.headers().len());
    for (name, value) in headers {
        assert_eq!(wire::header(request, name.as_str()), value);
    }
}

/// ```text
/// X-Date = now + offset - margin, rounded down; an explicit one at most 15 minutes before now + offset, never after it
/// ```
fn assert_date(input: &Input, request: &Request<Vec<u8>>) {
    let x_date = sent_at(request);
    let server_now = server_now(input);
    if let Some(date) = input.date {
        assert_eq!(x_date.timestamp(), date.timestamp());
        let age = server_now - x_date;
        assert!(
            TimeDelta::zero() <= age && age <= TimeDelta::minutes(15),
            "{age}"
        );
    } else {
        let behind = server_now - TimeDelta::seconds(input.margin.into()) - x_date;
        assert!(
            TimeDelta::zero() <= behind && behind < TimeDelta::seconds(1),
            "{behind}"
        );
    }
}

fn sent_at(request: &Request<Vec<u8>>) -> DateTime<Utc> {
    XDate::parse(wire::header(request, "x-date"))
        .expect("X-Date is one")
        .to_datetime()
}

/// The service's clock as the client believes it, to the millisecond.
fn server_now(input: &Input) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(input.now.timestamp_millis() + input.offset)
        .expect("within the calendar")
}

/// The sandbox, knowing these credentials, takes the request.
fn assert_accepted(input: &Input, request: &Request<Vec<u8>>) {
    let mut config = SandboxConfig::default();
    match input.credentials_kind {
        CredentialsKind::Token => config.tokens = vec![input.credential.as_str().into()],
        CredentialsKind::App => config.apps = vec![App::new(&*input.credential, &*input.secret)],
        // A caller's own header may have any form.
        CredentialsKind::Authorization => return,
    }
    config.accepted_types = vec![
        input
            .call
            .as_ref()
            .and_then(|call| call.undocumented_type)
            .unwrap_or(2),
    ];
    let path = request.uri().path();
    let at = path
        .find("/koodrive/ose/")
        .expect("every operation's path begins so");
    path[..at].clone_into(&mut config.prefix);
    let mut sandbox = Sandbox::new(config).expect("what a client can have can be configured");
    let answer = sandbox.handle(request, server_now(input));
    let answer = answer.response();
    assert_eq!(
        answer.status(),
        200,
        "{}",
        String::from_utf8_lossy(answer.body())
    );
    match (&input.call, sandbox.accepted()) {
        (None, []) => {}
        (Some(call), [accepted]) => {
            assert_eq!(
                accepted.carrier_user_id().as_ref(),
                Some(&call.carrier_user_id)
            );
            assert_eq!(accepted.package_id().as_ref(), Some(&call.package_id));
            assert_eq!(
                accepted.modification_type(),
                Some(call.undocumented_type.unwrap_or(2))
            );
            assert_eq!(accepted.x_date.to_datetime(), sent_at(request));
            assert_eq!(
                accepted.trace_id.as_ref().map(TraceId::as_str),
                input.trace_id.as_deref()
            );
        }
        (_, accepted) => panic!("accepted: {accepted:?}"),
    }
}

/// `docs/contract.md`, section 4: a bare token gets `Bearer `, `Bearer …` in any case and `AT …`
/// stay, `Bearer+x` becomes `Bearer x`.
fn authorization_of(token: &str) -> String {
    let lower = token.to_ascii_lowercase();
    if lower.starts_with("bearer ") || token.starts_with("AT ") {
        token.to_owned()
    } else if lower.starts_with("bearer+") {
        ["Bearer ", &token[7..]].concat()
    } else {
        ["Bearer ", token].concat()
    }
}
