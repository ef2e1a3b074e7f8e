//! The npm package: `npm run build`, packed, and installed from the tarball.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::files::{copy, files, make_empty};
use crate::once::{OncePerRun, once};
use crate::{paths, sh, toolchain};

const TRIPLE: &str = "wasm32-unknown-unknown";

/// Folders with a lock file.
pub(crate) const FOLDERS: [&str; 4] = [
    "bindings-wasm",
    "bindings-wasm/tests/runtimes",
    "bindings-python/typing",
    "tests/bench/node",
];

/// Runs `npm run build` with these arguments, and tells rustc to leave the paths of this machine
/// out.
pub(crate) fn run_build(arguments: &[&str]) -> Result<()> {
    dependencies(&binding(""))?;
    toolchain::ensure_target(TRIPLE)?;
    sh::run(
        npm()
            .args(["run", "--silent", "build", "--"])
            .args(arguments)
            .current_dir(binding(""))
            .env("CARGO_TARGET_DIR", sh::target())
            .env("CARGO_ENCODED_RUSTFLAGS", paths::remap_flags()?),
    )
}

/// Returns the files of `bindings-wasm` that package.json publishes.
pub(crate) fn published() -> Result<Vec<PathBuf>> {
    let mut published = files(&binding("dist"))?;
    published.extend(["package.json", "README.md", "LICENSE-APACHE", "LICENSE-MIT"].map(binding));
    Ok(published)
}

/// package.json names the version of the workspace.
fn check_version() -> Result<()> {
    let manifest: Value = serde_json::from_str(&fs::read_to_string(binding("package.json"))?)?;
    let version = env!("CARGO_PKG_VERSION");
    ensure!(
        manifest["version"] == version,
        "bindings-wasm/package.json has version {}; write {version}, the version of the workspace",
        manifest["version"]
    );
    Ok(())
}

/// Builds and packs the package, once per run of this program. Returns the tarball.
pub(crate) fn pack() -> Result<PathBuf> {
    static PACKED: OncePerRun = OncePerRun::new();
    PACKED.get_or_make(|| {
        check_version()?;
        run_build(&[])?;
        fs::create_dir_all(directory())?;
        let tarball = directory().join(format!("koodrive-{}.tgz", env!("CARGO_PKG_VERSION")));
        let _ = fs::remove_file(&tarball);
        sh::output(
            npm()
                .args(["pack", "--silent", "--pack-destination"])
                .arg(directory())
                .current_dir(binding("")),
        )?;
        ensure!(tarball.exists(), "npm pack left no {}", tarball.display());
        Ok(tarball)
    })
}

/// Makes `folder` anew: an empty project that has the tarball installed and nothing else.
pub(crate) fn install_into(folder: &Path) -> Result<()> {
    let tarball = pack()?;
    make_empty(folder)?;
    fs::write(folder.join("package.json"), "{ \"private\": true }\n")?;
    // Without a registry: the package has no dependency, and this proves it.
    sh::run(
        npm()
            .args([
                "install",
                "--silent",
                "--offline",
                "--no-package-lock",
                "--no-audit",
                "--no-fund",
            ])
            .arg(tarball)
            .current_dir(folder),
    )
}

/// Returns a folder that has the current tarball installed.
pub(crate) fn installed() -> Result<PathBuf> {
    static INSTALLED: OncePerRun = OncePerRun::new();
    INSTALLED.get_or_make(|| {
        let folder = directory().join("installed");
        install_into(&folder)?;
        Ok(folder)
    })
}

/// Puts a development dependency where files in `folder` find it: what a user of the package would
/// have installed as well.
pub(crate) fn lend(package: &str, folder: &Path) -> Result<()> {
    let modules = binding("node_modules");
    for file in files(&modules.join(package))? {
        let place = folder.join("node_modules");
        copy(&file, &place.join(file.strip_prefix(&modules)?))?;
    }
    Ok(())
}

/// Returns the names of the modules and of the entry as a browser's bundler makes it, with their
/// bytes after gzip -9.
pub(crate) fn measured() -> Result<Vec<(String, u64)>> {
    let dist = installed()?.join("node_modules/koodrive/dist");
    let text =
        "const { readFileSync } = require('node:fs'); const { gzipSync } = require('node:zlib');
        const sizes = process.argv.slice(1).map((file) => {
            const bytes = readFileSync(file);
            return [file.replace(/.*[\\\\/]/, ''), gzipSync(bytes, { level: 9 }).length];
        });
        console.log(JSON.stringify(sizes));";
    let printed = sh::output(
        sh::program("node")
            .args(["-e", text])
            .args(["koodrive.wasm", "sandbox.wasm"].map(|name| dist.join(name)))
            .arg(generated("minified.js")),
    )?;
    Ok(serde_json::from_str(&printed)?)
}

/// Installs what a folder's lock file says, and runs none of its scripts.
pub(crate) fn dependencies(folder: &Path) -> Result<()> {
    let wanted = fs::read_to_string(folder.join("package-lock.json"))?;
    once(&folder.join("node_modules/koodrive.stamp"), &wanted, || {
        sh::output(
            npm()
                // The flag --silent would hide errors, too.
                .args(["ci", "--loglevel=error", "--ignore-scripts"])
                .current_dir(folder),
        )?;
        Ok(())
    })
}

pub(crate) fn npm() -> Command {
    sh::program(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

pub(crate) fn binding(path: &str) -> PathBuf {
    sh::root().join("bindings-wasm").join(path)
}

/// Returns the path of an intermediate file of the build.
fn generated(name: &str) -> PathBuf {
    binding("generated").join(name)
}

fn directory() -> PathBuf {
    sh::target().join("npm")
}
