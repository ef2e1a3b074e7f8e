//! Every error kind and outcome, reached through the public API, and what its text says.

use std::error::Error as _;
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{Response, StatusCode};
use koodrive::{
    Client, Credentials, Endpoint, Error, ErrorKind, NotifyPackageExpire, Outcome, ReplyError,
    TransportError,
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
        "the request was not sent: connection refused; it is safe to send it again"
    );
    assert_eq!(
        TransportError::outcome_unknown("read\r\ntimed out").to_string(),
        "the request left and no complete answer came: read  timed out; whether the service acted on it is unknown, so do \
         not repeat it unless repeats are safe"
    );
}

const WHAT_TO_CHECK: &str = "the service answered notifyPackageExpire with HTTP 401, code 13000101, msg \"bad\"
What to check, in this order:
1. endpoint: is intl.myhuaweicloud-koodrive.com the one your Huawei contact named?
2. clock: X-Date must not be later than the server's time and at most 15 minutes old; sent 20251103T070140Z, server's Date Mon, 03 Nov 2025 07:31:40 GMT
3. authentication: does this API accept yours, token or app id?
4. token: its age, and the word before it (Bearer or AT)
5. user id: does it belong to the app id?
6. whitelist: has Huawei added you?
7. signature: explain() shows every stage and the first difference to the service's message";

#[test]
fn a_refused_caller_is_told_what_to_check_in_which_order() {
    let body = r#"{"code":13000101,"msg":"bad"}"#;
    let dated = |code| status(code).header("date", "Mon, 03 Nov 2025 07:31:40 GMT");
    let error = refusal(dated(401), body).with_x_date("20251103T070140Z");
    assert_eq!(error.to_string(), WHAT_TO_CHECK);
    for code in [400, 403] {
        assert!(
            refusal(dated(code), body)
                .to_string()
                .contains("\n7. signature"),
            "{code}"
        );
    }
    for code in [200, 404, 409, 429, 500, 503] {
        assert!(
            !refusal(dated(code), body)
                .to_string()
                .contains("What to check"),
            "{code}"
        );
    }
    let undated = refusal(status(401), body).to_string();
    assert!(
        undated.contains("compare the one sent, the reply has no Date"),
        "{undated}"
    );
}

#[test]
fn a_reply_without_code_shows_how_its_body_begins() {
    let error = refusal(status(502), "<html>\n<h1>Bad Gateway</h1>");
    assert_eq!(
        error.to_string(),
        "the service answered notifyPackageExpire with HTTP 502, no readable code; the body begins: <html> <h1>Bad \
         Gateway</h1>; whether the service acted on it is unknown, so do not repeat it unless repeats are safe"
    );
}

#[test]
fn a_reply_that_says_something_is_not_quoted_twice() {
    for (body, said) in [
        (r#"{"code":1}"#, "code 1"),
        (r#"{"msg":"a"}"#, "no readable code, msg \"a\""),
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
        ("{}", "it has no code"),
        (
            r#"{"code":null}"#,
            "its code is neither an integer nor a text that is not empty",
        ),
        (
            r#"{"code":""}"#,
            "its code is neither an integer nor a text that is not empty",
        ),
        (r#"{"code":0,"code":0}"#, "it has more than one code"),
        ("[]", "the body is JSON, but no object"),
    ] {
        let text = refusal(status(200), body).to_string();
        assert!(
            text.starts_with(&format!(
                "the service answered notifyPackageExpire with HTTP 200, but nobody can read the reply: {why}"
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
