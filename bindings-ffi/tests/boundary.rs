//! Raw bytes at the exported functions. For any input the answer is a record, no function panics,
//! and no byte beyond the buffer changes. Miri runs the first tests
//! (`cargo xtask test --only ffi`), so they are small.

mod common;

use common::{app, begin, open, token};
use koodrive_ffi::layout::operations::Operation;
use koodrive_ffi::record::Record;
use koodrive_ffi::{koodrive_call, koodrive_close, koodrive_open, koodrive_version};

/// Calls `function` with pointers and with canaries at both ends of the buffer. Returns its result.
fn through_pointers(
    function: impl FnOnce(*mut u8, u32) -> i32,
    input: &[u8],
    capacity: usize,
) -> i32 {
    const CANARY: usize = 8;
    let mut memory = vec![0xa5; capacity + 2 * CANARY];
    let length = input.len().min(capacity);
    memory[CANARY..CANARY + length].copy_from_slice(&input[..length]);
    let returned = function(
        memory[CANARY..].as_mut_ptr(),
        u32::try_from(capacity).unwrap(),
    );
    assert!(memory[..CANARY].iter().all(|byte| *byte == 0xa5));
    assert!(memory[CANARY + capacity..].iter().all(|byte| *byte == 0xa5));
    if returned != i32::MIN {
        let answer = &memory[CANARY..][..returned.unsigned_abs() as usize];
        assert!(Record::parse(answer).is_ok());
    }
    returned
}

// The lint table allows no unsafe code, so one module calls the functions.
#[allow(unsafe_code, reason = "the functions take pointers")]
mod raw {
    pub(super) fn open(buffer: *mut u8, capacity: u32, length: u32) -> i32 {
        // SAFETY: every caller passes a buffer of its own.
        unsafe { super::koodrive_open(buffer, capacity, length) }
    }

    pub(super) fn call(
        handle: u32,
        operation: u32,
        buffer: *mut u8,
        capacity: u32,
        length: u32,
    ) -> i32 {
        // SAFETY: every caller passes a buffer of its own.
        unsafe { super::koodrive_call(handle, operation, buffer, capacity, length) }
    }
}

#[test]
fn a_request_is_built_through_pointers() {
    let client = open(&app());
    let input = begin();
    let length = u32::try_from(input.len()).unwrap();
    let number = Operation::Begin as u32;
    let returned = [4096, input.len(), 3, 0].map(|capacity| {
        through_pointers(
            |buffer, capacity| raw::call(client, number, buffer, capacity, length),
            &input,
            capacity,
        )
    });
    // The input fits into this buffer, and the request does not.
    assert!(returned[0] > i32::try_from(input.len()).unwrap());
    assert_eq!(returned[1..], [i32::MIN; 3]);
    koodrive_close(client);
    assert_eq!(koodrive_version() >> 16, 1);
}

#[test]
fn a_null_buffer_is_one_of_no_bytes() {
    let client = open(&token());
    let null = std::ptr::null_mut();
    assert_eq!(raw::open(null, 4096, 10), i32::MIN);
    // An answer of zero bytes fits.
    assert_eq!(
        raw::call(client, Operation::Credentials as u32, null, 4096, 0),
        0
    );
    assert_eq!(
        raw::call(client, Operation::Begin as u32, null, 0, 7),
        i32::MIN
    );
    koodrive_close(client);
}

#[test]
fn a_length_beyond_the_buffer_is_refused() {
    let client = open(&token());
    let called = through_pointers(
        |buffer, capacity| raw::call(client, 16, buffer, capacity, capacity + 1),
        &[],
        4096,
    );
    let opened = through_pointers(
        |buffer, capacity| raw::open(buffer, capacity, u32::MAX),
        &[],
        4096,
    );
    for returned in [called, opened] {
        assert!(returned < 0 && returned != i32::MIN, "{returned}");
    }
    koodrive_close(client);
}

#[cfg(not(miri))]
mod random {
    use koodrive_ffi::layout::operations::OPERATIONS;
    use proptest::prelude::*;

    use super::*;

    /// Returns random bytes, or a record of a few plausible fields.
    fn input() -> impl Strategy<Value = Vec<u8>> {
        let field = prop_oneof![
            Just(None),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(Some),
            "[0-9-]{0,20}".prop_map(|text| Some(text.into_bytes())),
            Just(Some(b"notifyPackageExpire".to_vec())),
            Just(Some(b"rawCall".to_vec())),
            Just(Some(b"reverseOrder".to_vec())),
            Just(Some(b"1".to_vec())),
            Just(Some(b"200".to_vec())),
            Just(Some(br#"{"code":0}"#.to_vec())),
            Just(Some(b"1762153305000".to_vec())),
            Just(Some(common::notification())),
            Just(Some(common::texts(&["batch", ""]))),
            Just(Some(common::texts(&["GET", "/x", "", ""]))),
        ];
        let record = proptest::collection::vec(field, 0..8).prop_map(|fields| {
            let fields: Vec<_> = fields.iter().map(Option::as_deref).collect();
            common::record(&fields)
        });
        let cut = (record.clone(), any::<prop::sample::Index>()).prop_map(|(mut record, at)| {
            record.truncate(at.index(record.len() + 1));
            record
        });
        prop_oneof![proptest::collection::vec(any::<u8>(), 0..200), record, cut]
    }

    fn operation() -> impl Strategy<Value = u32> {
        let known: Vec<u32> = OPERATIONS.iter().map(|row| row.number).collect();
        prop_oneof![9 => prop::sample::select(known), 1 => 0..254_u32]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn any_input_gets_a_record_as_answer(
            inputs in proptest::collection::vec((operation(), input(), 0..3000_usize, 0..3_u8), 1..12)
        ) {
            let client = open(&app());
            let seeded = common::record(&[None, Some(&[1; 8])]);
            let made = common::call(client, Operation::Dispatch, &seeded).unwrap();
            let dispatcher = common::number(&made[0]);
            for (operation, input, capacity, which) in inputs {
                let handle = [client, dispatcher, 0][usize::from(which)];
                let capacity = capacity.max(input.len());
                let length = u32::try_from(input.len()).unwrap();
                through_pointers(
                    |buffer, capacity| raw::call(handle, operation, buffer, capacity, length),
                    &input,
                    capacity,
                );
                through_pointers(|buffer, capacity| raw::open(buffer, capacity, length), &input, capacity);
            }
            koodrive_close(dispatcher);
            koodrive_close(client);
        }
    }
}
