//! Operations that have a type of their own, raw calls, and operations of another crate.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use http::{Method, Response};
use koodrive::{
    Authentication, ChangeType, Client, Credentials, Endpoint, Envelope, ErrorKind,
    GetCarrierRetentionPolicy, GetCurrentRetentionPolicy, GetSpaceUsageByOverview, Headers,
    InvalidInput, ModificationType, NotifyPackageExpire, Operation, OrderOperation, Outcome,
    PackageChange, PolicyStatus, Query, RawCall, ReverseOrder, SetRetentionPolicy, Success, fields,
    path_segment,
};

fn now() -> DateTime<Utc> {
    "2025-11-03T07:01:45Z".parse().unwrap()
}

fn client() -> Client {
    let credentials = Credentials::app("example-app-id", "example-app-secret-not-real").unwrap();
    Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials).unwrap()
}

fn get(path: &str) -> RawCall {
    RawCall::new(Method::GET, path).unwrap()
}

fn response(status: u16, body: &str) -> Response<&str> {
    Response::builder().status(status).body(body).unwrap()
}

#[test]
fn every_operation_has_the_publishers_name_method_and_path() {
    fn facts<O: Operation>(call: &O) -> (String, Method, String, bool) {
        assert_eq!(call.fixed_path(), Some(&*call.path()));
        (
            call.name().into(),
            call.method(),
            call.path().into(),
            call.is_safe(),
        )
    }
    let policies = [PolicyStatus::new("1", "1")];
    let order = [OrderOperation::new("o")];
    for (found, (name, method, path)) in [
        (
            facts(&NotifyPackageExpire::new("1", "14").unwrap()),
            (
                "notifyPackageExpire",
                Method::POST,
                "carrier/users/notifyPackageExpire",
            ),
        ),
        (
            facts(&GetSpaceUsageByOverview::new()),
            (
                "getSpaceUsageByOverview",
                Method::GET,
                "space/usage/overview",
            ),
        ),
        (
            facts(&GetCurrentRetentionPolicy::new()),
            (
                "getCurrentRetentionPolicy",
                Method::GET,
                "carrier/retention/policy/getList",
            ),
        ),
        (
            facts(&GetCarrierRetentionPolicy::new()),
            (
                "getCarrierRetentionPolicy",
                Method::GET,
                "carrier/policy/config/retention",
            ),
        ),
        (
            facts(&SetRetentionPolicy::new(policies).unwrap()),
            (
                "setRetentionPolicy",
                Method::POST,
                "carrier/retention/policy/batch",
            ),
        ),
        (
            facts(&ReverseOrder::new("b", order).unwrap()),
            (
                "reverseOrder",
                Method::POST,
                "carrier/operation/reverseOrder",
            ),
        ),
    ] {
        let path = format!("/koodrive/ose/v1/{path}");
        let is_safe = method == Method::GET;
        assert_eq!(found, (name.to_owned(), method, path, is_safe));
    }
}

#[test]
fn two_operations_of_one_client_do_not_share_what_is_prepared() {
    let client = client();
    for _ in 0..2 {
        for (path, url) in [
            (
                "/koodrive/ose/v1/space/usage/overview",
                client.request(&GetSpaceUsageByOverview::new(), now()),
            ),
            (
                "/koodrive/ose/v1/carrier/retention/policy/getList",
                client.request(&GetCurrentRetentionPolicy::new(), now()),
            ),
        ] {
            assert_eq!(url.unwrap().uri().path(), path);
        }
    }
}

#[test]
fn the_body_of_an_order_has_what_was_given_and_nothing_else() {
    let order = ReverseOrder::new(
        "batch",
        [
            OrderOperation::new("1"),
            OrderOperation::new("2")
                .with_carrier_user_id("user")
                .with_package_change(
                    PackageChange::new("14").with_change_type(ChangeType::undocumented(2).unwrap()),
                ),
        ],
    )
    .unwrap();
    assert_eq!(
        order.body().unwrap(),
        r#"{"batchSN":"batch","operationList":[{"operationSN":"1"},{"operationSN":"2","carrierUserId":"user","packageChangeList":[{"changeType":2,"packageId":"14"}]}]}"#
    );
    assert!(ChangeType::undocumented(1).is_err());
    assert!(ChangeType::try_from(2).is_err());
}

