//! Sandbox::handle answers every request in the service's JSON, dated now, and acts on a call only
//! where method, path, window, credentials (a signature recomputed here) and body are right; it
//! never panics, and never allocates more than 40 × the request + 16 KiB.

use chrono::{DateTime, Datelike as _, Utc};
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use koodrive::XDate;
use koodrive::sandbox::{EXAMPLE_APP_SECRET, EXAMPLE_TOKEN, Sandbox, SandboxConfig};
use serde_json::Value;

use crate::input::Fields;
use crate::{allocated, wire};

/// Configurations that a request is given to, each with other ways to refuse.
const CONFIGS: [&str; 3] = [
    r#"{"apps": [{"appId": "example-app-id", "appSecret": "example-app-secret-not-real"}], "tokens": ["ABCDEFG-example-token"]}"#,
    r#"{"refusedStatus": 400, "codeAsText": true, "echoTraceId": true, "refuseRepeats": true, "acceptedTypes": [1, 2]}"#,
    r#"{"userIds": ["1505084218764547200", "7"], "whitelist": ["7"], "carrierUserIds": ["1"], "packageIds": ["14"],
        "authority": "intl.myhuaweicloud-koodrive.com"}"#,
];

/// The tokens that one of them or another knows.
const TOKENS: [&str; 2] = [EXAMPLE_TOKEN, "ABCDEFG-example-token"];

const NOTIFY: &str = "/koodrive/ose/v1/carrier/users/notifyPackageExpire";
/// The paths of the other operations, with their methods and whether they take a token only.
const OTHERS: [(Method, &str, bool); 5] = [
    (Method::GET, "/koodrive/ose/v1/space/usage/overview", false),
    (
        Method::GET,
        "/koodrive/ose/v1/carrier/retention/policy/getList",
        true,
    ),
    (
        Method::GET,
        "/koodrive/ose/v1/carrier/policy/config/retention",
        true,
    ),
    (
        Method::POST,
        "/koodrive/ose/v1/carrier/retention/policy/batch",
        true,
    ),
    (
        Method::POST,
        "/koodrive/ose/v1/carrier/operation/reverseOrder",
        false,
    ),
];

/// The input is, field by field: now, method, URL or path, headers as lines `name: value`; the rest
/// is the body.
///
/// Returns whether the request was accepted, if only by one configuration.
///
/// # Panics
///
/// Panics if the invariant does not hold.
#[allow(clippy::must_use_candidate, reason = "a fuzz target does not care")]
pub fn check(input: &[u8]) -> bool {
    let mut fields = Fields::new(input);
    let now = fields.instant();
    let Some(request) = request(&mut fields) else {
        return false;
    };
    let accepted = CONFIGS.map(|config| holds(config, &request, now, input.len()));
    accepted.contains(&true)
}

/// Returns none for a request that no HTTP server would hand on.
fn request(fields: &mut Fields<'_>) -> Option<Request<Vec<u8>>> {
    let method = Method::from_bytes(fields.bytes()).ok()?;
    let uri = Uri::try_from(fields.bytes()).ok()?;
    let mut request = Request::new(Vec::new());
    for line in fields
        .bytes()
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let value = line[colon + 1..].trim_ascii();
        request.headers_mut().append(
            HeaderName::from_bytes(&line[..colon]).ok()?,
            HeaderValue::from_bytes(value).ok()?,
        );
    }
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.body_mut() = fields.rest().to_vec();
    Some(request)
}

fn holds(config: &str, request: &Request<Vec<u8>>, now: DateTime<Utc>, size: usize) -> bool {
    let config = SandboxConfig::from_json(config).expect("a configuration");
    let echoes = config.echo_trace_id;
    let accepted_types = config.accepted_types.clone();
    let mut sandbox = Sandbox::new(config).expect("a sandbox");
    let answer = allocated::at_most(40 * size + 16_384, || sandbox.handle(request, now));
    let response = answer.response();
    assert_answer(response, now);

    let trace_id = response.headers().get("x-traceid");
    assert!(trace_id.is_none() || echoes);
    let accepted = response.status() == 200;
    assert_eq!(
        sandbox.accepted().len(),
        usize::from(accepted && request.method() != Method::GET)
    );
    if accepted {
        assert_justified(request, now);
    }
    if let [call] = sandbox.accepted()
        && request.uri().path().ends_with(NOTIFY)
    {
        let body: Value =
            serde_json::from_slice(request.body()).expect("what was accepted is JSON");
        let user = call
            .carrier_user_id()
            .expect("a carrierUserId that is text");
        let package = call.package_id().expect("a packageId that is text");
        let modification_type = call.modification_type().expect("a type that is an integer");
        assert_eq!(call.operation, "notifyPackageExpire");
        assert_eq!(body["carrierUserId"], *user);
        assert_eq!(body["packageId"], *package);
        assert_eq!(body["type"], modification_type);
        assert!(accepted_types.contains(&modification_type));
        assert!(!user.is_empty() && !package.is_empty());
        assert_eq!(call.x_date.as_str(), wire::header(request, "x-date"));
    }
    accepted
}

