//! The Python package: the environment of its tests, the wheel in it, and all that is published.
//!
//! An environment is made anew when its requirements change; the wheel is built once per run of
//! this program.

pub(crate) mod artifacts;
mod sdist;
mod wheel;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::once::{OncePerRun, once};
use crate::sh;

const OLDEST: &str = "3.10";

const SYSTEM_PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

/// A virtual environment of that name, with what these files list, one after the other: hashes in
/// one of them would be asked of all of them.
struct Environment {
    name: &'static str,
    requirements: &'static [&'static str],
    installed: OncePerRun,
}

impl Environment {
    const fn new(name: &'static str, requirements: &'static [&'static str]) -> Self {
        Self {
            name,
            requirements,
            installed: OncePerRun::new(),
        }
    }
}

/// The packages that tests and demo need.
static DEV: Environment = Environment::new(
    "venv",
    &[
        "bindings-python/requirements-build.txt",
        "bindings-python/requirements-link.txt",
        "bindings-python/requirements-dev.txt",
    ],
);

/// The packages that conflict with [`DEV`].
static NIQUESTS: Environment = Environment::new(
    "venv-niquests",
    &["bindings-python/requirements-niquests.txt"],
);

/// The packages that are too large for [`DEV`].
static SPARK: Environment =
    Environment::new("venv-spark", &["bindings-python/requirements-spark.txt"]);

/// The tools of the suites `supply-chain` and `format`, which Python's registry serves as compiled
/// programs.
static TOOLS: Environment = Environment::new("venv-tools", &["xtask/requirements.txt"]);

/// One of these tools.
pub(crate) fn tool(name: &str) -> Result<PathBuf> {
    prepared(&TOOLS)?;
    Ok(executable(&directory().join(TOOLS.name), name))
}

/// Whom the package is measured beside.
static PEERS: Environment =
    Environment::new("venv-bench", &["tests/bench/python/requirements.txt"]);

/// Returns the python of the environment that tests and demo use.
pub(crate) fn environment() -> Result<PathBuf> {
    prepared(&DEV)
}

fn prepared(environment: &Environment) -> Result<PathBuf> {
    let venv = directory().join(environment.name);
    let python = executable(&venv, "python");
    let files = environment.requirements.iter();
    let files: Vec<_> = files.map(|file| sh::root().join(file)).collect();
    let texts: Vec<_> = files
        .iter()
        .map(fs::read_to_string)
        .collect::<Result<_, _>>()?;
    once(&venv.join("requirements.stamp"), &texts.concat(), || {
        let check = format!(
            "import sys; sys.exit(sys.version_info < ({}))",
            OLDEST.replace('.', ", ")
        );
        sh::run(sh::program(SYSTEM_PYTHON).args(["-c", &check]))
            .with_context(|| format!("Python {OLDEST} or later is needed"))?;
        create_venv(&venv)?;
        files
            .iter()
            .try_for_each(|file| pip(&python, &["-r"], file))
    })?;
    Ok(python)
}

fn create_venv(venv: &Path) -> Result<()> {
    sh::run(
        sh::program(SYSTEM_PYTHON)
            .args(["-m", "venv", "--clear"])
            .arg(venv),
    )
}

/// Returns the environment's python, with the wheel installed.
pub(crate) fn installed() -> Result<PathBuf> {
    installed_in(&DEV)
}

/// Returns the wheel of this machine.
pub(crate) fn wheel() -> Result<PathBuf> {
    static BUILT: OncePerRun = OncePerRun::new();
    BUILT.get_or_make(|| wheel::build(wheel::host()?, wheel::Python::Stable))
}

/// Returns the python of an environment with niquests and the wheel.
pub(crate) fn installed_beside_niquests() -> Result<PathBuf> {
    installed_in(&NIQUESTS)
}

/// Returns the python of an environment with Spark and the wheel.
pub(crate) fn installed_beside_spark() -> Result<PathBuf> {
    installed_in(&SPARK)
}

/// Returns the python of an environment with the peers and the wheel.
pub(crate) fn installed_beside_peers() -> Result<PathBuf> {
    installed_in(&PEERS)
}

fn installed_in(environment: &Environment) -> Result<PathBuf> {
    environment.installed.get_or_make(|| {
        let python = prepared(environment)?;
        pip(
            &python,
            &["--no-index", "--no-deps", "--force-reinstall"],
            &wheel()?,
        )?;
        Ok(python)
    })
}

/// Makes an environment at `venv` that has maturin and nothing else.
pub(crate) fn maturin_in(venv: &Path) -> Result<()> {
    let requirements = binding("requirements-build.txt");
    let wanted = fs::read_to_string(&requirements)?;
    once(&venv.join("requirements.stamp"), &wanted, || {
        create_venv(venv)?;
        pip(&executable(venv, "python"), &["-r"], &requirements)
    })
}

/// Installs the package into the environment at `venv` as a contributor does, with
/// `maturin develop`. Returns its python.
pub(crate) fn develop(venv: &Path) -> Result<PathBuf> {
    sh::run(
        sh::program(executable(venv, "maturin"))
            .args(["develop", "--quiet", "--locked"])
            .current_dir(binding(""))
            .env("VIRTUAL_ENV", venv)
            .env("CARGO_TARGET_DIR", sh::target()),
    )?;
    Ok(executable(venv, "python"))
}

/// Everything that is published from a machine of this kind, checked: the sdist and the wheels. The
/// sdist comes from Linux, and is built there as pip builds it.
pub(crate) fn package() -> Result<Vec<PathBuf>> {
    let mut wheels = Vec::new();
    for platform in wheel::platforms() {
        for python in wheel::Python::ALL {
            let start = Instant::now();
            let wheel = wheel::build(platform, python)?;
            eprintln!(
                "{} ({:.0} s)",
                wheel.file_name().unwrap_or_default().display(),
                start.elapsed().as_secs_f32()
            );
            wheels.push(wheel);
        }
    }
    let sdist = sdist::build()?;
    artifacts::check(&wheels, &sdist)?;
    if cfg!(target_os = "linux") {
        sdist::check(&sdist)?;
    }
    Ok(std::iter::once(sdist).chain(wheels).collect())
}

fn pip(python: &Path, options: &[&str], what: &Path) -> Result<()> {
    sh::run(pip_install(python).args(options).arg(what))
}

fn pip_install(python: &Path) -> Command {
    let mut command = sh::program(python);
    command.args(["-m", "pip", "install", "--quiet"]);
    command.arg("--disable-pip-version-check");
    command
}

/// A run of tests that leaves nothing behind in the sources, and says why it skips a test.
pub(crate) fn pytest(python: &Path) -> Command {
    let mut command = sh::program(python);
    command
        .args(["-m", "pytest", "--quiet", "-rs", "-p", "no:cacheprovider"])
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// `PATH` with the programs of this python's environment first.
fn path_with(python: &Path) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folder = python.parent().map(Path::to_owned);
    Ok(env::join_paths(
        folder.into_iter().chain(env::split_paths(&path)),
    )?)
}

pub(crate) fn binding(path: &str) -> PathBuf {
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
