//! Files and folders.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Returns the file itself, or the files in a folder and below it, sorted.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let entries = fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))?;
    for entry in entries {
        let path = entry?.path();
        // Written by Python itself when somebody imports the sources.
        if !path.ends_with("__pycache__") {
            found.extend(files(&path)?);
        }
    }
    found.sort();
    Ok(found)
}

/// Copies a file, and makes the folder that it goes to. Returns where it is then.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<PathBuf> {
    fs::create_dir_all(to.parent().unwrap_or(to))?;
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(to.to_owned())
}

/// Makes an empty folder, whatever there was.
pub(crate) fn make_empty(folder: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}
