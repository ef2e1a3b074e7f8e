//! Clients and their exchanges through the interface.

mod common;

use common::{
    NOW, app, begin, call, fields, number, open, open_with, record, reply, text, texts, token,
    words,
};
use koodrive_ffi::interface;
use koodrive_ffi::layout::operations::Operation;
use koodrive_ffi::record::Record;

/// The signature by the rules of the conformance vectors, computed with Python's hmac and hashlib.
const SIGNATURE: &str = "94249a64cd9b9eefeffe543eec77db3e79d0a9012d38ad7d814eefd18fba90fc";

const ACKNOWLEDGEMENT: &str = r#"{"code":0,"msg":"Success."}"#;

#[test]
fn a_signed_request_has_everything_to_send() {
    let client = open(&app());
    let request = call(client, Operation::Begin, &begin()).unwrap();
    assert_eq!(text(&request[1]), "POST");
    assert_eq!(
        text(&request[2]),
        "https://koodrive.example/koodrive/ose/v1/carrier/users/notifyPackageExpire"
    );
    let headers = fields(request[3].as_deref().unwrap());
    let headers: Vec<_> = headers.iter().map(text).collect();
    let authorization = format!(
        "HMAC-SHA256 AppId=example-app-id,SignedHeaders=host;x-date;x-user-id,Signature={SIGNATURE}"
    );
    let mut pairs: Vec<_> = headers.chunks(2).collect();
    pairs.sort_unstable();
    assert_eq!(
        pairs,
        [
            ["authorization", &authorization],
            ["content-type", "application/json"],
            ["x-date", "20251103T070140Z"],
            ["x-user-id", "1505084218764547200"],
        ]
    );
    let body = r#"{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}"#;
    assert_eq!(text(&request[4]), body);
    interface::close(client);
}

#[test]
fn an_exchange_ends_with_its_reply() {
    let client = open(&token());
    let request = call(client, Operation::Begin, &begin()).unwrap();
    let exchange = text(&request[0]);
    let taken = reply(exchange, "200", &[], ACKNOWLEDGEMENT);
    let replied = call(client, Operation::Reply, &taken).unwrap();
    assert_eq!(text(&replied[0]), "done");
    assert_eq!(replied[1], None);
    assert_eq!(
        fields(replied[2].as_deref().unwrap()),
        [Some(b"0".to_vec()), Some(b"Success.".to_vec()), None]
    );
    let (message, ..) = words(call(client, Operation::Reply, &taken));
    assert_eq!(
        message,
        "exchange: not open; pass the number of an exchange that BEGIN returned and that has not ended"
    );
    interface::close(client);
}

#[test]
fn a_refused_date_is_signed_anew_only_once() {
    let client = open(&app());
    let request = call(client, Operation::Begin, &begin()).unwrap();
    let refused = reply(
        text(&request[0]),
        "401",
        &[Some(b"Mon, 03 Nov 2025 09:01:45 GMT")],
        "",
    );
    let replied = call(client, Operation::Reply, &refused).unwrap();
    assert_eq!(text(&replied[0]), "again");
    let again = fields(replied[1].as_deref().unwrap());
    assert_eq!(again[0], request[0]);
    let headers = fields(again[3].as_deref().unwrap());
    assert!(headers.contains(&Some(b"20251103T090140Z".to_vec())));
    let offset = call(client, Operation::Clock, &[]).unwrap();
    assert_eq!(number::<i64>(&offset[0]), 7_200_000);

    let later = reply(
        text(&request[0]),
        "401",
        &[Some(b"Mon, 03 Nov 2025 11:01:45 GMT")],
        "",
    );
    let error = call(client, Operation::Reply, &later).unwrap_err();
    assert_eq!(text(&error[1]), "api");
    assert_eq!(text(&error[2]), "refused");
    assert_eq!(text(&error[4]), "401");
    assert_eq!(text(&error[9]), "20251103T090140Z");
    interface::close(client);
}

#[test]
fn an_error_has_every_field_of_the_reply() {
    let client = open(&token());
    let request = call(client, Operation::Begin, &begin()).unwrap();
    let body = r#"{"error_code":"APIGW.0308","error_msg":"throttled","request_id":"4a1e"}"#;
    let headers: [Option<&[u8]>; 4] = [None, None, Some(b"7"), Some(b"trace")];
    let busy = reply(text(&request[0]), "503", &headers, body);
    let error = call(client, Operation::Reply, &busy).unwrap_err();
    let found: Vec<_> = error[1..].iter().map(|field| field.as_deref()).collect();
    let expected: [Option<&[u8]>; 13] = [
        Some(b"api"),
        Some(b"refused"),
        Some(b"1"),
        Some(b"503"),
        Some(b"APIGW.0308"),
        Some(b"throttled"),
        Some(b"4a1e"),
        Some(b"trace"),
        Some(b"20251103T070140Z"),
        Some(b"7"),
        Some(body.as_bytes()),
        None,
        Some(b"1"),
    ];
    assert_eq!(found, expected);
    interface::close(client);
}

