//! The npm package wherever JavaScript runs: tests that start every runtime and bundler, and open pages in Chromium.

use std::path::PathBuf;

use anyhow::Result;

use crate::sandbox::Sandbox;
use crate::stamp::files;
use crate::test::{Counts, count, suites};
use crate::{chromium, npm, sh};

/// Runs the tests in `bindings-wasm/tests/runtimes`.
pub(crate) fn run() -> Result<Counts> {
    let tools = tools()?;
    let tests = files(&tools)?
        .into_iter()
        .filter(|file| file.to_string_lossy().ends_with(".test.mjs"))
        .filter(|file| file.parent() == Some(&tools));
    // Pages call it as well.
    let sandbox = Sandbox::start(&["--cors"])?;
    let mut command = sh::program("node");
    command
        .args(["--test", "--test-reporter=tap"])
        .args(tests)
        .env("KOODRIVE_CHROMIUM", chromium::program()?)
        .env("KOODRIVE_NPM", npm::installed()?)
        .env("KOODRIVE_TARBALL", npm::pack()?);
    suites::counted(sandbox.settings(&mut command), count::tap)
}

/// The folder of these tests, which also holds `browser.mjs`, with the runtimes and bundlers of its lock file installed.
pub(crate) fn tools() -> Result<PathBuf> {
    let folder = sh::root().join("bindings-wasm/tests/runtimes");
    npm::dependencies(&folder)?;
    Ok(folder)
}
