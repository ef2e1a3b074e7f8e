//! A client's promises to its callers, apart from the bytes, which the conformance vectors hold.

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue};
use koodrive::{
    Client, Credentials, Endpoint, GetCurrentRetentionPolicy, ModificationType,
    NotifyPackageExpire, RawCall, RequestOptions, TraceId, XDate,
};

fn client() -> Client {
    let credentials = Credentials::token("example-token").unwrap();
    Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials).unwrap()
}

fn call() -> NotifyPackageExpire {
    NotifyPackageExpire::new("189642158555241211", "14").unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn date(text: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(http::header::DATE, HeaderValue::from_static(text))])
}

#[test]
fn a_client_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    shared(&client());
    shared(&call());
}

#[test]
fn the_two_halves_are_the_whole_request() {
    let trace_id = TraceId::from_random([0xa5; 29]);
    let options = RequestOptions::default().trace_id(trace_id);
    let now = at("2025-11-03T07:01:45Z");
    let fixed = client().fixed_parts(&call()).unwrap();
    let varying = client().varying_parts(&call(), now, &options).unwrap();
    let request = client().request_with(&call(), now, &options).unwrap();

    assert_eq!(request.method(), fixed.method);
    assert_eq!(request.uri().to_string(), fixed.url);
    assert_eq!(request.body(), varying.body.as_ref().unwrap().as_bytes());
    let mut joined = HeaderMap::new();
    for (name, value) in &fixed.headers {
        joined.insert(name, value.parse().unwrap());
    }
    joined.insert("x-date", varying.x_date.as_str().parse().unwrap());
    joined.insert(
        "authorization",
        varying.authorization.as_str().parse().unwrap(),
    );
    joined.insert(
        "x-traceid",
        varying.trace_id.unwrap().as_str().parse().unwrap(),
    );
    assert_eq!(*request.headers(), joined);
    assert_eq!(request.headers()["x-traceid"], "a5".repeat(29));
}

#[test]
fn a_get_has_neither_body_nor_content_type() {
    let now = at("2025-11-03T07:01:45Z");
    let call = GetCurrentRetentionPolicy::new();
    let request = client().request(&call, now).unwrap();
    assert!(request.body().is_empty());
    assert!(!request.headers().contains_key("content-type"));
    let varying = client()
        .varying_parts(&call, now, &RequestOptions::default())
        .unwrap();
    assert_eq!(varying.body, None);
    let fixed = client().fixed_parts(&call).unwrap();
    assert_eq!(
        fixed.headers,
        [(
            koodrive::header::X_USER_ID,
            "1505084218764547200".to_owned()
        )]
    );
}

#[test]
fn a_host_may_keep_what_other_calls_share() {
    let client = client();
    let may_be_kept = |call: &RawCall| client.fixed_parts(call).unwrap().may_be_kept;
    let raw = |path: &str| RawCall::new(http::Method::POST, path).unwrap();
    assert!(client.fixed_parts(&call()).unwrap().may_be_kept);
    assert!(may_be_kept(&raw("/a")));
    assert!(may_be_kept(&raw("/a").json("{}").unwrap()));
    assert!(!may_be_kept(&raw("/a").query("page", 1).unwrap()));
    assert!(!may_be_kept(&raw("/a").header("language", "zh").unwrap()));
    // A path may contain an id, so a program may have any number of them.
    let kept = (0..1_000).filter(|id| may_be_kept(&raw(&format!("/users/{id}"))));
    assert!((1..10).contains(&kept.count()));
    assert!(may_be_kept(&raw("/a")));
}

#[test]
fn clones_and_renewed_clients_share_what_is_learned_about_the_clock() {
    let first = client();
    let clone = first.clone();
    let renewed = first.with_credentials(Credentials::token("fresh").unwrap());
    let patient = first.with_clock_margin(60).unwrap();
    clone.observe_clock(
        &date("Mon, 03 Nov 2025 07:11:45 GMT"),
        at("2025-11-03T07:01:44Z"),
        at("2025-11-03T07:01:45.250Z"),
    );
    for client in [&first, &clone, &renewed, &patient] {
        assert_eq!(client.clock_offset(), TimeDelta::milliseconds(599_750));
    }
    let request = renewed
        .request(&call(), at("2025-11-03T08:00:00Z"))
        .unwrap();
    assert_eq!(request.headers()["x-date"], "20251103T080954Z");
    assert_eq!(request.headers()["authorization"], "Bearer fresh");
    let request = patient
        .request(&call(), at("2025-11-03T08:00:00Z"))
        .unwrap();
    assert_eq!(request.headers()["x-date"], "20251103T080859Z");
}