#[test]
fn published_limits_are_refused_with_the_field() {
    let policies = |count: usize| SetRetentionPolicy::new(vec![PolicyStatus::new("1", "1"); count]);
    let order =
        |sn: String, count: usize| ReverseOrder::new(sn, vec![OrderOperation::new("1"); count]);
    assert!(policies(50).is_ok());
    assert!(order("中".repeat(64), 50).is_ok());
    let two_changes = OrderOperation::new("1")
        .with_package_change(PackageChange::new("1"))
        .with_package_change(PackageChange::new("2"));
    for (refused, field) in [
        (policies(0).err(), "policyList"),
        (policies(51).err(), "policyList"),
        (order("中".repeat(65), 1).err(), "batchSN"),
        (order("b".to_owned(), 0).err(), "operationList"),
        (order("b".to_owned(), 51).err(), "operationList"),
        (
            ReverseOrder::new("b", [two_changes]).err(),
            "operationList[0].packageChangeList",
        ),
        (
            ReverseOrder::new("b", [OrderOperation::new("1"), OrderOperation::new(" 2")]).err(),
            "operationList[1].operationSN",
        ),
        (
            SetRetentionPolicy::new([PolicyStatus::new("1", "")]).err(),
            "policyList[0].status",
        ),
    ] {
        assert_eq!(refused.unwrap().field(), Some(field));
    }
}

#[test]
fn an_id_has_no_control_character_and_no_white_space_at_its_ends() {
    let id = |text: &str| NotifyPackageExpire::new(text, "14").map(drop);
    let controls = ('\0'..='\u{1f}').chain('\u{7f}'..='\u{9f}');
    for character in controls {
        for text in [
            format!("a{character}b"),
            format!("{character}a"),
            format!("a{character}"),
        ] {
            let code_point = format!("U+{:04X}", u32::from(character));
            let refused = id(&text).unwrap_err();
            assert_eq!(refused.field(), Some("carrierUserId"));
            assert!(refused.to_string().contains(&code_point), "{refused}");
        }
    }
    // White_Space of Unicode 16, the controls apart, and characters without a width.
    let blanks = "\u{20}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\
                  \u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}\u{200b}\u{200c}\u{200d}\u{2060}";
    for blank in blanks.chars() {
        assert!(id(&format!("{blank}a")).is_err(), "{blank:?}");
        assert!(id(&format!("a{blank}")).is_err(), "{blank:?}");
        assert!(id(&blank.to_string()).is_err(), "{blank:?}");
        assert!(id(&format!("a{blank}b")).is_ok(), "{blank:?}");
    }
    for text in [
        "'\"",
        "中 文",
        "👨\u{200d}👩",
        "\u{2061}a",
        "a\u{ad}",
        &"x".repeat(4096),
    ] {
        assert!(id(text).is_ok(), "{text}");
    }
    assert_eq!(
        id("14\r").unwrap_err().to_string(),
        "carrierUserId: control character U+000D at position 3; remove it (is the file split by hand?)"
    );
}

#[test]
fn a_raw_call_is_sent_as_it_is_signed() {
    let call = get("/koodrive/ose/v1/用户/a%2fb+%7e")
        .query("pageSize", 100)
        .unwrap()
        .query("batchNo", "x y")
        .unwrap()
        .header("Language", "en-US")
        .unwrap();
    let request = client().request(&call, now()).unwrap();
    assert_eq!(
        request.uri().to_string(),
        "https://intl.myhuaweicloud-koodrive.com/koodrive/ose/v1/%E7%94%A8%E6%88%B7/a%2Fb%2B~?batchNo=x%20y&pageSize=100"
    );
    assert_eq!(request.headers()["language"], "en-US");
    assert!(!request.headers().contains_key("content-type"));
    let stages = koodrive::signing::explain(
        &client(),
        &call,
        now(),
        &koodrive::RequestOptions::default(),
        None,
    )
    .unwrap();
    assert!(
        stages.canonical_request.starts_with(
            "GET\n/koodrive/ose/v1/%E7%94%A8%E6%88%B7/a%2Fb%2B~/\nbatchNo=x%20y&pageSize=100\nhost:"
        ),
        "{}",
        stages.canonical_request
    );
}

#[test]
fn a_raw_body_is_sent_byte_for_byte() {
    let put = |text: &str| RawCall::new(Method::PUT, "/a").unwrap().json(text);
    let request = client()
        .request(&put("{ \"status\":7 }").unwrap(), now())
        .unwrap();
    assert_eq!(request.body(), b"{ \"status\":7 }");
    assert_eq!(request.headers()["content-type"], "application/json");
    for text in ["", "{", "{} {}", "NaN", "'a'"] {
        assert_eq!(put(text).unwrap_err().field(), Some("json"), "{text}");
    }
    assert_eq!(get("/a").json("{}").unwrap_err().field(), Some("json"));
    assert_eq!(
        RawCall::new(Method::HEAD, "/a").unwrap_err().field(),
        Some("method")
    );
}

