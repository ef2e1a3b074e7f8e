//! The files of a folder.

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
