//! Runs the code of the READMEs as it stands there, against the sandbox.
//!
//! Rust blocks run as doc tests of the package `koodrive-conformance`, JavaScript, TypeScript,
//! Python and C blocks as programs of their own, and so do the examples in the npm package's
//! declarations. Blocks for another host (`js workerd`, `js browser`, `python spark`, `go`, `java`)
//! run in the suites of these hosts. The suite `node-types` compiles all TypeScript.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::files::files;
use crate::output::say;
use crate::sandbox::Sandbox;
use crate::test::{Counts, suites};
use crate::{ffi, npm, python, sh};

/// The README of the project and those of its packages.
const READMES: [&str; 3] = [
    "README.md",
    "bindings-wasm/README.md",
    "bindings-python/README.md",
];

/// The first line of a block says what it is.
const RUN_HERE: [&str; 4] = ["js", "ts", "python", "c"];
/// The hosts whose blocks run elsewhere: as doc tests, in
/// bindings-wasm/tests/runtimes/readme.test.mjs, in bindings-python/spark/test_readme.py, and as
/// the examples of bindings-go/example_test.go.
const RUN_ELSEWHERE: [&str; 7] = [
    "rust",
    "js workerd",
    "js browser",
    "http",
    "python spark",
    "go",
    "java",
];
/// Commands for a person, and what they print.
const NO_PROGRAM: [&str; 4] = ["", "sh", "console", "json"];

pub(crate) fn run() -> Result<Counts> {
    let sandbox = Sandbox::start(&[])?;
    let mut counts = rust(&sandbox)?;
    for (place, code) in examples()? {
        let passed = run_program(&sandbox, "ts", &code)?;
        if !passed {
            say!("{place}: the example failed");
        }
        counts += suites::one(passed);
    }
    for readme in READMES {
        let text = fs::read_to_string(sh::root().join(readme))?;
        let blocks = blocks(&text).with_context(|| readme.to_owned())?;
        ensure!(!blocks.is_empty(), "{readme} has no code that could run");
        for (language, line, code) in programs(blocks) {
            if language == "c"
                && let Some(missing) = ffi::missing_for_libcurl()
            {
                counts += suites::skipped(missing);
                continue;
            }
            let passed = run_program(&sandbox, language, &code)?;
            if !passed {
                say!("{readme}, line {line}: the {language} code failed");
            }
            counts += suites::one(passed);
        }
    }
    Ok(counts)
}

fn rust(sandbox: &Sandbox) -> Result<Counts> {
    let mut command = sh::cargo("test --quiet --doc --package koodrive-conformance");
    command.env("RUSTDOCFLAGS", "--cfg koodrive_readme");
    suites::cargo_tests(sandbox.settings(&mut command))
}

