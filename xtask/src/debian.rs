//! Programs that tests run and that the system has: found on `PATH`, installed where the system is Debian and lets us.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::sh;

/// The first of these programs that there is; else that of Debian's package, installed. `advice` is for other systems.
pub(crate) fn program(names: &[&str], package: &str, advice: &str) -> Result<PathBuf> {
    let find = || names.iter().find_map(|name| on_path(name));
    if let Some(found) = find() {
        return Ok(found);
    }
    install(package, advice)?;
    find().with_context(|| format!("apt-get has installed no {package}: {advice}"))
}

fn install(package: &str, advice: &str) -> Result<()> {
    let debian = Path::new("/etc/debian_version").exists() && on_path("apt-get").is_some();
    ensure!(debian, "the tests need {package}: {advice}");
    let user = sh::output(sh::program("id").arg("-u"))?;
    ensure!(
        user.trim() == "0",
        "the tests need {package}, and only root can install it (apt-get install {package}): {advice}"
    );
    eprintln!("installing Debian's package {package} …");
    let apt_get = |arguments: &[&str]| {
        sh::output(
            sh::program("apt-get")
                // Somebody else may be installing something.
                .args(["-qq", "-o", "DPkg::Lock::Timeout=120"])
                .args(arguments)
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )
    };
    apt_get(&["update"])
        .and_then(|_| apt_get(&["install", "-y", "--no-install-recommends", package]))
        .with_context(|| advice.to_owned())?;
    Ok(())
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
