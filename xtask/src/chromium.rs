//! Finds Chromium, which runs the tests of pages; installs it where the system is Debian and lets us.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::sh;

/// What Debian, Ubuntu, Fedora and Google call it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const ADVICE: &str =
    "install Chromium, or name a Chromium or Chrome in the environment variable KOODRIVE_CHROMIUM";

/// The program: what `KOODRIVE_CHROMIUM` names, else the one on `PATH`.
pub(crate) fn program() -> Result<PathBuf> {
    if let Some(named) = env::var_os("KOODRIVE_CHROMIUM") {
        let named = PathBuf::from(named);
        ensure!(
            named.is_file(),
            "KOODRIVE_CHROMIUM names {}, which is no file",
            named.display()
        );
        return Ok(named);
    }
    if let Some(found) = NAMES.iter().find_map(|name| on_path(name)) {
        return Ok(found);
    }
    install()?;
    let installed = NAMES.iter().find_map(|name| on_path(name));
    installed.with_context(|| format!("apt-get has installed no Chromium: {ADVICE}"))
}

/// Debian's own package.
fn install() -> Result<()> {
    let debian = Path::new("/etc/debian_version").exists() && on_path("apt-get").is_some();
    ensure!(debian, "the tests of pages need Chromium: {ADVICE}");
    let user = sh::output(sh::program("id").arg("-u"))?;
    ensure!(
        user.trim() == "0",
        "the tests of pages need Chromium, and only root can install it (apt-get install chromium): {ADVICE}"
    );
    eprintln!("installing Debian's package chromium …");
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
        .and_then(|_| apt_get(&["install", "-y", "--no-install-recommends", "chromium"]))
        .context(ADVICE)?;
    Ok(())
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
