//! Steps that are skipped while nothing they depend on has changed: each leaves a stamp with a hash of its inputs.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Does the work unless the stamp says that it was done for the same input.
pub(crate) fn once(stamp: &Path, input: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    if fs::read_to_string(stamp).is_ok_and(|done| done == input) {
        return Ok(());
    }
    let _ = fs::remove_file(stamp);
    work()?;
    fs::create_dir_all(stamp.parent().unwrap_or(stamp))?;
    fs::write(stamp, input).with_context(|| format!("cannot write {}", stamp.display()))
}

/// A hash of these files and of all files in these folders. Good enough to tell that something changed.
pub(crate) fn fingerprint(paths: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for path in paths {
        for file in files(path)? {
            file.hash(&mut hasher);
            fs::read(&file)
                .with_context(|| format!("cannot read {}", file.display()))?
                .hash(&mut hasher);
        }
    }
    Ok(format!("{:016x}\n", hasher.finish()))
}

/// The file itself, or the files in a folder and below it, sorted.
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
