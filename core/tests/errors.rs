//! Every error kind and outcome, reached through the public API, and what its text says.

use std::error::Error as _;
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{Method, Response, StatusCode};
use koodrive::{
    Client, Credentials, Endpoint, Error, ErrorKind, GetCurrentRetentionPolicy,
    GetSpaceUsageByOverview, NotifyPackageExpire, Outcome, RawCall, ReplyError, TransportError,
};

fn client() -> Client {
    let credentials = Credentials::token("example-token").unwrap();
    Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials).unwrap()
}

fn call() -> NotifyPackageExpire {
    NotifyPackageExpire::new("189642158555241211", "14").unwrap()
}

fn refusal(response: http::response::Builder, body: &str) -> ReplyError {
    client()
        .parse(&call(), &response.body(body).unwrap())
        .unwrap_err()
}

fn status(status: u16) -> http::response::Builder {
    Response::builder().status(status)
}

#[test]
fn every_kind_and_outcome_is_reached() {
    let table: [(Error, &str, &str, bool); 9] = [
        (
            NotifyPackageExpire::new("", "14").unwrap_err().into(),
            "invalid_input",
            "not_sent",
            false,
        ),
        (
            TransportError::not_sent("refused").into(),
            "not_sent",
            "not_sent",
            true,
        ),
        (
            TransportError::outcome_unknown("cut").into(),
            "outcome_unknown",
            "unknown",
            false,
        ),
        (refusal(status(401), "").into(), "api", "refused", false),
        (refusal(status(429), "").into(), "api", "refused", true),
        (
            refusal(status(200), r#"{"code":7}"#).into(),
            "api",
            "refused",
            false,
        ),
        (refusal(status(500), "").into(), "api", "unknown", false),
        (
            refusal(status(503), r#"{"code":13000201}"#).into(),
            "api",
            "unknown",
            false,
        ),
        (
            refusal(status(200), "").into(),
            "unreadable_reply",
            "unknown",
            false,
        ),
    ];
    for (error, kind, outcome, retryable) in table {
        assert_eq!(error.kind().as_str(), kind, "{error}");
        assert_eq!(error.outcome().as_str(), outcome, "{error}");
        assert_eq!(error.is_retryable(), retryable, "{error}");
        assert!(error.source().is_none(), "the text would be printed twice");
    }
}

#[test]
fn kinds_and_outcomes_print_as_their_words() {
    assert_eq!(ErrorKind::UnreadableReply.to_string(), "unreadable_reply");
    assert_eq!(Outcome::NotSent.to_string(), "not_sent");
}

#[test]
fn what_the_service_said_reaches_the_caller_unchanged() {
    let error = Error::from(refusal(
        status(429)
            .header("X-TraceId", "trace")
            .header("Retry-After", "7"),
        r#"{"error_code":"APIGW.0308","error_msg":"throttled","request_id":"4a1e"}"#,
    ));
    assert_eq!(error.status(), Some(StatusCode::TOO_MANY_REQUESTS));
    assert_eq!(error.code(), Some("APIGW.0308"));
    assert_eq!(error.msg(), Some("throttled"));
    assert_eq!(error.request_id(), Some("4a1e"));
    assert_eq!(error.trace_id(), Some("trace"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(
        error.to_string(),
        "the service answered notifyPackageExpire with HTTP 429, code APIGW.0308, msg \"throttled\", request id 4a1e, trace id trace"
    );
}

#[test]
fn errors_that_no_service_made_have_no_status() {
    let error = Error::from(TransportError::not_sent("connection refused"));
    assert_eq!(
        (
            error.status(),
            error.code(),
            error.msg(),
            error.request_id(),
            error.trace_id(),
            error.retry_after()
        ),
        (None, None, None, None, None, None)
    );
}

#[test]
fn a_transport_error_says_what_to_do() {
    assert_eq!(
        TransportError::not_sent("connection refused").to_string(),
        "the request was not sent: connection refused; the service did not receive the call, so a retry is safe"
    );
    assert_eq!(
        TransportError::outcome_unknown("read\r\ntimed out").to_string(),
        "the request got no complete reply: read  timed out; outcome unknown: the service may have processed the call, so retry only if repeats are safe"
    );
}

const URL: &str =
    "https://intl.myhuaweicloud-koodrive.com/koodrive/ose/v1/carrier/users/notifyPackageExpire";

/// The list at the end of the text, without the numbers.
fn checks(error: &ReplyError) -> Vec<String> {
    let text = error.to_string();
    let Some((_, list)) = text.split_once("\nWhat to check, in this order:\n") else {
        return Vec::new();
    };
    list.lines()
        .zip(1..)
        .map(|(line, number)| {
            line.strip_prefix(&format!("{number}. "))
                .unwrap()
                .to_owned()
        })
        .collect()
}

const CLOCK: &str = "clock: compare the X-Date sent (20251103T070140Z) with the server's Date (Mon, 03 Nov 2025 07:31:40 GMT); X-Date must \
                     not be later, and at most 15 minutes older";
const WHITELIST: &str =
    "whitelist: ask Huawei whether your account is on the whitelist for this call";
const APP_ID: [&str; 5] = [
    "authentication: ask Huawei whether this call accepts an app id; the alternative is token",
    "user_id: check that it belongs to app_id",
    "app_secret: check that it belongs to app_id",
    WHITELIST,
    "signature: pass the service's message to explain() or `koodrive explain`; it names the first difference",
];

#[test]
fn a_refused_caller_is_told_what_to_check_by_the_kind_of_credentials() {
    let by = |credentials| {
        let client = client().with_credentials(credentials);
        let response = status(401).header("date", "Mon, 03 Nov 2025 07:31:40 GMT");
        let response = response.body(r#"{"code":13000101,"msg":"bad"}"#).unwrap();
        let error = client.parse(&call(), &response).unwrap_err();
        let error = error.with_x_date("20251103T070140Z");
        assert!(error.to_string().starts_with(
            "the service answered notifyPackageExpire with HTTP 401, code 13000101, msg \"bad\"\nWhat to check, in this order:\n1. "
        ));
        checks(&error)
    };
    let endpoint =
        format!("endpoint: compare {URL} with the base URL that your Huawei contact named");
    let first = [&*endpoint, CLOCK];
    for (credentials, rest) in [
        (Credentials::app("app", "secret").unwrap(), &APP_ID[..]),
        (
            Credentials::detached("app").unwrap(),
            &[
                APP_ID[0],
                APP_ID[1],
                "sign: check that it signs with the secret of app_id",
                APP_ID[3],
                APP_ID[4],
            ],
        ),
        (
            Credentials::token("t").unwrap(),
            &[
                "authentication: ask Huawei whether this call accepts a token; the alternative is app_id with app_secret",
                "token: check its age (lifetimes of 20 and 30 minutes are published) and its prefix (Bearer or AT)",
                WHITELIST,
            ],
        ),
        (
            Credentials::authorization("t").unwrap(),
            &[
                "authentication: ask Huawei which kind of authentication this call accepts",
                "authorization: check its age and its prefix; the client sends the value unchanged",
                WHITELIST,
            ],
        ),
    ] {
        assert_eq!(by(credentials), [&first, rest].concat());
    }
}

#[test]
fn an_app_id_at_a_call_that_takes_tokens_only_is_told_so_first() {
    let response = status(403).body("{}").unwrap();
    let told = |credentials: Credentials| {
        let client = client().with_credentials(credentials);
        let get = client
            .parse(&GetCurrentRetentionPolicy::new(), &response)
            .unwrap_err();
        let raw = RawCall::new(
            Method::GET,
            "/koodrive/ose/v1/carrier/policy/config/retention",
        )
        .unwrap();
        let raw = client.parse(&raw, &response).unwrap_err();
        [get, raw].map(|error| checks(&error)[0].clone())
    };
    let sentence = "authentication: Huawei's page says \"App authentication is not supported for carrier calling APIs\"; use token for \
                    this call";
    assert_eq!(
        told(Credentials::app("app", "secret").unwrap()),
        [sentence; 2]
    );
    let by_token = told(Credentials::token("t").unwrap());
    assert!(
        by_token.iter().all(|check| check.starts_with("endpoint: ")),
        "{by_token:?}"
    );
}

#[test]
fn only_400_401_and_403_come_with_the_list() {
    let listed = |code| !checks(&refusal(status(code), r#"{"code":1}"#)).is_empty();
    assert!([400, 401, 403].into_iter().all(listed));
    assert!(![200, 404, 409, 429, 500, 503].into_iter().any(listed));
    let undated = refusal(status(401), "").to_string();
    assert!(
        undated.contains("compare the X-Date sent with the server's Date (missing from the reply)"),
        "{undated}"
    );
}

#[test]
fn an_error_carries_the_beginning_of_the_body() {
    for (body, kept) in [
        (&b""[..], String::new()),
        (
            "{\"code\":1,\"detail\":\"\u{4e2d}\"}".as_bytes(),
            "{\"code\":1,\"detail\":\"\u{4e2d}\"}".to_owned(),
        ),
        (b"<p>\xd6\xd0", "<p>\u{fffd}\u{fffd}".to_owned()),
        ("a".repeat(16_385).as_bytes(), "a".repeat(16_384)),
        // 16,384 bytes end within a character.
        (
            "\u{4e2d}".repeat(6_000).as_bytes(),
            "\u{4e2d}".repeat(5_461),
        ),
    ] {
        let response = Response::builder().status(400).body(body).unwrap();
        let error = client().parse(&call(), &response).unwrap_err();
        assert_eq!(error.body(), kept);
        assert!(!error.to_string().contains("detail"));
        assert_eq!(Error::from(error).body(), Some(&*kept));
    }
}

#[test]
fn the_debug_text_of_an_error_is_its_text() {
    let reply = refusal(status(404), r#"{"code":1}"#);
    let refused = NotifyPackageExpire::new("", "14").unwrap_err();
    let failed = TransportError::not_sent("refused");
    assert_eq!(format!("{reply:?}"), reply.to_string());
    assert_eq!(
        format!("{refused:?}"),
        "carrierUserId: empty; pass at least one character"
    );
    assert_eq!(format!("{failed:?}"), failed.to_string());
    assert_eq!(
        format!("{:?}", Error::from(failed.clone())),
        failed.to_string()
    );
}

#[test]
fn a_connection_is_closed_after_503_and_after_every_unknown_outcome() {
    let closes = |code, body| Error::from(refusal(status(code), body)).closes_connection();
    for (code, body, expected) in [
        (503, "", true),
        (500, "", true),
        (200, "<html>", true),
        (400, r#"{"code":13000201}"#, true),
        (400, "", false),
        (429, "", false),
        (200, r#"{"code":1}"#, false),
    ] {
        assert_eq!(closes(code, body), expected, "{code} {body}");
    }
    assert!(Error::from(TransportError::outcome_unknown("cut")).closes_connection());
    assert!(!Error::from(TransportError::not_sent("refused")).closes_connection());
}

#[test]
fn an_unknown_outcome_of_a_call_that_changes_nothing_may_be_repeated() {
    let response = status(500).body("").unwrap();
    let error = client()
        .parse(&GetSpaceUsageByOverview::new(), &response)
        .unwrap_err();
    assert_eq!(
        (error.outcome(), error.is_retryable()),
        (Outcome::Unknown, true)
    );
    assert!(!error.to_string().contains("only if repeats"), "{error}");
    let put = RawCall::new(Method::PUT, "/a").unwrap();
    assert!(!client().parse(&put, &response).unwrap_err().is_retryable());
}

#[test]
fn a_reply_without_code_says_so() {
    let error = refusal(status(502), "<html>\n<h1>Bad Gateway</h1>");
    assert_eq!(
        error.to_string(),
        "the service answered notifyPackageExpire with HTTP 502, no code; outcome unknown: the service may have processed the call, so retry only if repeats are safe"
    );
}

#[test]
fn a_reply_that_says_something_is_not_quoted_twice() {
    for (body, said) in [
        (r#"{"code":1}"#, "code 1"),
        (r#"{"msg":"a"}"#, "no code, msg \"a\""),
    ] {
        assert_eq!(
            refusal(status(404), body).to_string(),
            format!("the service answered notifyPackageExpire with HTTP 404, {said}")
        );
    }
}

#[test]
fn an_unreadable_reply_says_why() {
    for (body, why) in [
        ("", "the body is empty"),
        ("{}", "code is missing"),
        (
            r#"{"code":null}"#,
            "code is neither an integer nor a non-empty string",
        ),
        (
            r#"{"code":""}"#,
            "code is neither an integer nor a non-empty string",
        ),
        (r#"{"code":0,"code":0}"#, "code appears twice"),
        ("[]", "the body is not a JSON object"),
    ] {
        let text = refusal(status(200), body).to_string();
        assert!(
            text.starts_with(&format!(
                "the service answered notifyPackageExpire with HTTP 200, but the reply could not be parsed: {why}"
            )),
            "{body}: {text}"
        );
    }
}

#[test]
fn only_a_400_or_401_whose_date_puts_the_x_date_outside_the_window_is_a_clock_refusal() {
    let x_date = "20251103T070140Z";
    let is_clock_refusal = |code: u16, date: &str, body: &str| {
        refusal(status(code).header("date", date), body)
            .with_x_date(x_date)
            .is_clock_refusal()
    };
    let (early, same, late) = (
        "Mon, 03 Nov 2025 07:01:39 GMT",
        "Mon, 03 Nov 2025 07:16:40 GMT",
        "Mon, 03 Nov 2025 07:16:41 GMT",
    );
    assert!(is_clock_refusal(400, early, ""));
    assert!(is_clock_refusal(401, late, ""));
    assert!(!is_clock_refusal(401, same, ""));
    assert!(!is_clock_refusal(403, late, ""));
    assert!(!is_clock_refusal(500, late, ""));
    assert!(!is_clock_refusal(200, late, ""));
    assert!(
        !is_clock_refusal(401, late, r#"{"code":13000201}"#),
        "its outcome is unknown"
    );
    assert!(!is_clock_refusal(401, "yesterday", ""));
    let without_x_date = refusal(status(401).header("date", late), "");
    assert!(!without_x_date.is_clock_refusal());
    let cached = refusal(status(401).header("date", late).header("age", "0"), "");
    assert!(!cached.with_x_date(x_date).is_clock_refusal());
}

#[test]
fn the_trace_id_that_was_sent_fills_a_gap_only() {
    assert_eq!(
        refusal(status(500), "").with_trace_id("sent").trace_id(),
        Some("sent")
    );
    let echoed = refusal(status(500).header("x-traceid", "echoed"), "");
    assert_eq!(echoed.with_trace_id("sent").trace_id(), Some("echoed"));
}

#[test]
fn retry_after_is_read_as_seconds_or_counted_from_the_replys_date() {
    let wait = |retry_after: &str, date: Option<&str>| {
        let mut response = status(503).header("retry-after", retry_after);
        if let Some(date) = date {
            response = response.header("date", date);
        }
        refusal(response, "").retry_after()
    };
    let date = Some("Mon, 03 Nov 2025 07:01:40 GMT");
    assert_eq!(wait("120", None), Some(Duration::from_secs(120)));
    assert_eq!(wait("0", date), Some(Duration::ZERO));
    assert_eq!(
        wait("Mon, 03 Nov 2025 07:02:10 GMT", date),
        Some(Duration::from_secs(30))
    );
    assert_eq!(
        wait("Monday, 03-Nov-25 07:02:10 GMT", date),
        Some(Duration::from_secs(30))
    );
    assert_eq!(
        wait("Mon Nov  3 07:02:10 2025", date),
        Some(Duration::from_secs(30))
    );
    assert_eq!(
        wait("Mon, 03 Nov 2025 07:01:00 GMT", date),
        Some(Duration::ZERO)
    );
    assert_eq!(wait("Mon, 03 Nov 2025 07:02:10 GMT", None), None);
    for malformed in ["", "-1", "1.5", "soon", "99999999999999999999999"] {
        assert_eq!(wait(malformed, date), None, "{malformed}");
    }
}

#[test]
fn time_beyond_the_calendar_is_refused() {
    for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let error = client().request(&call(), now).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.outcome(), Outcome::NotSent);
        assert!(!error.is_retryable());
        assert!(error.to_string().contains("0001 to 9999"), "{error}");
    }
}
