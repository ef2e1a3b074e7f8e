//! Every limit, on both of its sides.

use chrono::TimeDelta;
use http::{Method, Response};
use koodrive::{
    Client, Credentials, Endpoint, ErrorKind, GetCurrentRetentionPolicy, NotifyPackageExpire,
    RawCall, TraceId,
};

fn client() -> Client {
    let credentials = Credentials::token("example-token").unwrap();
    Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials).unwrap()
}

/// The text of the error for a reply to notifyPackageExpire.
fn text(status: u16, body: impl Into<Vec<u8>>) -> String {
    let call = NotifyPackageExpire::new("1", "14").unwrap();
    let mut response = Response::new(body.into());
    *response.status_mut() = status.try_into().unwrap();
    client().parse(&call, &response).unwrap_err().to_string()
}

#[test]
fn a_host_has_253_characters_and_63_between_its_dots() {
    let label = "a".repeat(63);
    let longest = [label.as_str(), &label, &label, &label[..61]].join(".");
    assert_eq!(longest.len(), 253);
    let taken = Endpoint::parse(&format!("https://{longest}")).unwrap();
    assert_eq!(taken.authority(), longest);
    for (host, why) in [
        (
            format!("{longest}a"),
            "endpoint: the host is longer than 253 characters; use a name that DNS can carry",
        ),
        (
            format!("{label}a.example"),
            "endpoint: a label of the host is empty or longer than 63 characters; use a name that DNS can carry",
        ),
    ] {
        let refusal = Endpoint::parse(&format!("https://{host}")).unwrap_err();
        assert_eq!(refusal.to_string(), why);
    }
}

#[test]
fn a_port_lies_in_1_to_65535() {
    for (port, taken) in [
        ("1", true),
        ("65535", true),
        ("0", false),
        ("65536", false),
        ("00443", true),
    ] {
        let endpoint = Endpoint::parse(&format!("https://gateway.example:{port}"));
        assert_eq!(endpoint.is_ok(), taken, "{port}");
    }
}

#[test]
fn a_trace_id_has_58_characters() {
    for (length, taken) in [(0, false), (57, false), (58, true), (59, false)] {
        assert_eq!(
            TraceId::parse(&"~".repeat(length)).is_ok(),
            taken,
            "{length}"
        );
    }
    let id = TraceId::from_random([0xa5; 29]);
    assert_eq!(format!("{id:?}"), format!("TraceId({})", "a5".repeat(29)));
    for character in [' ', '\u{7f}', '\n', 'é'] {
        let id = format!("{}{character}", "0".repeat(57));
        assert!(TraceId::parse(&id).is_err(), "{character:?}");
    }
}

#[test]
fn a_clock_offset_is_a_day_at_most_and_a_margin_ten_minutes() {
    let day = TimeDelta::hours(24);
    let moment = TimeDelta::nanoseconds(1);
    for (offset, learned) in [
        (day, Some(day)),
        (-day, Some(-day)),
        // Rounded towards the past, which leaves the day on one side only.
        (day + moment, Some(day)),
        (-day - moment, None),
        (day + TimeDelta::milliseconds(1), None),
        (moment, Some(TimeDelta::zero())),
        (-moment, Some(TimeDelta::milliseconds(-1))),
    ] {
        let client = client().with_clock_offset(offset).ok();
        assert_eq!(
            client.map(|client| client.clock_offset()),
            learned,
            "{offset}"
        );
    }
    assert_eq!(client().with_clock_margin(600).unwrap().clock_margin(), 600);
    assert_eq!(
        client().with_clock_margin(601).unwrap_err().to_string(),
        "clock_margin: out of range; pass whole seconds from 0 s to 600 s"
    );
}

#[test]
fn foreign_text_is_quoted_up_to_a_thousand_characters() {
    let quoted = |msg: &str| text(500, format!(r#"{{"code":1,"msg":"{msg}"}}"#));
    let whole = "中".repeat(1_000);
    assert!(quoted(&whole).contains(&format!("msg \"{whole}\";")));
    assert!(quoted(&format!("{whole}文")).contains(&format!("msg \"{whole}…\";")));
}

#[test]
fn an_error_keeps_16_384_bytes_of_the_body() {
    for (length, kept) in [(16_384, 16_384), (16_385, 16_384)] {
        let response = Response::builder().status(502).body("x".repeat(length));
        let error = client()
            .parse(&GetCurrentRetentionPolicy::new(), &response.unwrap())
            .unwrap_err();
        assert_eq!(error.body().len(), kept);
    }
}

#[test]
fn a_url_has_65_534_bytes_at_most() {
    let now = "2025-11-03T07:01:45Z".parse().unwrap();
    let build = |length: usize| {
        let path = "a".repeat(length - Endpoint::INTERNATIONAL.to_string().len() - 1);
        let call = RawCall::new(Method::GET, &format!("/{path}")).unwrap();
        client().request(&call, now)
    };
    assert_eq!(build(65_534).unwrap().uri().to_string().len(), 65_534);
    assert_eq!(
        build(65_535).unwrap_err().to_string(),
        "path: the URL has 65535 bytes; shorten the path or the query, to at most 65534 bytes in all"
    );
}

#[test]
fn an_integer_of_a_query_has_53_bits() {
    let call = |number: i64| RawCall::new(Method::GET, "/a").unwrap().query("a", number);
    for number in [9_007_199_254_740_991, -9_007_199_254_740_991] {
        assert!(call(number).is_ok(), "{number}");
    }
    for number in [9_007_199_254_740_992, -9_007_199_254_740_992] {
        assert_eq!(call(number).unwrap_err().field(), Some("query"), "{number}");
    }
}

#[test]
fn a_number_of_a_policy_has_53_bits() {
    let read = |number: i64| {
        let body =
            format!(r#"{{"code":0,"policyList":[{{"priority":{number},"status":"{number}"}}]}}"#);
        client().parse(&GetCurrentRetentionPolicy::new(), &Response::new(body))
    };
    for number in [0, 9_007_199_254_740_991, -9_007_199_254_740_991] {
        let policies = read(number).unwrap().policy_list;
        assert_eq!(
            (policies[0].priority, policies[0].status),
            (Some(number), Some(number))
        );
    }
    for number in [
        9_007_199_254_740_992,
        -9_007_199_254_740_992,
        i64::MAX,
        i64::MIN,
    ] {
        assert_eq!(
            read(number).unwrap_err().kind(),
            ErrorKind::UnreadableReply,
            "{number}"
        );
    }
}
