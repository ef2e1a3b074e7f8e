//! Checks the third-party code that we ship or run: `cargo xtask deny` and the suite
//! `supply-chain`.
//!
//! cargo-deny judges Cargo.lock by deny.toml, zizmor the workflows, and npm and pip the bytes of
//! what they install. Checked here is that the committed notices of each package name the crates
//! that are compiled into it: release/notices.sh writes them.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::output::say;
use crate::test::Counts;
use crate::test::suites::{check, one};
use crate::{npm, python, sh};

/// The checks that cargo-deny makes without the internet.
const OFFLINE: [&str; 3] = ["bans", "licenses", "sources"];

/// The published packages: folder, crates, and targets that differ in their dependencies.
const PACKAGES: [(&str, &[&str], &[&str]); 3] = [
    (
        "bindings-wasm",
        &["koodrive-wasm", "koodrive-wasm-sandbox"],
        &["wasm32-unknown-unknown"],
    ),
    (
        "bindings-python",
        &["koodrive-python"],
        &["x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc"],
    ),
    (
        "bindings-ffi",
        &["koodrive-ffi"],
        &["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"],
    ),
];

/// Runs the suite.
pub(crate) fn test() -> Result<Counts> {
    deny(false)?;
    let mut counts = one(true);
    let mut zizmor = sh::program(python::tool("zizmor")?);
    counts += check(zizmor.args(["--offline", "--quiet", ".github/workflows"]))?;
    for (folder, crates, targets) in PACKAGES {
        let failures = unnamed(folder, crates, targets)?;
        for failure in &failures {
            say!("{folder}: {failure}; run release/notices.sh");
        }
        counts += one(failures.is_empty());
    }
    Ok(counts)
}

/// cargo-deny by deny.toml. RustSec's advisories and the signatures of npm's registry have to be
/// fetched: only on request.
pub(crate) fn deny(advisories: bool) -> Result<()> {
    let mut command = sh::program(python::tool("cargo-deny")?);
    command.args(["--locked", "check"]).args(OFFLINE);
    if advisories {
        command.arg("advisories");
    }
    sh::run(&mut command)?;
    if advisories {
        for folder in npm::FOLDERS {
            let folder = sh::root().join(folder);
            npm::dependencies(&folder)?;
            sh::run(
                npm::npm()
                    .args(["audit", "signatures"])
                    .current_dir(&folder),
            )?;
        }
    }
    Ok(())
}

/// Crates that a package links and its notices do not name. The bill may name more: cargo-cyclonedx
/// goes by the features of the whole workspace.
fn unnamed(folder: &str, crates: &[&str], targets: &[&str]) -> Result<Vec<String>> {
    let read = |name: &str| {
        let file = sh::root().join(folder).join(name);
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
    };
    let licences = read("THIRD-PARTY-LICENSES")?;
    let licences: BTreeSet<&str> = licences.lines().collect();
    let bill: Value = serde_json::from_str(&read("koodrive.cdx.json")?)?;
    let components = bill["components"].as_array().context("no components")?;
    let component = |part: &Value| {
        Some(format!(
            "{} {}",
            part["name"].as_str()?,
            part["version"].as_str()?
        ))
    };
    let bill: BTreeSet<String> = components.iter().filter_map(component).collect();
    let linked = linked(crates, targets)?;
    let mut failures = Vec::new();
    for id in &linked {
        if !licences.contains(id.as_str()) {
            failures.push(format!("THIRD-PARTY-LICENSES does not name {id}"));
        }
        if !bill.contains(id) {
            failures.push(format!("koodrive.cdx.json does not name {id}"));
        }
    }
    Ok(failures)
}

/// Returns the crates of others, as `name version`, that cargo compiles into these crates.
/// Procedural macros and what they need are among them.
fn linked(crates: &[&str], targets: &[&str]) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for package in crates {
        for target in targets {
            let printed = sh::output(
                sh::cargo()
                    .args(["tree", "--locked", "--package", package])
                    .args(["--target", target, "--edges", "normal"])
                    .args(["--prefix", "none", "--format", "{p}"]),
            )?;
            // Ours have a path behind the version.
            let others = printed.lines().filter(|line| !line.contains(['/', '\\']));
            found.extend(others.filter_map(|line| {
                let mut words = line.split(' ');
                let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
                Some(format!("{name} {version}"))
            }));
        }
    }
    Ok(found)
}
