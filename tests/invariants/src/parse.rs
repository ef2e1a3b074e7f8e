//! parse gives the reply or the error that serde_json and the contract's tables give, in a text of
//! one paragraph that names the service; it never panics, and never allocates more than 8 × the
//! reply + 4 KiB (a list of policies: 4 × what the policies take in memory on top).

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue, StatusCode};
use koodrive::{
    Client, Credentials, Endpoint, ErrorKind, GetCurrentRetentionPolicy, NotifyPackageExpire,
    Outcome, ReplyError, RetentionPolicy,
};

use crate::input::Fields;
use crate::json::{Part, parts};
use crate::{allocated, wire};

/// Longest text of an error: five quotations of a thousand characters, and our own words.
const LONGEST_TEXT: usize = 6_500;

/// The input is, field by field: `list` or something else for the operation, status, the headers
/// date, age, retry-after and x-traceid; the rest is the body.
///
/// Returns whether the reply is a success.
///
/// # Panics
///
/// Panics if the invariant does not hold.
#[allow(clippy::must_use_candidate, reason = "a fuzz target does not care")]
pub fn check(input: &[u8]) -> bool {
    let mut fields = Fields::new(input);
    let list = fields.bytes() == b"list";
    let status = fields
        .number()
        .and_then(|status| u16::try_from(status).ok());
    let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) else {
        return false;
    };
    let mut headers = HeaderMap::new();
    for name in ["date", "age", "retry-after", "x-traceid"] {
        let value = fields.bytes();
        if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_bytes(value)) {
            headers.insert(name, value);
        }
    }
    holds(list, status, &headers, fields.rest())
}

