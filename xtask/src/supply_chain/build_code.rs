//! Build scripts and procedural macros: code of others that runs on the machine that builds a release.
//!
//! `build-code.txt` lists those of the shipped crates, with what somebody saw who read them. A new one, or a new version,
//! fails the suite until it has been read; Cargo.lock pins the bytes of the version.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::rust_source::code_and_texts;
use super::{Metadata, read};
use crate::licenses::Id;
use crate::stamp::files;

const LIST: &str = "xtask/src/supply_chain/build-code.txt";

/// What is listed and not there, or there and not listed.
pub(super) fn unread(shipped: &BTreeMap<Id, &str>, metadata: &Metadata) -> Result<Vec<String>> {
    let list = read(LIST)?;
    let mut listed = BTreeSet::new();
    for line in list
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let (entry, _seen) = line
            .split_once(": ")
            .with_context(|| format!("{LIST}: {line:?} does not say what it does"))?;
        listed.insert(entry.to_owned());
    }
    let mut found = BTreeMap::new();
    for (id, package) in shipped {
        for (kind, word) in [("custom-build", "build script"), ("proc-macro", "macro")] {
            if !metadata.targets(id, kind).is_empty() {
                found.insert(format!("{id} {word}"), package);
            }
        }
    }
    let new = found.iter().filter(|(entry, _)| !listed.contains(*entry));
    let gone = listed.iter().filter(|entry| !found.contains_key(*entry));
    Ok(new
        .map(|(entry, package)| {
            format!("{entry} of {package} is not in {LIST}: read it, and say there what it does")
        })
        .chain(gone.map(|entry| format!("{entry} is in {LIST}, and no longer there")))
        .collect())
}

/// What a program writes that speaks to the network, or has another do so.
const NETWORK: [&str; 11] = [
    "std::net",
    "TcpStream",
    "UdpSocket",
    "ureq",
    "reqwest",
    "hyper",
    "attohttpc",
    "minreq",
    "git2",
    "curl",
    "wget",
];

/// Build scripts in Cargo.lock, shipped or not, that say such a word in code. A trip-wire: reading is what counts.
pub(super) fn fetching(metadata: &Metadata) -> Result<Vec<String>> {
    let mut failures = Vec::new();
    let mut scripts = 0;
    for id in metadata.0.keys() {
        for script in metadata.targets(id, "custom-build") {
            scripts += 1;
            for file in beside(&script)? {
                let source =
                    fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
                let source = String::from_utf8_lossy(&source);
                let text = code_and_texts(&source);
                let words = NETWORK.iter().filter(|word| text.contains(**word));
                failures.extend(words.map(|word| format!("{id}: {} says {word}", file.display())));
            }
        }
    }
    println!("{scripts} build scripts in Cargo.lock were searched");
    Ok(failures)
}

/// A build script and its modules: what lies in its folder, and below it unless that is the crate's.
fn beside(script: &Path) -> Result<Vec<PathBuf>> {
    let folder = script.parent().unwrap_or(script);
    let is_the_crates = folder.join("Cargo.toml").exists();
    let mut found = files(folder)?;
    found.retain(|file| {
        let is_rust = file.extension().is_some_and(|extension| extension == "rs");
        is_rust && (!is_the_crates || file.parent() == Some(folder))
    });
    Ok(found)
}
