//! Says what is going on while a long step says nothing itself.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

/// How long a step may be silent.
const SILENCE: Duration = Duration::from_secs(8);

/// Does the work, and prints a line when it begins, every eight seconds, and when it ends.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let seconds = move || start.elapsed().as_secs();
    eprintln!("{what} …");
    let (end, ended) = channel::<()>();
    let result = thread::scope(|scope| {
        scope.spawn(move || {
            while ended.recv_timeout(SILENCE) == Err(RecvTimeoutError::Timeout) {
                eprintln!("  {what}: {} s so far", seconds());
            }
        });
        let result = work();
        drop(end);
        result
    });
    eprintln!("{what}: {} s", seconds());
    result
}