#[test]
fn a_clock_offset_that_is_set_belongs_to_that_client_alone() {
    let first = client();
    let ahead = first.with_clock_offset(TimeDelta::seconds(-90)).unwrap();
    assert_eq!(ahead.clock_offset(), TimeDelta::seconds(-90));
    assert_eq!(first.clock_offset(), TimeDelta::zero());
    for beyond in [
        TimeDelta::seconds(86_401),
        TimeDelta::seconds(-86_401),
        TimeDelta::MAX,
        TimeDelta::MIN + TimeDelta::seconds(1),
    ] {
        let refusal = client().with_clock_offset(beyond).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "clock_offset: out of range; pass an offset within 24 hours, either way"
        );
    }
}

#[test]
fn an_offset_is_rounded_towards_the_past() {
    let client = client();
    let received = at("2025-11-03T07:01:45.000000001Z");
    client.observe_clock(&date("Mon, 03 Nov 2025 07:01:45 GMT"), received, received);
    assert_eq!(client.clock_offset(), TimeDelta::milliseconds(-1));
}

#[test]
fn any_of_the_three_http_dates_is_learned_from() {
    for text in [
        "Mon, 03 Nov 2025 07:01:50 GMT",
        "Monday, 03-Nov-25 07:01:50 GMT",
        "Mon Nov  3 07:01:50 2025",
    ] {
        let client = client();
        let received = at("2025-11-03T07:01:45Z");
        client.observe_clock(&date(text), received, received);
        assert_eq!(client.clock_offset(), TimeDelta::seconds(5), "{text}");
    }
}

#[test]
fn an_x_date_is_read_as_strictly_as_it_is_written() {
    let read = XDate::parse("20251103T070140Z").unwrap();
    assert_eq!(read.to_datetime(), at("2025-11-03T07:01:40Z"));
    assert_eq!(read.to_string(), "20251103T070140Z");
    assert_eq!(format!("{read:?}"), "XDate(20251103T070140Z)");
    for refused in [
        "",
        "20251103T070140",
        "20251103t070140Z",
        "20251103T070140z",
        "2025-11-03T07:01:40Z",
        "20251303T070140Z",
        "20250229T070140Z",
        "20251103T240140Z",
        "20251103T070160Z",
        "00001103T070140Z",
        "+2511103T070140Z",
        "２0251103T0701Z",
    ] {
        assert!(XDate::parse(refused).is_err(), "{refused}");
    }
    assert!(XDate::from_datetime(at("2025-11-03T07:01:40.999Z")).unwrap() == read);
}

#[test]
fn a_token_that_is_only_its_scheme_is_refused() {
    for token in ["Bearer", "bearer", "Bearer ", "Bearer+", "Bearer+ x"] {
        assert!(Credentials::token(token).is_err(), "{token}");
    }
}

#[test]
fn another_word_of_six_letters_is_no_scheme() {
    let now = at("2025-11-03T07:01:45Z");
    for (token, authorization) in [
        ("ABCDEF x", "Bearer ABCDEF x"),
        ("ABCDEF+x", "Bearer ABCDEF+x"),
        ("bearer x", "bearer x"),
        ("bEARER+x", "Bearer x"),
    ] {
        let client = client().with_credentials(Credentials::token(token).unwrap());
        let request = client.request(&call(), now).unwrap();
        assert_eq!(request.headers()["authorization"], authorization);
    }
}

#[test]
fn a_client_says_what_it_was_made_of() {
    let client = client().with_clock_margin(7).unwrap();
    assert_eq!(*client.endpoint(), Endpoint::INTERNATIONAL);
    assert_eq!(client.user_id(), "1505084218764547200");
    assert_eq!(client.clock_margin(), 7);
}