fn run_program(sandbox: &Sandbox, language: &str, code: &str) -> Result<bool> {
    let mut command = if language == "python" {
        let mut command = sh::program(python::installed()?);
        command.arg("-c").arg(code);
        command
    } else if language == "c" {
        sh::program(ffi::program_over_libcurl(code)?)
    } else {
        let folder = npm::installed()?.join("documented");
        npm::lend("undici", &folder)?;
        let file = folder.join("block.mjs");
        fs::write(&file, code)?;
        if language == "ts" {
            strip_types(&file)?;
        }
        node(&file)
    };
    sandbox.settings(&mut command);
    if language == "python" {
        // `Client.from_env` takes the app or a token, and the sandbox knows both.
        command.env_remove("KOODRIVE_TOKEN");
    }
    let output = command.output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let said = output.status.success() && prints_what_it_says(code, &printed);
    if !said {
        say!("{printed}{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(said)
}

/// `// → text` after a line says that it prints this text.
pub(crate) fn prints_what_it_says(code: &str, printed: &str) -> bool {
    let mut lines = printed.lines();
    code.lines()
        .filter_map(|line| line.split_once("// → "))
        .all(|(_, text)| lines.any(|line| line == text))
}

/// Makes JavaScript of TypeScript, in place.
fn strip_types(file: &Path) -> Result<()> {
    let code = sh::output(
        sh::program("node")
            .arg(npm::binding("node_modules/esbuild/bin/esbuild"))
            .args(["--loader=ts", "--format=esm", "--log-level=warning"])
            .stdin(fs::File::open(file)?),
    )?;
    Ok(fs::write(file, code)?)
}

fn node(file: &Path) -> Command {
    let mut command = sh::program("node");
    command.arg(file);
    command
}

/// JavaScript declares its names once, so that each block is a program of its own. In Python a
/// README is one program, each block of which builds on those before.
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

/// Returns the fenced blocks that run here, with their line numbers. A word that no one knows is a
/// mistake: the block would not run.
fn blocks(text: &str) -> Result<Vec<Block<'_>>> {
    let mut blocks = all_blocks(text);
    for (language, line, _) in &blocks {
        ensure!(
            RUN_HERE.contains(language)
                || RUN_ELSEWHERE.contains(language)
                || NO_PROGRAM.contains(language),
            "line {line}: nothing runs a block of {language:?}"
        );
    }
    blocks.retain(|(language, ..)| RUN_HERE.contains(language));
    Ok(blocks)
}

/// The blocks of a language, for the suite that runs them.
pub(crate) fn of_language(text: &str, wanted: &str) -> Vec<String> {
    let blocks = all_blocks(text).into_iter();
    let wanted = blocks.filter(|(language, ..)| *language == wanted);
    wanted.map(|(.., code)| code).collect()
}

fn all_blocks(text: &str) -> Vec<Block<'_>> {
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
    blocks
}

/// The imports and variables that examples in the declarations may use, so that an example can be
/// short.
const AT_HAND: &str = r#"
import { ApiError, Client, dispatch, getSpaceUsageByOverview, INTERNATIONAL, isKooDriveError, notifyPackageExpire, rawCall } from "koodrive";
import { Sandbox } from "koodrive/sandbox";
import { overUndici } from "koodrive/undici";
import { Agent, request } from "undici";
const { KOODRIVE_ENDPOINT = "", KOODRIVE_USER_ID = "", KOODRIVE_APP_ID = "", KOODRIVE_APP_SECRET = "" } = process.env;
const client = new Client({ endpoint: KOODRIVE_ENDPOINT, userId: KOODRIVE_USER_ID, appId: KOODRIVE_APP_ID, appSecret: KOODRIVE_APP_SECRET });
const call = notifyPackageExpire({ carrierUserId: "189642158555241211", packageId: "14" });
"#;

/// Returns the examples in the npm package's declarations: where each stands, and a program of it.
fn examples() -> Result<Vec<(String, String)>> {
    let mut examples = Vec::new();
    for file in files(&npm::binding("js"))? {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&file)?;
        // Comment by comment, without the asterisks.
        let lines = text.lines().map(|line| {
            let line = line.trim_start();
            line.strip_prefix("* ")
                .or_else(|| line.strip_prefix('*'))
                .unwrap_or("")
        });
        let comments: Vec<_> = lines.collect();
        for (language, line, code) in blocks(&comments.join("\n"))? {
            ensure!(
                language == "ts",
                "{name}, line {line}: an example is TypeScript"
            );
            // A block, so that it may have names of its own.
            examples.push((
                format!("{name}, line {line}"),
                format!("{AT_HAND}{{\n{code}}}\nexport {{}};\n"),
            ));
        }
    }
    ensure!(!examples.is_empty(), "the declarations have no example");
    Ok(examples)
}

/// All TypeScript of the npm package's page, the project's, and the declarations: where it stands,
/// and the program.
pub(crate) fn typescript() -> Result<Vec<(String, String)>> {
    let mut programs = examples()?;
    for readme in READMES {
        let text = fs::read_to_string(sh::root().join(readme))?;
        for (language, line, code) in blocks(&text)? {
            if language == "ts" {
                programs.push((format!("{readme}, line {line}"), code));
            }
        }
    }
    Ok(programs)
}
