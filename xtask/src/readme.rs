//! The code of the READMEs, run as it stands there against the sandbox, by `tests/readme`.
//!
//! Rust blocks run as doc tests of the package `koodrive-conformance`.

use anyhow::Result;

use crate::sandbox::{self, Sandbox};
use crate::test::{Counts, suites};
use crate::{ffi, npm, python, sh};

/// Runs the suite.
pub(crate) fn run() -> Result<Counts> {
    let mut counts = rust()?;
    let documented = npm::installed()?.join("documented");
    npm::lend("undici", &documented)?;
    counts += suites::pytest(
        python::pytest(&python::installed()?)
            .arg("tests/readme/test_readmes.py")
            .env("KOODRIVE_NPM", documented)
            .env("KOODRIVE_LIBRARY", ffi::library()?)
            .env("KOODRIVE_SANDBOX", sandbox::program()),
    )?;
    Ok(counts)
}

fn rust() -> Result<Counts> {
    let sandbox = Sandbox::start(&[])?;
    let mut command = sh::cargo("test --quiet --doc --package koodrive-conformance");
    command.env("RUSTDOCFLAGS", "--cfg koodrive_readme");
    suites::cargo_tests(sandbox.settings(&mut command))
}
