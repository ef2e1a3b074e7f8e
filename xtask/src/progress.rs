//! Lines on stderr that tell a waiting person what is being done.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

const EVERY: Duration = Duration::from_secs(8);

/// The steps that run now. They may run on several threads.
pub(crate) struct Progress {
    start: Instant,
    running: Mutex<Vec<&'static str>>,
}

impl Progress {
    /// Does the work, and prints every 8 s which of its steps run.
    pub(crate) fn during<T>(work: impl FnOnce(&Self) -> T) -> T {
        let progress = Self {
            start: Instant::now(),
            running: Mutex::default(),
        };
        thread::scope(|scope| {
            let (done, waiting) = channel::<()>();
            let progress = &progress;
            scope.spawn(move || {
                while waiting.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    progress.print_running();
                }
            });
            let result = work(progress);
            drop(done);
            result
        })
    }

    /// Does one step. Prints a line when it starts and when it ends.
    pub(crate) fn step<T>(
        &self,
        what: &'static str,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let start = Instant::now();
        eprintln!("{what} …");
        let result = self.named(what, work);
        let how = if result.is_ok() {
            "took"
        } else {
            "failed after"
        };
        eprintln!("{what}: {how} {:.0} s", start.elapsed().as_secs_f32());
        result
    }

    /// Does one step, which has this name as long as it runs.
    pub(crate) fn named<T>(&self, what: &'static str, work: impl FnOnce() -> T) -> T {
        self.running().push(what);
        let result = work();
        self.running().retain(|running| *running != what);
        result
    }

    fn print_running(&self) {
        let running = self.running().join(", ");
        eprintln!("… {:.0} s: {running}", self.start.elapsed().as_secs_f32());
    }

    fn running(&self) -> MutexGuard<'_, Vec<&'static str>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
