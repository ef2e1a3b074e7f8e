//! The npm package: `npm run build`, licences and bill of materials beside it, packed, and installed from the tarball.
//!
//! Every step leaves a stamp and is skipped while nothing it depends on has changed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::sbom::{self, Artifact};
use crate::stamp::{files, fingerprint, once};
use crate::{licenses, reproducible, sh, toolchain};

pub(crate) const TRIPLE: &str = "wasm32-unknown-unknown";

/// Builds the package in `bindings-wasm`, and copies what is published to a folder of its own. Returns that folder.
pub(crate) fn build() -> Result<PathBuf> {
    let package = directory().join("koodrive");
    once(&directory().join("koodrive.stamp"), &sources()?, || {
        check_version()?;
        run_build(&[])?;
        let _ = fs::remove_dir_all(&package);
        for file in published()? {
            let copy = package.join(file.strip_prefix(binding(""))?);
            fs::create_dir_all(copy.parent().unwrap_or(&package))?;
            fs::copy(&file, copy)?;
        }
        let licenses = licenses::text("koodrive-wasm", TRIPLE, &[])?;
        fs::write(package.join("THIRD-PARTY-LICENSES"), licenses)?;
        fs::write(package.join(SBOM), sbom()?)?;
        reproducible::plain_permissions(&package)
    })?;
    Ok(package)
}

/// Runs `npm run build` with these arguments, and tells rustc to leave the paths of this machine out.
pub(crate) fn run_build(arguments: &[&str]) -> Result<()> {
    dependencies(&binding(""))?;
    toolchain::ensure_target(TRIPLE)?;
    sh::run(
        npm()
            .args(["run", "--silent", "build", "--"])
            .args(arguments)
            .current_dir(binding(""))
            .env("CARGO_TARGET_DIR", sh::target())
            .env(
                "CARGO_ENCODED_RUSTFLAGS",
                reproducible::remap_flags()?.join("\x1f"),
            ),
    )
}

/// A hash of what the package is made of, this program included.
fn sources() -> Result<String> {
    let mut paths: Vec<_> = ["Cargo.toml", "Cargo.lock", "core/Cargo.toml", "core/src"]
        .map(|path| sh::root().join(path))
        .into();
    paths.extend(
        [
            "Cargo.toml",
            "src",
            "sandbox",
            "glue",
            "js",
            "build",
            "build.mjs",
            "tsconfig.json",
            "package.json",
            "package-lock.json",
            "README.md",
        ]
        .map(binding),
    );
    paths.push(env::current_exe()?);
    fingerprint(&paths)
}

/// The files of `bindings-wasm` that package.json publishes.
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

/// What is compiled for it.
pub(crate) const CRATES: [&str; 2] = ["koodrive-wasm", "koodrive-wasm-sandbox"];

/// CycloneDX's pattern for a name.
pub(crate) const SBOM: &str = "koodrive.cdx.json";

fn sbom() -> Result<String> {
    let mut tools = vec![sbom::crate_tool("wasm-bindgen-cli-support")?];
    for name in ["binaryen", "esbuild"] {
        tools.push(sbom::npm_tool(&binding(""), name)?);
    }
    sbom::text(&Artifact {
        registry: "npm",
        crates: &CRATES,
        triple: TRIPLE,
        tools,
    })
}

/// THIRD-PARTY-LICENSES names everything that is in a .wasm.
pub(crate) fn check_licenses() -> Result<()> {
    let file = fs::read_to_string(installed()?.join("node_modules/koodrive/THIRD-PARTY-LICENSES"))?;
    for package in CRATES {
        let module = sh::target()
            .join(TRIPLE)
            .join("wasm")
            .join(format!("{}.wasm", package.replace('-', "_")));
        let crates = licenses::check(&file, package, TRIPLE, &module)?;
        println!("THIRD-PARTY-LICENSES names the {crates} crates that are linked into {package}");
    }
    Ok(())
}

/// Packs the package. Gives the tarball.
pub(crate) fn pack() -> Result<PathBuf> {
    let package = build()?;
    let tarball = directory().join(format!("koodrive-{}.tgz", env!("CARGO_PKG_VERSION")));
    let built = fs::read_to_string(directory().join("koodrive.stamp"))?;
    once(&directory().join("tarball.stamp"), &built, || {
        sh::output(
            npm()
                .args(["pack", "--silent", "--pack-destination"])
                .arg(directory())
                .current_dir(&package),
        )?;
        ensure!(tarball.exists(), "npm pack left no {}", tarball.display());
        Ok(())
    })?;
    Ok(tarball)
}

/// Makes `folder` anew: an empty project that has the tarball installed and nothing else.
pub(crate) fn install_into(folder: &Path) -> Result<()> {
    let tarball = pack()?;
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
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

/// A folder that has the current tarball installed.
pub(crate) fn installed() -> Result<PathBuf> {
    pack()?;
    let folder = directory().join("installed");
    let packed = fs::read_to_string(directory().join("tarball.stamp"))?;
    once(&directory().join("installed.stamp"), &packed, || {
        install_into(&folder)
    })?;
    Ok(folder)
}

/// Puts a development dependency where files in `folder` find it: what a user of the package would have installed as well.
pub(crate) fn lend(package: &str, folder: &Path) -> Result<()> {
    let modules = binding("node_modules");
    for file in files(&modules.join(package))? {
        let copy = folder
            .join("node_modules")
            .join(file.strip_prefix(&modules)?);
        fs::create_dir_all(copy.parent().unwrap_or(folder))?;
        fs::copy(&file, copy)?;
    }
    Ok(())
}

/// Fails where a module asks its host for anything new: the core draws no clock and no randomness and does no I/O.
pub(crate) fn check_imports() -> Result<()> {
    build()?;
    for (found, golden) in [
        ("koodrive.imports.txt", "imports.txt"),
        ("sandbox.imports.txt", "sandbox/imports.txt"),
    ] {
        let found = fs::read_to_string(generated(found))?;
        let golden = binding(golden);
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        ensure!(
            found == expected,
            "the .wasm imports\n{found}but {} says\n{expected}If the new ones are neither clock, randomness nor I/O, write them there",
            golden.display()
        );
        println!(
            "{} imports of the .wasm, as {} says",
            found.lines().count(),
            golden.display()
        );
    }
    Ok(())
}

/// Returns the names of the modules and of the entry as a browser's bundler makes it, with their bytes after gzip -9.
pub(crate) fn measured() -> Result<Vec<(String, u64)>> {
    let package = build()?;
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
            .args(["koodrive.wasm", "sandbox.wasm"].map(|name| package.join("dist").join(name)))
            .arg(generated("minified.js")),
    )?;
    Ok(serde_json::from_str(&printed)?)
}

/// Installs what a folder's lock file says, and runs none of its scripts.
pub(crate) fn dependencies(folder: &Path) -> Result<()> {
    let wanted = fingerprint(&[folder.join("package-lock.json")])?;
    once(&folder.join("node_modules/koodrive.stamp"), &wanted, || {
        sh::output(
            npm()
                // Not --silent, which says nothing even of what went wrong.
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

/// What the build makes on its way.
pub(crate) fn generated(name: &str) -> PathBuf {
    binding("generated").join(name)
}

pub(crate) fn directory() -> PathBuf {
    sh::target().join("npm")
}
