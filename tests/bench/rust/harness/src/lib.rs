//! Measures one operation of one peer, and prints the rows that `cargo xtask bench` reads.
//!
//! Time is what the process has computed, not what a clock on the wall says: programs beside it then count for little.

pub mod case;
pub mod memory;

use std::fmt::Write as _;
use std::hint::black_box;

use rustix::time::{ClockId, clock_gettime};

/// Repeats in one process; `cargo xtask bench` starts several.
const REPEATS: usize = 5;

/// One repeat takes at least so many nanoseconds: an interrupt is then lost in it.
const REPEAT: f64 = 20e6;

/// What this process has computed so far, in nanoseconds.
#[must_use]
pub fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// Times the work, warmed up, result dropped, and prints nanoseconds per run.
pub fn time<T>(row: &Row<'_>, mut work: impl FnMut() -> T) {
    let mut runs = 1;
    // Doubling warms up as well: as long again as what is measured.
    while timed(runs, &mut work) < REPEAT {
        runs *= 2;
    }
    let mut samples = Vec::new();
    for _ in 0..REPEATS {
        samples.push(timed(runs, &mut work) / f64::from(runs));
    }
    row.print("ns", &samples);
}

fn timed<T>(runs: u32, work: &mut impl FnMut() -> T) -> f64 {
    let start = cpu();
    for _ in 0..runs {
        black_box(work());
    }
    cpu() - start
}

/// What a row is called.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub table: &'a str,
    pub operation: &'a str,
    pub peer: &'a str,
    /// Whether the signature is the expected one; none where there is none, or another algorithm's.
    pub same_signature: Option<bool>,
}

impl Row<'_> {
    /// A row of numbers in a unit.
    pub fn print(&self, unit: &str, samples: &[f64]) {
        let mut line = format!(
            r#"{{"table":"{}","operation":"{}","peer":"{}","unit":"{unit}","samples":["#,
            self.table, self.operation, self.peer
        );
        for (at, sample) in samples.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let _ = write!(line, "{comma}{sample:.1}");
        }
        line.push(']');
        if let Some(same) = self.same_signature {
            let _ = write!(line, r#","same_signature":{same}"#);
        }
        line.push('}');
        println!("{line}");
    }
}
