//! SECURITY.md names the test that shows each of its claims: whether each is there.

use anyhow::{Result, ensure};

use super::read;
use crate::sh;

const PAGE: &str = "SECURITY.md";

/// `folder/file.rs` or `folder/file.rs::name of a test` that is not there.
pub(super) fn missing() -> Result<Vec<String>> {
    let page = read(PAGE)?;
    let cited: Vec<_> = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| is_cited(code))
        .collect();
    ensure!(cited.len() >= 20, "{PAGE} names {} files only", cited.len());
    let mut failures = Vec::new();
    for citation in cited {
        let (path, name) = citation.split_once("::").unwrap_or((citation, ""));
        let is_there = sh::root().join(path).exists()
            && (name.is_empty() || read(path).is_ok_and(|text| holds(&text, name)));
        if !is_there {
            failures.push(format!("{PAGE} names `{citation}`, which is not there"));
        }
    }
    Ok(failures)
}

/// A path in this workspace, not one in a package.
fn is_cited(code: &str) -> bool {
    let folders = ["bindings-", "core/", "tests/", "xtask/", ".github/"];
    folders.iter().any(|folder| code.starts_with(folder))
}

/// As `fn name(`, `def name(`, `test("name"`, or the name of a conformance case.
fn holds(text: &str, name: &str) -> bool {
    [
        format!(" {name}("),
        format!("test(\"{name}\""),
        format!("\"name\": \"{name}\""),
    ]
    .iter()
    .any(|definition| text.contains(definition.as_str()))
}
