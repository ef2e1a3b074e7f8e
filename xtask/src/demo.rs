//! `cargo xtask demo`: one call, whole, in three languages, against a service that answers.

use std::process::Command;
use std::time::Instant;

use anyhow::{Result, ensure};

use crate::sandbox::Sandbox;
use crate::{npm, python, sh};

pub(crate) const LANGUAGES: [&str; 3] = ["rust", "node", "python"];

/// Notifications that one language delivers: with an app id and with a token.
const DELIVERED: usize = 2;

/// Succeeds only if every call of every language went as the demo says.
pub(crate) fn run(languages: &[&str]) -> Result<()> {
    let mut programs = Vec::new();
    for language in languages {
        let start = Instant::now();
        eprintln!("preparing {language} …");
        programs.push((*language, prepare(language)?));
        eprintln!(
            "preparing {language} took {:.0} s",
            start.elapsed().as_secs_f32()
        );
    }
    eprintln!("starting the sandbox …");
    let sandbox = Sandbox::start()?;
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

fn prepare(language: &str) -> Result<Command> {
    match language {
        "node" => {
            let folder = npm::installed()?;
            std::fs::copy(
                sh::root().join("tests/demo/demo.mjs"),
                folder.join("demo.mjs"),
            )?;
            let mut program = sh::program("node");
            program.arg(folder.join("demo.mjs"));
            Ok(program)
        }
        "python" => {
            let mut program = sh::program(python::installed()?);
            program.arg(sh::root().join("tests/demo/demo.py"));
            Ok(program)
        }
        _ => {
            sh::run(sh::cargo().args([
                "build",
                "--quiet",
                "--package",
                "koodrive-conformance",
                "--example",
                "demo",
            ]))?;
            Ok(sh::program(sh::target().join("debug/examples/demo")))
        }
    }
}
