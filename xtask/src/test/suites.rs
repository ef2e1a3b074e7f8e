//! The suites. Each prepares what it needs, runs, and counts; what a runner prints is shown when
//! something failed.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result, bail};

use super::Counts;
use super::count;
use crate::output::say;
use crate::sandbox::Sandbox;
use crate::{
    bench, committed, differential, dispatch, ffi, go, java, links, npm, output, paths, prose,
    python, readme, runtimes, sh, supply_chain,
};

pub(crate) struct Suite {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn() -> Result<Counts>,
}

/// The lanes run at the same time, and the suites of a lane one after the other, the one that fails
/// fastest first. Suites that write the same files are in one lane, and so are those that cargo's
/// lock on target/debug would make wait for each other.
pub(crate) const LANES: [&[Suite]; 2] = [CARGO, PACKAGES];

const CARGO: &[Suite] = &[
    Suite {
        name: "clippy",
        about: "one lint table, no warnings; bans I/O in the core",
        run: clippy,
    },
    Suite {
        name: "docs",
        about: "rustdoc, no warnings; links between pages lead somewhere; no headless or too long prose",
        run: docs,
    },
    Suite {
        name: "rust",
        about: "core, sandbox, vectors in Rust, doc tests",
        run: rust,
    },
    Suite {
        name: "xtask",
        about: "what these commands decide by",
        run: xtask,
    },
    Suite {
        name: "ffi",
        about: "koodrive.wasm and the C library: the interface, vectors in three engines, the C example",
        run: ffi::test,
    },
    Suite {
        name: "go",
        about: "the Go package: its translated core, vectors, faults over TCP, examples, race detector, linters",
        run: go::test,
    },
    Suite {
        name: "java",
        about: "the JVM package: vectors, faults over TCP, jobs, threads, and the jar as it is installed",
        run: java::test,
    },
    Suite {
        name: "examples",
        about: "the Rust examples against the sandbox",
        run: examples,
    },
    Suite {
        name: "instructions",
        about: "of the core's three operations, against committed counts",
        run: committed::instructions,
    },
    Suite {
        name: "bench",
        about: "the benchmark's programs compile, its peers give the same; nothing is timed",
        run: bench::check,
    },
    Suite {
        name: "differential",
        about: "random cases have the same results in Rust, Python, Node, Chromium, Java and Go",
        run: differential::test,
    },
    Suite {
        name: "sizes",
        about: "of the .wasm modules, the bundle and the wheel, against committed ones",
        run: committed::sizes,
    },
];

const PACKAGES: &[Suite] = &[
    Suite {
        name: "format",
        about: "rustfmt, ruff, biome",
        run: format,
    },
    Suite {
        name: "supply-chain",
        about: "what others have written: cargo-deny, zizmor, the notices of the packages",
        run: supply_chain::test,
    },
    Suite {
        name: "vectors",
        about: "the script writes the committed vectors and the JSON corpus",
        run: vectors,
    },
    Suite {
        name: "python",
        about: "the pip package, installed from its wheel",
        run: python_tests,
    },
    Suite {
        name: "python-niquests",
        about: "its transports where niquests has replaced urllib3",
        run: python_niquests,
    },
    Suite {
        name: "python-vectors",
        about: "vectors in Python",
        run: python_vectors,
    },
    Suite {
        name: "python-types",
        about: "its types, in mypy and pyright, strictly",
        run: python::types::test,
    },
    Suite {
        name: "python-artifacts",
        about: "what is in wheels and sdist, and that both build and work",
        run: python::artifacts::test,
    },
    Suite {
        name: "python-spark",
        about: "`koodrive.spark` on a real Spark with four workers",
        run: python::spark::test,
    },
    Suite {
        name: "node",
        about: "the npm package, installed from its tarball",
        run: node,
    },
    Suite {
        name: "node-types",
        about: "its types, in the oldest TypeScript and the newest",
        run: node_types,
    },
    Suite {
        name: "node-vectors",
        about: "vectors in JavaScript",
        run: node_vectors,
    },
    Suite {
        name: "runtimes",
        about: "the npm package in every runtime and bundler",
        run: runtimes::run,
    },
    Suite {
        name: "workbench",
        about: "the workbench page, used in Chromium",
        run: runtimes::workbench,
    },
    Suite {
        name: "readme",
        about: "the code of the READMEs against the sandbox",
        run: readme::run,
    },
];

fn format() -> Result<Counts> {
    let mut counts = check(sh::cargo().args(["fmt", "--all", "--check"]))?;
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
    let mut counts = check(sh::cargo().args([
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "--deny",
        "warnings",
    ]))?;
    // Without the feature the core is another program: the one that is shipped.
    counts += check(sh::cargo().args([
        "clippy",
        "--quiet",
        "--package",
        "koodrive",
        "--",
        "--deny",
        "warnings",
    ]))?;
    Ok(counts)
}

fn docs() -> Result<Counts> {
    let mut counts = links::test()?;
    counts += prose::test()?;
    counts += check(
        sh::cargo()
            .args([
                "doc",
                "--quiet",
                "--package",
                "koodrive",
                "--all-features",
                "--no-deps",
            ])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )?;
    Ok(counts)
}

fn rust() -> Result<Counts> {
    cargo_tests(
        sh::cargo()
            .args([
                "test",
                "--quiet",
                "--no-fail-fast",
                "--workspace",
                "--all-features",
            ])
            // Bindings are tested in their languages, xtask in a suite of its own.
            .args([
                "--exclude",
                "koodrive-python",
                "--exclude",
                "koodrive-python-sandbox",
                "--exclude",
                "koodrive-wasm",
                "--exclude",
                "koodrive-wasm-sandbox",
                "--exclude",
                "xtask",
            ]),
    )
}

fn xtask() -> Result<Counts> {
    cargo_tests(sh::cargo().args(["test", "--quiet", "--package", "xtask"]))
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
    let _ = fs::remove_dir_all(&documented);
    fs::create_dir_all(&documented)?;
    for (at, (place, code)) in readme::typescript()?.iter().enumerate() {
        let file = documented.join(format!("documented-{at}.mts"));
        fs::write(file, format!("// {place}\n{code}"))?;
    }
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

/// Each example makes the safe call and then delivers one notification.
fn examples() -> Result<Counts> {
    sh::run(
        sh::cargo()
            .args(["build", "--quiet", "--package", "koodrive", "--examples"])
            .args(["--features", "dispatch"]),
    )?;
    let sandbox = Sandbox::start(&[])?;
    let mut counts = Counts::default();
    for example in ["ureq", "reqwest"] {
        let before = sandbox.accepted()?;
        let mut command = sh::program(sh::target().join("debug/examples").join(example));
        command.args(["189642158555241211", "14"]);
        let printed = sh::output(sandbox.settings(&mut command))?;
        let delivered =
            sandbox.accepted()? == before + 1 && printed.contains("code 0, msg Success.");
        if !delivered {
            say!("{example} printed: {printed}");
        }
        counts += one(delivered);
    }
    counts += dispatch::example()?;
    Ok(counts)
}

/// A program whose exit status is the whole result.
pub(crate) fn check(command: &mut Command) -> Result<Counts> {
    sh::run(command)?;
    Ok(one(true))
}

/// `cargo test`, or a program that sums up as it does.
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

/// Returns where the test runners of this thread write JUnit's XML.
pub(crate) fn report() -> PathBuf {
    sh::target().join(format!("test/{:?}.xml", thread::current().id()))
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
