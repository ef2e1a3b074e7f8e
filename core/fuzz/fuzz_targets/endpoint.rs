//! Endpoint::parse gives an endpoint that every URL parser reads and writes alike (punycode of
//! nothing apart), or refuses it in one short sentence; it never panics, and never allocates more
//! than 4 × the text + 512 bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    koodrive_invariants::endpoint::check(input);
});
