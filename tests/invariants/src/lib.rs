//! The invariants for all inputs, as functions of bytes. `core/fuzz` feeds them generated inputs;
//! the tests here feed them the same seeds on stable Rust.
//!
//! Each module is one fuzz target and begins with its invariant, in one line. An input is a
//! sequence of fields with a byte between them that no UTF-8 has ([`input::SEPARATOR`]), so that
//! seeds can be read and written by people.

pub mod allocated;
pub mod clock;
pub mod conformance;
pub mod endpoint;
pub mod input;
pub mod json;
pub mod parse;
pub mod request;
pub mod sandbox;
pub mod seeds;
mod wire;

/// The name of a fuzz target, and its body. It says whether the input was taken, so that seeds
/// which are all refused are noticed.
pub type Target = (&'static str, fn(&[u8]) -> bool);

/// All targets.
pub const TARGETS: [Target; 6] = [
    ("clock", clock::check),
    ("endpoint", endpoint::check),
    ("json", json::check),
    ("parse", parse::check),
    ("request", request::check),
    ("sandbox", sandbox::check),
];
