//! The npm package: the core as .wasm, its glue, both bundled with `bindings-wasm/js`, packed, and installed from the tarball.
//!
//! Every step leaves a stamp and is skipped while nothing it depends on has changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use koodrive::{Endpoint, GetCurrentRetentionPolicy, NotifyPackageExpire, Operation as _, header};
use wasm_bindgen_cli_support::Bindgen;

use crate::sbom::{self, Artifact};
use crate::snip::{CLOSURES, JSON_POSITIONS, snip};
use crate::stamp::{files, fingerprint, once};
use crate::test::{Counts, suites::one};
use crate::{licenses, reproducible, sh, wasm};

/// Builds the package. Gives its folder.
pub(crate) fn build() -> Result<PathBuf> {
    check_versions()?;
    let wasm = wasm::compile("koodrive-wasm")?;
    // Invocations of their own: together, cargo would build one core for all, and the client's would hold the others.
    let dispatch = wasm::compile("koodrive-wasm-dispatch")?;
    let sandbox = wasm::compile("koodrive-wasm-sandbox")?;
    dependencies(&binding(""))?;
    let package = directory().join("koodrive");
    let sources = fingerprint(&[
        wasm.clone(),
        dispatch.clone(),
        sandbox.clone(),
        binding("js"),
        binding("build"),
        binding("build.mjs"),
        binding("package.json"),
        binding("package-lock.json"),
        binding("README.md"),
        sh::root().join("LICENSE-APACHE"),
        sh::root().join("LICENSE-MIT"),
        sh::root().join("Cargo.toml"),
        sh::root().join("Cargo.lock"),
        sh::root().join("xtask/src/sbom.rs"),
    ])?;
    once(&directory().join("koodrive.stamp"), &sources, || {
        let glue = directory().join("glue");
        let _ = fs::remove_dir_all(&glue);
        generate(&wasm, "koodrive", &glue, &[CLOSURES], &[JSON_POSITIONS])?;
        fs::write(glue.join("names.json"), names().to_string())?;
        generate(
            &dispatch,
            "dispatch",
            &glue.join("dispatch"),
            &[CLOSURES],
            &[JSON_POSITIONS],
        )?;
        generate(&sandbox, "sandbox", &glue.join("sandbox"), &[], &[])?;
        let _ = fs::remove_dir_all(&package);
        fs::create_dir_all(&package)?;
        sh::run(
            sh::program("node")
                .arg(binding("build.mjs"))
                .args([&glue, &package])
                .arg(env!("CARGO_PKG_VERSION")),
        )?;
        let licenses = licenses::text("koodrive-wasm", wasm::TRIPLE, &[])?;
        fs::write(package.join("THIRD-PARTY-LICENSES"), licenses)?;
        fs::write(package.join(SBOM), sbom()?)?;
        reproducible::plain_permissions(&package)
    })?;
    Ok(package)
}

/// What is compiled for it.
pub(crate) const CRATES: [&str; 3] = [
    "koodrive-wasm",
    "koodrive-wasm-dispatch",
    "koodrive-wasm-sandbox",
];

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
        triple: wasm::TRIPLE,
        tools,
    })
}

/// What JavaScript knows before it loads the core, and only the core spells; in the order of js/names.js.
fn names() -> serde_json::Value {
    let sent = [header::AUTHORIZATION, header::X_DATE, header::X_TRACEID];
    let mut names = vec![
        Endpoint::INTERNATIONAL.to_string(),
        Endpoint::CHINA.to_string(),
        NotifyPackageExpire::NAME.to_owned(),
        GetCurrentRetentionPolicy::NAME.to_owned(),
    ];
    names.extend(sent.iter().map(ToString::to_string));
    names.extend(header::READ_FROM_REPLIES.map(str::to_owned));
    names.into()
}

/// THIRD-PARTY-LICENSES names everything that is in a .wasm.
pub(crate) fn check_licenses() -> Result<()> {
    let file = fs::read_to_string(installed()?.join("node_modules/koodrive/THIRD-PARTY-LICENSES"))?;
    for package in CRATES {
        let wasm = wasm::compile(package)?;
        let crates = licenses::check(&file, package, wasm::TRIPLE, &wasm)?;
        println!("THIRD-PARTY-LICENSES names the {crates} crates that are linked into {package}");
    }
    Ok(())
}

