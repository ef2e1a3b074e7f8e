//! What is answered: replies, messages for `explain`, the fault script, the list of accepted calls.

use std::time::Duration;

use super::*;

#[test]
fn both_operations_are_accepted_with_either_authentication() {
    for credentials in [by_app(), by_token()] {
        let mut sandbox = sandbox("{}");
        let client = client(credentials.clone());

        let answer = sandbox.handle(&request(credentials.clone(), &call()), now());
        assert_eq!(body(&answer), r#"{"code":0,"msg":"Success."}"#);
        assert_eq!(client.parse(&call(), answer.response()).unwrap().code, "0");

        let read = GetCurrentRetentionPolicy::new();
        let answer = sandbox.handle(&request(credentials, &read), now());
        let policies = client.parse(&read, answer.response()).unwrap().policy_list;
        assert_eq!(policies[0].policy_id.as_deref(), Some("300000000000000000"));
        assert!(body(&answer).starts_with(
            r#"{"code":0,"msg":"Success.","policyList":[{"policyId":300000000000000000,"#
        ));

        // Reading changes nothing, so it is not among them.
        assert_eq!(sandbox.accepted().len(), 1);
    }
}

#[test]
fn a_refused_date_is_a_clock_refusal_from_which_the_client_learns() {
    let client = client(by_app());
    let slow_clock: DateTime<Utc> = "2025-11-03T06:00:00Z".parse().unwrap();
    let request = client.request(&call(), slow_clock).unwrap();
    let mut sandbox = sandbox(r#"{"refusedStatus": 400}"#);

    let answer = sandbox.handle(&request, now());
    let error = client.parse(&call(), answer.response()).unwrap_err();
    assert_eq!(error.status(), 400);
    assert!(error.with_x_date("20251103T055955Z").is_clock_refusal());

    client.observe_clock(answer.response().headers(), slow_clock, slow_clock);
    let request = client.request(&call(), slow_clock).unwrap();
    assert_eq!(sandbox.handle(&request, now()).response().status(), 200);
}

#[test]
fn a_wrong_secret_shows_in_the_message_as_the_same_canonical_request() {
    let wrong = client(Credentials::app("example-app-id", "another-secret-not-real").unwrap());
    let answer = sandbox("{}").handle(&wrong.request(&call(), now()).unwrap(), now());
    assert_eq!(
        body(&answer),
        "{\"error_code\":\"SANDBOX.SIGNATURE_MISMATCH\",\"error_msg\":\"verify signature fail, canonicalRequest:POST|\
         /koodrive/ose/v1/carrier/users/notifyPackageExpire/||host:intl.myhuaweicloud-koodrive.com|\
         x-date:20251103T070140Z|x-user-id:1505084218764547200||host;x-date;x-user-id|\
         5c3cf4effd3e60ace1f203883c90f128168e3e4ba9d35b7c6005c38b41267df9\",\"request_id\":\"sandbox-1\"}"
    );

    let options = RequestOptions::default();
    let explanation =
        signing::explain(&wrong, &call(), now(), &options, Some(body(&answer))).unwrap();
    assert_eq!(explanation.difference, None);
    let finding = explanation.finding.unwrap();
    assert!(
        finding.starts_with("the service signed the same canonical request"),
        "{finding}"
    );
}

#[test]
fn a_changed_host_shows_in_the_message_as_the_line_that_differs() {
    let rewritten = signed(|request| {
        *request.uri_mut() = NOTIFY.parse().unwrap();
        set(request, "host", "gateway.internal");
    });
    let answer = sandbox("{}").handle(&rewritten, now());

    let options = RequestOptions::default();
    let explanation = signing::explain(
        &client(by_app()),
        &call(),
        now(),
        &options,
        Some(body(&answer)),
    )
    .unwrap();
    let difference = explanation.difference.unwrap();
    assert_eq!(difference.part, "CanonicalHeaders");
    assert_eq!(difference.ours, "host:intl.myhuaweicloud-koodrive.com");
    assert_eq!(difference.theirs, "host:gateway.internal");
}

#[test]
fn an_undocumented_type_is_taken_where_it_is_configured() {
    let undocumented = call()
        .with_modification_type(ModificationType::Undocumented(1))
        .unwrap();
    let mut sandbox = sandbox(r#"{"acceptedTypes": [1, 2]}"#);
    let answer = sandbox.handle(&request(by_app(), &undocumented), now());
    assert_eq!(answer.response().status(), 200);
    assert_eq!(
        sandbox.accepted()[0].modification_type,
        ModificationType::Undocumented(1)
    );
}

#[test]
fn a_reply_can_be_told_to_say_otherwise() {
    let config = r#"{"codeAsText": true, "msg": "成功", "echoTraceId": true, "policies": [{"policyId": "9007199254740993"}]}"#;
    let mut sandbox = sandbox(config);
    let options = RequestOptions::default().trace_id(TraceId::new(TRACE_ID).unwrap());
    let client = client(by_app());

    let request = client.request_with(&call(), now(), &options).unwrap();
    let answer = sandbox.handle(&request, now());
    assert_eq!(body(&answer), r#"{"code":"0","msg":"成功"}"#);
    assert_eq!(header(answer.response(), "x-traceid"), TRACE_ID);

    let request = client
        .request(&GetCurrentRetentionPolicy::new(), now())
        .unwrap();
    let answer = sandbox.handle(&request, now());
    assert_eq!(
        body(&answer),
        r#"{"code":"0","msg":"成功","policyList":[{"policyId": "9007199254740993"}]}"#
    );
    assert_eq!(header(answer.response(), "x-traceid"), "");

    let answer = sandbox.handle(&with_body(b"["), now());
    assert!(
        body(&answer).starts_with(r#"{"code":"13000101","#),
        "{}",
        body(&answer)
    );
}

#[test]
fn what_is_accepted_is_listed_in_order() {
    let mut sandbox = sandbox("{}");
    let client = client(by_app());
    let options = RequestOptions::default().trace_id(TraceId::new(TRACE_ID).unwrap());
    let other = NotifyPackageExpire::new("用户", "15").unwrap();
    sandbox.handle(
        &client.request_with(&call(), now(), &options).unwrap(),
        now(),
    );
    sandbox.handle(&client.request(&other, now()).unwrap(), now());
    // Unless told otherwise, a repeated call is accepted.
    sandbox.handle(&client.request(&other, now()).unwrap(), now());
    assert_eq!(
        serde_json::to_string(sandbox.accepted()).unwrap(),
        [
            r#"[{"carrierUserId":"189642158555241211","packageId":"14","type":2,"xDate":"20251103T070140Z","#,
            r#""traceId":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789"},"#,
            r#"{"carrierUserId":"用户","packageId":"15","type":2,"xDate":"20251103T070140Z","traceId":null},"#,
            r#"{"carrierUserId":"用户","packageId":"15","type":2,"xDate":"20251103T070140Z","traceId":null}]"#,
        ]
        .concat()
    );
}

#[test]
fn the_fault_script_is_played_request_by_request() {
    let mut sandbox = sandbox(
        r#"{"faults": [
            {"status": 502, "body": "<html>", "contentType": "text/html", "retryAfter": 3, "dateOffset": -3600},
            "cut", "cut-in-headers", "cut-after-headers", {"delay": 1.5}, {"drip": 0.25}, "pass"
        ]}"#,
    );
    let request = request(by_app(), &call());
    let mut next = || sandbox.handle(&request, now());

    let answer = next();
    assert!(matches!(answer, Answer::Respond(_)));
    assert_eq!(answer.response().status(), 502);
    assert_eq!(body(&answer), "<html>");
    assert_eq!(header(answer.response(), "content-type"), "text/html");
    assert_eq!(header(answer.response(), "retry-after"), "3");
    assert_eq!(
        header(answer.response(), "date"),
        "Mon, 03 Nov 2025 06:01:45 GMT"
    );

    assert!(matches!(
        next(),
        Answer::Cut {
            at: CutPoint::BeforeHeaders,
            ..
        }
    ));
    assert!(matches!(
        next(),
        Answer::Cut {
            at: CutPoint::WithinHeaders,
            ..
        }
    ));
    assert!(matches!(
        next(),
        Answer::Cut {
            at: CutPoint::AfterHeaders,
            ..
        }
    ));
    assert!(matches!(next(), Answer::Delay { by, .. } if by == Duration::from_millis(1500)));
    assert!(
        matches!(next(), Answer::Drip { interval, .. } if interval == Duration::from_millis(250))
    );
    for _ in 0..2 {
        let answer = next();
        assert!(matches!(answer, Answer::Respond(_)));
        let response = answer.into_response();
        assert_eq!(response.status(), 200);
        assert_eq!(response.body(), br#"{"code":0,"msg":"Success."}"#);
    }
    // The status was an answer without an act; the spoiled answers were to calls that were acted on.
    assert_eq!(sandbox.accepted().len(), 7);
}

#[test]
fn a_repeat_after_a_lost_answer_is_refused_where_repeats_are() {
    let mut sandbox = sandbox(r#"{"refuseRepeats": true, "faults": ["cut"]}"#);
    let request = request(by_app(), &call());
    sandbox.handle(&request, now());
    let answer = sandbox.handle(&request, now());
    assert_eq!(
        header(answer.response(), "x-sandbox-reason"),
        "REPEATED_CALL"
    );
    assert_eq!(sandbox.accepted().len(), 1);
}

#[test]
fn a_configuration_that_cannot_be_is_refused() {
    for (config, message) in [
        (
            r#"{"refusedStatus": 403}"#,
            "refusedStatus is 403; it must be 400 or 401, the two that are published",
        ),
        (
            r#"{"acceptedTypes": []}"#,
            "acceptedTypes is empty; no call could be accepted",
        ),
        (
            r#"{"authority": ""}"#,
            "authority is empty; leave it out to accept any",
        ),
        (
            r#"{"apps": [{"appId": "a", "appSecret": ""}]}"#,
            "app secret is empty; it must have at least one character",
        ),
        (
            r#"{"tokens": [""]}"#,
            "token is empty; it must have at least one character",
        ),
        (
            r#"{"apps": [{"appId": "a", "appSecret": "1"}, {"appId": "a", "appSecret": "2"}]}"#,
            "app id a is configured twice; give it one secret",
        ),
    ] {
        let error = Sandbox::new(SandboxConfig::from_json(config).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_fault_whose_status_has_no_body_is_refused_however_it_was_made() {
    for (status, allowed) in [(429, true), (204, false), (205, false), (304, false)] {
        let mut config = SandboxConfig::default();
        let status = StatusCode::from_u16(status).unwrap();
        config.faults = vec![Fault::Status(StatusFault::new(status))];
        assert_eq!(Sandbox::new(config).is_ok(), allowed, "{status}");
    }
}

#[test]
fn no_secret_shows_in_debug() {
    let config = SandboxConfig::from_json(
        r#"{"apps": [{"appId": "a", "appSecret": "hush-secret"}], "tokens": ["hush-token"]}"#,
    )
    .unwrap();
    let shown = format!("{config:?}");
    assert!(
        shown.contains("app_secret: ***") && shown.contains("tokens: [***]"),
        "{shown}"
    );
    assert!(!shown.contains("hush"), "{shown}");
    let shown = format!("{:?}", Sandbox::new(config).unwrap());
    assert!(
        shown.contains("app_secret: ***") && shown.contains("tokens: [***]"),
        "{shown}"
    );
    assert!(shown.contains("requests: 0, accepted: []"), "{shown}");
    assert!(!shown.contains("hush"), "{shown}");
}

#[test]
fn no_clock_makes_it_panic() {
    for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let answer = sandbox("{}").handle(&with_token(|_| {}), now);
        assert_eq!(answer.response().status(), 401);
    }
}
