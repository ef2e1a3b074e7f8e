//! What this process holds in memory, as Linux counts it.

use std::fs;

use crate::Row;

/// The most so far, in bytes; none elsewhere than on Linux.
#[must_use]
pub fn peak() -> Option<f64> {
    line("VmHWM:")
}

/// Now.
#[must_use]
pub fn resident() -> Option<f64> {
    line("VmRSS:")
}

fn line(name: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024.0)
}

/// Prints how much more this process held while the work's result existed. Says something only of the first work of a
/// process: memory that was freed is not given back.
pub fn print_peak<T>(operation: &str, peer: &str, work: &impl Fn() -> T) {
    let before = resident();
    let result = work();
    if let (Some(before), Some(peak)) = (before, peak()) {
        let row = Row {
            table: "memory",
            operation,
            peer,
            same_signature: None,
        };
        row.print("bytes", &[peak - before]);
    }
    drop(result);
}
