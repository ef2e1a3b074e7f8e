//! The sandbox's answers: replies, messages for `explain`, the fault script, the list of accepted
//! calls.

use std::time::Duration;

use super::*;

/// Sends a call and reads its reply.
fn send<O: Operation>(sandbox: &mut Sandbox, credentials: &Credentials, call: &O) -> O::Reply {
    let answer = sandbox.handle(&request(credentials.clone(), call), now());
    client(credentials.clone())
        .parse(call, answer.response())
        .unwrap()
}

#[test]
fn every_operation_is_accepted_with_the_credentials_that_are_documented_for_it() {
    let order = OrderOperation::new("1").with_package_change(PackageChange::new("14"));
    let order = ReverseOrder::new("batch", [order]).unwrap();
    for credentials in [by_app(), by_token()] {
        let sandbox = &mut sandbox("{}");
        assert_eq!(
            send(sandbox, &credentials, &call()).msg.as_deref(),
            Some("Success.")
        );
        let usage = send(sandbox, &credentials, &GetSpaceUsageByOverview::new());
        assert_eq!(usage.data.total_used.as_deref(), Some("1073741824"));
        assert_eq!(
            send(sandbox, &credentials, &order).body,
            r#"{"code":0,"msg":"Success."}"#
        );
        let operations: Vec<&str> = sandbox
            .accepted()
            .iter()
            .map(|call| &*call.operation)
            .collect();
        assert_eq!(operations, ["notifyPackageExpire", "reverseOrder"]);
    }
}

