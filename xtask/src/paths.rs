//! Paths of this machine, which no artifact may show: the same sources give the same bytes,
//! wherever they lie.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::sh;

/// Flags of rustc that replace these paths, which panics and debug information would show, by names
/// that every machine has.
pub(crate) fn remap_flags() -> Result<String> {
    let mut flags = Vec::new();
    // If several prefixes match, rustc takes the last one.
    let mut remap =
        |from: &Path, to: &str| flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    remap(&sh::root(), ".");
    remap(&sh::target(), "target");
    // One folder for each registry, which may be a mirror of the same crates.
    for registry in fs::read_dir(cargo_home().join("registry/src"))
        .into_iter()
        .flatten()
    {
        remap(&registry?.path(), "crates");
    }
    // The standard library's sources have this name where the component rust-src is not installed;
    // where it is, rustc writes its path instead.
    let version = rustc(&["-vV"])?;
    let commit = version
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "));
    remap(
        &sysroot()?.join("lib/rustlib/src/rust"),
        &format!("/rustc/{}", commit.unwrap_or_default()),
    );
    Ok(flags.join("\x1f"))
}

/// All of them, as the environment variable `KOODRIVE_PATHS` of the tests that look into the
/// packages.
pub(crate) fn of_this_machine() -> Result<std::ffi::OsString> {
    Ok(env::join_paths([
        sh::root(),
        sh::target(),
        cargo_home(),
        sysroot()?,
        env::temp_dir(),
        env::home_dir().unwrap_or_default(),
    ])?)
}

pub(crate) fn sysroot() -> Result<PathBuf> {
    Ok(rustc(&["--print", "sysroot"])?.trim().into())
}

/// Returns the output of the `rustc` that cargo calls.
fn rustc(arguments: &[&str]) -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    sh::output(sh::program(rustc).args(arguments))
}

fn cargo_home() -> PathBuf {
    env::var_os("CARGO_HOME").map_or_else(
        || env::home_dir().unwrap_or_default().join(".cargo"),
        PathBuf::from,
    )
}
