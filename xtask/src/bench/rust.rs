//! Rust: the peers in `tests/bench/rust`, a workspace of its own with its own Cargo.lock, so that nothing they need is built
//! for anything else.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::directory;
use super::findings::Findings;
use crate::sh;

/// Times all programs are started, in turn.
const ROUNDS: usize = 5;

/// The tables `rust` and `memory`.
pub(crate) fn requests(findings: &mut Findings) -> Result<()> {
    let programs = [("peers", "bare"), ("bench-koodrive", "requests")];
    let mut built = Vec::new();
    for (package, program) in programs {
        built.push(Command::new(build(package, program)?));
    }
    findings.measure(ROUNDS, &built)
}

/// Builds a package of that workspace, alone: together, cargo would give each the features that any of them asks for.
pub(crate) fn build(package: &str, program: &str) -> Result<PathBuf> {
    let target = directory().join("rust");
    sh::run(
        sh::cargo()
            .args(["build", "--quiet", "--locked", "--release"])
            .args(["--package", package, "--bin", program])
            .current_dir(sh::root().join("tests/bench/rust"))
            .env("CARGO_TARGET_DIR", &target),
    )?;
    Ok(target
        .join("release")
        .join(format!("{program}{}", std::env::consts::EXE_SUFFIX)))
}
