//! The neutral interface of koodrive, for every language that can call C or run WebAssembly. The
//! same functions are built as a C library and as a WebAssembly module without imports. `ABI.md`
//! specifies the interface.
//!
//! A function takes a record and leaves its answer in the same buffer. Allocated memory stays on
//! its own side, and the library never calls the host. Misuse that the library can detect returns
//! an error record. The crate `koodrive` has the rules about the API; this crate moves fields.

mod boundary;
#[cfg(target_arch = "wasm32")]
mod buffer;
mod client;
mod convert;
mod dispatcher;
mod errors;
mod handles;
mod input;
pub mod interface;
pub mod layout;
mod memory;
pub mod record;

#[cfg(target_arch = "wasm32")]
pub use boundary::koodrive_buffer;
pub use boundary::{koodrive_call, koodrive_close, koodrive_open, koodrive_version};
pub use errors::{DEAD_AFTER, DEAD_BEFORE};
