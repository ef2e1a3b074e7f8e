//! Wheels: which there are, and how one is built. The tested ones are built as the shipped ones
//! are.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use super::{binding, directory, environment, path_with};
use crate::{files::files, paths, sh, toolchain};

/// A platform, by rustc's name and by that of the oldest systems that its wheels run on.
pub(crate) struct Platform {
    pub(crate) triple: &'static str,
    /// maturin's word; none where it knows by itself.
    oldest: Option<&'static str>,
}

const fn platform(triple: &'static str, oldest: Option<&'static str>) -> Platform {
    Platform { triple, oldest }
}

/// glibc 2.17 is that of CentOS 7, musl 1.2 that of Alpine 3.13.
const LINUX: [Platform; 4] = [
    platform("x86_64-unknown-linux-gnu", Some("manylinux2014")),
    platform("aarch64-unknown-linux-gnu", Some("manylinux2014")),
    platform("x86_64-unknown-linux-musl", Some("musllinux_1_2")),
    platform("aarch64-unknown-linux-musl", Some("musllinux_1_2")),
];
const MACOS: [Platform; 2] = [
    platform("aarch64-apple-darwin", None),
    platform("x86_64-apple-darwin", None),
];
const WINDOWS: [Platform; 2] = [
    platform("x86_64-pc-windows-msvc", None),
    platform("aarch64-pc-windows-msvc", None),
];

/// Returns the platforms that this machine builds for.
pub(crate) fn platforms() -> &'static [Platform] {
    match env::consts::OS {
        "macos" => &MACOS,
        "windows" => &WINDOWS,
        _ => &LINUX,
    }
}

/// Returns the platform of this machine.
pub(crate) fn host() -> Result<&'static Platform> {
    let libc = if cfg!(target_env = "musl") {
        "musl"
    } else {
        ""
    };
    let is_host = |platform: &&Platform| {
        platform.triple.starts_with(env::consts::ARCH) && platform.triple.ends_with(libc)
    };
    match platforms().iter().find(is_host) {
        Some(platform) => Ok(platform),
        None => bail!("there is no wheel for this machine ({})", env::consts::ARCH),
    }
}

/// A Python that a wheel is for. pyproject.toml says what is built for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Python {
    /// The stable ABI of 3.10, for that and later ones.
    Stable,
    /// Free-threaded 3.14, which no stable ABI serves.
    FreeThreaded,
}

impl Python {
    pub(crate) const ALL: [Self; 2] = [Self::Stable, Self::FreeThreaded];

    /// maturin's name. The interpreter need not be there.
    const fn interpreter(self) -> &'static str {
        match self {
            Self::Stable => "python3.10",
            Self::FreeThreaded => "python3.14t",
        }
    }
}

/// Builds one wheel.
pub(crate) fn build(platform: &Platform, python: Python) -> Result<PathBuf> {
    let interpreter = python.interpreter();
    let folder = directory().join("wheels").join(platform.triple);
    let folder = folder.join(interpreter);
    let _ = fs::remove_dir_all(&folder);
    toolchain::ensure_target(platform.triple)?;
    let python = environment()?;
    let mut command = sh::program(&python);
    command
        .args(["-m", "maturin", "build", "--quiet", "--locked"])
        .args(["--manifest-path", "bindings-python/Cargo.toml"])
        .args(["--release", "--target", platform.triple])
        .arg("--sbom-include")
        .arg(binding("koodrive.cdx.json"))
        .args(["--interpreter", interpreter, "--out"])
        .arg(&folder)
        // maturin asks for zig as a module of the first python there.
        .env("PATH", path_with(&python)?)
        .env("CARGO_TARGET_DIR", sh::target())
        .env("CARGO_ENCODED_RUSTFLAGS", paths::remap_flags()?);
    if let Some(oldest) = platform.oldest {
        command.args(["--zig", "--compatibility", oldest]);
    }
    sh::run(&mut command)?;
    match files(&folder)?.as_slice() {
        [wheel] => Ok(wheel.clone()),
        others => bail!("maturin should have built one wheel, not {}", others.len()),
    }
}
