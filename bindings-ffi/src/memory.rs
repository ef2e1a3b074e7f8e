//! Checks the memory of the .wasm. The whole memory is reserved before the first secret arrives and
//! never grows afterwards: a host that grows a memory copies it, and the old copy keeps the
//! secrets. A reply that does not fit is therefore refused before it is read.

use koodrive::TransportError;

/// Memory for reading a reply, as a multiple of its length: escapes in JSON, the value, the record.
#[cfg(target_arch = "wasm32")]
const TIMES: usize = 6;

/// Memory that an operation needs beside its input, in bytes: an upper bound.
#[cfg(target_arch = "wasm32")]
const SPARE: usize = 128 * 1024;

/// Returns whether the module's memory suffices to read a reply with this `body`.
#[cfg(target_arch = "wasm32")]
pub(crate) fn has_room_for_reply(body: &[u8]) -> bool {
    let needed = body.len().saturating_mul(TIMES).saturating_add(SPARE);
    Vec::<u8>::new().try_reserve_exact(needed).is_ok()
}

/// The memory of a process grows.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) const fn has_room_for_reply(_: &[u8]) -> bool {
    true
}

/// Returns whether the module's memory suffices for an operation with `input` bytes of input.
#[cfg(target_arch = "wasm32")]
pub(crate) fn has_room(input: usize) -> bool {
    let needed = input.saturating_mul(2).saturating_add(SPARE);
    Vec::<u8>::new().try_reserve_exact(needed).is_ok()
}

/// The memory of a process grows.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) const fn has_room(_: usize) -> bool {
    true
}

/// Returns the error of a reply that does not fit. The service has answered, but the answer is
/// unread, so the outcome is unknown.
pub(crate) fn reply_too_large() -> TransportError {
    TransportError::outcome_unknown(
        "the reply does not fit into the memory of koodrive.wasm; choose a smaller reply limit",
    )
}
