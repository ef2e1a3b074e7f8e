//! Rust: the peers in `tests/bench/rust`, a workspace of its own with its own Cargo.lock, so that nothing they need is built
//! for anything else.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::directory;
use super::findings::Findings;
use super::server::Server;
use crate::sh;

/// Peers whose versions are worth knowing.
const CRATES: [&str; 6] = ["aws-sigv4", "hmac", "http", "hyper", "serde_json", "sha2"];

/// The table `rust`, and what a batch takes in the table `memory`.
pub(crate) fn requests(findings: &mut Findings) -> Result<()> {
    let lock = fs::read_to_string(workspace().join("Cargo.lock"))?;
    for name in CRATES {
        let (_, rest) = lock
            .split_once(&format!("name = \"{name}\"\nversion = \""))
            .with_context(|| format!("tests/bench/rust/Cargo.lock has no {name}"))?;
        findings.version(name, rest.split('"').next().unwrap_or_default());
    }
    let programs = [
        ("peers", "bare"),
        ("bench-koodrive", "requests"),
        ("peers", "hand"),
        ("bench-aws-sigv4", "bench-aws-sigv4"),
    ];
    let mut built = Vec::new();
    for (package, program) in programs {
        built.push(Command::new(build(package, program)?));
    }
    findings.measure(5, &built)
}

/// hyper's row of the table `end to end`.
pub(crate) fn end_to_end(findings: &mut Findings) -> Result<()> {
    let program = build("end-to-end", "end-to-end")?;
    let server = Server::start()?;
    let programs = ["constant", "koodrive"].map(|path| {
        let mut command = Command::new(&program);
        command.args([path, &*server.address]);
        command
    });
    findings.measure(3, &programs)
}

/// Rust's rows of the table `growth`. One of the million says as much as many of the others: it has a sample for each slice.
pub(crate) fn growth(findings: &mut Findings) -> Result<()> {
    let program = build("bench-koodrive", "growth")?;
    for (rounds, requests) in [(11, "1"), (11, "1000"), (1, "1000000")] {
        let mut command = Command::new(&program);
        command.arg(requests);
        findings.measure(rounds, &[command])?;
    }
    Ok(())
}

/// Builds a package of that workspace, alone: together, cargo would give each the features that any of them asks for.
pub(crate) fn build(package: &str, program: &str) -> Result<PathBuf> {
    let target = directory().join("rust");
    sh::run(
        sh::cargo()
            .args(["build", "--quiet", "--locked", "--release"])
            .args(["--package", package, "--bin", program])
            .current_dir(workspace())
            .env("CARGO_TARGET_DIR", &target),
    )?;
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    Ok(target.join("release").join(file))
}

fn workspace() -> PathBuf {
    sh::root().join("tests/bench/rust")
}
