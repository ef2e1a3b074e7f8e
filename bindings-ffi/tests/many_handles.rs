//! The largest number of handles. The test uses them all, so it runs in a process of its own.

mod common;

use common::{app, begin, call, open, open_with, opening, text};
use koodrive_ffi::interface;
use koodrive_ffi::layout::operations::Operation;

const MOST: usize = 65_536;

#[test]
fn a_closed_handle_makes_room_for_another_one() {
    let mut handles: Vec<_> = (0..MOST).map(|_| open(&app())).collect();
    let refused = open_with(&opening(&app())).unwrap_err();
    assert_eq!(text(&refused[1]), "invalid_input");

    let closed = handles.swap_remove(MOST / 2);
    interface::close(closed);
    // Closing the handle a second time makes no more room.
    interface::close(closed);
    let next = open(&app());
    assert_ne!(next, closed);
    assert!(open_with(&opening(&app())).is_err());
    assert!(call(closed, Operation::Begin, &begin()).is_err());
    assert!(call(next, Operation::Begin, &begin()).is_ok());

    handles.push(next);
    handles.sort_unstable();
    handles.dedup();
    assert_eq!(handles.len(), MOST);
    handles.into_iter().for_each(interface::close);
}
