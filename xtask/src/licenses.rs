//! THIRD-PARTY-LICENSES: what an artifact holds that others have written, and the full texts of its licences.
//!
//! The rule, which the file repeats for its reader. Named is
//! 1. every crate that cargo links into the shipped crate: normal dependencies, for this target and these features;
//! 2. every procedural macro among them, since code that it wrote is compiled in, with those of its dependencies that belong
//!    to the same project and hold its templates (wasm-bindgen-macro-support, pyo3-macros-backend). What only runs inside the
//!    compiler (syn, quote) is not in the artifact, and neither is what only a build script uses;
//! 3. Rust's standard library, and the crates inside it: see library.rs;
//! 4. the tools that have written a part of it.
//!
//! A licence text is what the crate's own source holds. Texts of the same words are printed once, and so are the terms that
//! several have in common: see terms.rs.

mod check;
mod library;
mod terms;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

pub(crate) use check::check;

use crate::{go, reproducible, sh};

/// Names of licence files, in lower case, begin so.
const LICENCE_FILES: [&str; 6] = [
    "copying",
    "copyright",
    "licence",
    "license",
    "notice",
    "unlicense",
];

/// What has written a part of the artifact that is made of `package`.
fn tools(package: &str, packages: &Packages) -> Result<Vec<Work>> {
    if package == "koodrive-ffi" {
        let (folder, version) = go::translator()?;
        return Ok(vec![Work {
            name: "wasm2go".to_owned(),
            version,
            licence: "MIT".to_owned(),
            repository: "https://github.com/ncruces/wasm2go".to_owned(),
            texts: licence_texts("wasm2go", &folder)?,
        }]);
    }
    if package != "koodrive-wasm" {
        return Ok(Vec::new());
    }
    // The glue of the .wasm, and the lines by which modules are joined.
    let glue = packages.work(packages.only("wasm-bindgen-cli-support")?)?;
    let bundler = sh::root().join("bindings-wasm/node_modules/esbuild");
    Ok(vec![glue, npm_package(&bundler)?])
}

/// Something that others have written.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Work {
    name: String,
    version: String,
    /// An SPDX expression.
    licence: String,
    repository: String,
    texts: Vec<String>,
}

/// The file for what is made of a crate of this workspace, for a target, with these features besides the default ones.
pub(crate) fn text(package: &str, target_triple: &str, features: &[&str]) -> Result<String> {
    let packages = Packages::read(target_triple)?;
    let mut crates = Vec::new();
    for id in linked(package, target_triple, features, &packages)? {
        crates.push(packages.work(&id)?);
    }
    let library = library::linked(target_triple, &rustc_version()?);
    let mut file = File::default();
    // They lie beside this file in every artifact.
    for own in ["LICENSE-APACHE", "LICENSE-MIT"] {
        file.terms
            .once(&fs::read_to_string(sh::root().join(own))?, own);
    }
    file.section("Crates that are compiled in", crates);
    file.section("Rust's standard library, compiled in", library);
    file.section(
        "Tools that have written a part of it",
        tools(package, &packages)?,
    );
    Ok(file.finish())
}

/// `name version`, which is how cargo and this file name a crate.
pub(crate) type Id = String;

/// Crates that cargo links into `package`, those of this workspace left out: they are what the artifact itself is.
fn linked(
    package: &str,
    triple: &str,
    features: &[&str],
    packages: &Packages,
) -> Result<BTreeSet<Id>> {
    // Not `cargo metadata`, which unites the features of the whole workspace.
    let mut command = sh::cargo();
    command
        .args(["tree", "--locked", "--package", package, "--target", triple])
        .args([
            "--edges",
            "normal",
            "--prefix",
            "depth",
            "--no-dedupe",
            "--format",
            "{p}",
        ]);
    if !features.is_empty() {
        command.arg("--features").arg(features.join(","));
    }
    let mut found = BTreeSet::new();
    // The depth of the procedural macro that the lines are below of, and its project.
    let mut below: Option<(usize, String)> = None;
    for line in sh::output(&mut command)?.lines() {
        let (depth, id, kind) = tree_line(line)?;
        if below
            .as_ref()
            .is_some_and(|(macro_depth, _)| depth <= *macro_depth)
        {
            below = None;
        }
        let Some(entry) = packages.0.get(&id) else {
            bail!("cargo tree names {id}, and cargo metadata does not");
        };
        if entry["source"].is_null() {
            continue;
        }
        match &below {
            Some((_, project)) if *project != project_of(entry) => continue,
            None if kind.contains("(proc-macro)") => below = Some((depth, project_of(entry))),
            _ => {}
        }
        found.insert(id);
    }
    ensure!(!found.is_empty(), "cargo tree names no crate in {package}");
    Ok(found)
}

/// `3serde v1.0.229 (proc-macro)`: the depth, the crate, the rest.
pub(crate) fn tree_line(line: &str) -> Result<(usize, Id, &str)> {
    let name_at = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
    let (depth, rest) = line.split_at(name_at);
    let mut words = rest.splitn(3, ' ');
    let (name, version) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let depth = depth
        .parse()
        .with_context(|| format!("cargo tree printed {line:?}"))?;
    let version = version.trim_start_matches('v');
    Ok((
        depth,
        format!("{name} {version}"),
        words.next().unwrap_or(""),
    ))
}

/// `https://github.com/owner/name`, without the path that some crates of a large project append.
fn project_of(entry: &Value) -> String {
    let repository = entry["repository"].as_str().unwrap_or_default();
    let parts: Vec<_> = repository.split('/').take(5).collect();
    parts.join("/").trim_end_matches(".git").to_owned()
}

