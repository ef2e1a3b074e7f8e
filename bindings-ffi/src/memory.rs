//! The memory of the .wasm. It is reserved whole before the first secret arrives and never grows after that: where a host grows a memory,
//! it copies it, and the old one keeps the secrets. So a reply that finds no room is refused before it is read.

use koodrive::TransportError;

/// Reading a reply takes up to so many times its length: escapes in JSON, the value, the record.
#[cfg(target_arch = "wasm32")]
const TIMES: usize = 6;

/// Every other operation takes less than this beside its input.
#[cfg(target_arch = "wasm32")]
const SPARE: usize = 128 * 1024;

/// Whether the module has memory enough to read a reply with this body.
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

/// Whether the module has memory enough for an operation with an input of so many bytes.
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

/// Returns the error of a reply that does not fit: the service has answered, and nobody has read what.
pub(crate) fn reply_too_large() -> TransportError {
    TransportError::outcome_unknown(
        "the reply does not fit into the memory of koodrive.wasm; choose a smaller reply limit",
    )
}
