//! Replies that a broken gateway or a hostile one could send: bounded work, bounded text, no panic.

use http::{Method, Response};
use koodrive::{
    Client, Credentials, Endpoint, ErrorKind, GetCurrentRetentionPolicy, NotifyPackageExpire,
    Outcome, RawCall,
};

fn client() -> Client {
    let credentials = Credentials::token("example-token").unwrap();
    Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials).unwrap()
}

fn call() -> NotifyPackageExpire {
    NotifyPackageExpire::new("189642158555241211", "14").unwrap()
}

fn response(status: u16, body: impl Into<Vec<u8>>) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status.try_into().unwrap();
    response
}

#[test]
fn a_hundred_megabytes_of_html_become_a_short_text() {
    let response = response(502, vec![b'<'; 100_000_000]);
    let error = client().parse(&call(), &response).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert!(error.to_string().len() < 500);
}

#[test]
fn a_long_message_reaches_the_caller_whole_and_the_text_cut() {
    let msg = "x".repeat(10_000);
    let body = format!(r#"{{"code":1,"msg":"{msg}"}}"#);
    let error = client().parse(&call(), &response(500, body)).unwrap_err();
    assert_eq!(error.msg(), Some(msg.as_str()));
    assert!(error.to_string().len() < 1_300);
}

/// Lists and objects in each other, so deep.
fn nested(levels: usize) -> [String; 2] {
    [
        format!("{}{}", "[".repeat(levels), "]".repeat(levels)),
        format!("{}7{}", r#"{"a":"#.repeat(levels), "}".repeat(levels)),
    ]
}

/// 127 is where readers that recurse stop.
const DEPTHS: [usize; 3] = [127, 128, 100_000];

#[test]
fn what_a_reply_shows_is_read_however_deep_the_rest_is_nested() {
    for value in DEPTHS.into_iter().flat_map(nested) {
        for member in ["msg", "unknown", "policyList"] {
            let body = format!(r#"{{"code":0,"{member}":{value}}}"#);
            let reply = client().parse(&call(), &response(200, body)).unwrap();
            assert_eq!((&*reply.code, reply.msg), ("0", None), "{member}");
        }
        let body = format!(r#"{{"error_code":7,"msg":{value},"error_msg":"no"}}"#);
        let error = client().parse(&call(), &response(400, body)).unwrap_err();
        assert_eq!((error.code(), error.msg()), (Some("7"), Some("no")));

        let body = format!(r#"{{"policyList":[{{"policyId":7,"unknown":{value}}}]}}"#);
        let policies = client()
            .parse(&GetCurrentRetentionPolicy::new(), &response(200, body))
            .unwrap();
        assert_eq!(policies.policy_list[0].policy_id.as_deref(), Some("7"));

        let raw = RawCall::new(Method::GET, "/a").unwrap();
        let body = format!(r#"{{"code":0,"data":{value}}}"#);
        let reply = client().parse(&raw, &response(200, &*body)).unwrap();
        assert_eq!((reply.code.as_deref(), reply.body), (Some("0"), body));
    }
}

#[test]
fn a_value_of_another_type_is_refused_however_deep_it_is_nested() {
    for value in DEPTHS.into_iter().flat_map(nested) {
        let code = format!(r#"{{"code":{value}}}"#);
        let error = client().parse(&call(), &response(200, code)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnreadableReply);
        assert!(error.to_string().contains("code is neither an integer nor"));
        // A list of lists, and an object in the place of a list.
        let body = format!(r#"{{"code":0,"policyList":{value}}}"#);
        let error = client()
            .parse(&GetCurrentRetentionPolicy::new(), &response(200, body))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnreadableReply);
        // Whole, and without its last bracket.
        for body in [&*value, &value[..value.len() - 1]] {
            let error = client().parse(&call(), &response(200, body)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnreadableReply);
        }
    }
}

#[test]
fn a_code_of_ten_thousand_digits_is_kept_digit_for_digit() {
    let digits = "9".repeat(10_000);
    let body = format!(r#"{{"code":{digits}}}"#);
    let error = client().parse(&call(), &response(200, body)).unwrap_err();
    assert_eq!(error.code(), Some(digits.as_str()));
    assert_eq!(error.outcome(), Outcome::Refused);
}

#[test]
fn an_accepted_call_stays_accepted_with_any_msg() {
    for body in [
        r#"{"code":0,"msg":5}"#,
        r#"{"code":0,"msg":"\ud800"}"#,
        r#"{"code":0,"msg":["Success."]}"#,
    ] {
        assert_eq!(
            client().parse(&call(), &response(200, body)).unwrap().msg,
            None,
            "{body}"
        );
    }
    let twice = r#"{"code":0,"msg":"a","msg":"b"}"#;
    let reply = client().parse(&call(), &response(200, twice)).unwrap();
    assert_eq!(reply.msg.as_deref(), Some("b"));
}

#[test]
fn a_code_that_comes_three_times_is_no_code_either() {
    let body = r#"{"code":0,"code":0,"code":0}"#;
    let error = client().parse(&call(), &response(200, body)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnreadableReply);
    assert!(error.to_string().contains("code appears twice"), "{error}");
}

#[test]
fn minus_zero_is_not_zero() {
    let error = client()
        .parse(&call(), &response(200, r#"{"code":-0}"#))
        .unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Api, Some("-0")));
}

#[test]
fn a_policy_that_cannot_be_read_makes_the_reply_unreadable() {
    for policies in [
        r#"[{"policyId":1.5}]"#,
        r#"[{"priority":"high"}]"#,
        r#"[{"status":99999999999999999999}]"#,
        r#"[{"status":-9007199254740992}]"#,
        r#"[{"policyName":7}]"#,
        "[7]",
        "{}",
    ] {
        let body = format!(r#"{{"code":0,"policyList":{policies}}}"#);
        let error = client()
            .parse(&GetCurrentRetentionPolicy::new(), &response(200, body))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnreadableReply, "{policies}");
    }
}

#[test]
fn a_reply_beyond_the_hosts_limit_is_unreadable_at_200_and_an_api_error_elsewhere() {
    let too_long = |status: u16| {
        let response = response(status, br#"{"code":0,"msg":"#.as_slice());
        let (parts, body) = response.into_parts();
        client().reply_too_long(&call(), parts.status, &parts.headers, &body, 1_048_576)
    };
    let at_200 = too_long(200);
    assert_eq!(
        (at_200.kind(), at_200.outcome()),
        (ErrorKind::UnreadableReply, Outcome::Unknown)
    );
    assert!(
        at_200
            .to_string()
            .contains("longer than the limit of 1048576 bytes"),
        "{at_200}"
    );
    let at_404 = too_long(404);
    assert_eq!(
        (at_404.kind(), at_404.outcome(), at_404.code()),
        (ErrorKind::Api, Outcome::Refused, None)
    );
}

#[test]
fn control_characters_of_a_reply_do_not_reach_a_log() {
    let body = r#"{"code":"1\n2","msg":"a\r\nERROR forged\u001b[31m"}"#;
    let text = client()
        .parse(&call(), &response(500, body))
        .unwrap_err()
        .to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
}
