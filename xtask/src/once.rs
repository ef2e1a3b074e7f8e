//! Steps that are done once: while this program runs, or until what they read changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context as _, Result};

/// Does the work unless the stamp holds this input: all that the work reads, such as a lock file.
pub(crate) fn once(stamp: &Path, input: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    if fs::read_to_string(stamp).is_ok_and(|done| done == input) {
        return Ok(());
    }
    let _ = fs::remove_file(stamp);
    work()?;
    fs::create_dir_all(stamp.parent().unwrap_or(stamp))?;
    fs::write(stamp, input).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Makes something unless it was made since this program started. Between runs, cargo and npm know
/// what is out of date.
pub(crate) fn once_per_run(
    kept: &OnceLock<PathBuf>,
    make: impl FnOnce() -> Result<PathBuf>,
) -> Result<PathBuf> {
    if let Some(path) = kept.get() {
        return Ok(path.clone());
    }
    let path = make()?;
    Ok(kept.get_or_init(|| path).clone())
}
