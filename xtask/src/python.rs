//! The Python package: its environment, its wheel, and the one installed in the other.
//!
//! Every step leaves a stamp and is skipped while nothing it depends on has changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::sh;

const OLDEST: &str = "3.9";

/// A virtual environment with what tests and demo need, from `bindings-python/requirements-dev.txt`. Gives its python.
pub(crate) fn environment() -> Result<PathBuf> {
    let venv = directory().join("venv");
    let python = executable(&venv, "python");
    let requirements = sh::root().join("bindings-python/requirements-dev.txt");
    let wanted = fs::read(&requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let stamp = venv.join("requirements.stamp");
    if python.exists() && fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
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
    sh::run(
        sh::program(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-r",
            ])
            .arg(&requirements),
    )?;
    fs::write(&stamp, wanted)?;
    Ok(python)
}

/// The wheel that users get, for this platform and every Python from the oldest on.
pub(crate) fn wheel() -> Result<PathBuf> {
    let python = environment()?;
    let wheels = directory().join("wheels");
    fs::create_dir_all(&wheels)?;
    let stamp = wheels.join("sources.stamp");
    let sources = sources()?;
    if let (Ok(built), Ok(found)) = (fs::read_to_string(&stamp), find(&wheels))
        && built == sources
    {
        return Ok(found);
    }
    for old in list(&wheels)? {
        fs::remove_file(old)?;
    }
    sh::run(
        sh::program(python)
            .args(["-m", "maturin", "build", "--quiet", "--release", "--locked"])
            .args(["--manifest-path", "bindings-python/Cargo.toml", "--out"])
            .arg(&wheels)
            .env("CARGO_TARGET_DIR", sh::target()),
    )?;
    let found = find(&wheels)?;
    fs::write(&stamp, sources)?;
    Ok(found)
}

/// The environment's python, with that wheel installed.
pub(crate) fn installed() -> Result<PathBuf> {
    let wheel = wheel()?;
    let python = environment()?;
    let stamp = directory().join("venv/wheel.stamp");
    let wanted = fs::read_to_string(directory().join("wheels/sources.stamp"))?;
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    sh::run(
        sh::program(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(["--no-index", "--no-deps", "--force-reinstall"])
            .arg(wheel),
    )?;
    fs::write(&stamp, wanted)?;
    Ok(python)
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

fn find(wheels: &Path) -> Result<PathBuf> {
    let found = list(wheels)?;
    let mut wheels = found
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"));
    match (wheels.next(), wheels.next()) {
        (Some(wheel), None) => Ok(wheel),
        _ => bail!("maturin built no wheel, or several"),
    }
}

/// Every file that the wheel is made of, with size and time of change: what cargo looks at, without asking cargo, which
/// would take longer than the demo may.
fn sources() -> Result<String> {
    let root = sh::root();
    let mut files = vec![root.join("Cargo.toml"), root.join("Cargo.lock")];
    for directory in ["core/src", "bindings-python/src", "bindings-python/python"] {
        collect(&root.join(directory), &mut files)?;
    }
    for file in ["core/Cargo.toml", "bindings-python/Cargo.toml"] {
        files.push(root.join(file));
    }
    for file in [
        "bindings-python/pyproject.toml",
        "bindings-python/README.md",
    ] {
        files.push(root.join(file));
    }
    files.sort();
    let mut sources = String::new();
    for file in files {
        let metadata = fs::metadata(&file).with_context(|| format!("no {}", file.display()))?;
        let changed = metadata.modified()?.duration_since(std::time::UNIX_EPOCH)?;
        let line = format!("{} {} {changed:?}\n", file.display(), metadata.len());
        sources.push_str(&line);
    }
    Ok(sources)
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for path in list(directory)? {
        if path.is_dir() {
            // Written by Python itself when somebody imports the sources.
            if !path.ends_with("__pycache__") {
                collect(&path, files)?;
            }
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn list(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(directory).with_context(|| format!("cannot list {}", directory.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}