#[test]
fn a_header_of_the_client_or_of_the_connection_is_refused() {
    for name in [
        "Authorization",
        "host",
        "Content-Length",
        "content-type",
        "X-Date",
        "x-user-id",
        "X-TraceId",
        "cookie",
        "accept-encoding",
        "connection",
        "expect",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "keep-alive",
        "Proxy-Authorization",
        "Sec-Fetch-Mode",
        "origin",
        "referer",
        "x-http-method-override",
        "",
        "a b",
        "a:b",
        "ä",
    ] {
        let refused = get("/a").header(name, "v").unwrap_err();
        assert_eq!(refused.field(), Some("headers"), "{name}");
    }
    for value in ["", " a", "a ", "a\nb", "ä"] {
        assert!(get("/a").header("language", value).is_err(), "{value:?}");
    }
    let once = get("/a").header("language", "en-US").unwrap();
    assert!(once.header("Language", "en-US").is_err());
}

#[test]
fn any_2xx_with_code_0_or_without_one_is_the_success_of_a_raw_call() {
    let read = |status, body| client().parse(&get("/a"), &response(status, body));
    for (status, body, code) in [
        (200, r#"{"code":0,"msg":"m"}"#, Some("0")),
        (201, r#"{"data":{}}"#, None),
        (204, "", None),
        (200, "", None),
    ] {
        let reply = read(status, body).unwrap();
        assert_eq!(
            (reply.status, reply.code.as_deref(), &*reply.body),
            (status, code, body)
        );
    }
    for (status, body, kind, outcome) in [
        (200, r#"{"code":5}"#, ErrorKind::Api, Outcome::Refused),
        (201, r#"{"code":5}"#, ErrorKind::Api, Outcome::Unknown),
        (200, "<html>", ErrorKind::UnreadableReply, Outcome::Unknown),
        (201, "[]", ErrorKind::UnreadableReply, Outcome::Unknown),
        (
            200,
            r#"{"code":null}"#,
            ErrorKind::UnreadableReply,
            Outcome::Unknown,
        ),
        // A gateway's error at 200.
        (
            200,
            r#"{"error_code":"APIGW.0301"}"#,
            ErrorKind::UnreadableReply,
            Outcome::Unknown,
        ),
        (300, r#"{"code":0}"#, ErrorKind::Api, Outcome::Refused),
    ] {
        let error = read(status, body).unwrap_err();
        assert_eq!(
            (error.kind(), error.outcome()),
            (kind, outcome),
            "{status} {body}"
        );
    }
    // The name of the call in the text, which has no query.
    let call = get("/a").query("b", "c").unwrap();
    let error = client().parse(&call, &response(404, "{}")).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the service answered GET /a with HTTP 404"),
        "{error}"
    );
}

#[test]
fn of_a_typed_call_any_2xx_but_200_is_an_error_with_an_unknown_outcome() {
    let call = NotifyPackageExpire::new("1", "14").unwrap();
    for status in [201, 202, 204] {
        let error = client()
            .parse(&call, &response(status, r#"{"code":0}"#))
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::Api, Outcome::Unknown)
        );
    }
}

#[test]
fn a_list_of_policies_needs_no_code() {
    let read = |body| client().parse(&GetCarrierRetentionPolicy::new(), &response(200, body));
    let reply = read(r#"{"policyList":[{"policyId":7}]}"#).unwrap();
    assert_eq!(reply.code, None);
    assert_eq!(reply.policy_list[0].policy_id.as_deref(), Some("7"));
    for body in [
        "{}",
        r#"{"policyList":null}"#,
        r#"{"code":null,"policyList":[]}"#,
    ] {
        let error = read(body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnreadableReply, "{body}");
    }
}

#[test]
fn a_url_that_no_client_can_hold_is_refused_when_the_request_is_built() {
    let call = get(&format!("/{}", "a".repeat(70_000)));
    assert_eq!(
        client().request(&call, now()).unwrap_err().field(),
        Some("path")
    );
}

/// An operation of another crate, wrong in one way.
#[derive(Default)]
struct Foreign {
    method: Method,
    path: &'static str,
    body: Option<String>,
}

impl Operation for Foreign {
    type Reply = ();

    fn name(&self) -> Cow<'static, str> {
        "foreign".into()
    }

    fn method(&self) -> Method {
        self.method.clone()
    }

    fn path(&self) -> Cow<'_, str> {
        self.path.into()
    }

    fn query(&self) -> Query {
        Query::none().with("b", 1).unwrap()
    }

    fn headers(&self) -> Headers {
        Headers::none().with("language", "en-US").unwrap()
    }

    fn body(&self) -> Option<String> {
        self.body.clone()
    }

    fn success(&self) -> Success {
        Success::new(|envelope, body| {
            envelope.status == 202 && !envelope.has_code() && body == "{}"
        })
    }

    fn reply(&self, _: Envelope, _: &str) -> Result<(), fields::Unreadable> {
        Ok(())
    }
}

#[test]
fn an_operation_of_another_crate_is_checked_when_its_request_is_built() {
    let right = Foreign {
        path: "/a/b+",
        ..Foreign::default()
    };
    let request = client().request(&right, now()).unwrap();
    assert_eq!(
        request.uri().path_and_query().unwrap().as_str(),
        "/a/b%2B?b=1"
    );
    assert_eq!(request.headers()["language"], "en-US");
    assert!(client().parse(&right, &response(202, "{}")).is_ok());
    assert!(client().parse(&right, &response(200, "{}")).is_err());

    for (wrong, field) in [
        (
            Foreign {
                path: "/a/../b",
                ..Foreign::default()
            },
            "path",
        ),
        (
            Foreign {
                path: "/a?b",
                ..Foreign::default()
            },
            "path",
        ),
        (
            Foreign {
                path: "/a",
                method: Method::TRACE,
                ..Foreign::default()
            },
            "method",
        ),
        (
            Foreign {
                path: "/a",
                body: Some("{}".to_owned()),
                ..Foreign::default()
            },
            "body",
        ),
    ] {
        let refused = |error: InvalidInput| error.field().map(str::to_owned);
        assert_eq!(
            client()
                .request(&wrong, now())
                .map_err(refused)
                .unwrap_err()
                .as_deref(),
            Some(field)
        );
    }
}

#[test]
fn a_segment_is_made_of_any_value() {
    let segment = path_segment("a/b 中").unwrap();
    let call = get(&format!("/users/{segment}"));
    assert_eq!(call.path(), "/users/a%2Fb%20%E4%B8%AD");
}

/// An operation that says that its path is fixed, and has a query.
struct Page(u32);

impl Operation for Page {
    type Reply = ();

    fn name(&self) -> Cow<'static, str> {
        "page".into()
    }

    fn path(&self) -> Cow<'_, str> {
        "/pages".into()
    }

    fn fixed_path(&self) -> Option<&'static str> {
        Some("/pages")
    }

    fn query(&self) -> Query {
        match self.0 {
            0 => Query::none(),
            page => Query::none().with("page", page).unwrap(),
        }
    }

    fn success(&self) -> Success {
        Success::new(|_, body| body.contains("items"))
    }

    fn reply(&self, _: Envelope, _: &str) -> Result<(), fields::Unreadable> {
        Ok(())
    }
}