/// The service's shape or a gateway's, and a reason exactly where it is refused.
fn assert_answer(response: &Response<Vec<u8>>, now: DateTime<Utc>) {
    let status = response.status().as_u16();
    assert!(
        matches!(status, 200 | 400 | 401 | 403 | 404 | 405 | 409 | 415),
        "{status}"
    );
    assert_eq!(response.headers()["content-type"], "application/json");
    if (1970..=9999).contains(&now.year()) {
        let date = httpdate::fmt_http_date(now.into());
        assert_eq!(response.headers()["date"], *date);
    }
    let body: Value = serde_json::from_slice(response.body()).expect("an answer is JSON");
    let has = |name: &str| body.get(name).is_some();
    let reason = response
        .headers()
        .get("x-sandbox-reason")
        .and_then(|reason| reason.to_str().ok());
    assert_eq!(reason.is_none(), status == 200);
    match (has("code"), has("error_code")) {
        (true, false) => assert!(body["msg"].is_string()),
        (false, true) => {
            assert!(body["error_msg"].is_string() && body["request_id"] == "sandbox-1");
        }
        _ => panic!("{body}"),
    }
    let code = if has("code") {
        &body["code"]
    } else {
        &body["error_code"]
    };
    let published = [0, 13_000_101, 13_000_102].map(|code: u32| code.to_string());
    let code = code
        .as_str()
        .map_or_else(|| code.to_string(), str::to_owned);
    let own = ["SANDBOX.", reason.unwrap_or_default()].concat();
    assert!(published.contains(&code) || code == own, "{code}");
    assert_eq!(code == "0", status == 200);
}

/// Everything that must be right of a request that is acted on, checked anew.
fn assert_justified(request: &Request<Vec<u8>>, now: DateTime<Utc>) {
    let path = request.uri().path();
    let other = OTHERS
        .iter()
        .find(|(_, operation, _)| path.ends_with(operation));
    let (method, takes_app) = other.map_or((&Method::POST, true), |(method, _, token_only)| {
        (method, !token_only)
    });
    assert!(other.is_some() || path.ends_with(NOTIFY), "{path}");
    assert_eq!(request.method(), method);
    assert_eq!(request.uri().query(), None);

    let age = now
        - XDate::parse(wire::header(request, "x-date"))
            .expect("X-Date is one")
            .to_datetime();
    assert!(
        (0..=900_000_000_000).contains(&age.num_nanoseconds().expect("a short age")),
        "{age}"
    );

    let authorization = wire::header(request, "authorization");
    let token = authorization
        .split_once(' ')
        .filter(|(_, token)| TOKENS.contains(token));
    if let Some((scheme, _)) = token {
        assert!(
            scheme == "AT" || scheme.eq_ignore_ascii_case("bearer"),
            "{scheme}"
        );
        return;
    }
    assert!(takes_app, "{path} takes a token only");
    let rest = authorization.strip_prefix("HMAC-SHA256 AppId=example-app-id,SignedHeaders=");
    let (names, found) = rest
        .and_then(|rest| rest.split_once(",Signature="))
        .expect("a signature");
    let names: Vec<&str> = names.split(';').collect();
    for name in ["x-date", "x-user-id"] {
        assert!(names.contains(&name), "{name} is not signed");
    }
    // Other headers may be signed as well; the signature of these three can be recomputed without
    // the code under test.
    if names == ["host", "x-date", "x-user-id"]
        && path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte))
        && !path.contains("/.")
        && !path.contains("//")
    {
        let authority = request.uri().authority().map(http::uri::Authority::as_str);
        let authority = authority.unwrap_or_else(|| wire::header(request, "host"));
        assert_eq!(
            found,
            wire::signature(request, authority, EXAMPLE_APP_SECRET)
        );
    }
}
