//! `cargo xtask demo`: one call, whole, in four languages, against a service that answers. Go is
//! left out where it is missing.
//!
//! It builds what it shows and nothing else, by the commands that a contributor would type. The
//! languages are prepared at the same time, since each of them now and then waits for a download or
//! for one core.

use std::env;
use std::fs;
use std::process::Command;
use std::thread::{self, ScopedJoinHandle};

use anyhow::{Result, anyhow, ensure};

use crate::files::copy;
use crate::progress::Progress;
use crate::sandbox::Sandbox;
use crate::{go, npm, python, sh};

pub(crate) const LANGUAGES: [&str; 4] = ["rust", "node", "python", "go"];

/// Notifications that one language delivers: with an app id and with a token.
const DELIVERED: usize = 2;

/// All languages that this machine has.
pub(crate) fn run_all() -> Result<()> {
    if go::is_there() {
        return run(&LANGUAGES);
    }
    println!("Go 1.26 or later is not there, and is left out.");
    run(&LANGUAGES[..3])
}

/// Succeeds only if every call of every language went as the demo says.
pub(crate) fn run(languages: &[&str]) -> Result<()> {
    let programs = Progress::during(|progress| prepare_all(progress, languages))?;
    let sandbox = Sandbox::start(&[])?;
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

/// Builds the sandbox, and what each language's part of the demo calls. Returns the programs.
fn prepare_all<'a>(progress: &Progress, languages: &[&'a str]) -> Result<Vec<(&'a str, Command)>> {
    thread::scope(|scope| {
        let sandbox = scope.spawn(|| progress.step("compiling the sandbox", Sandbox::build));
        let threads: Vec<_> = languages
            .iter()
            .map(|language| (*language, scope.spawn(|| prepare(language, progress))))
            .collect();
        let mut programs = Vec::new();
        for (language, thread) in threads {
            programs.push((language, join(thread)?));
        }
        join(sandbox)?;
        Ok(programs)
    })
}

fn join<T>(thread: ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().map_err(|_| anyhow!("a thread panicked"))?
}

/// Builds what a language's part of the demo calls. Returns the program.
fn prepare(language: &str, progress: &Progress) -> Result<Command> {
    match language {
        "node" => node(progress),
        "python" => {
            let venv = sh::target().join("demo/python");
            progress.step("installing maturin (pip)", || python::maturin_in(&venv))?;
            let python = progress.step("building the pip package (maturin develop)", || {
                python::develop(&venv)
            })?;
            let mut program = sh::program(python);
            program.arg(sh::root().join("tests/demo/demo.py"));
            Ok(program)
        }
        "go" => {
            let program = sh::target().join(format!("demo/go{}", env::consts::EXE_SUFFIX));
            progress.step("compiling the Go program (go build)", || {
                go::build("./internal/demo", &program)
            })?;
            Ok(sh::program(program))
        }
        _ => {
            progress.step("compiling the Rust program (cargo build)", || {
                sh::run(&mut sh::cargo(
                    "build --quiet --package koodrive-conformance --example demo",
                ))
            })?;
            Ok(sh::program(sh::target().join("debug/examples/demo")))
        }
    }
}

fn node(progress: &Progress) -> Result<Command> {
    progress.step("installing what builds the npm package (npm ci)", || {
        npm::dependencies(&npm::binding(""))
    })?;
    progress.step("building the npm package (npm run build)", || {
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
