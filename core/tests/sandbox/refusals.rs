//! The refused requests, and the reason of each.

use super::*;

/// Reason, status, code (empty for `SANDBOX.<REASON>`), configuration, request.
type Case = (
    &'static str,
    u16,
    &'static str,
    &'static str,
    Request<Vec<u8>>,
);

// One row per check reads better than twelve lines per check.
#[rustfmt::skip]
fn malformed_requests() -> Vec<Case> {
    vec![
        ("SCRIPTED_FAULT", 503, "", r#"{"faults": [503]}"#, with_token(|_| {})),
        ("UNKNOWN_PATH", 404, "", "{}", to("https://h/koodrive/ose/v1/carrier/users/notifyPackageExpire/")),
        ("WRONG_METHOD", 405, "", "{}", with_token(|request| *request.method_mut() = Method::PUT)),
        ("DUPLICATE_HEADER", 400, "", "{}", with_token(|request| {
            request.headers_mut().append("x-date", HeaderValue::from_static("20251103T070140Z"));
        })),
        ("MISSING_AUTHORITY", 400, "", "{}", to(NOTIFY)),
        ("CONFLICTING_AUTHORITY", 400, "", "{}", with("host", "cn.myhuaweicloud-koodrive.com")),
        ("UNEXPECTED_AUTHORITY", 400, "", r#"{"authority": "cn.myhuaweicloud-koodrive.com"}"#, with_token(|_| {})),
        ("MISSING_AUTHORIZATION", 401, "", "{}", without("authorization")),
        ("MISSING_X_DATE", 401, "", "{}", without("x-date")),
        ("MISSING_X_USER_ID", 401, "", "{}", without("x-user-id")),
        ("MALFORMED_TRACE_ID", 400, "", "{}", with("x-traceid", &TRACE_ID[1..])),
        ("MALFORMED_X_DATE", 401, "", "{}", with("x-date", "2025-11-03T07:01:40Z")),
        ("STALE_X_DATE", 401, "", "{}", with("x-date", "20251103T064644Z")),
        ("FUTURE_X_DATE", 401, "", "{}", with("x-date", "20251103T070146Z")),
        ("MALFORMED_AUTHORIZATION", 401, "", "{}", with("authorization", "example-token-not-real")),
        ("UNKNOWN_TOKEN", 401, "", "{}", with("authorization", "Bearer another-token")),
        ("UNKNOWN_APP_ID", 401, "", r#"{"apps": [{"appId": "a", "appSecret": "s"}]}"#, signed(|_| {})),
        ("SIGNED_HEADERS_NOT_LOWER_CASE", 401, "", "{}", signed_over("Host;x-date;x-user-id", &[
            ("host", HOST), ("x-date", "20251103T070140Z"), ("x-user-id", USER),
        ])),
        ("SIGNED_HEADERS_NOT_SORTED", 401, "", "{}", signed_over("x-date;host;x-user-id", &[
            ("host", HOST), ("x-date", "20251103T070140Z"), ("x-user-id", USER),
        ])),
        ("X_DATE_NOT_SIGNED", 401, "", "{}", signed_over("host;x-user-id", &[("host", HOST), ("x-user-id", USER)])),
        ("X_USER_ID_NOT_SIGNED", 401, "", "{}", signed_over("host;x-date", &[
            ("host", HOST), ("x-date", "20251103T070140Z"),
        ])),
        ("SIGNED_HEADER_MISSING", 401, "", "{}", signed_over("x-date;x-other;x-user-id", &[
            ("x-date", "20251103T070140Z"), ("x-other", ""), ("x-user-id", USER),
        ])),
        ("SIGNATURE_MISMATCH", 401, "", "{}", signed(|request| request.body_mut().push(b' '))),
        ("UNKNOWN_USER_ID", 401, "", r#"{"userIds": ["7"]}"#, with_token(|_| {})),
        ("NOT_WHITELISTED", 403, "", r#"{"whitelist": ["7"]}"#, with_token(|_| {})),
    ]
}

#[rustfmt::skip]
fn malformed_calls() -> Vec<Case> {
    vec![
        ("APP_AUTHENTICATION_NOT_SUPPORTED", 401, "", "{}", request(by_app(), &GetCurrentRetentionPolicy::new())),
        ("UNEXPECTED_QUERY", 400, "", "{}", to(&["https://", HOST, NOTIFY, "?a=1"].concat())),
        ("UNEXPECTED_BODY", 400, "", "{}", {
            let mut request = request(by_token(), &GetCurrentRetentionPolicy::new());
            *request.body_mut() = b"{}".to_vec();
            request
        }),
        ("WRONG_CONTENT_TYPE", 415, "", "{}", with("content-type", "text/plain")),
        ("MALFORMED_JSON", 400, "13000101", "{}", with_body(b"{\"carrierUserId\":\"1\xff\"}")),
        ("NOT_AN_OBJECT", 400, "13000101", "{}", with_body(b"[]")),
        ("DUPLICATE_MEMBER", 400, "13000101", "{}", with_body(br#"{"carrierUserId":"1","type":2,"packageId":"1","type":2}"#)),
        ("MISSING_CARRIER_USER_ID", 400, "13000102", "{}", with_body(br#"{"type":2,"packageId":"1"}"#)),
        ("CARRIER_USER_ID_NOT_TEXT", 400, "13000102", "{}", with_body(br#"{"carrierUserId":1,"type":2,"packageId":"1"}"#)),
        ("EMPTY_CARRIER_USER_ID", 400, "13000102", "{}", with_body(br#"{"carrierUserId":"","type":2,"packageId":"1"}"#)),
        ("MISSING_TYPE", 400, "13000102", "{}", with_body(br#"{"carrierUserId":"1","packageId":"1"}"#)),
        ("TYPE_NOT_INTEGER", 400, "13000102", "{}", with_body(br#"{"carrierUserId":"1","type":2.0,"packageId":"1"}"#)),
        // The publisher's own example.
        ("UNDOCUMENTED_TYPE", 400, "13000102", "{}", with_body(br#"{"carrierUserId":"189642158555241211","type":1,"packageId":"14"}"#)),
        ("MISSING_PACKAGE_ID", 400, "13000102", "{}", with_body(br#"{"carrierUserId":"1","type":2}"#)),
        ("PACKAGE_ID_NOT_TEXT", 400, "13000102", "{}", with_body(br#"{"carrierUserId":"1","type":2,"packageId":null}"#)),
        ("EMPTY_PACKAGE_ID", 400, "13000102", "{}", with_body(br#"{"carrierUserId":"1","type":2,"packageId":""}"#)),
        ("INVALID_PARAMETER", 400, "13000102", "{}", {
            let mut request = request(by_token(), &SetRetentionPolicy::new([PolicyStatus::new("1", "1")]).unwrap());
            *request.body_mut() = br#"{"policyList":[]}"#.to_vec();
            request
        }),
        ("UNKNOWN_CARRIER_USER_ID", 400, "", r#"{"carrierUserIds": ["7"]}"#, with_token(|_| {})),
        ("UNKNOWN_PACKAGE_ID", 400, "", r#"{"packageIds": ["7"]}"#, with_token(|_| {})),
    ]
}

/// Refused only because the sandbox took the same call before.
fn repeated_call() -> Case {
    (
        "REPEATED_CALL",
        409,
        "",
        r#"{"refuseRepeats": true}"#,
        with_token(|_| {}),
    )
}

#[test]
fn what_is_broken_in_one_way_is_refused_for_that_reason() {
    let cases = [
        malformed_requests(),
        malformed_calls(),
        vec![repeated_call()],
    ]
    .concat();
    let reasons: Vec<String> = Reason::ALL.iter().map(Reason::to_string).collect();
    assert_eq!(cases.iter().map(|case| case.0).collect::<Vec<_>>(), reasons);
    for (reason, status, code, config, broken) in cases {
        let mut sandbox = sandbox(config);
        let taken_before = usize::from(reason == "REPEATED_CALL");
        for _ in 0..taken_before {
            sandbox.handle(&with_token(|_| {}), now());
        }
        let answer = sandbox.handle(&broken, now());

        let response = answer.response();
        assert_eq!(
            header(response, "x-sandbox-reason"),
            reason,
            "{}",
            body(&answer)
        );
        assert_eq!(response.status(), status, "{reason}");
        let error = client(by_token()).parse(&call(), response).unwrap_err();
        let own = format!("SANDBOX.{reason}");
        assert_eq!(
            error.code(),
            Some(if code.is_empty() { &own } else { code })
        );
        let says_verify = error
            .msg()
            .unwrap()
            .starts_with("Verify parameters failed.");
        assert_eq!(says_verify, code == "13000102", "{reason}");
        assert_eq!(
            error.request_id(),
            (status == 401).then_some("sandbox-1"),
            "{reason}"
        );
        assert_eq!(header(response, "date"), "Mon, 03 Nov 2025 07:01:45 GMT");
        assert_eq!(header(response, "content-type"), "application/json");
        assert_eq!(sandbox.accepted().len(), taken_before, "{reason}");
    }
}

#[test]
fn the_documented_table_is_the_one_that_is_checked() {
    let documented: Vec<(&str, &str, &str)> = include_str!("../../src/sandbox.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! | ")?.strip_suffix("` |"))
        .map(|row| {
            let mut cells = row.rsplitn(4, " | ");
            let mut cell = || cells.next().unwrap();
            (cell().trim_start_matches('`'), cell(), cell())
        })
        .collect();
    let cases = [
        malformed_requests(),
        malformed_calls(),
        vec![repeated_call()],
    ]
    .concat();
    assert_eq!(documented.len(), cases.len());
    for ((reason, code, status), case) in documented.into_iter().zip(cases) {
        assert_eq!(reason, case.0);
        assert_eq!(
            code,
            if case.2.is_empty() { "own" } else { case.2 },
            "{reason}"
        );
        let expected = match case.1 {
            _ if reason == "SCRIPTED_FAULT" => "the script's".to_owned(),
            401 => "R".to_owned(),
            status => status.to_string(),
        };
        assert_eq!(status, expected, "{reason}");
    }
}

#[test]
fn a_token_is_taken_in_the_shapes_it_was_configured_for() {
    let config = r#"{"tokens": ["bare", "Bearer one", "AT two", "Bearer+three"]}"#;
    for (authorization, reason) in [
        ("Bearer bare", ""),
        ("bEARER bare", ""),
        ("AT bare", ""),
        ("bearer one", ""),
        ("AT one", "UNKNOWN_TOKEN"),
        ("AT two", ""),
        ("Bearer two", "UNKNOWN_TOKEN"),
        ("Bearer three", ""),
        ("Bearer+three", "MALFORMED_AUTHORIZATION"),
        ("at bare", "MALFORMED_AUTHORIZATION"),
        ("Bearer  bare", "UNKNOWN_TOKEN"),
        ("Bearer example-token-not-real", "UNKNOWN_TOKEN"),
    ] {
        let answer = sandbox(config).handle(&with("authorization", authorization), now());
        assert_eq!(
            header(answer.response(), "x-sandbox-reason"),
            reason,
            "{authorization}"
        );
    }
}

#[test]
fn an_x_date_is_taken_from_15_minutes_ago_to_now() {
    for (x_date, reason, msg) in [
        ("20251103T070145Z", "", "Success."),
        ("20251103T064645Z", "", "Success."),
        (
            "20251103T070146Z",
            "FUTURE_X_DATE",
            "signature time:20251103T070146Z,server time:20251103T070145Z",
        ),
        (
            "20251103T064644Z",
            "STALE_X_DATE",
            "signature time:20251103T064644Z,server time:20251103T070145Z",
        ),
    ] {
        let answer = sandbox("{}").handle(&with("x-date", x_date), now());
        assert_eq!(
            header(answer.response(), "x-sandbox-reason"),
            reason,
            "{x_date}"
        );
        assert!(body(&answer).contains(msg), "{}", body(&answer));
    }
    // Half a second more, and the oldest one is too old.
    let later: DateTime<Utc> = "2025-11-03T07:01:45.500Z".parse().unwrap();
    let answer = sandbox("{}").handle(&with("x-date", "20251103T064645Z"), later);
    assert_eq!(
        header(answer.response(), "x-sandbox-reason"),
        "STALE_X_DATE"
    );
}

#[test]
fn the_authority_is_the_urls_or_else_the_hosts() {
    for (uri, host) in [
        (["https://", HOST, NOTIFY].concat(), None),
        (["https://", HOST, NOTIFY].concat(), Some(HOST)),
        (NOTIFY.to_owned(), Some(HOST)),
    ] {
        let request = signed(|request| {
            *request.uri_mut() = uri.parse().unwrap();
            if let Some(host) = host {
                set(request, "host", host);
            }
        });
        let answer =
            sandbox(r#"{"authority": "INTL.myhuaweicloud-koodrive.com"}"#).handle(&request, now());
        assert_eq!(answer.response().status(), 200, "{uri} {host:?}");
    }
}

#[test]
fn another_header_may_be_signed_too_but_only_once() {
    let names = "content-type;host;x-date;x-user-id";
    let headers = [
        ("content-type", "application/json"),
        ("host", HOST),
        ("x-date", "20251103T070140Z"),
        ("x-user-id", USER),
    ];
    let mut request = signed_over(names, &headers);
    assert_eq!(
        sandbox("{}").handle(&request, now()).response().status(),
        200
    );

    let value = HeaderValue::from_static("application/json");
    request.headers_mut().append("content-type", value);
    let answer = sandbox("{}").handle(&request, now());
    assert_eq!(
        header(answer.response(), "x-sandbox-reason"),
        "DUPLICATE_HEADER"
    );
}

#[test]
fn a_signed_header_is_named_once() {
    let headers = [
        ("host", HOST),
        ("x-date", "20251103T070140Z"),
        ("x-date", "20251103T070140Z"),
        ("x-user-id", USER),
    ];
    let request = signed_over("host;x-date;x-date;x-user-id", &headers);
    let answer = sandbox("{}").handle(&request, now());
    assert_eq!(
        header(answer.response(), "x-sandbox-reason"),
        "SIGNED_HEADERS_NOT_SORTED"
    );
}

#[test]
fn the_configured_prefix_alone_is_accepted_and_signed_as_received() {
    let config = r#"{"prefix": "/koodrive-prod"}"#;
    let endpoint = Endpoint::parse("https://gateway.example:8443/koodrive-prod").unwrap();
    let client = Client::new(endpoint, USER, by_app()).unwrap();
    let mut request = client.request(&call(), now()).unwrap();
    assert_eq!(
        sandbox(config).handle(&request, now()).response().status(),
        200
    );
    for other in [
        "{}",
        r#"{"prefix": "/koodrive"}"#,
        r#"{"prefix": "/a/koodrive-prod"}"#,
    ] {
        let answer = sandbox(other).handle(&request, now());
        assert_eq!(
            header(answer.response(), "x-sandbox-reason"),
            "UNKNOWN_PATH",
            "{other}"
        );
    }

    *request.uri_mut() = ["https://gateway.example:8443", NOTIFY]
        .concat()
        .parse()
        .unwrap();
    let answer = sandbox("{}").handle(&request, now());
    assert_eq!(
        header(answer.response(), "x-sandbox-reason"),
        "SIGNATURE_MISMATCH"
    );

    for path in ["/a/koodrive", "/a//koodrive", "//koodrive"] {
        let uri = ["https://", HOST, &NOTIFY.replacen("/koodrive", path, 1)].concat();
        let answer = sandbox("{}").handle(&to(&uri), now());
        assert_eq!(
            header(answer.response(), "x-sandbox-reason"),
            "UNKNOWN_PATH",
            "{path}"
        );
    }
}

#[test]
#[rustfmt::skip]
fn a_body_is_judged_by_what_is_published() {
    for (json, reason) in [
        (r#" { "packageId" : "14", "type" : 2, "carrierUserId" : "中", "new": [1, {"a": 1, "a": 2}] } "#, ""),
        (r#"{"carrierUserId":"1","type":2,"packageId":"1""#, "MALFORMED_JSON"),
        (r#"{"carrierUserId":"1","type":2,"packageId":"1"}{}"#, "MALFORMED_JSON"),
        ("", "MALFORMED_JSON"),
        ("null", "NOT_AN_OBJECT"),
        (r#"{"carrierUserId":"1","type":"2","packageId":"1"}"#, "TYPE_NOT_INTEGER"),
        (r#"{"carrierUserId":"1","type":2e0,"packageId":"1"}"#, "TYPE_NOT_INTEGER"),
        (r#"{"carrierUserId":"1","type":null,"packageId":"1"}"#, "TYPE_NOT_INTEGER"),
        (r#"{"carrierUserId":"1","type":99999999999999999999,"packageId":"1"}"#, "UNDOCUMENTED_TYPE"),
        (r#"{"carrierUserId":"\ud800","type":2,"packageId":"1"}"#, "CARRIER_USER_ID_NOT_TEXT"),
    ] {
        let answer = sandbox("{}").handle(&with_body(json.as_bytes()), now());
        assert_eq!(header(answer.response(), "x-sandbox-reason"), reason, "{json}");
    }
    for (content_type, reason) in [
        ("application/json; charset=utf-8", ""),
        ("Application/JSON;charset=UTF-8", ""),
        ("application/json; charset=gbk", "WRONG_CONTENT_TYPE"),
        ("application/jsonp", "WRONG_CONTENT_TYPE"),
    ] {
        let answer = sandbox("{}").handle(&with("content-type", content_type), now());
        assert_eq!(header(answer.response(), "x-sandbox-reason"), reason, "{content_type}");
    }
}

#[test]
fn a_wrong_method_is_told_the_right_one() {
    let answer = sandbox("{}").handle(
        &with_token(|request| *request.method_mut() = Method::GET),
        now(),
    );
    assert_eq!(header(answer.response(), "allow"), "POST");
}

#[test]
fn a_header_that_is_no_text_is_no_header() {
    let request = with_token(|request| {
        let name = HeaderName::from_static("x-user-id");
        request
            .headers_mut()
            .insert(name, HeaderValue::from_bytes(b"\xe4").unwrap());
    });
    let answer = sandbox("{}").handle(&request, now());
    assert_eq!(
        header(answer.response(), "x-sandbox-reason"),
        "MISSING_X_USER_ID"
    );
}

#[test]
fn a_header_that_is_empty_is_no_header() {
    for (name, reason) in [
        ("authorization", "MISSING_AUTHORIZATION"),
        ("x-date", "MISSING_X_DATE"),
        ("x-user-id", "MISSING_X_USER_ID"),
        ("x-traceid", "MALFORMED_TRACE_ID"),
    ] {
        let answer = sandbox("{}").handle(&with(name, ""), now());
        assert_eq!(header(answer.response(), "x-sandbox-reason"), reason);
    }
}
