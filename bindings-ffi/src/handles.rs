//! Handles: numbers that name clients and dispatchers. A handle that was closed never names another one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::ClientState;
use crate::dispatcher::Dispatcher;
use crate::record::Writer;

/// What a handle names.
#[derive(Debug)]
pub(crate) enum Object {
    Client(ClientState),
    Dispatcher(Box<Dispatcher>),
    /// It panicked. What it held has been dropped.
    Dead,
}

/// What a handle names, and the answer that waits to be fetched.
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

static PLACES: Mutex<Vec<Place>> = Mutex::new(Vec::new());

/// Nothing panics while it holds this lock.
fn places() -> MutexGuard<'static, Vec<Place>> {
    PLACES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the handle of a new object; none where there are too many.
pub(crate) fn insert(object: Object) -> Option<u32> {
    let entry = Some(Arc::new(Mutex::new(Entry { object, kept: None })));
    let mut places = places();
    // A place that was used up is left, so that no number comes again.
    let free = |place: &Place| place.entry.is_none() && place.uses < u16::MAX;
    let index = match places.iter().position(free) {
        Some(index) => index,
        None if places.len() <= MOST => {
            places.push(Place {
                uses: 0,
                entry: None,
            });
            places.len() - 1
        }
        None => return None,
    };
    let place = places.get_mut(index)?;
    place.uses += 1;
    place.entry = entry;
    Some(u32::from(place.uses) << 16 | u32::try_from(index).ok()?)
}

/// Returns what a handle names.
pub(crate) fn get(handle: u32) -> Option<Arc<Mutex<Entry>>> {
    let places = places();
    let place = places.get((handle & 0xffff) as usize)?;
    if u32::from(place.uses) != handle >> 16 {
        return None;
    }
    place.entry.clone()
}

/// Forgets what a handle names. It is dropped when the last operation on it has ended.
pub(crate) fn remove(handle: u32) {
    let removed = {
        let mut places = places();
        let place = places.get_mut((handle & 0xffff) as usize);
        place
            .filter(|place| u32::from(place.uses) == handle >> 16)
            .and_then(|place| place.entry.take())
    };
    // Without the lock, since this may take a while.
    drop(removed);
}