#[test]
fn a_request_without_a_response_says_whether_it_left() {
    let client = open(&token());
    for (left, kind, outcome, closes) in [
        ("0", "not_sent", "not_sent", "0"),
        ("1", "outcome_unknown", "unknown", "1"),
    ] {
        let request = call(client, Operation::Begin, &begin()).unwrap();
        let input = texts(&[text(&request[0]), left, "connection reset"]);
        let error = call(client, Operation::Failed, &input).unwrap_err();
        assert!(text(&error[0]).contains("connection reset"));
        assert_eq!(
            (text(&error[1]), text(&error[2]), text(&error[13])),
            (kind, outcome, closes)
        );
    }
    interface::close(client);
}

#[test]
fn the_signature_of_the_host_completes_the_request() {
    let client = open(&record(&[Some(b"example-app-id"), None, Some(b"1")]));
    let unsigned = call(client, Operation::Begin, &begin()).unwrap();
    assert_eq!(unsigned[1..5], [None, None, None, None]);
    assert!(text(&unsigned[5]).starts_with("HMAC-SHA256\n"));
    let signed = texts(&[text(&unsigned[0]), SIGNATURE]);
    let request = call(client, Operation::Sign, &signed).unwrap();
    let headers = fields(request[3].as_deref().unwrap());
    assert!(
        headers
            .iter()
            .any(|it| text(it).ends_with(&format!("Signature={SIGNATURE}")))
    );
    interface::close(client);
}

#[test]
fn a_client_without_a_token_gets_one_later() {
    let opened = open_with(&record(&[
        None,
        Some(b"https://koodrive.example"),
        None,
        Some(b"1505084218764547200"),
    ]));
    let client = number(&opened.unwrap()[0]);
    let (_, kind, _) = words(call(client, Operation::Begin, &begin()));
    assert_eq!(kind, "invalid_input");
    let renewed = call(client, Operation::Credentials, &record(&[Some(&token())]));
    assert_eq!(renewed, Ok(Vec::new()));
    assert!(call(client, Operation::Begin, &begin()).is_ok());
    interface::close(client);
}

#[test]
fn options_are_spelled_as_the_host_spells_them() {
    for (spelling, name) in [
        (None, "allow_plain_http"),
        (Some("camel"), "allowPlainHttp"),
    ] {
        let refused = open_with(&record(&[
            spelling.map(str::as_bytes),
            Some(b"http://gateway.example"),
            None,
            Some(b"1"),
            Some(&token()),
        ]));
        let (message, ..) = words(refused);
        assert!(message.contains(name), "{message}");
    }
}

#[test]
fn every_misuse_is_an_error() {
    let client = open(&token());
    let closed = open(&token());
    interface::close(closed);
    interface::close(closed);
    interface::close(0);
    interface::close(u32::MAX);
    let begin = begin();
    let of_another_kind = call(client, Operation::Poll, &[]);
    let without_handle = call(0, Operation::Begin, &begin);
    for refused in [
        call(closed, Operation::Begin, &begin),
        call(u32::MAX, Operation::Begin, &begin),
        call(client, Operation::Begin, &begin[..begin.len() - 1]),
        call(client, Operation::Begin, b"\xff\xff\xff\xff"),
        call(client, Operation::Begin, &[]),
        call(client, Operation::Fetch, &[]),
        common::call_number(client, 77, &[]),
        common::call_number(0, 77, &[]),
        of_another_kind,
        without_handle,
        call(client, Operation::Begin, &record(&[Some(b"\xff")])),
        call(
            client,
            Operation::Begin,
            &record(&[
                Some(b"notifyPackageExpire"),
                Some(&texts(&["a\u{1}", "14"])),
                Some(NOW.as_bytes()),
            ]),
        ),
    ] {
        let (message, kind, outcome) = words(refused);
        assert_eq!(
            (&*kind, &*outcome),
            ("invalid_input", "not_sent"),
            "{message}"
        );
        assert!(!message.is_empty());
    }
    interface::close(client);
}

