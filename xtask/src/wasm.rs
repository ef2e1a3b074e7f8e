//! A crate as WebAssembly: compiled with the profile `wasm`, the same bytes on every machine.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::{reproducible, sh};

pub(crate) const TRIPLE: &str = "wasm32-unknown-unknown";

/// Compiles a package of this workspace. Gives the .wasm as cargo leaves it.
pub(crate) fn compile(package: &str) -> Result<PathBuf> {
    ensure_target(TRIPLE)?;
    let mut flags = reproducible::remap_flags()?;
    // SIMD makes the hash faster and smaller; Node 16 and every browser of 2023 have it.
    flags.push("-Ctarget-feature=+simd128".to_owned());
    sh::run(
        sh::cargo()
            .args(["build", "--quiet", "--locked", "--package", package])
            .args(["--profile", "wasm", "--target", TRIPLE])
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f")),
    )?;
    let file = format!("{}.wasm", package.replace('-', "_"));
    Ok(sh::target().join(TRIPLE).join("wasm").join(file))
}

/// Installs Rust's standard library for a target, where it is missing.
pub(crate) fn ensure_target(triple: &str) -> Result<()> {
    let sysroot = sh::output(sh::program("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(triple)
        .exists()
    {
        return Ok(());
    }
    sh::run(sh::program("rustup").args(["target", "add", triple]))
        .with_context(|| format!("Rust's target {triple} is needed, and rustup could not add it"))
}
