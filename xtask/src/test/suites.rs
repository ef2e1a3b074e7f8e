//! The suites. Each prepares what it needs, runs, and counts; what a runner prints is shown when
//! something failed.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result, bail};

use super::Counts;
use super::count;
use crate::files::make_empty;
use crate::output::say;
use crate::sandbox::{self, Sandbox};
use crate::{
    bench, committed, differential, ffi, go, java, links, npm, output, paths, prose, python,
    readme, runtimes, sh, supply_chain,
};

/// A suite. CONTRIBUTING.md says what each holds.
pub(crate) struct Suite {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn() -> Result<Counts>,
}

const fn suite(name: &'static str, about: &'static str, run: fn() -> Result<Counts>) -> Suite {
    Suite { name, about, run }
}

/// The lanes run at the same time, and the suites of a lane one after the other, the one that fails
/// fastest first. Suites that write the same files are in one lane, and so are those that cargo's
/// lock on target/debug would make wait for each other.
pub(crate) const LANES: [(&str, &[Suite]); 2] = [("cargo", CARGO), ("packages", PACKAGES)];

/// Returns all suites.
pub(crate) fn all() -> impl Iterator<Item = &'static Suite> {
    LANES.into_iter().flat_map(|(_, suites)| suites)
}

const CARGO: &[Suite] = &[
    suite("clippy", "lints; bans I/O in the core", clippy),
    suite("docs", "rustdoc, links, prose", docs),
    suite("rust", "core, sandbox, vectors, doc tests", rust),
    suite("xtask", "these commands", xtask),
    suite("ffi", "koodrive.wasm, the C library", ffi::test),
    suite("go", "the Go package", go::test),
    suite("java", "the JVM package", java::test),
    suite("examples", "the Rust examples", examples),
    suite("instructions", "committed counts", committed::instructions),
    suite("bench", "peers give the same; no timing", bench::check),
    suite("differential", "random cases", differential::test),
    suite("sizes", "committed bytes", committed::sizes),
];

const PACKAGES: &[Suite] = &[
    suite("format", "rustfmt, ruff, biome", format),
    suite("supply-chain", "dependencies, notices", supply_chain::test),
    suite("vectors", "their generator", vectors),
    suite("python", "the pip package's wheel", python_tests),
    suite("python-niquests", "its transports", python_niquests),
    suite("python-vectors", "vectors in Python", python_vectors),
    suite("python-types", "mypy, pyright", python_types),
    suite("python-artifacts", "wheel, sdist", python::artifacts::test),
    suite("python-spark", "on a real Spark", python_spark),
    suite("node", "the npm package's tarball", node),
    suite("node-types", "oldest and newest TypeScript", node_types),
    suite("node-vectors", "vectors in JavaScript", node_vectors),
    suite("runtimes", "Deno, Bun, Workers, browsers", runtimes::run),
    suite("workbench", "its page in Chromium", runtimes::workbench),
    suite("readme", "the READMEs' code", readme::run),
];

fn format() -> Result<Counts> {
    let mut counts = check(&mut sh::cargo("fmt --all --check"))?;
    let ruff = python::tool("ruff")?;
    counts += check(sh::program(&ruff).args(["format", "--quiet", "--check", "--no-cache"]))?;
    counts += check(sh::program(&ruff).args(["check", "--quiet", "--no-cache"]))?;
    // Formatter and linter at once.
    npm::dependencies(&npm::binding(""))?;
    let biome = npm::binding("node_modules/@biomejs/biome/bin/biome");
    counts += check(sh::program("node").arg(biome).args(["ci", "."]))?;
    Ok(counts)
}

fn clippy() -> Result<Counts> {
    let all = "--workspace --all-targets --all-features";
    // Without the features the core is another program: the one that is shipped.
    let core = "--package koodrive";
    let mut counts = Counts::default();
    for what in [all, core] {
        let words = format!("clippy --quiet {what} -- --deny warnings");
        counts += check(&mut sh::cargo(&words))?;
    }
    Ok(counts)
}

fn docs() -> Result<Counts> {
    let mut counts = links::test()?;
    counts += prose::test()?;
    let mut rustdoc = sh::cargo("doc --quiet --package koodrive --all-features --no-deps");
    counts += check(rustdoc.env("RUSTDOCFLAGS", "--deny warnings"))?;
    Ok(counts)
}

fn rust() -> Result<Counts> {
    // Bindings are tested in their languages, xtask in a suite of its own.
    cargo_tests(&mut sh::cargo(
        "test --quiet --no-fail-fast --workspace --all-features
        --exclude koodrive-python --exclude koodrive-python-sandbox
        --exclude koodrive-wasm --exclude koodrive-wasm-sandbox
        --exclude xtask",
    ))
}

fn xtask() -> Result<Counts> {
    cargo_tests(&mut sh::cargo("test --quiet --package xtask"))
}

fn vectors() -> Result<Counts> {
    check(sh::program("python3").args(["tests/conformance/generate", "--check"]))
}

fn node() -> Result<Counts> {
    reported(
        npm::npm()
            .args(["test", "--silent", "--", "--junit"])
            .arg(report())
            .current_dir(npm::binding(""))
            .env("KOODRIVE_NPM", npm::installed()?)
            .env("KOODRIVE_TARBALL", npm::pack()?)
            .env("KOODRIVE_PATHS", paths::of_this_machine()?),
    )
}

