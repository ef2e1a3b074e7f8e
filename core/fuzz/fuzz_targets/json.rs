//! The readers of a reply's fields take what RFC 8259 and the contract allow, give what serde_json
//! reads, with the last of a field that comes twice, and refuse the rest, naming the field; they
//! never panic, and never allocate more than 64 × the text + 1 KiB.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    koodrive_invariants::json::check(input);
});
