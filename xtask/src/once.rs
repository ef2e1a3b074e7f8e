//! Steps that are done once: while this program runs, or until what they read changes. Suites on
//! two threads may ask for the same step: the second one waits for the first.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};

/// Does the work unless the stamp holds this input: all that the work reads, such as a lock file.
pub(crate) fn once(stamp: &Path, input: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    static WORK: Mutex<()> = Mutex::new(());
    let _alone = WORK.lock().unwrap_or_else(PoisonError::into_inner);
    if fs::read_to_string(stamp).is_ok_and(|done| done == input) {
        return Ok(());
    }
    let _ = fs::remove_file(stamp);
    work()?;
    fs::create_dir_all(stamp.parent().unwrap_or(stamp))?;
    fs::write(stamp, input).with_context(|| format!("cannot write {}", stamp.display()))
}

/// A file or folder that is made once while this program runs. Between runs, cargo and npm know
/// what is out of date.
#[derive(Default)]
pub(crate) struct OncePerRun(Mutex<Option<PathBuf>>);

impl OncePerRun {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    pub(crate) fn get_or_make(&self, make: impl FnOnce() -> Result<PathBuf>) -> Result<PathBuf> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(path) = &*kept {
            return Ok(path.clone());
        }
        Ok(kept.insert(make()?).clone())
    }
}