fn node_types() -> Result<Counts> {
    let documented = sh::target().join("npm/documented");
    make_empty(&documented)?;
    let mut pages = sh::program("python3");
    sh::run(pages.args(["-B", "tests/readme/pages.py"]).arg(&documented))?;
    reported(
        node_test()
            .arg(npm::binding("tests/types/types.test.mjs"))
            .env("KOODRIVE_NPM", npm::installed()?)
            .env("KOODRIVE_DOCUMENTED", documented),
    )
}

fn node_vectors() -> Result<Counts> {
    let installed = npm::installed()?;
    let vectors = sh::root().join("tests/conformance");
    let runner = installed.join("conformance.mjs");
    fs::copy(vectors.join("runner.mjs"), &runner)?;
    reported(node_test().arg(runner).env("KOODRIVE_VECTORS", vectors))
}

fn python_tests() -> Result<Counts> {
    pytest(
        python::pytest(&python::installed()?)
            .current_dir(sh::root().join("bindings-python"))
            .env("KOODRIVE_INSTALLED", "wheel"),
    )
}

fn python_niquests() -> Result<Counts> {
    let tests = ["connections", "faults", "sessions", "replays", "logging"];
    pytest(
        python::pytest(&python::installed_beside_niquests()?)
            .args(tests.map(|of| format!("bindings-python/tests/test_{of}.py")))
            .env("KOODRIVE_SENDS", "niquests,requests,urllib3"),
    )
}

fn python_vectors() -> Result<Counts> {
    pytest(python::pytest(&python::installed()?).arg("tests/conformance/runner.py"))
}

/// stubtest holds the stub and the native module together, type checkers the rest.
fn python_types() -> Result<Counts> {
    npm::dependencies(&python::binding("typing"))?;
    pytest(python::pytest(&python::installed()?).arg("bindings-python/typing"))
}

/// Jobs against the sandbox, the README's example, and its types, since Spark's are there.
fn python_spark() -> Result<Counts> {
    if !runs("java", "-version") {
        return Ok(skipped("Spark needs Java 17 or later"));
    }
    npm::dependencies(&python::binding("typing"))?;
    let mut command = python::pytest(&python::installed_beside_spark()?);
    // One after the other: they share a Spark, which has four workers.
    pytest(command.args(["--numprocesses", "0", "bindings-python/spark"]))
}

/// The core's examples against the sandbox.
fn examples() -> Result<Counts> {
    sh::run(&mut sh::cargo(
        "build --quiet --package koodrive --examples --features dispatch",
    ))?;
    Sandbox::build()?;
    pytest(
        python::pytest(&python::environment()?)
            .arg("tests/examples")
            .env("KOODRIVE_EXAMPLES", sh::target().join("debug/examples"))
            .env("KOODRIVE_SANDBOX", sandbox::program()),
    )
}

/// A program whose exit status is the whole result.
pub(crate) fn check(command: &mut Command) -> Result<Counts> {
    sh::run(command)?;
    Ok(one(true))
}

/// `cargo test`.
pub(crate) fn cargo_tests(command: &mut Command) -> Result<Counts> {
    counted(command, |printed| Ok(count::cargo_test(printed)))
}

/// A run of pytest.
pub(crate) fn pytest(command: &mut Command) -> Result<Counts> {
    let mut option = std::ffi::OsString::from("--junitxml=");
    option.push(report());
    reported(command.arg(option))
}

/// `node --test`, whose files follow; for `reported`.
pub(crate) fn node_test() -> Command {
    let mut command = sh::program("node");
    command
        .args([
            "--test",
            "--test-reporter=spec",
            "--test-reporter-destination=stdout",
        ])
        .args(["--test-reporter=junit", "--test-reporter-destination"])
        .arg(report());
    command
}

/// Returns where the test runners of this lane write JUnit's XML.
pub(crate) fn report() -> PathBuf {
    let lane = thread::current();
    let file = format!("test/{}.xml", lane.name().unwrap_or_default());
    sh::target().join(file)
}

/// A test runner that does.
pub(crate) fn reported(command: &mut Command) -> Result<Counts> {
    fs::create_dir_all(sh::target().join("test"))?;
    let _ = fs::remove_file(report());
    counted(command, |_| {
        let text = fs::read_to_string(report()).context("the test runner wrote no report")?;
        Ok(count::junit(&text))
    })
}

/// A test runner. Its output is shown after a failed test.
fn counted(command: &mut Command, count: impl FnOnce(&str) -> Result<Counts>) -> Result<Counts> {
    let output = command.stderr(output::of_programs()).output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let mut counts = count(&printed).with_context(|| printed.clone().into_owned())?;
    if !output.status.success() || counts.failed > 0 {
        say!("{printed}");
        counts.failed = counts.failed.max(1);
    } else {
        // pytest's reasons.
        for line in printed.lines().filter(|line| line.starts_with("SKIPPED")) {
            say!("{line}");
        }
    }
    if counts == Counts::default() {
        bail!("it ran no test\n{printed}");
    }
    Ok(counts)
}

/// A test that cannot run here.
pub(crate) fn skipped(why: &str) -> Counts {
    say!("skipped: {why}");
    Counts::skipped_one()
}

/// Returns whether the system has a program.
pub(crate) fn runs(program: &str, argument: &str) -> bool {
    let output = sh::program(program).arg(argument).output();
    output.is_ok_and(|output| output.status.success())
}

pub(crate) fn one(passed: bool) -> Counts {
    Counts {
        passed: usize::from(passed),
        failed: usize::from(!passed),
        skipped: 0,
    }
}
