//! Checks that the published artifacts hold the required files and no others.
//! `bindings-python/artifacts` inspects them.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::{environment, pytest, sdist, wheel};
use crate::paths;
use crate::test::{Counts, suites};

/// Runs the suite: the wheel of this machine, and the sdist.
pub(crate) fn test() -> Result<Counts> {
    check(&[wheel()?], &sdist::build()?)
}

/// Looks into them.
pub(crate) fn check(wheels: &[PathBuf], sdist: &Path) -> Result<Counts> {
    let mut command = pytest(&environment()?);
    command
        .arg("bindings-python/artifacts")
        .env("KOODRIVE_WHEELS", std::env::join_paths(wheels)?)
        .env("KOODRIVE_SDIST", sdist)
        .env("KOODRIVE_PATHS", paths::of_this_machine()?);
    let counts = suites::pytest(&mut command)?;
    ensure!(counts.all_passed(), "an artifact is not as it must be");
    Ok(counts)
}
