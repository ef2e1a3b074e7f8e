//! The list of what a wheel is made of, in CycloneDX's format, for `.dist-info/sboms` (PEP 770).
//!
//! Named are the crates that are linked in ("required") and those that only build them, as procedural macros and build
//! scripts do ("excluded"). Not maturin's own list, which names the folders of the machine and crates that are not linked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::wheel::CRATE;
use crate::licenses::{Packages, rustc_version, tree_line};
use crate::sh;

/// A crate, as the file refers to it.
type Reference = String;

/// The list for this target.
pub(crate) fn text(triple: &str) -> Result<String> {
    let packages = Packages::read(triple)?;
    let checksums = checksums()?;
    let linked = tree(triple, "normal,no-proc-macro", &packages)?;
    let all = tree(triple, "normal,build", &packages)?;
    let root = "pkg:pypi/koodrive@".to_owned() + env!("CARGO_PKG_VERSION");
    let this = reference(&format!("{CRATE} {}", env!("CARGO_PKG_VERSION")));
    let named = |crate_reference: &Reference| {
        if *crate_reference == this {
            root.clone()
        } else {
            crate_reference.clone()
        }
    };

    let mut components = Vec::new();
    for (id, entry) in &packages.0 {
        let crate_reference = reference(id);
        if crate_reference == this || !all.contains_key(&crate_reference) {
            continue;
        }
        let text = |name: &str| entry[name].as_str();
        let mut component = json!({
            "type": "library",
            "bom-ref": crate_reference,
            "purl": crate_reference,
            "name": text("name"),
            "version": text("version"),
            "scope": if linked.contains_key(&crate_reference) { "required" } else { "excluded" },
            // Before SPDX expressions, a slash was cargo's "or".
            "licenses": [{ "expression": text("license").unwrap_or_default().replace('/', " OR ") }],
        });
        if let Some(checksum) = checksums.get(id) {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
        }
        if let Some(repository) = text("repository") {
            component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
        }
        components.push(component);
    }
    ensure!(
        components.len() + 1 == all.len(),
        "cargo tree names crates that cargo metadata does not"
    );
    components.push(json!({
        "type": "library",
        "bom-ref": "rust-std",
        "name": "std",
        "version": rustc_version()?,
        "scope": "required",
        "licenses": [{ "expression": "MIT OR Apache-2.0" }],
    }));
    let dependencies: Vec<_> = all
        .iter()
        .map(
            |(crate_reference, below)| json!({ "ref": named(crate_reference), "dependsOn": below }),
        )
        .collect();
    let sbom = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": {
            "type": "library",
            "bom-ref": root,
            "purl": root,
            "name": "koodrive",
            "version": env!("CARGO_PKG_VERSION"),
            "licenses": [{ "expression": "Apache-2.0 OR MIT" }],
        } },
        "components": components,
        "dependencies": dependencies,
    });
    // Without white space: it is installed with the package, and read by programs.
    Ok(sbom.to_string() + "\n")
}

/// `name version` as a package URL.
fn reference(id: &str) -> Reference {
    format!("pkg:cargo/{}", id.replace(' ', "@"))
}

/// The crates below ours, and those right below each of them.
fn tree(
    triple: &str,
    edges: &str,
    packages: &Packages,
) -> Result<BTreeMap<Reference, BTreeSet<Reference>>> {
    let printed = sh::output(
        sh::cargo()
            .args(["tree", "--locked", "--package", CRATE, "--target", triple])
            .args(["--edges", edges, "--prefix", "depth", "--no-dedupe"])
            .args(["--format", "{p}"]),
    )?;
    let mut found: BTreeMap<Reference, BTreeSet<Reference>> = BTreeMap::new();
    let mut path: Vec<Reference> = Vec::new();
    for line in printed.lines().filter(|line| !line.is_empty()) {
        let (depth, id, _) = tree_line(line)?;
        ensure!(packages.0.contains_key(&id), "cargo does not know {id}");
        let crate_reference = reference(&id);
        path.truncate(depth);
        if let Some(above) = path.last() {
            let below = found.entry(above.clone()).or_default();
            below.insert(crate_reference.clone());
        }
        found.entry(crate_reference.clone()).or_default();
        path.push(crate_reference);
    }
    Ok(found)
}

/// The SHA-256 of each crate's archive, as the lock file has it.
fn checksums() -> Result<BTreeMap<String, String>> {
    let lock = fs::read_to_string(sh::root().join("Cargo.lock"))?;
    let mut checksums = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let value = |name: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.trim_start_matches(" = ").trim_matches('"').to_owned())
        };
        let (name, version) = value("name").zip(value("version")).context("Cargo.lock")?;
        if let Some(checksum) = value("checksum") {
            checksums.insert(format!("{name} {version}"), checksum);
        }
    }
    Ok(checksums)
}
