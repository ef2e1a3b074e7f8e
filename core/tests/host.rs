//! The functions for bindings: the words that all of them share, and results under the wire's
//! names.

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use koodrive::header::{self, ReplyHeaders};
use koodrive::host::{
    self, AnyCall, ClientSettings, CredentialsInput, ErrorFields, Failure, ReceivedResponse,
    SentRequest, Spelling,
};
use koodrive::{
    Client, Credentials, Endpoint, Error, GetCurrentRetentionPolicy, NotifyPackageExpire,
    Operation as _, Outcome, RawCall, RequestOptions, TraceId, TransportError, signing,
};

const TRACE_ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789";

fn by_app() -> Credentials {
    Credentials::app("example-app-id", "example-app-secret-not-real").unwrap()
}

fn client() -> Client {
    Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", by_app()).unwrap()
}

fn call() -> NotifyPackageExpire {
    NotifyPackageExpire::new("189642158555241211", "14").unwrap()
}

fn now() -> DateTime<Utc> {
    "2025-11-03T07:01:45Z".parse().unwrap()
}

#[test]
fn every_field_of_an_error_is_handed_over() {
    let response = Response::builder()
        .status(429)
        .header("retry-after", "7")
        .header("x-traceid", "trace")
        .body(r#"{"error_code":"APIGW.0308","error_msg":"throttled","request_id":"4a1e"}"#)
        .unwrap();
    let error = Error::from(client().parse(&call(), &response).unwrap_err());
    let fields = ErrorFields::new(error, Spelling::Camel);
    let message = "the service answered notifyPackageExpire with HTTP 429, code APIGW.0308, msg \\\"throttled\\\", request id 4a1e, trace id trace";
    assert_eq!(
        serde_json::to_string(&fields).unwrap(),
        format!(
            r#"{{"message":"{message}","kind":"api","outcome":"refused","retryable":true,"status":429,"code":"APIGW.0308","msg":"throttled","requestId":"4a1e","traceId":"trace","xDate":null,"retryAfter":7.0,"body":"{{\"error_code\":\"APIGW.0308\",\"error_msg\":\"throttled\",\"request_id\":\"4a1e\"}}","field":null}}"#
        )
    );

    let fields = ErrorFields::new(TransportError::not_sent("refused").into(), Spelling::Camel);
    assert_eq!(
        serde_json::to_string(&fields).unwrap(),
        r#"{"message":"the request was not sent: refused; the service did not receive the call, so a retry is safe","kind":"not_sent","outcome":"not_sent","retryable":true,"status":null,"code":null,"msg":null,"requestId":null,"traceId":null,"xDate":null,"retryAfter":null,"body":null,"field":null}"#
    );

    let refused = host::client(
        &ClientSettings {
            endpoint: "https://gateway.example",
            allow_plain_http: false,
            user_id: "",
            clock_margin: 5,
            clock_offset: 0,
        },
        by_app(),
    )
    .unwrap_err();
    for (spelling, name) in [(Spelling::Camel, "userId"), (Spelling::Snake, "user_id")] {
        let fields = ErrorFields::new(refused.clone().into(), spelling);
        assert_eq!(fields.field.as_deref(), Some(name));
        assert!(
            fields.message.starts_with(&format!("{name}: ")),
            "{fields:?}"
        );
    }
}

#[test]
fn replies_have_the_names_of_the_wire() {
    let response = Response::builder()
        .header("x-traceid", "trace")
        .body(r#"{"code":0,"policyList":[{"policyId":300000000000000000,"policyName":"a","priority":10}]}"#)
        .unwrap();
    let policies = client()
        .parse(&GetCurrentRetentionPolicy::new(), &response)
        .unwrap();
    assert_eq!(
        serde_json::to_string(&policies).unwrap(),
        r#"{"code":"0","msg":null,"traceId":"trace","policyList":[{"policyId":"300000000000000000","policyName":"a","description":null,"priority":10,"status":null}],"body":"{\"code\":0,\"policyList\":[{\"policyId\":300000000000000000,\"policyName\":\"a\",\"priority\":10}]}"}"#
    );

    let reply = client().parse(&call(), &response).unwrap();
    assert_eq!(
        serde_json::to_string(&reply).unwrap(),
        r#"{"code":"0","msg":null,"traceId":"trace"}"#
    );
}

#[test]
fn an_explanation_has_the_names_of_the_wire() {
    let theirs = "POST\n/other/\n\nhost:h\nx-date:d\nx-user-id:u\n\nhost;x-date;x-user-id\nhash";
    let options = RequestOptions::default();
    let explanation = signing::explain(&client(), &call(), now(), &options, Some(theirs)).unwrap();
    let written = serde_json::to_value(&explanation).unwrap();
    assert_eq!(
        written["canonicalRequestHash"],
        "9c24ade95d82dce7c7002ec7272d12f9ff60d1f71d5fc50708e113d4249449ce"
    );
    assert_eq!(
        written["signature"],
        "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac"
    );
    assert_eq!(written["signedHeaders"], "host;x-date;x-user-id");
    assert_eq!(
        written["difference"],
        serde_json::json!({
            "part": "CanonicalURI",
            "line": 2,
            "ours": "/koodrive/ose/v1/carrier/users/notifyPackageExpire/",
            "theirs": "/other/",
        })
    );
    assert_eq!(
        written["finding"],
        "line 2 (CanonicalURI) differs: signed here \"/koodrive/ose/v1/carrier/users/notifyPackageExpire/\", by the service \"/other/\""
    );
    assert_eq!(
        explanation.difference.unwrap().to_string(),
        written["finding"]
    );
}

#[test]
fn microseconds_are_an_instant_rounded_to_a_whole_one() {
    let read = |microseconds| host::instant("now", microseconds, "a Date");
    for (microseconds, nanoseconds) in [
        (0.0, 0),
        (1.4, 1_000),
        (1.5, 2_000),
        (-1.5, -2_000),
        (1e15, 1_000_000_000_000_000_000),
    ] {
        assert_eq!(
            read(microseconds).unwrap().timestamp_nanos_opt(),
            Some(nanoseconds),
            "{microseconds}"
        );
    }
    for microseconds in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
        let refusal = read(microseconds).unwrap_err();
        assert_eq!(refusal.to_string(), "now: not a valid date; pass a Date");
    }
}

#[test]
fn a_client_is_made_of_settings() {
    let make = |allow_plain_http, clock_margin, clock_offset| {
        let settings = ClientSettings {
            endpoint: "http://gateway.example",
            allow_plain_http,
            user_id: "7",
            clock_margin,
            clock_offset,
        };
        host::client(&settings, by_app())
    };
    let client = make(true, 60, -90_000).unwrap();
    assert_eq!(client.clock_margin(), 60);
    assert_eq!(client.clock_offset(), TimeDelta::seconds(-90));
    assert_eq!(client.endpoint().authority(), "gateway.example");
    assert!(make(false, 60, 0).is_err());
    assert!(make(true, 601, 0).is_err());
    assert!(make(true, 60, i64::MAX).is_err());
    assert!(make(true, 60, i64::MIN).is_err());
}

#[test]
fn credentials_are_given_in_exactly_one_way() {
    let none = CredentialsInput::default();
    let by_app = CredentialsInput {
        app_id: Some("a"),
        app_secret: Some("s"),
        ..none
    };
    let by_token = CredentialsInput {
        token: Some("t"),
        ..none
    };
    let by_authorization = CredentialsInput {
        authorization: Some("t"),
        ..none
    };
    let app = host::credentials(by_app).unwrap();
    assert_eq!(
        format!("{app:?}"),
        "Credentials { app_id: a, app_secret: *** }"
    );
    let authorization = |given| {
        let client = client().with_credentials(host::credentials(given).unwrap());
        let parts = client
            .varying_parts(&call(), now(), &RequestOptions::default())
            .unwrap();
        parts.authorization.as_str().to_owned()
    };
    assert_eq!(authorization(by_token), "Bearer t");
    assert_eq!(authorization(by_authorization), "t");

    // Five of the 64 combinations are accepted: the three above, an app id whose secret stays
    // elsewhere, and a token that comes later.
    let mut accepted = Vec::new();
    for bits in 0..64 {
        let given = |bit: u32, value| (bits >> bit & 1 == 1).then_some(value);
        let combination = CredentialsInput {
            app_id: given(0, "a"),
            app_secret: given(1, "s"),
            token: given(2, "t"),
            authorization: given(3, "t"),
            signs_elsewhere: bits >> 4 & 1 == 1,
            token_later: bits >> 5 & 1 == 1,
        };
        match host::credentials(combination) {
            Ok(_) => accepted.push(bits),
            Err(refusal) => {
                let expected = match bits {
                    0b1 => host::incomplete_credentials(false),
                    0b10 | 0b1_0000 => host::incomplete_credentials(true),
                    _ => host::ambiguous_credentials(),
                };
                assert_eq!(refusal, expected, "{combination:?}");
            }
        }
    }
    assert_eq!(accepted, [0b11, 0b100, 0b1000, 0b1_0001, 0b10_0000]);
}

#[test]
fn only_what_surely_was_not_sent_is_not_sent() {
    for (has_left, outcome) in [(false, Outcome::NotSent), (true, Outcome::Unknown)] {
        let error = host::transport_error(has_left, "gone");
        assert!(error.to_string().contains("gone"), "{error}");
        assert_eq!(Error::from(error).outcome(), outcome);
    }
}

#[test]
fn the_debug_text_of_credentials_that_were_given_shows_no_secret() {
    let given = CredentialsInput {
        app_id: Some("a"),
        app_secret: Some("secret"),
        token: Some("secret"),
        authorization: None,
        ..CredentialsInput::default()
    };
    assert_eq!(
        format!("{given:?}"),
        r#"CredentialsInput { app_id: Some("a"), app_secret: Some("***"), token: Some("***"), authorization: None, signs_elsewhere: false, token_later: false }"#
    );
}

#[test]
fn options_are_those_that_are_given() {
    assert_eq!(host::options(None, None), Ok(RequestOptions::default()));
    let options = host::options(Some(TRACE_ID), Some(now())).unwrap();
    assert_eq!(
        options,
        RequestOptions::default()
            .trace_id(TraceId::parse(TRACE_ID).unwrap())
            .date(now())
    );
    assert!(options.has_date());
    assert!(!RequestOptions::default().has_date());
    assert!(host::options(Some("short"), None).is_err());
}

#[test]
fn a_header_that_is_read_is_found_by_its_name_in_any_case() {
    for (name, position) in [
        ("date", Some(0)),
        ("AGE", Some(1)),
        ("Retry-After", Some(2)),
        ("X-TraceId", Some(3)),
        ("", None),
        ("dates", None),
        ("x-date", None),
    ] {
        assert_eq!(header::position(name.as_bytes()), position, "{name}");
    }
}

#[test]
fn a_status_has_three_digits() {
    for status in [100, 200, 999] {
        assert_eq!(
            host::status(status).map(|status| status.as_u16()),
            Ok(status)
        );
    }
    for status in [0, 99, 1000] {
        assert!(host::status(status).is_err(), "{status}");
    }
}

/// A reply with the service's clock in it.
fn response<'a>(headers: &'a HeaderMap, status: u16, body: &'a [u8]) -> ReceivedResponse<'a> {
    ReceivedResponse {
        status,
        headers: ReplyHeaders::from(headers),
        body,
    }
}

#[test]
fn the_reply_to_a_request_that_was_sent_is_read_as_an_attempt_reads_it() {
    let mut headers = HeaderMap::new();
    headers.insert(
        "date",
        HeaderValue::from_static("Mon, 03 Nov 2025 09:01:45 GMT"),
    );
    let (client, call) = (client(), call());
    let body = br#"{"code":0}"#.as_slice();
    let sent = SentRequest {
        x_date: "20251103T070140Z",
        trace_id: TRACE_ID,
        reply_limit: body.len(),
        sent_at: now(),
        may_sign_anew: true,
    };
    let parse = |status, body, sent: &SentRequest<'_>| {
        host::parse_sent(
            &client,
            &call,
            response(&headers, status, body),
            sent,
            now(),
        )
    };

    let reply = parse(200, body, &sent).unwrap();
    assert_eq!(
        (&*reply.code, reply.trace_id.as_deref()),
        ("0", Some(TRACE_ID))
    );
    assert_eq!(client.clock_offset(), TimeDelta::hours(2));

    let too_long = parse(200, br#"{"code":0} "#, &sent).unwrap_err();
    assert!(
        too_long.error.to_string().contains("limit of 10 bytes"),
        "{too_long:?}"
    );
    assert_eq!(too_long.error.trace_id(), Some(TRACE_ID));

    let Failure { error, sign_anew } = parse(401, b"", &sent).unwrap_err();
    assert!(sign_anew);
    assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
    assert_eq!(error.x_date(), Some("20251103T070140Z"));
    for (status, sent) in [
        (
            401,
            SentRequest {
                may_sign_anew: false,
                ..sent
            },
        ),
        (403, sent),
        (
            401,
            SentRequest {
                x_date: "20251103T090140Z",
                ..sent
            },
        ),
    ] {
        assert!(
            !parse(status, b"", &sent).unwrap_err().sign_anew,
            "{status}"
        );
    }

    let not_a_status = parse(99, body, &sent).unwrap_err();
    assert_eq!(not_a_status.error.kind().as_str(), "invalid_input");
    assert!(!not_a_status.sign_anew);
}

#[test]
fn the_error_of_a_request_without_a_reply_names_it() {
    let unanswered = || TransportError::outcome_unknown("timed out");
    let error = host::failed(unanswered(), false, Some("20251103T070140Z"), TRACE_ID);
    assert_eq!(error.x_date(), Some("20251103T070140Z"));
    assert_eq!(error.trace_id(), Some(TRACE_ID));
    assert!(!error.is_retryable());
    let error = host::failed(unanswered(), true, None, TRACE_ID);
    assert_eq!((error.is_retryable(), error.x_date()), (true, None));
}

#[test]
fn a_value_that_is_refused_is_named_with_what_would_be_right() {
    for (refusal, text) in [
        (host::refused("timeout", "b; c"), "timeout: b; c"),
        (host::misused("b; c"), "b; c"),
        (
            host::not_an_instant("date", "a Date"),
            "date: not a valid date; pass a Date",
        ),
        (
            host::not_text("carrierUserId", "a number"),
            "carrierUserId: a number where text is due; pass text, since a number may lose digits",
        ),
        (
            host::lone_surrogate("packageId"),
            "packageId: contains a lone surrogate, which UTF-8 cannot carry; remove it",
        ),
        (
            host::date_without_zone("now"),
            "now: has no time zone; pass an aware date, since the service reads UTC",
        ),
        (
            host::not_a_type(),
            "type: not an integer; pass an integer or leave it out",
        ),
        (
            host::not_a_margin(),
            "clock_margin: out of range; pass whole seconds from 0 s to 600 s",
        ),
        (
            host::ambiguous_credentials(),
            "pass one kind of credentials: app_id with app_secret or sign, or token, or authorization",
        ),
        (
            host::incomplete_credentials(false),
            "app_secret is missing; pass it with app_id, or pass sign",
        ),
        (
            host::incomplete_credentials(true),
            "app_id is missing; pass it with app_secret or sign",
        ),
    ] {
        assert_eq!(refusal.to_string(), text);
    }
}

fn body(operation: &str, fields: &str) -> Result<Option<String>, String> {
    AnyCall::from_json(operation, fields)
        .map(|call| call.body())
        .map_err(|error| error.to_string())
}

#[test]
fn a_call_is_made_of_its_name_and_its_fields() {
    for (operation, fields, expected) in [
        (
            "notifyPackageExpire",
            r#"{"packageId":"14","carrierUserId":"1"}"#,
            Some(r#"{"carrierUserId":"1","type":2,"packageId":"14"}"#),
        ),
        (
            "notifyPackageExpire",
            r#"{"carrierUserId":"1","packageId":"14","type":2,"undocumentedType":7}"#,
            Some(r#"{"carrierUserId":"1","type":7,"packageId":"14"}"#),
        ),
        ("getSpaceUsageByOverview", "{}", None),
        ("getCurrentRetentionPolicy", "{}", None),
        ("getCarrierRetentionPolicy", "{}", None),
        (
            "setRetentionPolicy",
            r#"{"policyList":[{"status":"1","policyId":"300000000000000000"}]}"#,
            Some(r#"{"policyList":[{"policyId":"300000000000000000","status":"1"}]}"#),
        ),
        (
            "reverseOrder",
            r#"{"batchSN":"b","operationList":[{"operationSN":"o","packageChangeList":[{"packageId":"14"}]},{"operationSN":"p","carrierUserId":"u","packageChangeList":[{"packageId":"14","undocumentedChangeType":3}]}]}"#,
            Some(
                r#"{"batchSN":"b","operationList":[{"operationSN":"o","packageChangeList":[{"changeType":1,"packageId":"14"}]},{"operationSN":"p","carrierUserId":"u","packageChangeList":[{"changeType":3,"packageId":"14"}]}]}"#,
            ),
        ),
        (
            "rawCall",
            r#"{"method":"PUT","path":"/a","json":"{\"status\": 7}"}"#,
            Some(r#"{"status": 7}"#),
        ),
    ] {
        assert_eq!(
            body(operation, fields),
            Ok(expected.map(str::to_owned)),
            "{operation}"
        );
    }
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn a_field_that_is_wrong_is_named_with_the_way_to_it() {
    let user = "getUser";
    let order = |operation: &str| format!(r#"{{"batchSN":"b","operationList":[{operation}]}}"#);
    for (operation, fields, text) in [
        (
            user,
            "{}".to_owned(),
            "unknown operation getUser; expected one of: notifyPackageExpire, ",
        ),
        (
            "rawCall",
            "[".to_owned(),
            "the fields of the call are not valid JSON",
        ),
        (
            "getSpaceUsageByOverview",
            r#"{"userId":"1"}"#.to_owned(),
            "userId: unknown field; this call takes none",
        ),
        (
            "notifyPackageExpire",
            r#"{"carrierUserId":"1"}"#.to_owned(),
            "packageId: missing; pass text",
        ),
        (
            "notifyPackageExpire",
            r#"{"carrierUserId":9007199254740993,"packageId":"14"}"#.to_owned(),
            "carrierUserId: a number where text is due",
        ),
        (
            "notifyPackageExpire",
            r#"{"carrierUserId":"\ud800","packageId":"14"}"#.to_owned(),
            "carrierUserId: contains a lone surrogate",
        ),
        (
            "notifyPackageExpire",
            r#"{"carrierUserId":"1","packageId":"14","type":"2"}"#.to_owned(),
            "type: not an integer",
        ),
        (
            "notifyPackageExpire",
            r#"{"carrierUserId":"1","packageID":"14"}"#.to_owned(),
            "packageID: unknown field; expected one of: carrierUserId, packageId, type, undocumentedType",
        ),
        (
            "setRetentionPolicy",
            r#"{"policyList":{}}"#.to_owned(),
            "policyList: not a list; pass a list of objects",
        ),
        (
            "setRetentionPolicy",
            r#"{"policyList":[{"policyId":"1","status":1}]}"#.to_owned(),
            "policyList[0].status: a number where text is due",
        ),
        (
            "setRetentionPolicy",
            "{}".to_owned(),
            "policyList: 0 entries; pass 1 to 50",
        ),
        (
            "reverseOrder",
            order("7"),
            "operationList[0]: not an object; pass an object",
        ),
        (
            "reverseOrder",
            order(r#"{"operationSN":"o","packageChangeList":[{"packageId":"14\r"}]}"#),
            "operationList[0].packageChangeList[0].packageId: control character U+000D at position 3",
        ),
        (
            "reverseOrder",
            order(
                r#"{"operationSN":"o","packageChangeList":[{"packageId":"1"},{"packageId":"2"}]}"#,
            ),
            "operationList[0].packageChangeList: 2 entries; pass at most 1",
        ),
        (
            "rawCall",
            r#"{"method":"GET","path":"/a","query":{"a":true}}"#.to_owned(),
            "query: a is neither text nor an integer within ± 2^53",
        ),
        (
            "rawCall",
            r#"{"method":"GET","path":"/a","query":{"a":1.5}}"#.to_owned(),
            "query: a is neither text nor an integer within ± 2^53",
        ),
        (
            "rawCall",
            r#"{"method":"GET","path":"/a","query":[["b","1"],["a",["2",null]]]}"#.to_owned(),
            "query: a is neither text nor an integer within ± 2^53",
        ),
        (
            "rawCall",
            r#"{"method":"GET","path":"/a","headers":{"language":[]}}"#.to_owned(),
            "headers: language is not text; pass text",
        ),
        (
            "rawCall",
            r#"{"method":"GET","path":"/a","headers":{"language":["en-US"]}}"#.to_owned(),
            "headers: language is not text; pass text",
        ),
        (
            "rawCall",
            r#"{"method":"GET","path":"/a","headers":[["language",null]]}"#.to_owned(),
            "headers: language is not text; pass text",
        ),
        (
            "rawCall",
            r#"{"method":"GET","path":"/a","query":"a=1"}"#.to_owned(),
            "query: not a mapping and not a list of pairs",
        ),
        (
            "rawCall",
            r#"{"method":"GET","path":"/a","headers":[["language"]]}"#.to_owned(),
            "headers: not a mapping and not a list of pairs",
        ),
        (
            "rawCall",
            r#"{"method":"HEAD","path":"/a"}"#.to_owned(),
            "method: not supported",
        ),
        (
            "rawCall",
            r#"{"method":"G T","path":"/a"}"#.to_owned(),
            "method: not supported",
        ),
        (
            "rawCall",
            r#"{"method":"POST","path":"/a","json":"{"}"#.to_owned(),
            "json: not valid JSON",
        ),
        (
            "rawCall",
            r#"{"method":"GET","path":"/a","json":"{}"}"#.to_owned(),
            "json: GET has no body",
        ),
    ] {
        let refused = body(operation, &fields).unwrap_err();
        assert!(refused.starts_with(text), "{fields}: {refused}");
    }
}

#[test]
fn a_raw_call_of_parts_is_the_one_that_rust_makes() {
    let pairs = r#"{"query":{"a":[1,"b c"]},"headers":[["language","en-US"]]}"#;
    let json = r#"{"status": 7}"#;
    let expected = RawCall::new(Method::PUT, "/a b")
        .and_then(|call| call.query("a", 1))
        .and_then(|call| call.query("a", "b c"))
        .and_then(|call| call.header("language", "en-US"))
        .and_then(|call| call.json(json));
    let found = host::raw_call_with("PUT", "/a b", Some(pairs), Some(json.to_owned()));
    assert_eq!(found, expected);
    let plain = RawCall::new(Method::GET, "/a");
    assert_eq!(host::raw_call_with("GET", "/a", None, None), plain);
}

#[test]
fn the_first_wrong_part_of_a_raw_call_is_named() {
    let query = r#"{"query":{"a":true},"headers":{"language":1}}"#;
    let headers = r#"{"headers":{"language":1}}"#;
    for (method, path, pairs, field) in [
        ("TRACE", "a", Some(query), "method"),
        ("P T", "a", Some(query), "method"),
        ("PUT", "a", Some(query), "path"),
        ("PUT", "/a", Some(query), "query"),
        ("PUT", "/a", Some(headers), "headers"),
        ("PUT", "/a", None, "json"),
    ] {
        let refused = host::raw_call_with(method, path, pairs, Some("{".to_owned())).unwrap_err();
        assert_eq!(refused.field(), Some(field), "{method} {path} {pairs:?}");
    }
}

#[test]
fn a_query_is_a_mapping_or_a_list_of_pairs_and_a_list_repeats_its_name() {
    let url = |query: &str| {
        let fields = format!(r#"{{"method":"GET","path":"/a","query":{query}}}"#);
        let call = AnyCall::from_json("rawCall", &fields).unwrap();
        let parts = client().fixed_parts(&call).unwrap();
        parts
            .url
            .rsplit_once('?')
            .map(|(_, query)| query.to_owned())
    };
    assert_eq!(url("null"), None);
    assert_eq!(url("{}"), None);
    for query in [
        r#"{"b":[2,"1"],"a":"x y"}"#,
        r#"[["b","1"],["a","x y"],["b",2]]"#,
        r#"[["b",["1","2"]],["a","x y"]]"#,
    ] {
        assert_eq!(url(query).as_deref(), Some("a=x%20y&b=1&b=2"), "{query}");
    }
}

#[test]
fn the_reply_of_any_call_is_json_under_the_names_of_the_wire() {
    let call = AnyCall::from_json("getSpaceUsageByOverview", "{}").unwrap();
    let response = Response::new(r#"{"code":"0","data":{"totalUsed":9007199254740993}}"#);
    let reply = client().parse(&call, &response).unwrap();
    let reply: serde_json::Value = serde_json::from_str(&reply).unwrap();
    assert_eq!(reply["data"]["totalUsed"], "9007199254740993");
    assert_eq!(reply["data"]["quota"], serde_json::Value::Null);
    assert_eq!(reply["body"], *response.body());
}

#[test]
fn a_redirect_that_the_host_hides_is_refused_with_status_0() {
    let call = AnyCall::new(call());
    let date = "20251103T070140Z";
    let error = host::hidden_redirect(&client(), &call, date, TRACE_ID);
    let hidden = ErrorFields::new(error, Spelling::Camel);
    assert_eq!(
        (hidden.kind, hidden.outcome, hidden.retryable, hidden.status),
        ("api", "refused", false, Some(0))
    );
    assert_eq!(
        hidden.message,
        "the service answered notifyPackageExpire with a redirect, which is not followed; this host hides its status and target; check the endpoint"
    );
    assert_eq!(
        (hidden.trace_id.as_deref(), hidden.x_date.as_deref()),
        (Some(TRACE_ID), Some(date))
    );
    assert_eq!((hidden.code, hidden.body), (None, None));
}

#[test]
fn a_field_that_is_no_option_is_spelled_as_it_is() {
    for (field, spelled) in [
        ("user_id", "--user-id"),
        ("token", "--token-file"),
        ("--job", "--job"),
        ("my_lapses.csv", "my_lapses.csv"),
        ("carrierUserId", "carrierUserId"),
    ] {
        assert_eq!(Spelling::Flag.name(field), spelled);
    }
}

#[test]
fn a_time_in_a_text_is_in_the_unit_of_the_host() {
    let error = client().with_clock_margin(601).unwrap_err();
    for (spelling, text) in [
        (
            Spelling::Snake,
            "clock_margin: out of range; pass whole seconds from 0 s to 600 s",
        ),
        (
            Spelling::Camel,
            "clockMarginMs: out of range; pass whole seconds from 0 ms to 600000 ms",
        ),
        (
            Spelling::Flag,
            "--clock-margin: out of range; pass whole seconds from 0 s to 600 s",
        ),
    ] {
        assert_eq!(spelling.apply(error.template()), text);
    }
}
