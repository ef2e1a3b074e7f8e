//! Unsafe code: none of our own but for what tests must do, and what macros write.

use std::path::Path;

use anyhow::{Context as _, Result};

use super::rust_source::{code, words};
use super::{read, sources};
use crate::stamp::files;

/// Where it is allowed, how often the word stands there, and why.
const ALLOWED: [(&str, usize, &str); 5] = [
    (
        "bindings-ffi/src/boundary.rs",
        11,
        "a C function takes pointers, and its name is not mangled; Miri runs it",
    ),
    (
        "bindings-ffi/tests/boundary.rs",
        2,
        "calls those functions with pointers",
    ),
    (
        "tests/allocations.rs",
        9,
        "a global allocator that counts cannot be written without",
    ),
    ("tests/invariants/src/allocated.rs", 5, "the same"),
    (
        "tests/zeroize.rs",
        7,
        "a global allocator that looks into freed memory cannot be written without",
    ),
];

/// Crates whose manifest or first lines do not refuse unsafe code.
pub(super) fn allowing() -> Result<Vec<String>> {
    let mut failures = Vec::new();
    if !read("core/src/lib.rs")?.contains("#![forbid(unsafe_code)]") {
        failures.push("core/src/lib.rs does not forbid unsafe_code".to_owned());
    }
    for name in sources(&["*Cargo.toml"])? {
        let manifest = read(&name)?;
        let inherits = manifest.contains("[lints]\nworkspace = true\n");
        let denies = manifest.contains("\nunsafe_code = \"deny\"\n");
        if !inherits && !denies {
            failures.push(format!(
                "{name} neither inherits the workspace's lints nor denies unsafe_code"
            ));
        }
    }
    Ok(failures)
}

/// Sources that hold more or less of it than is allowed.
pub(super) fn unexpected() -> Result<Vec<String>> {
    let mut failures = Vec::new();
    let mut allowed = ALLOWED.map(|(name, ..)| name).to_vec();
    for name in sources(&["*.rs"])? {
        let code = code(&read(&name)?);
        let found = words(&code, "unsafe");
        let entry = ALLOWED.iter().find(|(allowed, ..)| *allowed == name);
        if let Some((_, expected, why)) = entry {
            allowed.retain(|other| *other != name);
            println!("{name} says unsafe {found} times: {why}");
            if found != *expected {
                failures.push(format!("{name} says unsafe {found} times, not {expected}; read it again, then write that in unsafety.rs"));
            }
        } else if found > 0 || words(&code, "unsafe_code") > usize::from(name == "core/src/lib.rs")
        {
            failures.push(format!(
                "{name} holds or allows unsafe code, and unsafety.rs has no reason for it"
            ));
        }
    }
    failures.extend(allowed.iter().map(|name| format!("{name} is gone")));
    Ok(failures)
}

/// How often a crate's sources say it.
pub(super) fn count(folder: &Path) -> Result<usize> {
    let mut count = 0;
    for file in files(folder)? {
        if file.extension().is_some_and(|extension| extension == "rs") {
            let source =
                std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            count += words(&code(&String::from_utf8_lossy(&source)), "unsafe");
        }
    }
    Ok(count)
}
