//! Holds nothing of its own: this package exists for `conformance.rs` and `zeroize.rs`, and to run the README's Rust.
#![cfg_attr(koodrive_readme, doc = include_str!("../README.md"))]