#[test]
fn a_call_says_what_it_was_made_of() {
    let call = call();
    assert_eq!(
        (
            call.carrier_user_id(),
            call.package_id(),
            call.modification_type()
        ),
        (
            "189642158555241211",
            "14",
            ModificationType::ENTER_RESERVATION_PERIOD
        )
    );
}

#[test]
fn texts_are_read_by_the_traits_that_rust_has_for_it() {
    let endpoint: Endpoint = "https://gateway.example".parse().unwrap();
    assert_eq!(Endpoint::try_from("https://gateway.example"), Ok(endpoint));
    let text = "a".repeat(58);
    let trace_id: TraceId = text.parse().unwrap();
    assert_eq!(TraceId::try_from(&*text), Ok(trace_id));
    assert_eq!(
        (trace_id.as_ref(), trace_id.to_string()),
        (&*text, text.clone())
    );
    let x_date: XDate = "20251103T070140Z".parse().unwrap();
    assert_eq!(XDate::try_from(at("2025-11-03T07:01:40Z")), Ok(x_date));
    assert_eq!(x_date.as_ref(), "20251103T070140Z");
    assert_eq!(ModificationType::default().to_string(), "2");
}

#[test]
fn authorizations_are_equal_where_their_values_are() {
    let now = at("2025-11-03T07:01:45Z");
    let authorization = |token: &str| {
        let client = client().with_credentials(Credentials::token(token).unwrap());
        let options = RequestOptions::default();
        client
            .varying_parts(&call(), now, &options)
            .unwrap()
            .authorization
    };
    assert!(authorization("one") == authorization("one"));
    assert!(authorization("one") != authorization("two"));
}

#[test]
fn type_1_is_sent_only_when_asked_for_by_name() {
    let refusal = ModificationType::try_from(1).unwrap_err();
    assert_eq!(refusal.field(), Some("type"));
    assert!(
        refusal
            .to_string()
            .contains("2 (enter the reservation period)"),
        "{refusal}"
    );
    let call = call().with_modification_type(ModificationType::undocumented(1).unwrap());
    assert_eq!(call.modification_type().as_i64(), 1);
    let call = call.with_modification_type(ModificationType::ENTER_RESERVATION_PERIOD);
    assert_eq!(call.modification_type().as_i64(), 2);
    assert!(ModificationType::undocumented(2).is_err());
}

#[test]
fn every_endpoint_is_shown_as_it_is_used() {
    for (url, shown) in [
        ("HTTPS://Gateway.Example:443/", "https://gateway.example"),
        (
            "https://gateway.example:8443/a/b/",
            "https://gateway.example:8443/a/b",
        ),
        ("http://127.8.9.10:80", "http://127.8.9.10"),
        ("http://[0:0:0:0:0:0:0:1]:8080", "http://[::1]:8080"),
        ("https://[2001:DB8::7]/x", "https://[2001:db8::7]/x"),
        ("https://[2001:DB8::]", "https://[2001:db8::]"),
    ] {
        let endpoint = Endpoint::parse(url).unwrap();
        assert_eq!(endpoint.to_string(), shown);
        assert_eq!(format!("{endpoint:?}"), format!("Endpoint({shown})"));
    }
    assert_eq!(
        Endpoint::CHINA.to_string(),
        "https://cn.myhuaweicloud-koodrive.com"
    );
    assert_eq!(
        Endpoint::parse("https://intl.myhuaweicloud-koodrive.com").unwrap(),
        Endpoint::INTERNATIONAL
    );
    for refused in [
        "https://a//b",
        "https://host/a//b",
        "https://host/koodrive/ose",
        "https://host/koodrive/ose/",
        "https://host/koodrive/ose/v1/carrier/users/notifyPackageExpire",
        "https://host/prefix/koodrive/ose/v1",
        "https://[::ffff:1.2.3.4]",
        "https://[::1",
        "https://::1",
        "https://a..b",
        "https://0x7f.1",
        "https://1.2.3.4.5",
        "https://host:0",
        "https://ho st",
        "https://host:80:80",
        "http://[::2]",
        "http://localhost.evil.example",
        "http://128.0.0.1",
    ] {
        assert!(Endpoint::parse(refused).is_err(), "{refused}");
    }
}
