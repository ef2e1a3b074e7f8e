//! The list of what an artifact is made of, in CycloneDX's format: in a wheel's `.dist-info/sboms` (PEP 770), and beside
//! `package.json` in the npm package.
//!
//! Named are the crates that are linked in ("required") and those that only build them, as procedural macros and build
//! scripts do ("excluded"). Not maturin's own list, which names the folders of the machine and crates that are not linked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::licenses::{Packages, rustc_version, tree_line};
use crate::reproducible::rustc_says;
use crate::{python, sh};

/// What the list is about.
pub(crate) struct Artifact<'a> {
    /// The registry's name in package URLs: `pypi`, `npm`.
    pub(crate) registry: &'a str,
    /// The crates of this workspace that it is.
    pub(crate) crates: &'a [&'a str],
    pub(crate) triple: &'a str,
    /// What else has written a part of it.
    pub(crate) tools: Vec<Value>,
}

/// A crate, as the file refers to it.
type Reference = String;

/// The list.
pub(crate) fn text(artifact: &Artifact<'_>) -> Result<String> {
    let packages = Packages::read(artifact.triple)?;
    let checksums = checksums()?;
    let linked = tree(artifact, "normal,no-proc-macro", &packages)?;
    let all = tree(artifact, "normal,build", &packages)?;
    let version = env!("CARGO_PKG_VERSION");
    let root = format!("pkg:{}/koodrive@{version}", artifact.registry);
    let is_root = |crate_reference: &Reference| {
        let mut names = artifact.crates.iter();
        names.any(|name| *crate_reference == reference(&format!("{name} {version}")))
    };

    let mut components = artifact.tools.clone();
    for (id, entry) in &packages.0 {
        let crate_reference = reference(id);
        if is_root(&crate_reference) || !all.contains_key(&crate_reference) {
            continue;
        }
        let scope = if linked.contains_key(&crate_reference) {
            "required"
        } else {
            "excluded"
        };
        components.push(crate_component(id, entry, scope, &checksums));
    }
    let roots = all.keys().filter(|reference| is_root(reference)).count();
    ensure!(
        components.len() + roots == all.len() + artifact.tools.len()
            && roots == artifact.crates.len(),
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
    // Our crates are the artifact: what one of them needs, it needs.
    let mut edges: BTreeMap<Reference, BTreeSet<Reference>> = BTreeMap::new();
    for (crate_reference, below) in all {
        let from = if is_root(&crate_reference) {
            root.clone()
        } else {
            crate_reference
        };
        let below = below.into_iter().filter(|it| !is_root(it));
        edges.entry(from).or_default().extend(below);
    }
    let dependencies: Vec<_> = edges
        .iter()
        .map(|(crate_reference, below)| json!({ "ref": crate_reference, "dependsOn": below }))
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
            "version": version,
            "licenses": [{ "expression": "Apache-2.0 OR MIT" }],
        } },
        "components": components,
        "dependencies": dependencies,
    });
    // Without white space: it is installed with the package, and read by programs.
    Ok(sbom.to_string() + "\n")
}

fn crate_component(
    id: &str,
    entry: &Value,
    scope: &str,
    checksums: &BTreeMap<String, String>,
) -> Value {
    let text = |name: &str| entry[name].as_str();
    let mut component = json!({
        "type": "library",
        "bom-ref": reference(id),
        "purl": reference(id),
        "name": text("name"),
        "version": text("version"),
        "scope": scope,
        // Before SPDX expressions, a slash was cargo's "or".
        "licenses": [{ "expression": text("license").unwrap_or_default().replace('/', " OR ") }],
    });
    if let Some(checksum) = checksums.get(id) {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    if let Some(repository) = text("repository") {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    component
}

/// A crate that is no dependency and has written a part, such as a generator of glue.
pub(crate) fn crate_tool(name: &str) -> Result<Value> {
    let packages = Packages::read(&rustc_says("-vV", "host: ")?)?;
    let id = packages.only(name)?;
    Ok(crate_component(
        id,
        &packages.0[id],
        "excluded",
        &checksums()?,
    ))
}

/// A package of a folder's lock file that has written a part.
pub(crate) fn npm_tool(folder: &Path, name: &str) -> Result<Value> {
    let lock = fs::read_to_string(folder.join("package-lock.json"))?;
    let lock: Value = serde_json::from_str(&lock)?;
    let entry = &lock["packages"][format!("node_modules/{name}")];
    let text = |member: &str| {
        let text = entry[member].as_str();
        text.with_context(|| format!("the lock file has no {member} of {name}"))
    };
    let version = text("version")?;
    let reference = format!("pkg:npm/{name}@{version}");
    Ok(json!({
        "type": "application",
        "bom-ref": reference,
        "purl": reference,
        "name": name,
        "version": version,
        "scope": "excluded",
        "licenses": [{ "expression": text("license")? }],
    }))
}

/// Fails unless a list is as CycloneDX's own schema has it.
pub(crate) fn check(file: &Path) -> Result<()> {
    let code = "import pathlib, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
sys.exit(JsonStrictValidator(SchemaVersion.V1_5).validate_str(pathlib.Path(sys.argv[1]).read_text('utf-8')))
";
    sh::run(
        sh::program(python::environment()?)
            .args(["-c", code])
            .arg(file),
    )
    .with_context(|| format!("{} is not valid", file.display()))
}

/// `name version` as a package URL.
fn reference(id: &str) -> Reference {
    format!("pkg:cargo/{}", id.replace(' ', "@"))
}

/// The crates below ours, and those right below each of them.
fn tree(
    artifact: &Artifact<'_>,
    edges: &str,
    packages: &Packages,
) -> Result<BTreeMap<Reference, BTreeSet<Reference>>> {
    let mut found: BTreeMap<Reference, BTreeSet<Reference>> = BTreeMap::new();
    // One by one: together, cargo would unite their features.
    for package in artifact.crates {
        let printed = sh::output(
            sh::cargo()
                .args(["tree", "--locked", "--package", package])
                .args(["--target", artifact.triple, "--edges", edges])
                .args(["--prefix", "depth", "--no-dedupe", "--format", "{p}"]),
        )?;
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
