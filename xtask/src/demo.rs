//! `cargo xtask demo`: one call, whole, in three languages, against a service that answers.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::progress::step;
use crate::sandbox::Sandbox;
use crate::{npm, python, sh};

pub(crate) const LANGUAGES: [&str; 3] = ["rust", "node", "python"];

/// Notifications that one language delivers: with an app id and with a token.
const DELIVERED: usize = 2;

/// Succeeds only if every call of every language went as the demo says.
pub(crate) fn run(languages: &[&str]) -> Result<()> {
    let mut programs = Vec::new();
    for language in languages {
        programs.push((*language, prepare(language)?));
    }
    let sandbox = step("compiling the sandbox", Sandbox::start)?;
    println!("The sandbox answers at {}.", sandbox.url);
    for (language, mut program) in programs {
        let before = sandbox.accepted()?;
        sh::run(sandbox.settings(&mut program))?;
        let delivered = sandbox.accepted()? - before;
        ensure!(
            delivered == DELIVERED,
            "{language} should have delivered {DELIVERED} notifications, the sandbox accepted {delivered}"
        );
    }
    println!(
        "\nAll of it happened in {}: two ways to authenticate, {} notifications accepted, one refusal explained in each.",
        languages.join(", "),
        languages.len() * DELIVERED
    );
    Ok(())
}

/// Builds what a language's part of the demo calls, and nothing else. Returns the program.
fn prepare(language: &str) -> Result<Command> {
    match language {
        "node" => node(),
        "python" => {
            let python = python::develop(&sh::target().join("demo/python"))?;
            let mut program = sh::program(python);
            program.arg(sh::root().join("tests/demo/demo.py"));
            Ok(program)
        }
        _ => {
            step("compiling the Rust program", || {
                sh::run(
                    sh::cargo()
                        .args(["build", "--quiet", "--package", "koodrive-conformance"])
                        .args(["--example", "demo"]),
                )
            })?;
            Ok(sh::program(sh::target().join("debug/examples/demo")))
        }
    }
}

fn node() -> Result<Command> {
    step("installing what builds the npm package", || {
        npm::dependencies(&npm::binding(""))
    })?;
    step("building the npm package", || {
        npm::run_build(&["--only", "client"])
    })?;
    let folder = sh::target().join("demo/node");
    let package = folder.join("node_modules/koodrive");
    let _ = fs::remove_dir_all(&folder);
    for file in npm::published()? {
        copy(&file, &package.join(file.strip_prefix(npm::binding(""))?))?;
    }
    let program = folder.join("demo.mjs");
    copy(&sh::root().join("tests/demo/demo.mjs"), &program)?;
    let mut node = sh::program("node");
    node.arg(program);
    Ok(node)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().unwrap_or(to))?;
    fs::copy(from, to)?;
    Ok(())
}
