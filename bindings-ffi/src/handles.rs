//! Handles: numbers that name clients and dispatchers. A handle that was closed never names another one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::ClientState;
use crate::dispatcher::Dispatcher;
use crate::record::Writer;

/// The object behind a handle.
#[derive(Debug)]
pub(crate) enum Object {
    Client(ClientState),
    Dispatcher(Box<Dispatcher>),
    /// It panicked. What it held has been dropped.
    Dead,
}

/// The object behind a handle, and the answer that waits to be fetched.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) object: Object,
    pub(crate) kept: Option<Kept>,
}

/// An answer that did not fit.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) record: Writer,
    pub(crate) is_error: bool,
}

/// A place for a handle. Its number's lower half is the place, its upper half how often the place was used.
struct Place {
    uses: u16,
    entry: Option<Arc<Mutex<Entry>>>,
}

/// The highest number of a place.
const MOST: usize = 0xffff;

struct Places {
    all: Vec<Place>,
    /// Numbers of places to use again.
    free: Vec<usize>,
}

static PLACES: Mutex<Places> = Mutex::new(Places {
    all: Vec::new(),
    free: Vec::new(),
});

/// Nothing panics while it holds this lock.
fn places() -> MutexGuard<'static, Places> {
    PLACES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the handle of a new object; none where there are too many.
pub(crate) fn insert(object: Object) -> Option<u32> {
    let entry = Some(Arc::new(Mutex::new(Entry { object, kept: None })));
    let mut places = places();
    let index = match places.free.pop() {
        Some(index) => index,
        None if places.all.len() <= MOST => {
            places.all.push(Place {
                uses: 0,
                entry: None,
            });
            places.all.len() - 1
        }
        None => return None,
    };
    let place = places.all.get_mut(index)?;
    place.uses += 1;
    place.entry = entry;
    Some(u32::from(place.uses) << 16 | u32::try_from(index).ok()?)
}

/// Returns what a handle names.
pub(crate) fn get(handle: u32) -> Option<Arc<Mutex<Entry>>> {
    let places = places();
    let place = places.all.get((handle & 0xffff) as usize)?;
    if u32::from(place.uses) != handle >> 16 {
        return None;
    }
    place.entry.clone()
}

/// Forgets what a handle names. It is dropped when the last operation on it has ended.
pub(crate) fn remove(handle: u32) {
    let removed = {
        let mut places = places();
        let index = (handle & 0xffff) as usize;
        let place = places.all.get_mut(index);
        let place = place.filter(|place| u32::from(place.uses) == handle >> 16);
        let removed = place.and_then(|place| Some((place.entry.take()?, place.uses)));
        // A place that was used up is left, so that no number comes again.
        if removed.as_ref().is_some_and(|(_, uses)| *uses < u16::MAX) {
            places.free.push(index);
        }
        removed
    };
    // Without the lock, since this may take a while.
    drop(removed);
}