#[test]
fn a_query_belongs_to_one_call_although_its_path_is_fixed() {
    let client = client();
    for page in [0, 1, 2, 0] {
        let request = client.request(&Page(page), now()).unwrap();
        let query = (page > 0).then(|| format!("page={page}"));
        assert_eq!(request.uri().query(), query.as_deref());
        assert_eq!(request.uri().path(), "/pages");
        let parts = client.fixed_parts(&Page(page)).unwrap();
        assert_eq!(parts.may_be_kept, page == 0);
    }
}

#[test]
fn a_rule_that_looks_at_the_body_leaves_what_it_cannot_read_unknown() {
    let parse = |status, body| client().parse(&Page(0), &response(status, body));
    assert!(parse(200, r#"{"items":[]}"#).is_ok());
    assert_eq!(
        parse(200, r#"{"code":5}"#).unwrap_err().kind(),
        ErrorKind::Api
    );
    for status in [200, 202] {
        let error = parse(status, "<html>log in</html>").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnreadableReply);
        assert_eq!(error.outcome(), Outcome::Unknown);
    }
    // A redirect or an error status is a failure with every body.
    assert_eq!(
        parse(302, r#"{"items":[]}"#).unwrap_err().kind(),
        ErrorKind::Api
    );
}

#[test]
fn a_call_that_takes_a_token_only_is_known_by_its_canonical_path() {
    for path in [
        "/koodrive/ose/v1/carrier/retention/policy/getList",
        "/koodrive/ose/v1/carrier/retention/policy/getList/",
        "/koodrive/ose/v1/carrier/retention/policy/get%4Cist",
    ] {
        let error = client()
            .parse(&get(path), &response(403, "{}"))
            .unwrap_err();
        assert!(
            error.to_string().contains(Authentication::NOT_SUPPORTED),
            "{path}: {error}"
        );
    }
}

#[test]
fn an_undocumented_value_is_an_integer_that_every_language_holds() {
    const MOST: i64 = 9_007_199_254_740_991;
    for value in [MOST, -MOST] {
        assert!(ModificationType::undocumented(value).is_ok());
        assert!(ChangeType::undocumented(value).is_ok());
    }
    for value in [MOST + 1, -MOST - 1, i64::MAX, i64::MIN] {
        assert_eq!(
            ModificationType::undocumented(value)
                .unwrap_err()
                .to_string(),
            format!("type: {value} is out of range; pass an integer from -{MOST} to {MOST}")
        );
        assert_eq!(
            ChangeType::undocumented(value).unwrap_err().field(),
            Some("changeType")
        );
    }
}
