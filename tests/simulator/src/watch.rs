//! Measures durations.

use std::time::{Duration, Instant};

/// Time that this process has run, where the system says it: on a busy machine, time passes while
/// others run.
#[derive(Debug)]
pub struct StopWatch {
    started: Instant,
    ran: Option<u64>,
}

impl StopWatch {
    /// Starts a measurement.
    #[must_use]
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
            ran: ran(),
        }
    }

    /// Time of one core; by the clock, where the system says no more.
    #[must_use]
    pub fn took(&self) -> Duration {
        match (self.ran, ran()) {
            (Some(then), Some(now)) => Duration::from_nanos(now.saturating_sub(then)),
            _ => self.started.elapsed(),
        }
    }
}

/// Nanoseconds on a processor.
fn ran() -> Option<u64> {
    let statistics = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let ran = statistics.split_ascii_whitespace().next()?.parse().ok()?;
    (ran > 0).then_some(ran)
}
