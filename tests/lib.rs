//! Holds nothing of its own: this package exists for the tests beside this file, and to run the
//! README's Rust.
#![cfg_attr(koodrive_readme, doc = include_str!("../README.md"))]
