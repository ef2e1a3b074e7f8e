//! The neutral interface of koodrive, for every language that can call C or run WebAssembly: a C library, and a WebAssembly module
//! without imports, of the same functions. `ABI.md` specifies it.
//!
//! A function takes a record and leaves its answer in the same buffer. Nothing that is allocated crosses, no function of the host is
//! called, and every misuse that can be seen is an error record. The rules about the API stand in the crate `koodrive`; this one moves
//! fields.

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
