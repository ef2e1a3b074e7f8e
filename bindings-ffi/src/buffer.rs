//! The only buffer of the .wasm. The first request for it reserves the module's memory.

use std::sync::{Mutex, PoisonError};

use zeroize::Zeroize as _;

/// The largest and the smallest piece in which the memory is reserved, in bytes. The smallest is
/// less than a page, with what the allocator adds.
const PIECES: (usize, usize) = (8 << 20, 32 << 10);

/// The buffer. Words of 8 bytes align its address.
static BUFFER: Mutex<Option<Vec<u64>>> = Mutex::new(None);

/// Returns the address of the buffer, of at least `capacity` bytes, or 0 if the memory is too
/// small.
pub(crate) fn address(capacity: usize) -> u32 {
    let mut buffer = BUFFER.lock().unwrap_or_else(PoisonError::into_inner);
    let words = match buffer.as_mut() {
        Some(words) => words,
        None => {
            if cfg!(not(feature = "host-reserves")) {
                reserve();
            }
            buffer.insert(Vec::new())
        }
    };
    let needed = capacity.div_ceil(size_of::<u64>());
    if words.len() < needed {
        let mut larger = Vec::new();
        if larger.try_reserve_exact(needed).is_err() {
            return 0;
        }
        larger.resize(needed, 0);
        words.zeroize();
        *words = larger;
    }
    words.as_ptr() as u32
}

/// Grows the memory to its maximum. The build fixes the maximum at 16 MiB, and a host may set a
/// lower one. The module keeps freed memory.
fn reserve() {
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    let mut bytes = PIECES.0;
    while bytes >= PIECES.1 {
        let mut piece = Vec::new();
        if piece.try_reserve_exact(bytes).is_ok() {
            pieces.push(piece);
        } else {
            bytes /= 2;
        }
    }
}
