//! The types of the package: whether the committed stub is what Rust says, and whether type checkers agree with the rest.

use std::fs;

use anyhow::Result;

use super::{binding, directory, environment, installed, path_with};
use crate::test::{Counts, count, suites};
use crate::{npm, sh};

const STUB: &str = "koodrive/_core.pyi";

pub(crate) fn test() -> Result<Counts> {
    let mut counts = suites::one(stub_is_current()?);
    npm::dependencies(&binding("typing"))?;
    let mut pytest = super::pytest(&installed()?);
    counts += suites::counted(pytest.arg("bindings-python/typing"), count::pytest)?;
    Ok(counts)
}

/// pyo3 writes it while it compiles. For the oldest Python, since what it imports depends on that.
fn stub_is_current() -> Result<bool> {
    let python = environment()?;
    let generated = directory().join("stubs");
    sh::output(
        sh::program(&python)
            .args(["-m", "maturin", "generate-stubs", "--quiet", "--locked"])
            .args(["--manifest-path", "bindings-python/Cargo.toml"])
            .args(["--features", "pyo3/abi3-py39,pyo3/experimental-inspect"])
            .arg("--out")
            .arg(&generated)
            .env("PATH", path_with(&python)?)
            .env("CARGO_TARGET_DIR", super::development()),
    )?;
    let (generated, committed) = (generated.join(STUB), binding("python").join(STUB));
    let current = fs::read(&generated)? == fs::read(&committed)?;
    if !current {
        println!(
            "{} is not what Rust says; copy {} there",
            committed.display(),
            generated.display()
        );
    }
    Ok(current)
}