/// What `cargo metadata`, with these arguments besides, says about every crate of Cargo.lock.
pub(crate) fn crates_of_lock(arguments: &[&str]) -> Result<BTreeMap<Id, Value>> {
    let mut cargo = sh::cargo();
    cargo.args(["metadata", "--locked", "--format-version", "1"]);
    let printed = sh::output(cargo.args(arguments))?;
    let mut metadata: Value = serde_json::from_str(&printed)?;
    let Value::Array(packages) = metadata["packages"].take() else {
        bail!("cargo metadata lists no packages");
    };
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or("").to_owned();
    let named = packages
        .into_iter()
        .map(|entry| (text(&entry, "name") + " " + &text(&entry, "version"), entry));
    Ok(named.collect())
}

/// What cargo knows about every crate of the lock file that this target uses.
pub(crate) struct Packages(pub(crate) BTreeMap<Id, Value>);

impl Packages {
    pub(crate) fn read(triple: &str) -> Result<Self> {
        Ok(Self(crates_of_lock(&["--filter-platform", triple])?))
    }

    /// The one version of a crate.
    pub(crate) fn only(&self, name: &str) -> Result<&str> {
        let mut found = self
            .0
            .keys()
            .filter(|id| id.split(' ').next() == Some(name));
        match (found.next(), found.next()) {
            (Some(id), None) => Ok(id),
            _ => bail!("the lock file has no single version of {name}"),
        }
    }

    fn work(&self, id: &str) -> Result<Work> {
        let entry = &self.0[id];
        let text = |name: &str| entry[name].as_str();
        let (name, version) = id.split_once(' ').unwrap_or((id, ""));
        let manifest = Path::new(text("manifest_path").unwrap_or_default());
        Ok(Work {
            name: name.to_owned(),
            version: version.to_owned(),
            licence: text("license").unwrap_or("see its text").to_owned(),
            repository: text("repository")
                .unwrap_or("no repository named")
                .to_owned(),
            texts: licence_texts(id, manifest.parent().unwrap_or(manifest))?,
        })
    }
}

fn npm_package(folder: &Path) -> Result<Work> {
    let manifest = fs::read_to_string(folder.join("package.json"))
        .with_context(|| format!("no npm package is installed in {}", folder.display()))?;
    let manifest: Value = serde_json::from_str(&manifest)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = text(&manifest["name"]);
    let repository = text(&manifest["repository"]["url"]);
    Ok(Work {
        texts: licence_texts(&name, folder)?,
        version: text(&manifest["version"]),
        licence: text(&manifest["license"]),
        repository: repository
            .trim_start_matches("git+")
            .trim_end_matches(".git")
            .to_owned(),
        name,
    })
}

/// The licence files that lie beside a manifest, in the order of their names.
fn licence_texts(id: &str, folder: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("the source of {id} is not there"))? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_ascii_lowercase();
        if path.is_file() && LICENCE_FILES.iter().any(|begin| name.starts_with(begin)) {
            paths.push(path);
        }
    }
    paths.sort();
    ensure!(
        !paths.is_empty(),
        "the source of {id} holds no licence text. It cannot be shipped before somebody has found the text that its authors \
         mean; let licenses.rs then take it from a file beside library.rs"
    );
    let read = |path| fs::read_to_string(path).with_context(|| format!("a licence of {id}"));
    paths.iter().map(read).collect()
}

/// `1.95.0`: the standard library's version.
pub(crate) fn rustc_version() -> Result<String> {
    reproducible::rustc_says("-vV", "release: ")
}

const INTRODUCTION: &str = "\
THIRD-PARTY-LICENSES

What this package holds that others have written. Named are the crates that are linked in; procedural macros, whose output is
compiled in, with their templates; Rust's standard library and the crates inside it; and the tools whose output is shipped.
Not named is what only runs in the compiler or in a build script. koodrive's own licences are LICENSE-APACHE and LICENSE-MIT.

The numbers after a name are those of its licence texts, which follow the lists. Texts of the same words stand there once,
and so do the terms that several have in common with each other or with those two, word for word: the others name where.
";

/// The lists as they grow, and the texts by the order of their first mention.
#[derive(Default)]
struct File {
    lists: String,
    texts: Vec<String>,
    terms: terms::Terms,
    /// The number of each text, by its words.
    numbers: BTreeMap<String, usize>,
}

impl File {
    fn section(&mut self, title: &str, mut works: Vec<Work>) {
        if works.is_empty() {
            return;
        }
        works.sort();
        let _ = writeln!(self.lists, "\n\n{title}\n");
        for work in works {
            let numbers: BTreeSet<_> = work.texts.iter().map(|text| self.number(text)).collect();
            let numbers: Vec<_> = numbers.iter().map(|number| format!("[{number}]")).collect();
            let Work {
                name,
                version,
                licence,
                repository,
                ..
            } = work;
            let _ = writeln!(
                self.lists,
                "{name} {version}\n    {licence}; {repository} {}",
                numbers.join(" ")
            );
        }
    }

    fn number(&mut self, text: &str) -> usize {
        let words: Vec<_> = text.split_whitespace().collect();
        *self.numbers.entry(words.join(" ")).or_insert_with(|| {
            let number = self.texts.len() + 1;
            let text = self.terms.once(text, &format!("[{number}]"));
            let lines: Vec<_> = text.lines().map(str::trim_end).collect();
            self.texts
                .push(lines.join("\n").trim_matches('\n').to_owned());
            number
        })
    }

    fn finish(self) -> String {
        let mut file = INTRODUCTION.to_owned() + &self.lists;
        for (at, text) in self.texts.iter().enumerate() {
            let _ = write!(file, "\n\n{}\n[{}]\n\n{text}\n", "-".repeat(79), at + 1);
        }
        file
    }
}
