//! Each direct dependency has its reason beside it: in TOML and in Python's requirements a comment above it, for JSON, which
//! has no comments, a line of the README.

use anyhow::Result;
use serde_json::Value;

use super::{read, sources};

/// Dependencies without one, in all languages.
pub(super) fn without_reason() -> Result<Vec<String>> {
    let mut failures = Vec::new();
    for name in sources(&["*Cargo.toml"])? {
        failures.extend(in_cargo(&name, &read(&name)?));
    }
    for name in sources(&["*requirements*.txt"])? {
        failures.extend(in_requirements(&name, &read(&name)?));
    }
    for name in sources(&["*package.json"])? {
        let folder = name.trim_end_matches("package.json");
        let mut readmes = String::new();
        for readme in ["README.md", "build/README.md"] {
            readmes += &read(&format!("{folder}{readme}")).unwrap_or_default();
        }
        failures.extend(in_npm(
            &name,
            &serde_json::from_str(&read(&name)?)?,
            &readmes,
        ));
    }
    Ok(failures)
}

/// Our own crates, which stand beside, need none.
fn in_cargo(name: &str, manifest: &str) -> Vec<String> {
    let mut failures = Vec::new();
    let mut inside = false;
    let mut above = "";
    for line in manifest.lines() {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            inside = table.ends_with("dependencies");
            // `[dependencies.name]` would escape the rest of this function.
            if table.contains("dependencies.") {
                failures.push(format!("{name}: write [{table}] as one line"));
            }
        } else if inside
            && line.contains('=')
            && line.starts_with(|first: char| first.is_ascii_alphanumeric())
            && !line.contains("path = ")
            && !above.starts_with("# ")
        {
            failures.push(format!("{name}: no comment above `{line}`"));
        }
        above = line;
    }
    failures
}

/// A comment speaks for all that follow it without an empty line.
fn in_requirements(name: &str, requirements: &str) -> Vec<String> {
    let mut failures = Vec::new();
    for block in requirements.split("\n\n") {
        if !block.trim_start().starts_with("# ") {
            failures.push(format!("{name}: no comment above `{}`", block.trim()));
        }
    }
    failures
}

fn in_npm(name: &str, manifest: &Value, readmes: &str) -> Vec<String> {
    let listed = [
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "peerDependencies",
    ];
    let names = listed.iter().filter_map(|of| manifest[of].as_object());
    names
        .flat_map(|dependencies| dependencies.keys())
        .filter(|dependency| !readmes.contains(&format!("`{dependency}`")))
        .map(|dependency| format!("{name}: no README beside it says why `{dependency}` is there"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_reason_is_found() {
        let manifest = "[dependencies]\n# Why.\na = \"1\"\nb = \"1\"\nours = { path = \"../ours\" }\n\
                        [target.'cfg(unix)'.dev-dependencies]\nc = { version = \"1\" }\n\
                        [features]\nd = []\n[dependencies.e]\nversion = \"1\"\n";
        assert_eq!(
            in_cargo("m", manifest),
            [
                "m: no comment above `b = \"1\"`",
                "m: no comment above `c = { version = \"1\" }`",
                "m: write [dependencies.e] as one line",
            ]
        );
        assert_eq!(
            in_requirements("r", "# Why.\na==1\nb==1\n\nc==1\n"),
            ["r: no comment above `c==1`"]
        );
        let manifest = serde_json::json!({ "devDependencies": { "a": "1.0.0", "b": "1.0.0" } });
        assert_eq!(
            in_npm("p", &manifest, "| `a` | why |"),
            ["p: no README beside it says why `b` is there"]
        );
    }
}
