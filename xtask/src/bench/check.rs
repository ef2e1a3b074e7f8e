//! The suite `bench`: the benchmark's own sources. Nothing is timed.

use anyhow::Result;

use crate::sh;
use crate::test::{Counts, suites};

/// Heavy peers are compiled by `cargo xtask bench` alone.
const LIGHT: [&str; 3] = ["harness", "peers", "bench-koodrive"];

pub(crate) fn check() -> Result<Counts> {
    let workspace = sh::root().join("tests/bench/rust");
    let mut format = sh::cargo();
    format.args(["fmt", "--all", "--check"]);
    let mut counts = suites::check(format.current_dir(&workspace))?;
    let mut clippy = sh::cargo();
    clippy.args(["clippy", "--quiet", "--locked", "--all-targets"]);
    for package in LIGHT {
        clippy.args(["--package", package]);
    }
    counts += suites::check(
        clippy
            .args(["--", "--deny", "warnings"])
            .current_dir(&workspace)
            .env("CARGO_TARGET_DIR", sh::target()),
    )?;
    Ok(counts)
}
