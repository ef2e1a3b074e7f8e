//! Calls of any operation in one job: their requests, their replies, and when they are sent again.

use std::borrow::Cow;
use std::collections::BTreeMap;

use http::Method;
use koodrive::fields::Unreadable;
use koodrive::{Envelope, GetCurrentRetentionPolicy, Operation, PolicyStatus, RequestOptions};
use koodrive::{GetSpaceUsageByOverview, RawCall, RetentionPolicies, SetRetentionPolicy, Success};

use super::*;

fn users() -> RawCall {
    RawCall::new(Method::GET, "/koodrive/ose/v1/users/1")
        .unwrap()
        .query("a", "x y")
        .unwrap()
}

/// An operation of another crate, all calls of which share their method and path.
struct Shared(Method);

impl Operation for Shared {
    type Reply = ();

    fn name(&self) -> Cow<'static, str> {
        "shared".into()
    }

    fn method(&self) -> Method {
        self.0.clone()
    }

    fn path(&self) -> Cow<'_, str> {
        "/shared".into()
    }

    fn fixed_path(&self) -> Option<&'static str> {
        Some("/shared")
    }

    fn reply(&self, _: Envelope, _: &str) -> Result<(), Unreadable> {
        Ok(())
    }
}

#[test]
fn two_operations_of_one_path_are_told_apart_by_their_methods() {
    let mut dispatcher = proven(|config| config);
    let methods = [Method::GET, Method::DELETE, Method::GET];
    for (key, method) in (1..).zip(methods.clone()) {
        dispatcher.push(key, &Shared(method)).unwrap();
    }
    // The attempts as a host keeps them.
    let mut kept = BTreeMap::new();
    let sent = all_sent(&mut dispatcher, at(1));
    let sent = sent.into_iter().map(|outgoing| {
        let fixed = kept
            .entry((outgoing.method.to_string(), outgoing.fixed_path.unwrap()))
            .or_insert_with(|| dispatcher.fixed_parts(outgoing.ticket).unwrap());
        fixed.method.clone()
    });
    assert_eq!(sent.collect::<Vec<_>>(), methods);
    assert_eq!(kept.len(), 2);
}

#[test]
fn every_call_is_sent_as_its_own_operation_and_its_reply_is_read_as_such() {
    let mut dispatcher = proven(|config| config);
    let usage = GetSpaceUsageByOverview::new();
    let policies = GetCurrentRetentionPolicy::new();
    dispatcher.push(1, &users()).unwrap();
    dispatcher.push(2, &usage).unwrap();
    dispatcher.push(3, &policies).unwrap();
    dispatcher.push(4, &call(4)).unwrap();
    let outgoing = all_sent(&mut dispatcher, at(1));
    let fixed_paths: Vec<_> = outgoing.iter().map(|it| it.fixed_path).collect();
    assert_eq!(fixed_paths[0], None);
    assert_eq!(
        fixed_paths[1],
        Some("/koodrive/ose/v1/space/usage/overview")
    );

    for outgoing in outgoing {
        let (ticket, key) = (outgoing.ticket, *dispatcher.key(outgoing.ticket).unwrap());
        let options = RequestOptions::default().trace_id(outgoing.parts.trace_id.unwrap());
        let client = client();
        let now = at(1).wall;
        let expected = match key {
            1 => client.request_with(&users(), now, &options),
            2 => client.request_with(&usage, now, &options),
            3 => client.request_with(&policies, now, &options),
            _ => client.request_with(&call(key), now, &options),
        }
        .unwrap();
        let request = dispatcher.request(outgoing).unwrap();
        assert_eq!(request.uri(), expected.uri());
        assert_eq!(request.headers(), expected.headers());
        let body: &[u8] = match key {
            1 => b"",
            2 => br#"{"code":0,"data":{"totalUsed":7}}"#,
            3 => br#"{"policyList":[{"policyId":1}]}"#,
            _ => DELIVERED,
        };
        answer(&mut dispatcher, ticket, 200, body, at(2));
    }
    let outcomes = outcomes(&mut dispatcher, at(2));
    assert!(outcomes.iter().all(|it| it.verdict == Verdict::Delivered));
    let used = outcomes[1]
        .reply_to(&usage)
        .unwrap()
        .unwrap()
        .data
        .total_used;
    assert_eq!(used.as_deref(), Some("7"));
    let RetentionPolicies {
        policy_list, code, ..
    } = outcomes[2].reply_to(&policies).unwrap().unwrap();
    assert_eq!((policy_list.len(), code), (1, None));
    assert_eq!(outcomes[3].reply_to(&call(4)).unwrap().unwrap().code, "0");
    let trace_id = outcomes[0].trace_id.unwrap();
    let reply = outcomes[0].reply_to(&users()).unwrap().unwrap();
    assert_eq!(reply.trace_id.as_deref(), Some(trace_id.as_str()));
}

