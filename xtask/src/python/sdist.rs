//! The source distribution: what pip builds a wheel from where none fits.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::{
    binding, create_venv, directory, environment, executable, path_with, pip, pip_install,
};
use crate::files::files;
use crate::sh;

pub(crate) fn build() -> Result<PathBuf> {
    let folder = directory().join("sdist");
    let _ = fs::remove_dir_all(&folder);
    // Its notes on packages without a URL are for crates that are published.
    sh::output(
        sh::program(environment()?)
            .args(["-m", "maturin", "sdist"])
            .args(["--manifest-path", "bindings-python/Cargo.toml", "--out"])
            .arg(&folder),
    )?;
    match files(&folder)?.as_slice() {
        [sdist] => Ok(sdist.clone()),
        others => bail!("maturin should have made one sdist, not {}", others.len()),
    }
}

/// Has pip build it, without a network, into an environment that holds nothing but the build
/// backend; and builds a request with the result. In the profile `dev`, since it is about what the
/// archive holds: half a minute less.
pub(crate) fn check(sdist: &Path) -> Result<()> {
    // The files of an archive have one old date, so cargo would take what it built of an earlier
    // one for this one's.
    let target = sh::target().join("python-dev");
    let _ = fs::remove_dir_all(&target);
    let venv = directory().join("sdist-venv");
    let python = executable(&venv, "python");
    create_venv(&venv)?;
    pip(&python, &["-r"], &binding("requirements-build.txt"))?;
    sh::run(
        pip_install(&python)
            .args(["--no-index", "--no-build-isolation", "--no-deps"])
            .arg(sdist)
            .env("PATH", path_with(&python)?)
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TARGET_DIR", target)
            .env("MATURIN_PEP517_ARGS", "--profile dev"),
    )?;
    let code = "import koodrive as k
client = k.Client(endpoint=k.CHINA, user_id='1', token='t')
assert client.request(k.GetSpaceUsageByOverview()).method == 'GET'
";
    sh::run(sh::program(python).args(["-I", "-c", code]))
}
