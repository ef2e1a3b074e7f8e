//! Finds Chromium, which runs the tests of pages.

use std::env;
use std::path::PathBuf;

/// The names of Chromium on Debian, Ubuntu and Fedora, and of Google's Chrome.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The reason for skipped tests of pages on a machine without Chromium.
pub(crate) const MISSING: &str =
    "there is no Chromium: install one, or name it in the environment variable KOODRIVE_CHROMIUM";

/// Returns the program: what `KOODRIVE_CHROMIUM` names, else the one on `PATH`.
pub(crate) fn program() -> Option<PathBuf> {
    if let Some(named) = env::var_os("KOODRIVE_CHROMIUM") {
        return Some(named.into());
    }
    let path = env::var_os("PATH")?;
    let mut folders = env::split_paths(&path);
    folders.find_map(|folder| {
        let mut files = NAMES.iter().map(|name| folder.join(name));
        files.find(|file| file.is_file())
    })
}