#[test]
fn a_call_that_changes_nothing_is_sent_again_although_its_outcome_is_unknown() {
    let mut dispatcher =
        proven(|config| config.attempts(2).unwrap().backoff(Duration::ZERO).unwrap());
    dispatcher.push(1, &users()).unwrap();
    dispatcher.push(2, &call(2)).unwrap();
    for outgoing in all_sent(&mut dispatcher, at(1)) {
        answer(&mut dispatcher, outgoing.ticket, 500, b"", at(2));
    }
    let notified = outcome(&mut dispatcher, at(2));
    assert_eq!((notified.key, notified.verdict), (2, Verdict::Unknown));
    let again = sent(&mut dispatcher, at(60_000));
    assert_eq!((dispatcher.key(again.ticket), again.attempt), (Some(&1), 2));
    dispatcher
        .handle_failure(again.ticket, unanswered(), at(60_001))
        .unwrap();
    // The call changes nothing, so its outcome is not unknown.
    let read = outcome(&mut dispatcher, at(60_001));
    assert_eq!(
        (read.key, read.verdict, read.attempts),
        (1, Verdict::GivenUp, 2)
    );
}

#[test]
fn what_a_call_counts_as_a_success_is_its_own_rule() {
    for (status, body, verdict) in [
        (204, "", Verdict::Delivered),
        (201, r#"{"id":1}"#, Verdict::Delivered),
        (200, r#"{"code":5}"#, Verdict::Refused),
    ] {
        let mut dispatcher = proven(|config| config);
        let put = RawCall::new(Method::PUT, "/a").unwrap();
        dispatcher.push(1, &put).unwrap();
        let outgoing = sent(&mut dispatcher, at(1));
        answer(
            &mut dispatcher,
            outgoing.ticket,
            status,
            body.as_bytes(),
            at(2),
        );
        assert_eq!(
            outcome(&mut dispatcher, at(2)).verdict,
            verdict,
            "{status} {body}"
        );
    }
    assert_eq!(format!("{:?}", Success::ANY_2XX), "Success");
}

#[test]
fn a_signature_that_is_missing_is_given_by_the_driver() {
    let client = client().with_credentials(Credentials::detached("my-app-id").unwrap());
    let mut dispatcher = Dispatcher::new(&client, Config::default(), 42);
    let policies = [PolicyStatus::new("1", "1")];
    dispatcher
        .push(1, &SetRetentionPolicy::new(policies).unwrap())
        .unwrap();
    let mut outgoing = sent(&mut dispatcher, at(0));
    assert!(
        outgoing
            .parts
            .string_to_sign()
            .unwrap()
            .starts_with("HMAC-SHA256\n")
    );
    outgoing.parts = outgoing.parts.with_signature(&"0a".repeat(32)).unwrap();
    let request = dispatcher.request(outgoing).unwrap();
    assert_eq!(
        request.headers()["authorization"],
        format!(
            "HMAC-SHA256 AppId=my-app-id,SignedHeaders=host;x-date;x-user-id,Signature={}",
            "0a".repeat(32)
        )
    );
}

#[test]
fn a_request_without_its_signature_is_not_built() {
    let client = client().with_credentials(Credentials::detached("my-app-id").unwrap());
    let mut dispatcher = Dispatcher::new(&client, Config::default(), 42);
    dispatcher.push(1, &call(1)).unwrap();
    let outgoing = sent(&mut dispatcher, at(0));
    let refused = dispatcher.request(outgoing).unwrap_err();
    assert_eq!(refused.field(), Some("sign"));
}