/// Returns whether the reply is a success.
///
/// # Panics
///
/// Panics if the invariant does not hold.
#[allow(clippy::must_use_candidate, reason = "a fuzz target does not care")]
pub fn holds(list: bool, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> bool {
    let credentials = Credentials::token("example-token-not-real").expect("a token");
    let client = Client::new(Endpoint::INTERNATIONAL, "7", credentials).expect("a client");
    let call = NotifyPackageExpire::new("1", "14").expect("a call");
    let expected = Expected::read(list, status, headers, body);

    let given: usize = headers.values().map(HeaderValue::len).sum();
    // Five times: an error keeps the body, of which a byte that is not UTF-8 takes three.
    let most = 8 * (given + body.len()) + 4096;
    let found = if list {
        // A policy of three bytes, `{},`, takes a hundred in memory, and a list that grows is there
        // twice.
        let policies = body.len() / "{},".len() + 1;
        let most = most + 4 * policies * size_of::<RetentionPolicy>();
        let call = GetCurrentRetentionPolicy::new();
        allocated::at_most(most, || client.parse_parts(&call, status, headers, body)).map(|reply| {
            assert!(matches!(reply.code.as_deref(), None | Some("0")));
            assert_eq!(reply.body.as_bytes(), body);
            (reply.msg, reply.trace_id, Some(reply.policy_list))
        })
    } else {
        allocated::at_most(most, || client.parse_parts(&call, status, headers, body)).map(|reply| {
            assert_eq!(reply.code, "0");
            (reply.msg, reply.trace_id, None)
        })
    };
    match found {
        Ok((msg, trace_id, policies)) => {
            assert_eq!(expected.kind, None, "a failure was read as a success");
            assert_eq!(msg, expected.msg);
            assert_eq!(trace_id, expected.trace_id);
            assert_eq!(policies, expected.policies);
            true
        }
        Err(error) => {
            assert_error(list, &error, &expected, status);
            assert_body(&error, body);
            assert_text(list, &error);
            false
        }
    }
}

fn assert_error(list: bool, error: &ReplyError, expected: &Expected, status: StatusCode) {
    assert_eq!(Some(error.kind()), expected.kind, "{error}");
    assert_eq!(error.status(), status);
    assert_eq!(error.code(), expected.code.as_deref());
    assert_eq!(error.msg(), expected.msg.as_deref());
    assert_eq!(error.request_id(), expected.request_id.as_deref());
    assert_eq!(error.trace_id(), expected.trace_id.as_deref());
    assert_eq!(error.outcome(), expected.outcome(status), "{error}");
    let come_back = matches!(status.as_u16(), 429 | 503) && error.outcome() == Outcome::Refused;
    let harmless = list && error.outcome() == Outcome::Unknown;
    assert_eq!(error.is_retryable(), come_back || harmless, "{error}");
    let wait = error.retry_after().map(|wait| wait.as_secs());
    match expected.retry_after {
        Wait::None => assert_eq!(wait, None),
        Wait::For(seconds) => assert_eq!(wait, Some(seconds)),
        Wait::Perhaps => {}
    }
    // Without an X-Date that was sent nothing is known about clocks.
    assert!(!error.is_clock_refusal());
}

/// The beginning of the body, for the caller to read.
fn assert_body(error: &ReplyError, body: &[u8]) {
    let kept = error.body();
    let lossy = String::from_utf8_lossy(body);
    assert!(lossy.starts_with(kept) || body.len() > 16_384, "{kept}");
    assert!(body.len() > 16_384 || lossy == kept);
}

/// Asserts that no part of a reply can end a log line or make it long.
fn assert_text(list: bool, error: &ReplyError) {
    let text = allocated::at_most(4 * LONGEST_TEXT, || error.to_string());
    assert!(text.starts_with("the service answered "), "{text}");
    let (paragraph, advice) = text
        .split_once("\nWhat to check, in this order:\n")
        .unwrap_or((&text, ""));
    assert!(!paragraph.contains(char::is_control), "{paragraph:?}");
    let lines = if advice.is_empty() {
        0
    } else {
        4 + usize::from(!list)
    };
    assert_eq!(advice.lines().count(), lines, "{advice:?}");
    assert!(
        advice.chars().all(|c| c == '\n' || !c.is_control()),
        "{advice:?}"
    );
    assert!(text.chars().count() <= LONGEST_TEXT);
}

/// The seconds that Retry-After names.
#[derive(Default)]
enum Wait {
    #[default]
    None,
    For(u64),
    /// The seconds from a date that the other reader cannot parse.
    Perhaps,
}

/// The meaning of a reply, read with serde_json and the tables of `docs/contract.md`, sections 3
/// and 7.
#[derive(Default)]
struct Expected {
    /// The kind of the error; none for a success.
    kind: Option<ErrorKind>,
    code: Option<String>,
    msg: Option<String>,
    request_id: Option<String>,
    trace_id: Option<String>,
    retry_after: Wait,
    policies: Option<Vec<RetentionPolicy>>,
}

impl Expected {
    fn read(list: bool, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let mut expected = Self {
            kind: Some(ErrorKind::Api),
            trace_id: text_of(headers, "x-traceid"),
            retry_after: retry_after(headers),
            ..Self::default()
        };
        let ok = status == 200;
        let unreadable = if ok {
            ErrorKind::UnreadableReply
        } else {
            ErrorKind::Api
        };
        let members = std::str::from_utf8(body).ok().and_then(parts);
        let Some(Part::Object(members)) = members else {
            expected.kind = Some(unreadable);
            return expected;
        };
        let all = |name: &str| -> Vec<&str> {
            let named = members.iter().filter(|(member, _)| member == name);
            named.map(|(_, json)| *json).collect()
        };
        let last_text =
            |name: &str| -> Option<String> { serde_json::from_str(all(name).last()?).ok() };
        let only_code = |name: &str| match all(name)[..] {
            [json] => code(json),
            _ => None,
        };
        let code = only_code("code");
        // The tables of the two lists of policies have no code.
        let list_without_code = list
            && all("code").is_empty()
            && all("policyList").last().is_some_and(|json| *json != "null");
        if ok && code.is_none() && !list_without_code {
            expected.kind = Some(unreadable);
            return expected;
        }
        let success = ok && (code.as_deref() == Some("0") || list_without_code);
        expected.msg = last_text("msg");
        if success {
            expected.kind = None;
            if list {
                expected.policies = policies(all("policyList").last().copied());
                if expected.policies.is_none() {
                    expected.kind = Some(unreadable);
                    expected.msg = None;
                }
            }
            return expected;
        }
        expected.code = code.or_else(|| only_code("error_code"));
        expected.msg = expected.msg.or_else(|| last_text("error_msg"));
        expected.request_id = last_text("request_id");
        expected
    }

    fn outcome(&self, status: StatusCode) -> Outcome {
        let unreadable = self.kind == Some(ErrorKind::UnreadableReply);
        if unreadable || self.code.as_deref() == Some("13000201") {
            return Outcome::Unknown;
        }
        match status.as_u16() {
            200 | 300..=399 | 400..=499 | 503 => Outcome::Refused,
            _ => Outcome::Unknown,
        }
    }
}

/// A text that is not empty, or an integer digit for digit.
fn code(json: &str) -> Option<String> {
    let text = match json.as_bytes() {
        [b'"', ..] => serde_json::from_str(json).ok()?,
        [b'-' | b'0'..=b'9', ..] if !json.contains(['.', 'e', 'E']) => json.to_owned(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

fn policies(list: Option<&str>) -> Option<Vec<RetentionPolicy>> {
    let list = list.unwrap_or("null");
    match parts(list)? {
        Part::Array(elements) => elements.into_iter().map(policy).collect(),
        Part::Other if list == "null" => Some(Vec::new()),
        Part::Object(_) | Part::Other => None,
    }
}

fn policy(json: &str) -> Option<RetentionPolicy> {
    let Part::Object(members) = parts(json)? else {
        return None;
    };
    let mut policy = RetentionPolicy::default();
    // The last of two members with one name counts.
    let members: BTreeMap<String, &str> = members.into_iter().collect();
    for (name, json) in members {
        let null = json == "null";
        let text = || serde_json::from_str(json).ok();
        // The value must be text, or an integer that every language holds exactly.
        let integer = || {
            code(json)?
                .parse()
                .ok()
                .filter(|number: &i64| number.abs_diff(0) < 1 << 53)
        };
        match &*name {
            "policyId" => {
                policy.policy_id = if null {
                    None
                } else {
                    Some(integer_or_text(json)?)
                }
            }
            "policyName" => policy.policy_name = if null { None } else { Some(text()?) },
            "description" => policy.description = if null { None } else { Some(text()?) },
            "priority" => policy.priority = if null { None } else { Some(integer()?) },
            "status" => policy.status = if null { None } else { Some(integer()?) },
            _ => {}
        }
    }
    Some(policy)
}

/// Reads like [`code`], and also accepts an empty text.
fn integer_or_text(json: &str) -> Option<String> {
    if json == "\"\"" {
        Some(String::new())
    } else {
        code(json)
    }
}

/// Returns where a value is visible ASCII, blanks and tabs.
fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// Whole seconds, or a date counted from the reply's own.
fn retry_after(headers: &HeaderMap) -> Wait {
    let Some(value) = text_of(headers, "retry-after") else {
        return Wait::None;
    };
    let value = value.trim();
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return value.parse().map_or(Wait::None, Wait::For);
    }
    let instant = |text: &str| Some(wire::http_date(text)?.timestamp());
    match (
        instant(value),
        text_of(headers, "date").as_deref().and_then(instant),
    ) {
        (Some(until), Some(server)) => Wait::For(u64::try_from(until - server).unwrap_or_default()),
        _ => Wait::Perhaps,
    }
}