#[test]
fn the_retention_policies_are_for_tokens_unless_configured_otherwise() {
    let set = SetRetentionPolicy::new([PolicyStatus::new("300000000000000000", "1")]).unwrap();
    for (config, credentials) in [
        ("{}", by_token()),
        (r#"{"appAuthenticationEverywhere": true}"#, by_app()),
    ] {
        let sandbox = &mut sandbox(config);
        for policies in [
            send(sandbox, &credentials, &GetCurrentRetentionPolicy::new()),
            send(sandbox, &credentials, &GetCarrierRetentionPolicy::new()),
        ] {
            let ids: Vec<_> = policies
                .policy_list
                .into_iter()
                .filter_map(|it| it.policy_id)
                .collect();
            assert_eq!(ids, ["300000000000000000", "300000000000000001"]);
        }
        assert_eq!(send(sandbox, &credentials, &set).code, "0");
    }
}

#[test]
fn a_raw_call_is_verified_and_answered_as_configured() {
    const USERS: &str = "/koodrive/ose/v1/users/1316083732377070977";
    let get = RawCall::new(Method::GET, USERS)
        .unwrap()
        .query("b", "x y")
        .unwrap()
        .query("B", "+")
        .unwrap();
    let put = RawCall::new(Method::PUT, USERS)
        .unwrap()
        .json(r#"{"status":7}"#)
        .unwrap();
    let config = format!(
        r#"{{"answers": [{{"method": "GET", "path": "{USERS}", "body": "{{\"data\":{{\"status\":7}}}}"}}, {{"method": "PUT", "path": "{USERS}", "status": 204, "body": ""}}]}}"#
    );
    let sandbox = &mut sandbox(&config);
    for credentials in [by_app(), by_token()] {
        assert_eq!(
            send(sandbox, &credentials, &get).body,
            r#"{"data":{"status":7}}"#
        );
        let reply = send(sandbox, &credentials, &put);
        assert_eq!((reply.status, &*reply.body), (204, ""));
    }
    // The query is signed.
    let mut changed = request(by_app(), &get);
    *changed.uri_mut() = changed
        .uri()
        .to_string()
        .replace("x%20y", "x%20z")
        .parse()
        .unwrap();
    let answer = sandbox.handle(&changed, now());
    assert_eq!(
        header(answer.response(), "x-sandbox-reason"),
        "SIGNATURE_MISMATCH"
    );
    // Another method is named.
    let delete = RawCall::new(Method::DELETE, USERS).unwrap();
    let answer = sandbox.handle(&request(by_app(), &delete), now());
    assert_eq!(answer.response().status(), 405);
    assert_eq!(header(answer.response(), "allow"), "GET, PUT");
}

#[test]
fn parameters_beyond_their_limits_are_refused() {
    let put = |path: &str, json: &str| {
        let call = RawCall::new(Method::POST, path)
            .unwrap()
            .json(json)
            .unwrap();
        let answer = sandbox("{}").handle(&request(by_token(), &call), now());
        header(answer.response(), "x-sandbox-reason").to_owned()
    };
    let policies = "/koodrive/ose/v1/carrier/retention/policy/batch";
    for json in [
        "{}",
        r#"{"policyList":[]}"#,
        r#"{"policyList":[{"policyId":1,"status":"1"}]}"#,
        r#"{"policyList":[{"policyId":"1","status":1}]}"#,
        r#"{"policyList":[{"policyId":"","status":"1"}]}"#,
    ] {
        assert_eq!(put(policies, json), "INVALID_PARAMETER", "{json}");
    }
    let order = "/koodrive/ose/v1/carrier/operation/reverseOrder";
    let long = "a".repeat(65);
    for json in [
        "{}",
        r#"{"batchSN":"1","operationList":[]}"#,
        r#"{"batchSN":"1","operationList":[{}]}"#,
        r#"{"batchSN":"1","operationList":[{"operationSN":"1","packageChangeList":[7]}]}"#,
        r#"{"batchSN":"1","operationList":[{"operationSN":"1","packageChangeList":[{"changeType":1,"packageId":"1"},{"changeType":1,"packageId":"2"}]}]}"#,
        &format!(r#"{{"batchSN":"{long}","operationList":[{{"operationSN":"1"}}]}}"#),
    ] {
        assert_eq!(put(order, json), "INVALID_PARAMETER", "{json}");
    }
    let operation = |members: &str| {
        format!(r#"{{"batchSN":"1","operationList":[{{"operationSN":"1",{members}}}]}}"#)
    };
    for (member, reason) in [
        (r#""carrierUserId":7"#, "CARRIER_USER_ID_NOT_TEXT"),
        (r#""carrierUserId":"""#, "EMPTY_CARRIER_USER_ID"),
    ] {
        assert_eq!(put(order, &operation(member)), reason, "{member}");
    }
    for (change, reason) in [
        (r#"{"packageId":"1"}"#, "MISSING_TYPE"),
        (r#"{"changeType":"1","packageId":"1"}"#, "TYPE_NOT_INTEGER"),
        (r#"{"changeType":2,"packageId":"1"}"#, "UNDOCUMENTED_TYPE"),
        (r#"{"changeType":1}"#, "MISSING_PACKAGE_ID"),
        (r#"{"changeType":1,"packageId":7}"#, "PACKAGE_ID_NOT_TEXT"),
        (r#"{"changeType":1,"packageId":""}"#, "EMPTY_PACKAGE_ID"),
        (
            r#"{"changeType":1,"changeType":1,"packageId":"1"}"#,
            "DUPLICATE_MEMBER",
        ),
    ] {
        let json = operation(&format!(r#""packageChangeList":[{change}]"#));
        assert_eq!(put(order, &json), reason, "{json}");
    }
}

/// Sends reverseOrder with this body and returns the reason of the refusal, empty where it is
/// accepted.
fn reverse(sandbox: &mut Sandbox, json: &str) -> String {
    let call = RawCall::new(
        Method::POST,
        "/koodrive/ose/v1/carrier/operation/reverseOrder",
    )
    .unwrap()
    .json(json)
    .unwrap();
    let answer = sandbox.handle(&request(by_app(), &call), now());
    header(answer.response(), "x-sandbox-reason").to_owned()
}

#[test]
fn the_settings_of_users_packages_types_and_repeats_hold_for_reverse_order() {
    let order = |user: &str, change_type: i64, package: &str| {
        format!(
            r#"{{"batchSN":"1","operationList":[{{"operationSN":"1","carrierUserId":"7"}},{{"operationSN":"2","carrierUserId":"{user}","packageChangeList":[{{"changeType":{change_type},"packageId":"{package}"}}]}}]}}"#
        )
    };
    let known = &mut sandbox(
        r#"{"carrierUserIds": ["7", "8"], "packageIds": ["14"], "acceptedChangeTypes": [1, 3], "refuseRepeats": true}"#,
    );
    for (json, reason) in [
        (order("9", 1, "14"), "UNKNOWN_CARRIER_USER_ID"),
        (order("8", 1, "15"), "UNKNOWN_PACKAGE_ID"),
        (order("8", 2, "14"), "UNDOCUMENTED_TYPE"),
        (order("8", 1, "14"), ""),
        (order("8", 1, "14"), "REPEATED_CALL"),
        (order("8", 3, "14"), ""),
    ] {
        assert_eq!(reverse(known, &json), reason, "{json}");
    }
    // The order of the members does not count.
    let reordered = r#"{"operationList":[{"operationSN":"1"}],"batchSN":"1"}"#;
    assert_eq!(reverse(known, reordered), "");
    let same = r#"{"batchSN":"1", "operationList":[{"operationSN":"1"}]}"#;
    assert_eq!(reverse(known, same), "REPEATED_CALL");
    assert_eq!(known.accepted().len(), 3);
}

#[test]
fn every_call_that_changes_state_is_listed_with_its_members() {
    const USER: &str = "/koodrive/ose/v1/users/1";
    let sandbox = &mut sandbox(&format!(
        r#"{{"answers": [{{"method": "GET", "path": "{USER}"}}, {{"method": "PUT", "path": "{USER}"}}, {{"method": "DELETE", "path": "{USER}", "status": 204, "body": ""}}]}}"#
    ));
    let token = by_token();
    let raw = |method| RawCall::new(method, USER).unwrap();
    send(sandbox, &token, &raw(Method::GET));
    send(sandbox, &token, &GetCurrentRetentionPolicy::new());
    let set = SetRetentionPolicy::new([PolicyStatus::new("300000000000000000", "1")]).unwrap();
    send(sandbox, &token, &set);
    let order = OrderOperation::new("1").with_package_change(PackageChange::new("14"));
    send(
        sandbox,
        &token,
        &ReverseOrder::new("batch", [order]).unwrap(),
    );
    let put = r#"{"status":7, "big":1, "big":9007199254740993, "xDate":"mine"}"#;
    send(sandbox, &token, &raw(Method::PUT).json(put).unwrap());
    send(sandbox, &token, &raw(Method::PUT).json("[7]").unwrap());
    send(sandbox, &token, &raw(Method::DELETE));
    let end = r#""xDate":"20251103T070140Z","traceId":null}"#;
    assert_eq!(
        serde_json::to_string(sandbox.accepted()).unwrap(),
        [
            r#"[{"operation":"setRetentionPolicy","policyList":[{"policyId":"300000000000000000","status":"1"}],"#,
            end,
            r#",{"operation":"reverseOrder","batchSN":"batch","operationList":[{"operationSN":"1","packageChangeList":[{"changeType":1,"packageId":"14"}]}],"#,
            end,
            r#",{"operation":"PUT /koodrive/ose/v1/users/1","status":7,"big":9007199254740993,"#,
            end,
            r#",{"operation":"PUT /koodrive/ose/v1/users/1","#,
            end,
            r#",{"operation":"DELETE /koodrive/ose/v1/users/1","#,
            end,
            "]",
        ]
        .concat()
    );
    assert_eq!(sandbox.accepted()[2].member("xDate"), Some(r#""mine""#));
    assert_eq!(sandbox.accepted()[2].carrier_user_id(), None);
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
    let undocumented = call().with_modification_type(ModificationType::undocumented(1).unwrap());
    let mut sandbox = sandbox(r#"{"acceptedTypes": [1, 2]}"#);
    let answer = sandbox.handle(&request(by_app(), &undocumented), now());
    assert_eq!(answer.response().status(), 200);
    assert_eq!(sandbox.accepted()[0].modification_type(), Some(1));
}

#[test]
fn a_reply_can_be_told_to_say_otherwise() {
    let config = r#"{"codeAsText": true, "msg": "成功", "echoTraceId": true, "policies": [{"policyId": "9007199254740993"}]}"#;
    let mut sandbox = sandbox(config);
    let options = RequestOptions::default().trace_id(TraceId::parse(TRACE_ID).unwrap());
    let client = client(by_app());

    let request = client.request_with(&call(), now(), &options).unwrap();
    let answer = sandbox.handle(&request, now());
    assert_eq!(body(&answer), r#"{"code":"0","msg":"成功"}"#);
    assert_eq!(header(answer.response(), "x-traceid"), TRACE_ID);

    let answer = sandbox.handle(
        &super::request(by_token(), &GetCurrentRetentionPolicy::new()),
        now(),
    );
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
    let options = RequestOptions::default().trace_id(TraceId::parse(TRACE_ID).unwrap());
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
            r#"[{"operation":"notifyPackageExpire","carrierUserId":"189642158555241211","type":2,"packageId":"14","xDate":"20251103T070140Z","#,
            r#""traceId":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789"},"#,
            r#"{"operation":"notifyPackageExpire","carrierUserId":"用户","type":2,"packageId":"15","xDate":"20251103T070140Z","traceId":null},"#,
            r#"{"operation":"notifyPackageExpire","carrierUserId":"用户","type":2,"packageId":"15","xDate":"20251103T070140Z","traceId":null}]"#,
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
    // The status was an answer without an act; the spoiled answers were to calls that were acted
    // on.
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
            "refusedStatus: 403 is not published; pass 400 or 401",
        ),
        (
            r#"{"acceptedTypes": []}"#,
            "acceptedTypes: empty, so that no call could be accepted; pass at least one type",
        ),
        (
            r#"{"acceptedChangeTypes": []}"#,
            "acceptedChangeTypes: empty, so that no package change could be accepted; pass at least one type",
        ),
        (
            r#"{"authority": ""}"#,
            "authority: empty; leave it out to accept any",
        ),
        (
            r#"{"prefix": "gateway"}"#,
            "prefix: not the path of an endpoint; begin it with a slash, and end it without one",
        ),
        (
            r#"{"prefix": "/gateway/"}"#,
            "prefix: not the path of an endpoint; begin it with a slash, and end it without one",
        ),
        (
            r#"{"apps": [{"appId": "a", "appSecret": ""}]}"#,
            "app_secret: empty; pass at least one character",
        ),
        (
            r#"{"tokens": [""]}"#,
            "token: empty; pass at least one character",
        ),
        (
            r#"{"apps": [{"appId": "a", "appSecret": "1"}, {"appId": "a", "appSecret": "2"}]}"#,
            "apps: the app id a stands twice; pass it once",
        ),
        (
            r#"{"answers": [{"method": "GET", "path": "/a", "status": 99}]}"#,
            "answers: entry 1: status: 99 cannot be answered; pass 200 to 599 except 205 and 304",
        ),
        (
            r#"{"answers": [{"method": "GET", "path": "/a"}, {"method": "get", "path": "/a"}]}"#,
            "answers: entry 2: unknown method `get`; expected one of: GET, POST, PUT, PATCH, DELETE, in upper case",
        ),
        (
            r#"{"answers": [{"method": "HEAD", "path": "/a"}]}"#,
            "answers: entry 1: unknown method `HEAD`; expected one of: GET, POST, PUT, PATCH, DELETE, in upper case",
        ),
        (
            r#"{"answers": [{"method": "", "path": "/a"}]}"#,
            "answers: entry 1: unknown method ``; expected one of: GET, POST, PUT, PATCH, DELETE, in upper case",
        ),
        (
            r#"{"answers": [{"method": "GET", "path": "/a b"}]}"#,
            "answers: entry 1: path: `/a b` is never sent as it is written; pass /a%20b",
        ),
        (
            r#"{"answers": [{"method": "GET", "path": "/a%2fb"}]}"#,
            "answers: entry 1: path: `/a%2fb` is never sent as it is written; pass /a%2Fb",
        ),
        (
            r#"{"answers": [{"method": "GET", "path": "a"}]}"#,
            "answers: entry 1: path: does not begin with '/'; pass the absolute path below the endpoint",
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
