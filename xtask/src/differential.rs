//! `cargo xtask differential`: random cases through Rust, Python, Node, Chromium, Java and Go,
//! whose results must be the same.
//!
//! `tests/differential` decides the cases, runs and compares them; this module builds the programs.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};

use crate::output::say;
use crate::test::{Counts, suites};
use crate::{chromium, go, java, npm, python, runtimes, sh};

/// The seed and the number of cases of `cargo xtask test`: the same cases every time, so that a
/// change fails only over cases that it has caused.
const SUITE: (&str, u64) = ("koodrive", 5_000);

/// `--cases N`, `--seed S`, `--first N`; without a seed another one each time.
pub(crate) fn run(arguments: &[&str]) -> Result<Counts> {
    let fresh = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let (mut seed, mut first, mut cases) = (fresh.to_string(), 0, SUITE.1);
    for pair in arguments.chunks(2) {
        match pair {
            ["--seed", text] => (*text).clone_into(&mut seed),
            ["--first", number] => first = number.parse()?,
            ["--cases", number] => cases = number.parse()?,
            _ => bail!("differential takes --cases N, --seed S and --first N"),
        }
    }
    compare(&seed, first, cases)
}

/// Runs the suite.
pub(crate) fn test() -> Result<Counts> {
    compare(SUITE.0, 0, SUITE.1)
}

fn compare(seed: &str, first: u64, cases: u64) -> Result<Counts> {
    say!("seed {seed}, cases {first} to {}", first + cases - 1);
    sh::run(&mut sh::cargo(
        "build --quiet --package koodrive-conformance --example differential",
    ))?;
    let scripts = sh::root().join("tests/differential");
    let npm = npm::installed()?;
    for script in ["node.mjs", "outcome.mjs"] {
        fs::copy(scripts.join(script), npm.join(script))?;
    }
    runtimes::tools()?;
    let mut command = python::pytest(&python::installed()?);
    command
        .arg(scripts)
        .env("KOODRIVE_CASES", format!("{seed} {first} {cases}"))
        .env(
            "KOODRIVE_RUST",
            sh::target().join("debug/examples/differential"),
        )
        .env("KOODRIVE_NPM", npm);
    if let Some(chromium) = chromium::program() {
        command.env("KOODRIVE_CHROMIUM", chromium);
    }
    if go::is_there() {
        command.env("KOODRIVE_GO", "go");
    }
    if java::is_there() {
        java::for_python(&mut command)?;
    }
    let counts = suites::pytest(&mut command)?;
    if !counts.all_passed() {
        say!("again: cargo xtask differential --seed {seed} --first NUMBER --cases 1");
    }
    Ok(counts)
}
