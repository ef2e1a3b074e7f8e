//! `cargo xtask test`: everything that must hold, suite by suite, with a line for each and one for
//! all.

pub(crate) mod count;
pub(crate) mod suites;

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};

use crate::output::{self, say};
use crate::progress::Progress;
use suites::Suite;

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
    for suite in suites::all() {
        println!("{:<16} {}", suite.name, suite.about);
    }
}

/// Runs one suite. Its output is shown as it comes.
pub(crate) fn run_one(name: &str) -> Result<ExitCode> {
    let suite = suites::all()
        .find(|suite| suite.name == name)
        .context("there is no suite of that name; `cargo xtask test --list` names them")?;
    let ended = Progress::during(|progress| progress.named(suite.name, || Ended::of(suite)));
    Ok(summary(&[ended]))
}

/// Runs all suites, those of each lane on a thread of its own.
pub(crate) fn run_all() -> Result<ExitCode> {
    let ended = Progress::during(|progress| {
        thread::scope(|scope| {
            let lanes = suites::LANES.map(|(name, suites)| {
                let lane = thread::Builder::new().name(name.to_owned());
                lane.spawn_scoped(scope, || run_lane(suites, progress))
            });
            lanes.map(|lane| lane?.join().map_err(|_| anyhow!("a thread panicked"))?)
        })
    });
    let ended: Vec<_> = ended.into_iter().collect::<Result<_>>()?;
    Ok(summary(&ended.concat()))
}

fn run_lane(lane: &[Suite], progress: &Progress) -> Result<Vec<Ended>> {
    let mut all = Vec::new();
    for suite in lane {
        let run = || output::held(suite.name, || Ended::of(suite));
        let (ended, printed) = progress.named(suite.name, run)?;
        print!("\n=== {}: {}\n{printed}{ended}\n", suite.name, suite.about);
        all.push(ended);
    }
    Ok(all)
}

/// A suite that has run.
#[derive(Clone)]
struct Ended {
    name: &'static str,
    counts: Counts,
    took: Duration,
}

impl Ended {
    /// Runs a suite. One that cannot run counts as one failure.
    fn of(suite: &Suite) -> Self {
        let start = Instant::now();
        let counts = (suite.run)().unwrap_or_else(|error| {
            say!("{}: {error:#}", suite.name);
            suites::one(false)
        });
        Self {
            name: suite.name,
            counts,
            took: start.elapsed(),
        }
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, counts, took } = self;
        write!(f, "{name:<16} {counts} ({:.0} s)", took.as_secs_f32())
    }
}

/// A line for each suite and one for all.
fn summary(ended: &[Ended]) -> ExitCode {
    println!("\n=== summary");
    let mut total = Counts::default();
    for suite in ended {
        println!("{suite}");
        total += suite.counts;
    }
    println!("\n{total}");
    if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