#[test]
fn an_answer_that_does_not_fit_is_kept_and_nothing_is_done_twice() {
    let client = open(&token());
    let input = begin();
    let mut buffer = vec![0; input.len()];
    buffer.copy_from_slice(&input);
    let begin_number = Operation::Begin as u32;
    let returned = interface::call(client, begin_number, &mut buffer, input.len());
    assert_eq!(returned, interface::TOO_SMALL);
    let needed = u32::from_le_bytes(buffer[..4].try_into().unwrap()) as usize;
    assert!(needed > buffer.len());
    assert!(buffer[4..].iter().all(|byte| *byte == 0));

    let (message, ..) = words(call(client, Operation::Clock, &[]));
    assert!(message.contains("FETCH"), "{message}");
    let mut small = vec![0; needed - 1];
    let fetch = Operation::Fetch as u32;
    assert_eq!(
        interface::call(client, fetch, &mut small, 0),
        interface::TOO_SMALL
    );
    assert_eq!(
        interface::call(client, fetch, &mut [], 0),
        interface::TOO_SMALL
    );
    let mut exact = vec![0; needed];
    let returned = interface::call(client, fetch, &mut exact, 0);
    assert_eq!(usize::try_from(returned).unwrap(), needed);
    assert_eq!(text(&fields(&exact)[0]), "1");
    // The next exchange has the number 2, so the operation ran only once.
    assert_eq!(
        text(&call(client, Operation::Begin, &input).unwrap()[0]),
        "2"
    );
    interface::close(client);
}

#[test]
fn an_error_that_does_not_fit_returns_too_small() {
    let input = record(&[
        None,
        Some(b"https://koodrive.example"),
        None,
        Some(b"1"),
        Some(&token()),
    ]);
    // The error of a truncated input is longer than this buffer.
    let mut buffer = [0; 8];
    assert_eq!(interface::open(&mut buffer, 8), interface::TOO_SMALL);
    let mut buffer = input.clone();
    let returned = interface::open(&mut buffer, input.len());
    assert!(returned > 0);
    interface::close(number(
        &fields(&buffer[..returned.unsigned_abs() as usize])[0],
    ));
}

#[test]
fn the_number_of_open_exchanges_is_limited() {
    let client = open(&token());
    let (input, mut buffer) = (begin(), vec![0; 4096]);
    let mut begun = || {
        buffer[..input.len()].copy_from_slice(&input);
        let returned = interface::call(client, Operation::Begin as u32, &mut buffer, input.len());
        (
            returned,
            buffer[..returned.unsigned_abs() as usize].to_vec(),
        )
    };
    for number in 0..65_536 {
        assert!(begun().0 > 0, "{number}");
    }
    let (returned, refusal) = begun();
    assert!(returned < 0);
    let message = fields(&refusal)
        .into_iter()
        .flatten()
        .find(|field| field.starts_with(b"65536 exchanges are open"));
    assert_eq!(
        message.as_deref(),
        Some(&b"65536 exchanges are open; end them with REPLY or FAILED"[..])
    );
    interface::close(client);
}

#[test]
fn the_input_is_overwritten() {
    let secret = b"example-app-secret-not-real";
    let input = record(&[
        None,
        Some(b"https://koodrive.example"),
        None,
        Some(b"1505084218764547200"),
        Some(&app()),
    ]);
    for (input, is_whole) in [(&input[..], true), (&input[..input.len() - 1], false)] {
        let mut buffer = vec![0; 4096];
        buffer[..input.len()].copy_from_slice(input);
        let returned = interface::open(&mut buffer, input.len());
        assert!(!buffer.windows(secret.len()).any(|bytes| bytes == secret));
        assert_ne!(returned, interface::TOO_SMALL);
        assert_eq!(returned > 0, is_whole);
        if is_whole {
            interface::close(number(
                &fields(&buffer[..returned.unsigned_abs() as usize])[0],
            ));
        }
    }
}

#[test]
fn a_signature_is_explained() {
    let client = open(&app());
    let input = record(&[
        Some(b"notifyPackageExpire"),
        Some(&common::notification()),
        Some(NOW.as_bytes()),
        None,
        Some(b"canonicalRequest:POST|/elsewhere/||host:x|x-date:20251103T070140Z||host|0"),
    ]);
    let explanation = call(client, Operation::Explain, &input).unwrap();
    assert_eq!(text(&explanation[3]), SIGNATURE);
    let difference = fields(explanation[5].as_deref().unwrap());
    assert_eq!(text(&difference[0]), "CanonicalURI");
    assert_eq!(text(&difference[1]), "2");
    interface::close(client);
}

#[test]
fn info_returns_headers_limits_and_options() {
    let info = call(0, Operation::Info, &[]).unwrap();
    assert_eq!(text(&info[0]), env!("CARGO_PKG_VERSION"));
    let headers = fields(info[1].as_deref().unwrap());
    let headers: Vec<_> = headers.iter().map(text).collect();
    assert_eq!(headers, ["date", "age", "retry-after", "x-traceid"]);
    assert_eq!(text(&info[2]), "1048576");
    let options = fields(info[4].as_deref().unwrap());
    let rate = fields(options[0].as_deref().unwrap());
    let rate: Vec<_> = rate.iter().map(text).collect();
    assert_eq!(rate, ["rate", "per_second", "0.001", "100000", "50"]);
    assert_eq!(koodrive_ffi::koodrive_version(), 0x0001_0000);
    assert!(Record::parse(&[]).is_ok());
}

