//! Handles: numbers that stand for clients and dispatchers. The number of a closed handle is never
//! used again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::ClientState;
use crate::dispatcher::Dispatcher;
use crate::record::Writer;

/// The object behind a handle.
#[derive(Debug)]
pub(crate) enum Object {
    Client(ClientState),
    Dispatcher(Box<Dispatcher>),
    /// An operation panicked, and the client or dispatcher was dropped.
    Dead,
}

/// The object behind a handle, and the answer that waits for FETCH.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) object: Object,
    pub(crate) kept: Option<Kept>,
}

/// An answer that did not fit into the host's buffer.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) record: Writer,
    pub(crate) is_error: bool,
}

/// A slot for a handle. The lower half of a handle is the index of its slot, the upper half counts
/// how often the slot was used.
struct Slot {
    uses: u16,
    entry: Option<Arc<Mutex<Entry>>>,
}

/// The highest index of a slot.
const MAX_INDEX: usize = 0xffff;

struct Slots {
    all: Vec<Slot>,
    /// Indices of slots to use again.
    free: Vec<usize>,
}

static SLOTS: Mutex<Slots> = Mutex::new(Slots {
    all: Vec::new(),
    free: Vec::new(),
});

/// Locks the slots. No code panics while it holds this lock, so a poisoned lock is sound.
fn slots() -> MutexGuard<'static, Slots> {
    SLOTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns a new handle for `object`, or none if 65,536 handles are open.
pub(crate) fn insert(object: Object) -> Option<u32> {
    let entry = Some(Arc::new(Mutex::new(Entry { object, kept: None })));
    let mut slots = slots();
    let index = match slots.free.pop() {
        Some(index) => index,
        None if slots.all.len() <= MAX_INDEX => {
            slots.all.push(Slot {
                uses: 0,
                entry: None,
            });
            slots.all.len() - 1
        }
        None => return None,
    };
    let slot = slots.all.get_mut(index)?;
    slot.uses += 1;
    slot.entry = entry;
    Some(u32::from(slot.uses) << 16 | u32::try_from(index).ok()?)
}

/// Returns the entry of `handle`, or none if the handle is not open.
pub(crate) fn get(handle: u32) -> Option<Arc<Mutex<Entry>>> {
    let slots = slots();
    let slot = slots.all.get((handle & 0xffff) as usize)?;
    if u32::from(slot.uses) != handle >> 16 {
        return None;
    }
    slot.entry.clone()
}

/// Removes the entry of `handle`. The entry is dropped when the last operation on it has ended.
pub(crate) fn remove(handle: u32) {
    let removed = {
        let mut slots = slots();
        let index = (handle & 0xffff) as usize;
        let slot = slots.all.get_mut(index);
        let slot = slot.filter(|slot| u32::from(slot.uses) == handle >> 16);
        let removed = slot.and_then(|slot| Some((slot.entry.take()?, slot.uses)));
        // A slot with its last number is not used again, so that no handle repeats.
        if removed.as_ref().is_some_and(|(_, uses)| *uses < u16::MAX) {
            slots.free.push(index);
        }
        removed
    };
    // The lock is free by now: dropping a dispatcher with a full queue takes a while.
    drop(removed);
}
