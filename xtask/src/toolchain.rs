//! Parts of the Rust toolchain that are not there from the start: installed by rustup, where they
//! are missing.

use anyhow::{Context as _, Result};

use crate::{paths, sh};

/// Rust's standard library for a target.
pub(crate) fn ensure_target(triple: &str) -> Result<()> {
    rustup(&format!("lib/rustlib/{triple}"), &["target", "add", triple])
}

/// Has rustup add what does not lie at this path of the toolchain.
fn rustup(path: &str, arguments: &[&str]) -> Result<()> {
    if paths::sysroot()?.join(path).exists() {
        return Ok(());
    }
    sh::run(sh::program("rustup").args(arguments))
        .with_context(|| format!("this needs `rustup {}`, which failed", arguments.join(" ")))
}
