//! X-Date is now + learned offset - margin, rounded down, in 16 characters that are read back; only
//! a good Date moves the offset, never by more than a day and never beyond what that Date says; a
//! trace id is 58 visible characters; nothing panics, and nothing allocates more than 512 bytes
//! beside copies of the input.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    koodrive_invariants::clock::check(input);
});
