//! Counts the allocations of the hot path: their number, and that none is larger than the result
//! handed out.
#![allow(unsafe_code)] // A global allocator cannot be written without.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::RefCell;

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue, Request, Response};
use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire, RequestOptions, TraceId};

thread_local! {
    /// The sizes asked for on this thread while `Some`; room for them is there before.
    static SIZES: RefCell<Option<Vec<usize>>> = const { RefCell::new(None) };
}

struct Counting;

fn note(size: usize) {
    // The list is out of reach at the end of a thread and while a test reads it.
    let _ = SIZES.try_with(|sizes| {
        if let Ok(mut sizes) = sizes.try_borrow_mut()
            && let Some(sizes) = &mut *sizes
        {
            assert!(sizes.len() < sizes.capacity(), "more than can be noted");
            sizes.push(size);
        }
    });
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size);
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns the result of `work`, and the sizes that it allocated, sorted.
fn counted<T>(work: impl FnOnce() -> T) -> (T, Vec<usize>) {
    SIZES.set(Some(Vec::with_capacity(64)));
    let made = work();
    let mut sizes = SIZES.take().unwrap();
    sizes.sort_unstable();
    (made, sizes)
}

const TRACE_ID: &str = "0123456789012345678901234567890123456789012345678901234567";

fn call() -> NotifyPackageExpire {
    NotifyPackageExpire::new("189642158555241211", "14").unwrap()
}

fn now() -> DateTime<Utc> {
    "2025-11-03T07:01:45Z".parse().unwrap()
}

/// A client that has made its first request, so that what is prepared on first use is there.
fn client(credentials: Credentials) -> Client {
    let client = Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials).unwrap();
    client.request(&call(), now()).unwrap();
    client
}

fn signing() -> Client {
    client(Credentials::app("example-app-id", "example-app-secret-not-real").unwrap())
}

fn bearing() -> Client {
    client(Credentials::token("example-token-not-real").unwrap())
}

/// Every text of a request.
fn bytes(request: &Request<Vec<u8>>) -> usize {
    let headers = request.headers().iter();
    let headers: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    let url = request.uri().to_string();
    request.method().as_str().len() + url.len() + headers + request.body().len()
}

/// The tables of a map of headers, whose entries have a fixed size for any content. They belong to
/// the `http` crate and count, but no text is measured against them.
fn without_tables(mut sizes: Vec<usize>) -> Vec<usize> {
    let (_, tables) = counted(|| HeaderMap::<HeaderValue>::with_capacity(5));
    assert_eq!(tables.len(), 2);
    for table in tables {
        let at = sizes
            .iter()
            .position(|size| *size == table)
            .expect("the map's own tables");
        sizes.remove(at);
    }
    sizes
}

#[test]
fn a_request_is_built_in_at_most_six_allocations_none_larger_than_itself() {
    let trace_id = RequestOptions::default().trace_id(TraceId::parse(TRACE_ID).unwrap());
    for (what, client, options, most) in [
        // Body, X-Date, and the two tables.
        ("bearer", bearing(), RequestOptions::default(), 4),
        // The same allocations, and one for Authorization.
        ("signed", signing(), RequestOptions::default(), 5),
        // An option's value is one more.
        ("bearer with a trace id", bearing(), trace_id, 5),
        ("signed with a trace id", signing(), trace_id, 6),
    ] {
        let call = call();
        let (request, sizes) = counted(|| client.request_with(&call, now(), &options).unwrap());
        assert!(sizes.len() <= most, "{what}: {sizes:?}");
        let largest = without_tables(sizes).pop().unwrap();
        assert!(largest <= bytes(&request), "{what}: {largest}, {request:?}");
        let body = request.into_body();
        assert_eq!(body.capacity(), body.len(), "{what}");
    }
}

/// The parts that bindings build requests from.
#[test]
fn varying_parts_are_built_in_two_allocations() {
    for (what, client, most) in [("bearer", bearing(), 1), ("signed", signing(), 2)] {
        let call = call();
        let options = RequestOptions::default();
        let (parts, sizes) = counted(|| client.varying_parts(&call, now(), &options).unwrap());
        assert!(sizes.len() <= most, "{what}: {sizes:?}");
        let body = parts.body.unwrap();
        assert_eq!(body.capacity(), body.len(), "{what}");
    }
}

#[test]
fn a_reply_is_read_in_at_most_three_allocations_none_larger_than_itself() {
    let client = signing();
    for (body, trace_id, most) in [
        (r#"{"code":0,"msg":"Success."}"#, None, 2),
        (r#"{"code":0,"msg":"Success."}"#, Some(TRACE_ID), 3),
        (r#"{"code":"0"}"#, None, 1),
        // Resolving escapes takes a text that may grow, stepping over nested values a stack of
        // brackets.
        (r#"{"code":0,"msg":"\u6210\u529f"}"#, None, 3),
        (r#"{"code":0,"msg":"Success.","more":[1.5,{}]}"#, None, 3),
    ] {
        let mut response = Response::new(body);
        if let Some(trace_id) = trace_id {
            let value = HeaderValue::from_static(trace_id);
            response.headers_mut().insert("x-traceid", value);
        }
        let call = call();
        let (reply, sizes) = counted(|| client.parse(&call, &response).unwrap());
        assert_eq!(reply.trace_id.as_deref(), trace_id);
        assert!(sizes.len() <= most, "{body}: {sizes:?}");
        let received = body.len() + trace_id.map_or(0, str::len);
        assert!(
            sizes.iter().all(|size| *size <= received),
            "{body}: {sizes:?}"
        );
    }
}

#[test]
fn what_is_counted_is_what_is_asked_for() {
    let (_, sizes) = counted(|| {
        let mut text = String::with_capacity(3);
        text.push_str("four");
        (text, vec![0_u8; 100])
    });
    // At least 4: how far a text grows is the standard library's decision.
    assert!(matches!(*sizes, [3, 4..100, 100]), "{sizes:?}");
}
