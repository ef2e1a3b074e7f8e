//! Counts what a piece of work allocates, in whichever program this crate is part of.
#![allow(unsafe_code)] // A global allocator cannot be written without.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes that live, and the most that ever did, since [`at_most`] was called: of this thread,
    /// since tests run side by side.
    static LIVING: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

fn grown(by: usize) {
    // A thread that ends has no counters any more.
    let _ = LIVING.try_with(|living| {
        let now = living.get().saturating_add(by);
        living.set(now);
        let _ = MOST.try_with(|most| most.set(most.get().max(now)));
    });
}

fn shrunk(by: usize) {
    // The work may free memory that was allocated before it.
    let _ = LIVING.try_with(|living| living.set(living.get().saturating_sub(by)));
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        shrunk(layout.size());
        unsafe { System.dealloc(block, layout) }
    }

    // The default one of `realloc` calls these two: the old block and the new one live at the same
    // time, as they may.
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Does the work and gives what it gave, with the most bytes that lived at a time of those that it
/// allocated.
pub fn most<T>(work: impl FnOnce() -> T) -> (T, usize) {
    LIVING.set(0);
    MOST.set(0);
    let done = work();
    (done, MOST.get())
}

/// Does the work.
///
/// # Panics
///
/// Panics if `work` allocates more than `bytes`.
pub fn at_most<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    let (done, most) = most(work);
    assert!(
        most <= bytes,
        "{most} bytes were allocated; at most {bytes} are right"
    );
    done
}
