//! X-Date is now + learned offset - margin, rounded down, in 16 characters that are read back; only
//! a good Date moves the offset, never by more than a day and never beyond what that Date says; a
//! trace id is 58 visible characters; nothing panics, and nothing allocates more than 512 bytes
//! beside copies of the input.

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue};
use koodrive::{
    Client, Credentials, Endpoint, NotifyPackageExpire, RequestOptions, TraceId, XDate,
};

use crate::endpoint::LONGEST_REFUSAL;
use crate::input::Fields;
use crate::{allocated, wire};

/// A client's view of one exchange, and its next step.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// The offset before, in milliseconds.
    pub before: i64,
    /// The reply's header Date.
    pub date: Vec<u8>,
    /// Whether there is a header Age.
    pub aged: bool,
    /// The time of sending by the caller's clock.
    pub sent_at: DateTime<Utc>,
    /// The time of the reply by the caller's clock.
    pub received_at: DateTime<Utc>,
    /// The time of the next request, by the caller's clock.
    pub now: DateTime<Utc>,
    /// The margin in seconds.
    pub margin: u32,
}

/// The input is, field by field: offset before, Date, Age, the instants of sending, of receipt and
/// of the next request, margin; a text to read as X-Date; a trace id; the rest is 29 random bytes.
///
/// Returns whether the Date was learned from.
///
/// # Panics
///
/// Panics if the invariant does not hold.
#[allow(clippy::must_use_candidate, reason = "a fuzz target does not care")]
pub fn check(input: &[u8]) -> bool {
    let mut fields = Fields::new(input);
    let has_learned = holds(&Input {
        before: fields.number().unwrap_or_default(),
        date: fields.bytes().to_vec(),
        aged: !fields.bytes().is_empty(),
        sent_at: fields.instant(),
        received_at: fields.instant(),
        now: fields.instant(),
        margin: fields
            .number()
            .and_then(|margin| u32::try_from(margin).ok())
            .unwrap_or(5),
    });
    x_date(&fields.text());
    trace_id(&fields.text());
    if let Some(bytes) = fields.rest().first_chunk() {
        random_trace_id(*bytes);
    }
    has_learned
}

/// Returns whether the Date was learned from.
///
/// # Panics
///
/// Panics if the invariant does not hold.
#[allow(clippy::must_use_candidate, reason = "a fuzz target does not care")]
pub fn holds(input: &Input) -> bool {
    let credentials = Credentials::token("example-token-not-real").expect("a token");
    let client = Client::new(Endpoint::INTERNATIONAL, "7", credentials).expect("a client");
    let offset = TimeDelta::try_milliseconds(input.before).unwrap_or(TimeDelta::MAX);
    let day = TimeDelta::hours(24);
    let client = match client.with_clock_offset(offset) {
        Ok(client) => {
            assert!(offset.abs() <= day);
            assert_eq!(client.clock_offset(), offset);
            client
        }
        Err(refusal) => {
            assert!(offset.abs() > day, "{refusal}");
            client
        }
    };
    let client = client
        .with_clock_margin(input.margin.min(600))
        .expect("a margin of at most 600 seconds");

    let before = client.clock_offset();
    let mut headers = HeaderMap::new();
    if let Ok(date) = HeaderValue::from_bytes(&input.date) {
        headers.insert("date", date);
    }
    if input.aged {
        headers.insert("age", HeaderValue::from_static("0"));
    }
    allocated::at_most(input.date.len() + 512, || {
        client.observe_clock(&headers, input.sent_at, input.received_at);
    });
    let learned = client.clock_offset();
    assert!(learned.abs() <= day);
    let date = headers.get("date").and_then(|date| date.to_str().ok());
    let date = date.and_then(wire::http_date);
    let must_learn = must_learn(input, date);
    match must_learn {
        Some(true) => {
            let exact = date.expect("it was read before") - input.received_at;
            // Rounded towards the past, never towards the future.
            assert!(
                learned <= exact && exact - learned < TimeDelta::milliseconds(1),
                "{learned} {exact}"
            );
        }
        Some(false) => assert_eq!(learned, before),
        None => {}
    }
    next(&client, input.now);
    must_learn == Some(true)
}

/// Contract.md 6; none where the other reader of dates cannot tell.
fn must_learn(input: &Input, date: Option<DateTime<Utc>>) -> Option<bool> {
    let took = input.received_at - input.sent_at;
    // The exchange is measured in whole milliseconds of both clocks.
    if input.aged
        || took < TimeDelta::zero()
        || took >= TimeDelta::seconds(60) + TimeDelta::milliseconds(1)
    {
        return Some(false);
    }
    if took > TimeDelta::seconds(60) {
        return None;
    }
    let exact = date? - input.received_at;
    let day = TimeDelta::hours(24);
    if (exact.abs() - day).abs() < TimeDelta::milliseconds(1) {
        return None;
    }
    Some(exact.abs() < day)
}

/// The next request's date.
fn next(client: &Client, now: DateTime<Utc>) {
    let call = NotifyPackageExpire::new("1", "14").expect("a call");
    let margin = TimeDelta::seconds(client.clock_margin().into());
    let exact = now
        .checked_add_signed(client.clock_offset())
        .and_then(|server_now| server_now.checked_sub_signed(margin));
    match client.varying_parts(&call, now, &RequestOptions::default()) {
        Ok(parts) => {
            x_date(parts.x_date.as_str());
            let behind = exact.expect("within the calendar") - parts.x_date.to_datetime();
            assert!(
                TimeDelta::zero() <= behind && behind < TimeDelta::seconds(1),
                "{behind}"
            );
        }
        Err(refusal) => {
            assert!(
                exact.is_none_or(|date| !(1..=9999).contains(&date.year())),
                "{refusal}"
            );
            assert!(refusal.to_string().len() <= LONGEST_REFUSAL);
        }
    }
}

/// A text is read as X-Date where it is what an X-Date of that instant is written as, and nothing
/// else is.
fn x_date(text: &str) {
    let read = allocated::at_most(512, || XDate::parse(text));
    let Ok(date) = read else {
        return;
    };
    assert_eq!(date.as_str(), text);
    let instant = date.to_datetime();
    assert_eq!(instant.format("%Y%m%dT%H%M%SZ").to_string(), text);
    assert_eq!(XDate::from_datetime(instant), Ok(date));
    let minutes = |minutes| instant + TimeDelta::minutes(minutes);
    let tick = TimeDelta::nanoseconds(1);
    assert!(!date.is_within_window(instant - tick));
    assert!(date.is_within_window(instant));
    assert!(date.is_within_window(minutes(15)));
    assert!(!date.is_within_window(minutes(15) + tick));
}

fn trace_id(text: &str) {
    let right = text.len() == 58 && text.bytes().all(|byte| byte.is_ascii_graphic());
    match allocated::at_most(512, || TraceId::parse(text)) {
        Ok(id) => {
            assert!(right, "{text:?}");
            assert_eq!(id.as_str(), text);
        }
        Err(refusal) => {
            assert!(!right, "{refusal}");
            assert!(refusal.to_string().len() <= LONGEST_REFUSAL);
        }
    }
}

fn random_trace_id(bytes: [u8; 29]) {
    let id = TraceId::from_random(bytes);
    assert_eq!(id.as_str(), base16ct::lower::encode_string(&bytes));
    assert_eq!(TraceId::parse(id.as_str()), Ok(id));
}