#[test]
fn a_call_is_checked_without_a_client() {
    let good = record(&[Some(b"notifyPackageExpire"), Some(&common::notification())]);
    assert_eq!(call(0, Operation::Check, &good), Ok(Vec::new()));
    let (message, ..) = words(call(0, Operation::Check, &texts(&["notifyPackageExpire"])));
    assert_eq!(message, "carrierUserId: missing; pass text");
    let (message, ..) = words(call(0, Operation::Check, &texts(&["nothing"])));
    assert!(
        message.starts_with("unknown operation nothing"),
        "{message}"
    );
}

#[test]
fn a_check_spells_options_as_its_host_does() {
    let documented = record(&[Some(b"1"), Some(b"14"), None, Some(b"2")]);
    for (spelling, option) in [
        ("snake", "undocumented_type"),
        ("camel", "undocumentedType"),
    ] {
        let input = record(&[
            Some(b"notifyPackageExpire"),
            Some(&documented),
            Some(spelling.as_bytes()),
        ]);
        let (message, ..) = words(call(0, Operation::Check, &input));
        assert!(
            message.ends_with(&format!("leave out {option}")),
            "{message}"
        );
    }
}

#[test]
fn a_hidden_redirect_is_refused() {
    let client = open(&token());
    let request = call(client, Operation::Begin, &begin()).unwrap();
    let hidden = reply(text(&request[0]), "0", &[], "");
    let error = call(client, Operation::Reply, &hidden).unwrap_err();
    assert_eq!((text(&error[2]), text(&error[4])), ("refused", "0"));
    interface::close(client);
}

#[test]
fn a_status_that_http_does_not_have_leaves_the_outcome_unknown() {
    let client = open(&token());
    let request = call(client, Operation::Begin, &begin()).unwrap();
    let odd = reply(text(&request[0]), "99", &[], ACKNOWLEDGEMENT);
    let (message, kind, outcome) = words(call(client, Operation::Reply, &odd));
    assert_eq!((&*kind, &*outcome), ("outcome_unknown", "unknown"));
    assert!(
        message.contains("status: not an HTTP status; pass a number from 100 to 999"),
        "{message}"
    );
    // The exchange has ended.
    let (message, ..) = words(call(client, Operation::Reply, &odd));
    assert!(message.starts_with("exchange: not open"), "{message}");
    interface::close(client);
}

/// Returns the input of `BEGIN` for a notification whose response goes to `PARSE`.
fn begin_alone() -> Vec<u8> {
    let mut input = begin();
    input.extend(record(&[None, None, None, None, Some(b"1")]));
    input
}

#[test]
fn a_request_whose_response_is_parsed_leaves_no_exchange_open() {
    let client = open(&app());
    let request = call(client, Operation::Begin, &begin_alone()).unwrap();
    assert_eq!(text(&request[1]), "POST");
    let taken = reply(text(&request[0]), "200", &[], ACKNOWLEDGEMENT);
    let (message, kind, outcome) = words(call(client, Operation::Reply, &taken));
    assert!(message.starts_with("exchange: not open"), "{message}");
    assert_eq!(
        (kind.as_str(), outcome.as_str()),
        ("invalid_input", "not_sent")
    );
    interface::close(client);
}

#[test]
fn such_a_request_stays_open_until_the_host_signs_it() {
    let client = open(&record(&[Some(b"example-app-id"), None, Some(b"1")]));
    let unsigned = call(client, Operation::Begin, &begin_alone()).unwrap();
    let signed = texts(&[text(&unsigned[0]), SIGNATURE]);
    let request = call(client, Operation::Sign, &signed).unwrap();
    assert_eq!(text(&request[1]), "POST");
    let (message, ..) = words(call(client, Operation::Sign, &signed));
    assert!(message.starts_with("exchange: not open"), "{message}");
    interface::close(client);
}

#[test]
fn half_of_a_pair_of_utf_16_is_told_from_what_is_not_utf_8() {
    let client = open(&app());
    for (id, says) in [
        (
            &b"1\xed\xa0\x80"[..],
            "carrierUserId: contains a lone surrogate, which UTF-8 cannot carry; remove it",
        ),
        (b"1\xff", "carrierUserId: not UTF-8; pass UTF-8"),
        // A truncated surrogate, which is only invalid UTF-8.
        (b"1\xed", "carrierUserId: not UTF-8; pass UTF-8"),
    ] {
        let fields = record(&[Some(id), Some(b"14")]);
        let input = record(&[Some(b"notifyPackageExpire"), Some(&fields), Some(b"0")]);
        let (message, ..) = words(call(client, Operation::Begin, &input));
        assert_eq!(message, says);
    }
    interface::close(client);
}
