//! A crate as WebAssembly: compiled with the profile `wasm` or `wasm-client`, the same bytes on every machine.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::{reproducible, sh, toolchain};

pub(crate) const TRIPLE: &str = "wasm32-unknown-unknown";

/// What makes the standard library small, and it is half of a small module. Its own sources are compiled for that, with
/// switches that stable Rust has under lock: RUSTC_BOOTSTRAP opens it. None of them changes what a program does until it
/// panics. Measured together: 58.9 to 49.9 KB gzipped.
const SMALL_STD: [&str; 5] = [
    "-Zunstable-options",
    // A panic traps at once. There is nowhere to print its message, and no one to catch it.
    "-Cpanic=immediate-abort",
    // So nobody reads where it happened, nor the Debug of what was unwrapped.
    "-Zlocation-detail=none",
    "-Zfmt-debug=none",
    // Makes the hash faster and smaller; Node 16 and every browser of 2023 have it.
    "-Ctarget-feature=+simd128",
];

/// Compiles a package of this workspace. Gives the .wasm as cargo leaves it.
pub(crate) fn compile(package: &str) -> Result<PathBuf> {
    // The other two would pass what they may weigh.
    let profile = match package {
        "koodrive-wasm" => "wasm-client",
        _ => "wasm",
    };
    toolchain::ensure_library_sources()?;
    let mut flags = reproducible::remap_flags()?;
    flags.extend(SMALL_STD.map(str::to_owned));
    sh::run(
        sh::cargo()
            // An rlib beside it, for the crate that builds on the client's, would keep cargo from optimising the whole graph at once.
            .args(["rustc", "--quiet", "--locked", "--package", package])
            .args(["--lib", "--crate-type", "cdylib"])
            .args(["--profile", profile, "--target", TRIPLE])
            .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"])
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
            .env("RUSTC_BOOTSTRAP", "1"),
    )
    .with_context(|| format!("{package} is compiled with unstable switches, as of Rust 1.95; another version may have others"))?;
    let file = format!("{}.wasm", package.replace('-', "_"));
    Ok(sh::target().join(TRIPLE).join(profile).join(file))
}
