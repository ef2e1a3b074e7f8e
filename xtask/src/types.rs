//! The npm package's types: what its declarations accept and refuse, in the oldest TypeScript that is stated and in the newest;
//! the build itself has checked the sources, of which they are made.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::stamp::files;
use crate::test::Counts;
use crate::test::suites::one;
use crate::{npm, readme, sh};

/// Folders in node_modules. The README, the CHANGELOG and package.json state the oldest.
const OLDEST: &str = "typescript-oldest";
const NEWEST: &str = "typescript";

/// The hosts whose types a user may have loaded, and the module resolutions: see the files.
const PROJECTS: [&str; 5] = ["plain", "node", "browser", "workers", "undici"];

pub(crate) fn check() -> Result<Counts> {
    let folder = samples()?;
    let mut counts = Counts::default();
    for compiler in [OLDEST, NEWEST] {
        for project in PROJECTS {
            let mut tsc = tsc(compiler, &folder.join(format!("tsconfig.{project}.json")));
            let passed = tsc.status()?.success();
            println!(
                "{compiler}, {project}: {}",
                if passed { "as declared" } else { "failed" }
            );
            counts += one(passed);
        }
    }
    counts += refused(&folder)?;
    counts += documented(&folder)?;
    Ok(counts)
}

/// The samples, beside the installed package.
fn samples() -> Result<PathBuf> {
    let folder = npm::installed()?.join("types");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    for file in files(&npm::binding("tests/types"))? {
        if let Some(name) = file.file_name() {
            fs::copy(&file, folder.join(name))?;
        }
    }
    npm::lend("undici", &folder)?;
    npm::lend("@cloudflare/workers-types", &folder)?;
    Ok(folder)
}

fn tsc(compiler: &str, project: &Path) -> Command {
    let modules = npm::binding("node_modules");
    let mut command = sh::program("node");
    command
        .arg(modules.join(compiler).join("bin/tsc"))
        .arg("--project")
        .arg(project)
        .arg("--typeRoots")
        .arg(modules.join("@types"));
    command
}

/// Every line of the wrong sample is refused for the reason that it names. That it is refused at all is what
/// `@ts-expect-error` has shown; so here these directives are taken away.
fn refused(folder: &Path) -> Result<Counts> {
    let sample = folder.join("wrong.mts");
    let text = fs::read_to_string(&sample)?;
    let directive = "// @ts-expect-error ";
    let mut expected = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        if let Some((_, reason)) = line.split_once(directive) {
            // Of the next line, counted from 1.
            expected.insert(
                at + 2,
                reason.split(' ').next().unwrap_or_default().to_owned(),
            );
        }
    }
    ensure!(
        !expected.is_empty(),
        "{} expects no error",
        sample.display()
    );
    fs::write(&sample, text.replace(directive, "// "))?;
    let output = tsc(NEWEST, &folder.join("tsconfig.node.json"))
        .args(["--pretty", "false"])
        .output()?;
    fs::write(&sample, &text)?;
    let mut counts = Counts::default();
    let mut found = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        // wrong.mts(6,24): error TS2322: …
        let Some((at, rest)) = line.split_once("): error ") else {
            continue;
        };
        let (file, at) = at.split_once('(').context("tsc names no line")?;
        if !file.ends_with("wrong.mts") {
            continue;
        }
        let at: usize = at.split(',').next().unwrap_or_default().parse()?;
        found.insert(at, rest.split(':').next().unwrap_or_default().to_owned());
    }
    for at in expected
        .keys()
        .chain(found.keys().filter(|at| !expected.contains_key(at)))
    {
        let same = expected.get(at) == found.get(at);
        if !same {
            println!(
                "wrong.mts, line {at}: expected {:?}, found {:?}",
                expected.get(at),
                found.get(at)
            );
        }
        counts += one(same);
    }
    Ok(counts)
}

/// The code that the pages and the declarations show compiles as strictly as the samples. readme.rs runs it.
fn documented(folder: &Path) -> Result<Counts> {
    let programs = readme::typescript()?;
    let mut names = Vec::new();
    for (at, (place, code)) in programs.iter().enumerate() {
        let name = format!("documented-{at}.mts");
        fs::write(folder.join(&name), format!("{code}// {place}\n"))?;
        names.push(name);
    }
    let project = json!({ "extends": "./tsconfig.node.json", "files": names });
    let file = folder.join("tsconfig.documented.json");
    fs::write(&file, project.to_string())?;
    let output = tsc(NEWEST, &file).args(["--pretty", "false"]).output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let mut counts = Counts::default();
    let mut explained = output.status.success();
    for (name, (place, _)) in names.iter().zip(&programs) {
        let at = format!("{name}(");
        let errors: Vec<_> = printed.lines().filter(|line| line.contains(&at)).collect();
        for error in &errors {
            println!("{place}: {error}");
        }
        explained |= !errors.is_empty();
        counts += one(errors.is_empty());
    }
    ensure!(explained, "tsc failed elsewhere:\n{printed}");
    Ok(counts)
}
