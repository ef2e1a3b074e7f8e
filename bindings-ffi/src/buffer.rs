//! The one buffer of the .wasm, and the memory that is reserved when it is first asked for.

use std::sync::{Mutex, PoisonError};

use zeroize::Zeroize as _;

/// The largest piece and the smallest by which the memory is reserved, in bytes. The smallest is less than a page with what the
/// allocator adds.
const PIECES: (usize, usize) = (8 << 20, 32 << 10);

/// In words, so that the address is even.
static BUFFER: Mutex<Option<Vec<u64>>> = Mutex::new(None);

/// Returns the buffer's address; 0 where it cannot have so many bytes.
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

/// Grows the memory to its maximum, which the build fixes at 16 MiB and a host may set lower: memory that is freed stays the
/// module's own.
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
