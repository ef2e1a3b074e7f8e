//! A request is built with exactly the fixed headers, each on one line, the URL endpoint + prefix +
//! path, the body as JSON.stringify writes it, and is accepted; or the input is refused in one
//! short sentence; it never panics, and never allocates more than 12 × the input + 4 KiB.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    koodrive_invariants::request::check(input);
});
