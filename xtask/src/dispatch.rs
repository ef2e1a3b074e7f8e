//! The Rust driver of the dispatcher, against a sandbox that fails: every row has one outcome, and
//! the sandbox's own list agrees.

use std::fmt::Write as _;
use std::fs::{self, File};

use anyhow::{Context as _, Result};

use crate::output::say;
use crate::sandbox::Sandbox;
use crate::sh;
use crate::test::Counts;
use crate::test::suites::one;

const ROWS: usize = 60;

/// One request each. The two that are cut were acted on; nothing else that fails was.
const FAULTS: [&str; 8] = [
    "pass",
    "429",
    "cut",
    r#"{"status": 503, "retryAfter": 1}"#,
    "pass",
    "cut-in-headers",
    "502",
    r#"{"status": 200, "body": "<html>"}"#,
];

/// The row, after the fault script, with a package that the sandbox does not know.
const REFUSED_ROW: usize = 50;

pub(crate) fn example() -> Result<Counts> {
    let mut flags = vec!["--package-id", "14", "--echo-trace-id"];
    flags.extend(FAULTS.iter().flat_map(|fault| ["--fault", fault]));
    let sandbox = Sandbox::start_with(&flags)?;
    let file = sh::target().join("lapsed.csv");
    let mut rows = String::new();
    for row in 1..=ROWS {
        let package = if row == REFUSED_ROW { 15 } else { 14 };
        writeln!(rows, "1896421585552{row:05},{package}")?;
    }
    fs::write(&file, rows)?;
    let mut command = sh::program(sh::target().join("debug/examples/dispatch"));
    command.args(["rate=200", "concurrency=4", "backoff=0.1"]);
    let output = sandbox
        .settings(&mut command)
        .stdin(File::open(&file)?)
        .output()
        .context("cannot start the example dispatch")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let lines = |words: &str| printed.lines().filter(|line| line.contains(words)).count();
    let seen = [
        lines(": delivered after "),
        lines(": refused after "),
        lines(": unknown after "),
        printed.lines().count(),
        sandbox.accepted()?,
    ];
    // Unknown are both cuts, the 502 and the page at 200; accepted is what was delivered, and both
    // cuts.
    let expected = [ROWS - 5, 1, 4, ROWS, ROWS - 3];
    let right = seen == expected && output.status.code() == Some(1);
    if !right {
        say!(
            "dispatch: delivered, refused, unknown, rows, accepted should be {expected:?} and are {seen:?}\n{printed}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(one(right))
}
