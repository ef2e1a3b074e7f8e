//! What is published: whether it holds what it must and nothing else. `bindings-python/artifacts` looks into it; here it is
//! built, installed and compared with its sources.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::wheel::{self, CRATE, Platform, Python};
use super::{directory, environment, pytest, sdist};
use crate::stamp::files;
use crate::test::{Counts, count, suites};
use crate::{licenses, reproducible, sbom, sh};

/// The suite: the wheel of this machine, and the sdist.
pub(crate) fn test() -> Result<Counts> {
    let host = wheel::host()?;
    let wheels = [(host, wheel::build(host, Python::Stable)?)];
    let mut counts = check(&wheels, &sdist::build()?)?;
    sdist::check()?;
    counts += suites::one(true);
    Ok(counts)
}

/// Looks into them.
pub(crate) fn check(wheels: &[(&Platform, PathBuf)], sdist: &Path) -> Result<Counts> {
    let list = |paths: &[PathBuf]| std::env::join_paths(paths);
    let paths: Vec<_> = wheels.iter().map(|(_, path)| path.clone()).collect();
    let mut command = pytest(&environment()?);
    command
        .arg("bindings-python/artifacts")
        .env("KOODRIVE_WHEELS", list(&paths)?)
        .env("KOODRIVE_SDIST", sdist)
        .env("KOODRIVE_PATHS", list(&reproducible::paths()?)?);
    let mut counts = suites::counted(&mut command, count::pytest)?;
    ensure!(counts.all_passed(), "an artifact is not as it must be");
    for (platform, path) in wheels {
        check_lists(platform, path)?;
        counts += suites::one(true);
    }
    Ok(counts)
}

fn check_lists(platform: &Platform, wheel: &Path) -> Result<()> {
    let folder = directory().join("unpacked");
    let _ = fs::remove_dir_all(&folder);
    sh::run(
        sh::program(environment()?)
            .args(["-m", "zipfile", "--extract"])
            .arg(wheel)
            .arg(&folder),
    )?;
    let unpacked = files(&folder)?;
    let find = |is: fn(&str) -> bool| {
        let mut names = unpacked.iter();
        names.find(|path| is(&path.to_string_lossy()))
    };
    let file = find(|path| path.ends_with("THIRD-PARTY-LICENSES"));
    // _core.abi3.so, _core.cpython-314t-….so, _core.pyd
    let module = find(|path| path.contains("_core.") && !path.contains(".pyi"));
    let file = fs::read_to_string(file.context("no THIRD-PARTY-LICENSES")?)?;
    licenses::check(&file, CRATE, platform.triple, module.context("no module")?)?;
    let list = find(|path| path.ends_with("koodrive.cyclonedx.json"));
    sbom::check(list.context("no bill of materials")?)?;
    Ok(())
}
