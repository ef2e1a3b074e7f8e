//! Runs the code of the READMEs as it stands there, against the sandbox.
//!
//! Rust blocks run as doc tests of the package `koodrive-conformance`, JavaScript and Python blocks as programs of their own.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::sandbox::Sandbox;
use crate::test::{Counts, count, suites};
use crate::{npm, python, sh};

/// The README of the project and those of its packages.
const READMES: [&str; 3] = [
    "README.md",
    "bindings-wasm/README.md",
    "bindings-python/README.md",
];

pub(crate) fn run() -> Result<Counts> {
    let sandbox = Sandbox::start()?;
    let mut counts = rust(&sandbox)?;
    counts += links()?;
    for readme in READMES {
        let text = fs::read_to_string(sh::root().join(readme))?;
        let blocks = blocks(&text);
        ensure!(!blocks.is_empty(), "{readme} has no code that could run");
        for (language, line, code) in programs(blocks) {
            let passed = run_program(&sandbox, language, &code)?;
            if !passed {
                println!("{readme}, line {line}: the {language} code failed");
            }
            counts += suites::one(passed);
        }
    }
    Ok(counts)
}

/// What a page links to within the project is there: one check per page.
fn links() -> Result<Counts> {
    let mut counts = Counts::default();
    for page in sh::output(sh::program("git").args(["ls-files", "*.md"]))?.lines() {
        let page = sh::root().join(page);
        let text = fs::read_to_string(&page)?;
        let targets = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        let missing: Vec<_> = targets
            .filter(|target| !target.contains(':') && !target.starts_with('#'))
            .filter(|target| !page.with_file_name(target).exists())
            .collect();
        if !missing.is_empty() {
            println!("{}: not there is {missing:?}", page.display());
        }
        counts += suites::one(missing.is_empty());
    }
    ensure!(counts != Counts::default(), "git names no page");
    Ok(counts)
}

fn rust(sandbox: &Sandbox) -> Result<Counts> {
    let mut command = sh::cargo();
    command
        .args([
            "test",
            "--quiet",
            "--doc",
            "--package",
            "koodrive-conformance",
        ])
        .env("RUSTDOCFLAGS", "--cfg koodrive_readme");
    suites::counted(sandbox.settings(&mut command), count::cargo_test)
}

fn run_program(sandbox: &Sandbox, language: &str, code: &str) -> Result<bool> {
    let mut command = if language == "python" {
        let mut command = sh::program(python::installed()?);
        command.arg("-c").arg(code);
        command
    } else {
        let file = npm::installed()?.join("readme-block.mjs");
        fs::write(&file, code)?;
        node(&file)
    };
    sandbox.settings(&mut command);
    if language == "python" {
        // `Client.from_env` takes the app or a token, and the sandbox knows both.
        command.env_remove("KOODRIVE_TOKEN");
    }
    let output = command.output()?;
    if !output.status.success() {
        println!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.status.success())
}

fn node(file: &Path) -> Command {
    let mut command = sh::program("node");
    command.arg(file);
    command
}

/// JavaScript declares its names once, so that each block is a program of its own. In Python a README is one program, each
/// block of which builds on those before.
fn programs(blocks: Vec<Block<'_>>) -> Vec<Block<'_>> {
    let (python, mut programs): (Vec<_>, Vec<_>) = blocks
        .into_iter()
        .partition(|(language, ..)| *language == "python");
    programs.extend(
        python
            .into_iter()
            .reduce(|(language, line, whole), (.., next)| (language, line, whole + "\n" + &next)),
    );
    programs
}

/// Language, line, code.
type Block<'a> = (&'a str, usize, String);

/// The fenced blocks in JavaScript, TypeScript (without type syntax) and Python, with their line numbers.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for (at, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((language, at + 1, String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, _, code)), None) => {
                code.push_str(line);
                code.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks.retain(|(language, ..)| matches!(*language, "js" | "ts" | "python"));
    blocks
}
