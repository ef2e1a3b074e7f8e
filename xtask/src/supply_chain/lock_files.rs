//! Lock files: whether each pins every byte, and names no place of its own to fetch it from.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{read, sources};

/// Programs of Python's registry that make or judge what is shipped; what only tests is pinned by version.
const BY_HASH: [&str; 3] = [
    "bindings-python/requirements-build.txt",
    "bindings-python/requirements-link.txt",
    "xtask/requirements-deny.txt",
];

/// What is not pinned, in all languages.
pub(super) fn gaps() -> Result<Vec<String>> {
    let mut failures = Vec::new();
    for name in sources(&["*Cargo.lock"])? {
        failures.extend(in_cargo(&name, &read(&name)?));
    }
    for name in sources(&["*package-lock.json"])? {
        let lock = serde_json::from_str(&read(&name)?).with_context(|| name.clone())?;
        failures.extend(in_npm(&name, &lock));
    }
    for name in sources(&["*package.json"])? {
        failures.extend(in_package(&name, &serde_json::from_str(&read(&name)?)?));
    }
    for name in sources(&["*requirements*.txt"])? {
        failures.extend(in_requirements(
            &name,
            &read(&name)?,
            BY_HASH.contains(&&*name),
        ));
    }
    for name in sources(&[".github/workflows/*.yml"])? {
        failures.extend(in_workflow(&name, &read(&name)?));
    }
    Ok(failures)
}

/// `owner/action@commit # version`.
fn in_workflow(name: &str, workflow: &str) -> Vec<String> {
    let uses = workflow
        .lines()
        .filter_map(|line| line.split_once("uses: "));
    uses.filter(|(_, action)| {
        let (commit, version) = action
            .split_once('@')
            .and_then(|(_, at)| at.split_once(" # v"))
            .unwrap_or_default();
        let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        !is_commit || version.is_empty()
    })
    .map(|(_, action)| {
        format!("{name}: {action} is not pinned to a commit, with its version beside it")
    })
    .collect()
}

/// One registry, and each crate's hash.
fn in_cargo(name: &str, lock: &str) -> Vec<String> {
    let registry = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
    let packages = lock.split("[[package]]\n").skip(1);
    packages
        .filter(|package| package.contains("\nsource = "))
        .filter(|package| !package.contains(registry) || !package.contains("\nchecksum = \""))
        .map(|package| {
            let first = package.lines().next().unwrap_or_default();
            format!("{name}: {first} is not of crates.io, or has no checksum")
        })
        .collect()
}

/// SHA-512 of each package, as `npm audit signatures` wants it, and no URL: that would be of the registry, or its mirror, of
/// whoever wrote the file.
fn in_npm(name: &str, lock: &Value) -> Vec<String> {
    let mut failures = Vec::new();
    if lock["lockfileVersion"] != 3 {
        failures.push(format!("{name}: not of version 3"));
    }
    let Some(packages) = lock["packages"].as_object() else {
        return failures;
    };
    for (path, package) in packages.iter().filter(|(path, _)| !path.is_empty()) {
        let integrity = package["integrity"].as_str().unwrap_or_default();
        if !integrity.starts_with("sha512-") {
            failures.push(format!("{name}: {path} has no sha512"));
        }
        if !package["resolved"].is_null() || !package["link"].is_null() {
            failures.push(format!("{name}: {path} names where it lies"));
        }
    }
    failures
}

/// `1.2.3` or `npm:name@1.2.3`; a range would be decided by whoever makes the lock file next.
fn in_package(name: &str, manifest: &Value) -> Vec<String> {
    let mut failures = Vec::new();
    for list in ["dependencies", "devDependencies"] {
        for (dependency, version) in manifest[list].as_object().into_iter().flatten() {
            let version = version.as_str().unwrap_or_default();
            let number = version.rsplit('@').next().unwrap_or(version);
            let digits =
                |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()) && !part.is_empty();
            if !number.split('.').all(digits) || number.split('.').count() != 3 {
                failures.push(format!(
                    "{name}: {dependency} is {version:?}, which is no exact version"
                ));
            }
        }
    }
    failures
}

fn in_requirements(name: &str, requirements: &str, by_hash: bool) -> Vec<String> {
    let joined = requirements.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter(|line| {
            !line.contains("==")
                || line.contains('*')
                || (by_hash && !line.contains("--hash=sha256:"))
        })
        .map(|line| {
            format!(
                "{name}: `{line}` is not pinned{}",
                if by_hash { " by hash" } else { "" }
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_pinned_is_found() {
        let of = |source: &str, checksum: &str| {
            format!("[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n{source}{checksum}")
        };
        let crates_io = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
        let checksum = "checksum = \"00\"\n";
        let failure = "l: name = \"a\" is not of crates.io, or has no checksum";
        assert!(in_cargo("l", &of("", "")).is_empty());
        assert!(in_cargo("l", &of(crates_io, checksum)).is_empty());
        assert_eq!(in_cargo("l", &of(crates_io, "")), [failure]);
        assert_eq!(
            in_cargo(
                "l",
                &of("source = \"git+https://example.com/a\"\n", checksum)
            ),
            [failure]
        );

        let lock = serde_json::json!({ "lockfileVersion": 3, "packages": {
            "": {}, "a": { "integrity": "sha512-x" }, "b": { "integrity": "sha1-x" },
            "c": { "integrity": "sha512-x", "resolved": "https://registry.example/c.tgz" },
        } });
        assert_eq!(
            in_npm("l", &lock),
            ["l: b has no sha512", "l: c names where it lies"]
        );

        let versions = serde_json::json!({ "devDependencies": {
            "a": "1.2.3", "b": "npm:a@1.2.3", "c": "^1.2.3", "d": "npm:a@^1", "e": "latest", "f": "1",
        } });
        assert_eq!(in_package("p", &versions).len(), 4);

        let requirements =
            "# Why.\na==1; python_version > \"3\"\nb>=1\nc==1 \\\n    --hash=sha256:00\nd==1.*\n";
        assert_eq!(
            in_requirements("r", requirements, false),
            ["r: `b>=1` is not pinned", "r: `d==1.*` is not pinned"]
        );
        assert_eq!(in_requirements("r", requirements, true).len(), 3);
    }
}
