//! Finds Chromium, which runs the tests of pages; installs it where the system is Debian and lets us.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::debian;

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
    debian::program(&NAMES, "chromium", ADVICE)
}
