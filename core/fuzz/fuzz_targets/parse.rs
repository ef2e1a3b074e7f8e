//! parse gives the reply or the error that serde_json and the contract's tables give, in a text of
//! one paragraph that names the service; it never panics, and never allocates more than 8 × the
//! reply + 4 KiB (a list of policies: 4 × what the policies take in memory on top).
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    koodrive_invariants::parse::check(input);
});
