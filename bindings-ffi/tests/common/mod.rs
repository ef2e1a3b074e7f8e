//! Calls the exported functions as a host does.
#![allow(dead_code, reason = "no test program uses everything")]
#![allow(
    clippy::ref_option,
    reason = "a field that may be absent is an element of a list"
)]

use koodrive_ffi::interface;
use koodrive_ffi::layout::operations::Operation;
use koodrive_ffi::record::{Record, Writer};

pub(crate) const NOW: &str = "1762153305000";

/// Returns a record of these `fields`.
pub(crate) fn record(fields: &[Option<&[u8]>]) -> Vec<u8> {
    let mut writer = Writer::default();
    for field in fields {
        match field {
            Some(field) => writer.bytes(field),
            None => writer.none(),
        }
    }
    writer.as_bytes().to_vec()
}

/// Returns a record of texts.
pub(crate) fn texts(fields: &[&str]) -> Vec<u8> {
    let fields: Vec<_> = fields.iter().map(|text| Some(text.as_bytes())).collect();
    record(&fields)
}

/// The fields of an answer, or those of an error.
pub(crate) type Answer = Result<Vec<Option<Vec<u8>>>, Vec<Option<Vec<u8>>>>;

pub(crate) fn fields(bytes: &[u8]) -> Vec<Option<Vec<u8>>> {
    let record = Record::parse(bytes).expect("an answer is a record");
    record
        .fields()
        .map(|field| field.map(<[u8]>::to_vec))
        .collect()
}

pub(crate) fn answer(buffer: &[u8], returned: i32) -> Answer {
    assert_ne!(returned, interface::TOO_SMALL);
    let length = returned.unsigned_abs() as usize;
    let fields = fields(&buffer[..length]);
    if returned < 0 {
        Err(fields)
    } else {
        Ok(fields)
    }
}

pub(crate) fn open_with(input: &[u8]) -> Answer {
    let mut buffer = vec![0; 65_536];
    buffer[..input.len()].copy_from_slice(input);
    let returned = interface::open(&mut buffer, input.len());
    answer(&buffer, returned)
}

pub(crate) fn app() -> Vec<u8> {
    texts(&["example-app-id", "example-app-secret-not-real"])
}

pub(crate) fn token() -> Vec<u8> {
    record(&[None, None, None, Some(b"example-token-not-real")])
}

/// Returns the input of `open`.
pub(crate) fn opening(credentials: &[u8]) -> Vec<u8> {
    record(&[
        None,
        Some(b"https://koodrive.example"),
        None,
        Some(b"1505084218764547200"),
        Some(credentials),
    ])
}

pub(crate) fn open(credentials: &[u8]) -> u32 {
    let opened = open_with(&opening(credentials));
    number(&opened.expect("the client is opened")[0])
}

pub(crate) fn call(handle: u32, operation: Operation, input: &[u8]) -> Answer {
    call_number(handle, operation as u32, input)
}

pub(crate) fn call_number(handle: u32, operation: u32, input: &[u8]) -> Answer {
    let mut buffer = vec![0; 65_536 + input.len()];
    buffer[..input.len()].copy_from_slice(input);
    let returned = interface::call(handle, operation, &mut buffer, input.len());
    answer(&buffer, returned)
}

pub(crate) fn notification() -> Vec<u8> {
    texts(&["189642158555241211", "14"])
}

/// Returns the input of `BEGIN` for a notification.
pub(crate) fn begin() -> Vec<u8> {
    record(&[
        Some(b"notifyPackageExpire"),
        Some(&notification()),
        Some(NOW.as_bytes()),
    ])
}

/// Returns the input of `REPLY`.
pub(crate) fn reply(
    exchange: &str,
    status: &str,
    headers: &[Option<&[u8]>],
    body: &str,
) -> Vec<u8> {
    record(&[
        Some(exchange.as_bytes()),
        Some(status.as_bytes()),
        Some(&record(headers)),
        Some(body.as_bytes()),
        Some(NOW.as_bytes()),
    ])
}

pub(crate) fn text(field: &Option<Vec<u8>>) -> &str {
    let field = field.as_deref().expect("the field is there");
    std::str::from_utf8(field).expect("the field is text")
}

pub(crate) fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(field: &Option<Vec<u8>>) -> T {
    text(field).parse().expect("the field is a number")
}

/// Returns the message, and kind and outcome, of an error.
pub(crate) fn words(answer: Answer) -> (String, String, String) {
    let error = answer.expect_err("the answer is an error");
    let word = |index: usize| text(&error[index]).to_owned();
    (word(0), word(1), word(2))
}
