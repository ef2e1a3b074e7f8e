//! Sandbox::handle answers every request in the service's JSON, dated now, and acts on a call only
//! where method, path, window, credentials (a signature recomputed here) and body are right; it
//! never panics, and never allocates more than 40 × the request + 16 KiB.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    koodrive_invariants::sandbox::check(input);
});
