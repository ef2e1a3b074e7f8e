//! The one buffer of the .wasm, and the memory that is reserved when it is first asked for.

use std::sync::{Mutex, PoisonError};

use zeroize::Zeroize as _;

/// What is tried to reserve, in bytes, the largest that there is room for. The build fixes the memory's maximum at 16 MiB; a host may
/// set less.
const RESERVES: [usize; 6] = [15 << 20, 7 << 20, 3 << 20, 2 << 20, 1 << 20, 1 << 19];

/// In words, so that the address is even.
static BUFFER: Mutex<Option<Vec<u64>>> = Mutex::new(None);

/// Returns the buffer's address; 0 where it cannot have so many bytes.
pub(crate) fn address(capacity: usize) -> u32 {
    let mut buffer = BUFFER.lock().unwrap_or_else(PoisonError::into_inner);
    let words = match buffer.as_mut() {
        Some(words) => words,
        None => {
            reserve();
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

/// Grows the memory once: memory that is freed stays the module's own.
fn reserve() {
    for bytes in RESERVES {
        if Vec::<u8>::new().try_reserve_exact(bytes).is_ok() {
            return;
        }
    }
}
