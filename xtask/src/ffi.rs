//! The neutral interface, `bindings-ffi`: the C library and koodrive.wasm as they are shipped, and
//! the suite `ffi`.
//!
//! Python and Node are there on every machine that runs the tests. A C compiler, libcurl, valgrind
//! and Miri need not be: their tests are skipped with a reason.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::files::copy;
use crate::once::OncePerRun;
use crate::sandbox::{self, Sandbox};
use crate::test::Counts;
use crate::test::suites::{cargo_tests, node_test, pytest, reported, skipped};
use crate::{paths, python, sh, toolchain};

pub(crate) const TRIPLE: &str = "wasm32-unknown-unknown";

/// The feature with which the module of the Go package is built.
pub(crate) const HOST_RESERVES: &str = "host-reserves";

/// The memory's maximum, in bytes, and the stack in it. ABI.md says why there is one.
const WASM_LINK: [&str; 2] = [
    "-Clink-arg=--max-memory=16777216",
    "-Clink-arg=-zstack-size=262144",
];

/// The number that a program is linked against: that of the version while it is 0.y, then the major
/// one.
const SONAME: &str = "libkoodrive.so.0.1";

/// The libraries that are linked beside the static library.
const PRIVATE: &str = "-lpthread -ldl -lm";

/// Returns the path of koodrive.wasm.
pub(crate) fn wasm() -> Result<PathBuf> {
    static BUILT: OncePerRun = OncePerRun::new();
    BUILT.get_or_make(|| compiled_wasm("neutral", "", "koodrive.wasm"))
}

/// Returns the path of the module that the Go package is made of.
pub(crate) fn wasm_for_go() -> Result<PathBuf> {
    compiled_wasm("neutral", HOST_RESERVES, "koodrive-go.wasm")
}

fn compiled_wasm(profile: &str, features: &str, name: &str) -> Result<PathBuf> {
    toolchain::ensure_target(TRIPLE)?;
    let folder = folder();
    let mut command = rustc("cdylib", profile, features)?;
    sh::run(command.args(["--target", TRIPLE]).arg("--").args(WASM_LINK))?;
    let of_profile = if profile == "dev" { "debug" } else { profile };
    let built = folder
        .join("build")
        .join(TRIPLE)
        .join(of_profile)
        .join("koodrive_ffi.wasm");
    copy(&built, &folder.join(name))
}

/// Returns the folder of the C library: `include`, `lib` and `lib/pkgconfig`, as
/// `cargo capi install` lays them out.
pub(crate) fn library() -> Result<PathBuf> {
    static BUILT: OncePerRun = OncePerRun::new();
    BUILT.get_or_make(compiled_library)
}

fn compiled_library() -> Result<PathBuf> {
    let folder = folder().join("c");
    let release = self::folder().join("build/release");
    // Both types allow link-time optimisation, which an rlib beside them would prevent.
    let mut command = rustc("cdylib,staticlib", "release", "")?;
    if cfg!(target_os = "linux") {
        command.args(["--", &format!("-Clink-arg=-Wl,-soname,{SONAME}")]);
    }
    sh::run(&mut command)?;
    copy(
        &release.join("libkoodrive_ffi.a"),
        &folder.join("lib/libkoodrive.a"),
    )?;
    let (prefix, suffix) = (env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let built = release.join(format!("{prefix}koodrive_ffi{suffix}"));
    copy(
        &built,
        &folder.join("lib").join(format!("{prefix}koodrive{suffix}")),
    )?;
    if cfg!(target_os = "linux") {
        copy(&built, &folder.join("lib").join(SONAME))?;
    }
    copy(
        &binding("assets/koodrive.h"),
        &folder.join("include/koodrive.h"),
    )?;
    let template = fs::read_to_string(binding("generate/koodrive.pc.in"))?;
    let pkg_config = template
        .replace("@PREFIX@", &folder.to_string_lossy())
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@PRIVATE@", PRIVATE);
    let file = folder.join("lib/pkgconfig/koodrive.pc");
    fs::create_dir_all(file.parent().unwrap_or(&folder))?;
    fs::write(&file, pkg_config)?;
    Ok(folder)
}

/// `cargo rustc` for these kinds of library.
fn rustc(kind: &str, profile: &str, features: &str) -> Result<Command> {
    let mut command = sh::cargo("rustc --quiet --locked --package koodrive-ffi --lib");
    command
        .args(["--crate-type", kind, "--profile", profile])
        .args(["--features", features])
        .env("CARGO_TARGET_DIR", folder().join("build"))
        .env("CARGO_ENCODED_RUSTFLAGS", paths::remap_flags()?);
    Ok(command)
}

/// Runs the suite.
pub(crate) fn test() -> Result<Counts> {
    Sandbox::build()?;
    let module = wasm()?;
    let mut counts = rust()?;
    counts += pytest(
        python::pytest(&python::environment()?)
            .arg(binding("tests"))
            .env("KOODRIVE_LIBRARY", library()?)
            .env("KOODRIVE_WASM", &module)
            .env("KOODRIVE_PATHS", paths::of_this_machine()?)
            .env("KOODRIVE_SANDBOX", sandbox::program()),
    )?;
    counts += reported(
        node_test()
            .arg(binding("tests/module.test.mjs"))
            .env("KOODRIVE_WASM", &module)
            .env(
                "KOODRIVE_WASM_PANICS",
                compiled_wasm("dev", "panics", "panics.wasm")?,
            ),
    )?;
    counts += miri()?;
    Ok(counts)
}

/// The crate as it is shipped; the suite `rust` has it with the operation that panics.
fn rust() -> Result<Counts> {
    cargo_tests(&mut sh::cargo(
        "test --quiet --no-fail-fast --package koodrive-ffi",
    ))
}

/// The unsafe code, interpreted: `tests/boundary.rs` without its random part.
fn miri() -> Result<Counts> {
    let has_miri = Command::new("cargo")
        .args(["+nightly", "miri", "--version"])
        .output();
    if !has_miri.is_ok_and(|output| output.status.success()) {
        return Ok(skipped(
            "Miri is missing (rustup component add miri rust-src --toolchain nightly)",
        ));
    }
    cargo_tests(
        sh::program("cargo")
            .args([
                "+nightly",
                "miri",
                "test",
                "--quiet",
                "--package",
                "koodrive-ffi",
                "--test",
                "boundary",
            ])
            .env_remove("CARGO")
            .env_remove("RUSTUP_TOOLCHAIN")
            .env("CARGO_TARGET_DIR", folder().join("miri"))
            .env("MIRIFLAGS", "-Zmiri-disable-isolation"),
    )
}

fn binding(path: &str) -> PathBuf {
    sh::root().join("bindings-ffi").join(path)
}

fn folder() -> PathBuf {
    sh::target().join("ffi")
}
