//! The exported functions. They turn pointers into slices; all unsafe code of this crate is here.
#![allow(
    unsafe_code,
    reason = "a C function takes pointers, and its name is not mangled"
)]

use std::slice;

use crate::interface::{self, VERSION};

/// Returns the version of the interface: the major number in the upper 16 bits, the minor number in
/// the lower 16 bits.
#[unsafe(no_mangle)]
pub const extern "C" fn koodrive_version() -> u32 {
    (VERSION.0 as u32) << 16 | VERSION.1 as u32
}

/// Opens a client. The first `length` bytes of `buffer` are its record `Open`.
///
/// # Safety
///
/// `buffer` is null, or points to `capacity` bytes that nothing else reads or writes during the
/// call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn koodrive_open(buffer: *mut u8, capacity: u32, length: u32) -> i32 {
    // SAFETY: the caller's promise.
    let buffer = unsafe { bytes(buffer, capacity) };
    interface::open(buffer, length as usize)
}

/// Runs `operation` on `handle`. The first `length` bytes of `buffer` are the operation's input.
///
/// # Safety
///
/// As for [`koodrive_open`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn koodrive_call(
    handle: u32,
    operation: u32,
    buffer: *mut u8,
    capacity: u32,
    length: u32,
) -> i32 {
    // SAFETY: the caller's promise.
    let buffer = unsafe { bytes(buffer, capacity) };
    interface::call(handle, operation, buffer, length as usize)
}

/// Removes the client or dispatcher of `handle`, and overwrites its secrets.
#[unsafe(no_mangle)]
pub extern "C" fn koodrive_close(handle: u32) {
    interface::close(handle);
}

/// Returns the address of the module's only buffer, of at least `capacity` bytes, or 0 if the
/// memory is too small.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
pub extern "C" fn koodrive_buffer(capacity: u32) -> u32 {
    crate::buffer::address(capacity as usize)
}

/// # Safety
///
/// As for [`koodrive_open`].
unsafe fn bytes<'a>(buffer: *mut u8, capacity: u32) -> &'a mut [u8] {
    if buffer.is_null() {
        return &mut [];
    }
    // SAFETY: the caller's promise. A buffer is at most as long as the address space.
    unsafe { slice::from_raw_parts_mut(buffer, capacity as usize) }
}
