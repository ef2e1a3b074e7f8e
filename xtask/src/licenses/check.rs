//! Whether THIRD-PARTY-LICENSES names what is in an artifact.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::sh;

/// Fails unless the file names every crate that cargo links, each exactly once, and every crate of which the artifact shows a
/// path (of its panics, or of its debug information). `artifact` is what rustc has made, before anything is stripped.
pub(crate) fn check(file: &str, package: &str, triple: &str, artifact: &Path) -> Result<usize> {
    // Asked in another way than licenses.rs asks: without macros, flat.
    let printed = sh::output(sh::cargo().args([
        "tree",
        "--locked",
        "--package",
        package,
        "--target",
        triple,
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))?;
    let lines: Vec<&str> = file.lines().collect();
    let once = |id: &str| lines.iter().filter(|line| **line == id).count() == 1;
    let mut crates = BTreeSet::new();
    for line in printed.lines().filter(|line| !line.contains('/')) {
        let id = line
            .split(" (")
            .next()
            .unwrap_or(line)
            .replacen(" v", " ", 1);
        ensure!(
            once(&id),
            "THIRD-PARTY-LICENSES does not name {id} exactly once"
        );
        crates.insert(id);
    }
    let bytes =
        fs::read(artifact).with_context(|| format!("cannot read {}", artifact.display()))?;
    let shown = String::from_utf8_lossy(&bytes);
    for rest in shown.split("crates/").skip(1) {
        let Some((name, version)) = rest
            .split(['/', ' ', '\0'])
            .next()
            .and_then(name_and_version)
        else {
            continue;
        };
        // Crates inside the standard library are named with the library's version.
        let inside = format!("{name} in Rust ");
        ensure!(
            once(&format!("{name} {version}"))
                || lines.iter().any(|line| line.starts_with(&inside)),
            "THIRD-PARTY-LICENSES does not name {name} {version}, which is in {}",
            artifact.display()
        );
    }
    Ok(crates.len())
}

/// `serde_json-1.0.154`, the name of a crate's folder.
fn name_and_version(folder: &str) -> Option<(&str, &str)> {
    let (at, _) = folder
        .match_indices('-')
        .find(|(at, _)| folder[at + 1..].starts_with(|c: char| c.is_ascii_digit()))?;
    let (name, version) = (&folder[..at], &folder[at + 1..]);
    let plain = |text: &str, more: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };
    (plain(name, "-_") && plain(version, ".+-") && version.contains('.')).then_some((name, version))
}
