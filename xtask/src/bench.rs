//! `cargo xtask bench` and the suite `bench`: prepare the packages, and start `tests/bench/run.py`,
//! which says what it needs.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::test::{Counts, suites};
use crate::{chromium, ffi, java, npm, python, runtimes, sh};

/// Measures all sections, or one.
pub(crate) fn run(only: Option<&str>) -> Result<()> {
    let needs = |sections: &[&str]| only.is_none_or(|only| sections.contains(&only));
    let mut command = program();
    command.args(only.into_iter().flat_map(|only| ["--only", only]));
    if needs(&["python", "size", "end-to-end", "growth"]) {
        command.env("KOODRIVE_PYTHON", python::installed_beside_peers()?);
    }
    if needs(&["node", "browser", "size", "end-to-end", "growth"]) {
        command.env("KOODRIVE_NPM", npm::installed()?);
    }
    if needs(&["browser"]) {
        command
            .env(
                "KOODRIVE_CHROMIUM",
                chromium::program().context(chromium::MISSING)?,
            )
            .env("KOODRIVE_TOOLS", runtimes::tools()?);
    }
    if needs(&["runtimes"]) {
        command
            .env("KOODRIVE_C", ffi::library()?)
            .env("KOODRIVE_WASM", ffi::wasm()?);
        if java::is_there() {
            let jars = java::package()?;
            command.envs(jars.first().map(|jar| ("KOODRIVE_JAR", jar)));
            java::for_python(&mut command)?;
        }
    }
    sh::run(&mut command)
}

/// Runs the suite: the programs compile, and peers that do the same give the same. Nothing is
/// timed.
pub(crate) fn check() -> Result<Counts> {
    suites::check(
        program()
            .arg("--check")
            .env("KOODRIVE_PYTHON", python::installed_beside_peers()?)
            .env("KOODRIVE_NPM", npm::installed()?),
    )
}

fn program() -> Command {
    let mut command = sh::program("python3");
    command
        .args(["-B", "tests/bench/run.py"])
        .env("CARGO_TARGET_DIR", sh::target());
    command
}
