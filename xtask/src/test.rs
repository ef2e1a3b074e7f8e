//! `cargo xtask test`: everything that must hold, suite by suite, with a line for each and one for
//! all.

pub(crate) mod count;
pub(crate) mod suites;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::progress::Progress;

/// The result of a suite.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Counts {
    pub(crate) const fn skipped_one() -> Self {
        Self {
            passed: 0,
            failed: 0,
            skipped: 1,
        }
    }

    pub(crate) const fn all_passed(self) -> bool {
        self.failed == 0
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

/// Prints the suites' names.
pub(crate) fn list() {
    for suite in suites::ALL {
        println!("{:<16} {}", suite.name, suite.about);
    }
}

/// Runs all suites, or one. A suite that cannot run counts as one failure and is named.
pub(crate) fn run(only: Option<&str>) -> Result<ExitCode> {
    let chosen: Vec<_> = suites::ALL
        .iter()
        .filter(|suite| only.is_none_or(|name| suite.name == name))
        .collect();
    if chosen.is_empty() {
        bail!("there is no suite of that name; `cargo xtask test --list` names them");
    }
    let mut lines = Vec::new();
    let mut total = Counts::default();
    for suite in chosen {
        println!("\n=== {}: {}", suite.name, suite.about);
        let start = Instant::now();
        let result = Progress::during(|progress| progress.named(suite.name, suite.run));
        let counts = result.unwrap_or_else(|error| {
            println!("{}: {error:#}", suite.name);
            Counts {
                failed: 1,
                ..Counts::default()
            }
        });
        total += counts;
        lines.push(format!(
            "{:<16} {counts} ({:.0} s)",
            suite.name,
            start.elapsed().as_secs_f32()
        ));
    }
    println!("\n=== summary");
    for line in lines {
        println!("{line}");
    }
    println!("\n{total}");
    Ok(if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
