//! The core's reader of JSON takes what serde_json takes, shows the same members, elements, texts and integers, and refuses the rest; it never panics, and never allocates more than 3 × the text + 256 bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| koodrive_invariants::json::check(input));
