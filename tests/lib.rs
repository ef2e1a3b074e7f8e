//! Holds nothing: this package exists for `conformance.rs`.
