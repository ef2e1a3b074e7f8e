//! The Python package: its environment, its wheel, and the one installed in the other.
//!
//! Every step leaves a stamp and is skipped while nothing it depends on has changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::sh;
use crate::stamp::{files, fingerprint, once};

const OLDEST: &str = "3.9";

/// A virtual environment with what tests and demo need, from `bindings-python/requirements-dev.txt`. Gives its python.
pub(crate) fn environment() -> Result<PathBuf> {
    let venv = directory().join("venv");
    let python = executable(&venv, "python");
    let requirements = binding("requirements-dev.txt");
    let wanted = fingerprint(std::slice::from_ref(&requirements))?;
    once(&venv.join("requirements.stamp"), &wanted, || {
        let system = if cfg!(windows) { "python" } else { "python3" };
        let check = format!(
            "import sys; sys.exit(sys.version_info < ({}))",
            OLDEST.replace('.', ", ")
        );
        sh::run(sh::program(system).args(["-c", &check]))
            .with_context(|| format!("Python {OLDEST} or later is needed"))?;
        sh::run(
            sh::program(system)
                .args(["-m", "venv", "--clear"])
                .arg(&venv),
        )?;
        pip(&python, &["-r"], &requirements)
    })?;
    Ok(python)
}

/// The wheel that users get, for this platform and every Python from the oldest on.
pub(crate) fn wheel() -> Result<PathBuf> {
    let python = environment()?;
    let wheels = directory().join("wheels");
    once(&stamp(), &sources()?, || {
        let _ = fs::remove_dir_all(&wheels);
        sh::run(
            sh::program(python)
                .args(["-m", "maturin", "build", "--quiet", "--release", "--locked"])
                .args(["--manifest-path", "bindings-python/Cargo.toml", "--out"])
                .arg(&wheels)
                .env("CARGO_TARGET_DIR", sh::target()),
        )
    })?;
    match files(&wheels)?.as_slice() {
        [wheel] => Ok(wheel.clone()),
        others => bail!("maturin should have built one wheel, not {}", others.len()),
    }
}

/// The environment's python, with that wheel installed.
pub(crate) fn installed() -> Result<PathBuf> {
    let wheel = wheel()?;
    let python = environment()?;
    let built = fs::read_to_string(stamp())?;
    once(&directory().join("venv/wheel.stamp"), &built, || {
        pip(
            &python,
            &["--no-index", "--no-deps", "--force-reinstall"],
            &wheel,
        )
    })?;
    Ok(python)
}

fn pip(python: &Path, options: &[&str], what: &Path) -> Result<()> {
    sh::run(
        sh::program(python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(options)
            .arg(what),
    )
}

/// What the wheel is made of. Asking cargo would take longer than the demo may.
fn sources() -> Result<String> {
    let mut paths = ["Cargo.toml", "Cargo.lock", "core/src", "core/Cargo.toml"]
        .map(|path| sh::root().join(path))
        .to_vec();
    paths.extend(
        [
            "src",
            "sandbox",
            "python",
            "Cargo.toml",
            "pyproject.toml",
            "README.md",
        ]
        .map(binding),
    );
    fingerprint(&paths)
}

fn stamp() -> PathBuf {
    directory().join("wheel.stamp")
}

fn binding(path: &str) -> PathBuf {
    sh::root().join("bindings-python").join(path)
}

fn directory() -> PathBuf {
    sh::target().join("python")
}

fn executable(venv: &Path, name: &str) -> PathBuf {
    if cfg!(windows) {
        venv.join("Scripts").join(name).with_extension("exe")
    } else {
        venv.join("bin").join(name)
    }
}