/// The JavaScript that calls a .wasm, and the .wasm that it calls, without the functions that are `never_called` and what those
/// do that are `never_read`.
fn generate(
    wasm: &Path,
    name: &str,
    folder: &Path,
    never_called: &[&str],
    never_read: &[&str],
) -> Result<()> {
    Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .web(true)?
        .typescript(true)
        // Functions are cut out by their names; wasm-opt then drops these.
        .remove_name_section(false)
        .remove_producers_section(true)
        .generate(folder)?;
    snip(
        &folder.join(format!("{name}_bg.wasm")),
        never_called,
        never_read,
    )?;
    // An ES module, and Node reads it as what the nearest package.json says.
    fs::write(folder.join("package.json"), "{ \"type\": \"module\" }\n")?;
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
        ("glue/imports.txt", "imports.txt"),
        ("glue/dispatch/imports.txt", "dispatch/imports.txt"),
        ("glue/sandbox/imports.txt", "sandbox/imports.txt"),
    ] {
        let found = fs::read_to_string(directory().join(found))?;
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

/// What may be downloaded, in bytes after gzip -9: the core's .wasm, what a browser's bundler makes of everything, and the .wasm
/// that has the dispatcher. That is for servers and their disks; but a Worker has 3 MB for all of its code, and half as much again
/// as the client is what a state machine is worth.
const BUDGETS: [(&str, u64); 3] = [
    ("small.wasm", 40 * 1024),
    ("minified.js", 54 * 1024),
    ("dispatch.wasm", 60 * 1024),
];

/// Names of files, and their bytes, raw and gzipped.
pub(crate) fn measured() -> Result<Vec<(String, u64, u64)>> {
    let package = build()?;
    let text = "const { readFileSync } = require('node:fs'); const { gzipSync } = require('node:zlib');
        const sizes = process.argv.slice(1).map((file) => {
            const bytes = readFileSync(file);
            return [file.replace(/.*[\\\\/]/, ''), bytes.length, gzipSync(bytes, { level: 9 }).length];
        });
        console.log(JSON.stringify(sizes));";
    let printed = sh::output(
        sh::program("node")
            .args(["-e", text])
            .arg(directory().join("glue/small.wasm"))
            .arg(directory().join("glue/minified.js"))
            .arg(directory().join("glue/minified-without-wasm.js"))
            .arg(package.join("dist/dispatch.wasm"))
            .arg(package.join("dist/sandbox.wasm"))
            .args([package.join("dist/index.js"), pack()?]),
    )?;
    Ok(serde_json::from_str(&printed)?)
}

/// Prints bytes, raw and gzipped. Whether they are within the budgets.
pub(crate) fn sizes() -> Result<Counts> {
    let mut counts = Counts::default();
    for (name, raw, gzip) in measured()? {
        let budget = BUDGETS.iter().find(|(budgeted, _)| *budgeted == name);
        let limit = budget.map_or(String::new(), |(_, most)| format!(", at most {most}"));
        println!("{name}: {raw} bytes, gzip {gzip}{limit}");
        if let Some((_, most)) = budget {
            counts += one(gzip <= *most);
        }
    }
    Ok(counts)
}

/// The glue generator must be of the version that the .wasm was made for.
fn check_versions() -> Result<()> {
    let lock = fs::read_to_string(sh::root().join("Cargo.lock"))?;
    let version = |package: &str| {
        let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
        rest.split('"').next()
    };
    let (library, generator) = (version("wasm-bindgen"), version("wasm-bindgen-cli-support"));
    ensure!(
        library.is_some() && library == generator,
        "Cargo.lock has wasm-bindgen {library:?} and wasm-bindgen-cli-support {generator:?}; they must be the same version"
    );
    Ok(())
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

pub(crate) fn directory() -> PathBuf {
    sh::target().join("npm")
}
