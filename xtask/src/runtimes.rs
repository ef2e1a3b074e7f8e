//! The npm package wherever JavaScript runs: tests that start every runtime and bundler, and open
//! pages in Chromium.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::files::files;
use crate::sandbox::Sandbox;
use crate::test::{Counts, suites};
use crate::{chromium, npm, sh};

/// Runs the tests in `bindings-wasm/tests/runtimes`.
pub(crate) fn run() -> Result<Counts> {
    // Pages call it as well.
    in_chromium(&tools()?, &["--cors"])
}

/// Uses the workbench page as a visitor does, with the sandbox as the service.
pub(crate) fn workbench() -> Result<Counts> {
    in_chromium(&npm::binding("tests/workbench"), &[])
}

/// Runs the tests of a folder, against a sandbox.
fn in_chromium(folder: &Path, sandbox: &[&str]) -> Result<Counts> {
    let Some(chromium) = chromium::program() else {
        return Ok(suites::skipped(chromium::MISSING));
    };
    let mut tests = files(folder)?;
    tests.retain(|file| {
        file.parent() == Some(folder) && file.to_string_lossy().ends_with(".test.mjs")
    });
    let sandbox = Sandbox::start(sandbox)?;
    let mut command = suites::node_test();
    command
        .arg("--test-concurrency=2")
        .args(tests)
        .env("KOODRIVE_CHROMIUM", chromium)
        .env("KOODRIVE_TOOLS", tools()?)
        .env("KOODRIVE_VECTORS", sh::root().join("tests/conformance"))
        .env("KOODRIVE_NPM", npm::installed()?)
        .env("KOODRIVE_TARBALL", npm::pack()?);
    suites::reported(sandbox.settings(&mut command))
}

/// Returns the folder of these tests, which also holds `browser.mjs`, with the runtimes and
/// bundlers of its lock file installed.
pub(crate) fn tools() -> Result<PathBuf> {
    let folder = npm::binding("tests/runtimes");
    npm::dependencies(&folder)?;
    Ok(folder)
}
