//! What others have written and we ship or run: `cargo xtask deny`, `cargo xtask unsafe`, and the suite `supply-chain`.
//!
//! cargo-deny judges Cargo.lock by deny.toml. What it cannot say is checked here: the shipped crates and no others, the other
//! languages' lock files, the reasons beside our dependencies, and unsafe code of our own.

mod build_code;
mod cited;
mod dependencies;
mod lock_files;
mod rust_source;
mod unsafety;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::test::Counts;
use crate::test::suites::one;
use crate::{licenses, npm, python, sh};

/// What is published: the crate, and what the packages and the C library are made of.
const SHIPPED: [&str; 5] = [
    "koodrive",
    "koodrive-wasm",
    "koodrive-wasm-sandbox",
    "koodrive-python",
    "koodrive-ffi",
];

/// Crates of the core, itself and what builds it included.
const CORE_CRATES: usize = 40;

/// What cargo-deny looks at without the internet.
const OFFLINE: [&str; 3] = ["bans", "licenses", "sources"];

/// `cargo xtask deny`: the real cargo-deny, by deny.toml. What has to be fetched, only on request: RustSec's advisories, and the
/// signatures that npm's registry gives of its packages.
pub(crate) fn deny(advisories: bool) -> Result<()> {
    let mut command = sh::program(python::deny()?);
    command.args(["--locked", "check"]).args(OFFLINE);
    if advisories {
        command.arg("advisories");
    }
    sh::run(&mut command)?;
    if advisories {
        for lock in sources(&["*package-lock.json"])? {
            let folder = sh::root().join(lock.trim_end_matches("package-lock.json"));
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

/// `cargo xtask unsafe`: how often each shipped crate says `unsafe`. A count to look at; reviewing it is what counts.
pub(crate) fn print_unsafe() -> Result<()> {
    let metadata = Metadata::read()?;
    let mut total = 0;
    for id in shipped()?.keys() {
        let count = unsafety::count(&metadata.folder(id)?.join("src"))?;
        println!("{count:>6} {id}");
        total += count;
    }
    println!("{total:>6} in all");
    Ok(())
}

/// The suite.
pub(crate) fn test() -> Result<Counts> {
    deny(false)?;
    let mut counts = one(true);
    let metadata = Metadata::read()?;
    let shipped = shipped()?;
    let checks: [(&str, Vec<String>); 9] = [
        ("the core has few crates", core_is_small()?),
        ("no crate is shipped twice", twice(&shipped)),
        (
            "code that runs while shipped crates are compiled has been read",
            build_code::unread(&shipped, &metadata)?,
        ),
        (
            "no build script speaks to the network",
            build_code::fetching(&metadata)?,
        ),
        (
            "each dependency has its reason beside it",
            dependencies::without_reason()?,
        ),
        ("lock files pin every byte", lock_files::gaps()?),
        ("our crates refuse unsafe code", unsafety::allowing()?),
        (
            "unsafe code is where its reason is",
            unsafety::unexpected()?,
        ),
        ("SECURITY.md names tests that are there", cited::missing()?),
    ];
    for (what, failures) in checks {
        println!("{what}{}", if failures.is_empty() { "" } else { ": NO" });
        for failure in &failures {
            println!("  {failure}");
        }
        counts += one(failures.is_empty());
    }
    Ok(counts)
}

fn core_is_small() -> Result<Vec<String>> {
    let crates = tree("koodrive")?;
    println!(
        "the core is {} crates with all that builds it, at most {CORE_CRATES}",
        crates.len()
    );
    Ok((crates.len() > CORE_CRATES)
        .then(|| crates.into_iter().collect::<Vec<_>>().join(", "))
        .into_iter()
        .collect())
}

/// Every crate that is shipped or builds what is shipped, with the package it is in.
fn shipped() -> Result<BTreeMap<licenses::Id, &'static str>> {
    let mut found = BTreeMap::new();
    for package in SHIPPED {
        for id in tree(package)? {
            found.insert(id, package);
        }
    }
    Ok(found)
}

/// For every platform, since wheels are for eight.
fn tree(package: &str) -> Result<BTreeSet<licenses::Id>> {
    let printed = sh::output(sh::cargo().args([
        "tree",
        "--locked",
        "--package",
        package,
        "--all-features",
        "--target",
        "all",
        "--edges",
        "normal,build",
        "--prefix",
        "depth",
        "--no-dedupe",
        "--format",
        "{p}",
    ]))?;
    let ids = printed.lines().filter(|line| !line.is_empty());
    ids.map(|line| Ok(licenses::tree_line(line)?.1)).collect()
}

fn twice(shipped: &BTreeMap<licenses::Id, &str>) -> Vec<String> {
    let names: Vec<_> = shipped
        .keys()
        .map(|id| id.split(' ').next().unwrap_or(id))
        .collect();
    // Sorted, so the same names are neighbours.
    let twice = names.windows(2).filter(|pair| pair[0] == pair[1]);
    twice
        .map(|pair| format!("{} in two versions", pair[0]))
        .collect()
}

/// What cargo says about every crate of Cargo.lock, on any platform.
struct Metadata(BTreeMap<licenses::Id, Value>);

impl Metadata {
    fn read() -> Result<Self> {
        Ok(Self(licenses::crates_of_lock(&[])?))
    }

    fn folder(&self, id: &str) -> Result<PathBuf> {
        let manifest = self
            .0
            .get(id)
            .and_then(|entry| entry["manifest_path"].as_str());
        let manifest = PathBuf::from(manifest.with_context(|| format!("cargo knows no {id}"))?);
        Ok(manifest.parent().unwrap_or(&manifest).to_owned())
    }

    /// The paths of a crate's targets of this kind, such as `custom-build`.
    fn targets(&self, id: &str, kind: &str) -> Vec<PathBuf> {
        let targets = self.0.get(id).and_then(|entry| entry["targets"].as_array());
        let of_kind = |target: &&Value| {
            let kinds = target["kind"].as_array();
            kinds.is_some_and(|kinds| kinds.iter().any(|found| found == kind))
        };
        let path = |target: &Value| Some(PathBuf::from(target["src_path"].as_str()?));
        targets
            .into_iter()
            .flatten()
            .filter(of_kind)
            .filter_map(path)
            .collect()
    }
}

/// Files that git knows, or would, by its patterns. Paths from the workspace's root.
fn sources(patterns: &[&str]) -> Result<Vec<String>> {
    let listed = sh::output(
        sh::program("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
                "--",
            ])
            .args(patterns),
    )?;
    let names: BTreeSet<_> = listed.split_terminator('\0').map(str::to_owned).collect();
    // Git still names what was removed and not committed.
    let there = |name: &String| sh::root().join(name).is_file();
    Ok(names.into_iter().filter(there).collect())
}

fn read(name: &str) -> Result<String> {
    fs::read_to_string(sh::root().join(name)).with_context(|| format!("cannot read {name}"))
}
