//! `cargo xtask mutants`: changes the core in every way that cargo-mutants knows, and counts which changes no test notices.
//! Which tests run is in `.cargo/mutants.toml`.

use std::fs;
use std::process::{ExitCode, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::sh;

/// Of a hundred changes so many must be noticed.
const GOAL: u64 = 90;

/// Arguments go to cargo-mutants as they are: `--file core/src/date.rs`, `--shard 0/8`, `--list`.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode> {
    let mut version = sh::cargo();
    version
        .args(["mutants", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if !version.status().is_ok_and(|status| status.success()) {
        sh::run(sh::cargo().args(["install", "cargo-mutants", "--locked", "--version", "^27"]))?;
    }
    let folder = sh::target().join("mutants");
    fs::create_dir_all(&folder)?;
    // It works on a copy. Its exit status says that something was missed, which the score says better.
    let status = sh::cargo()
        .args([
            "mutants",
            "--package",
            "koodrive",
            "--colors",
            "never",
            "--output",
        ])
        .arg(&folder)
        .args(arguments)
        .status()
        .context("cannot start cargo-mutants")?;
    if arguments.contains(&"--list") {
        return Ok(ExitCode::SUCCESS);
    }
    let outcomes = fs::read_to_string(folder.join("mutants.out/outcomes.json"))?;
    let outcomes: Value = serde_json::from_str(&outcomes)?;
    let count = |name: &str| outcomes[name].as_u64().unwrap_or_default();
    let noticed = count("caught") + count("timeout");
    let viable = noticed + count("missed");
    ensure!(viable > 0, "no change was tried: {status}");
    let score = 100 * noticed / viable;
    println!(
        "{noticed} of {viable} changes were noticed, {score} %; {} more do not compile",
        count("unviable")
    );
    println!(
        "survivors: {}",
        folder.join("mutants.out/missed.txt").display()
    );
    Ok(if score >= GOAL {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
