//! The project's own commands. Each prepares what it needs on a machine that has Rust, Python and
//! Node.

mod bench;
mod chromium;
mod committed;
mod demo;
mod differential;
mod ffi;
mod files;
mod go;
mod java;
mod links;
mod npm;
mod once;
mod output;
mod paths;
mod progress;
mod prose;
mod python;
mod readme;
mod runtimes;
mod sandbox;
mod sh;
mod simulate;
mod supply_chain;
mod test;
mod toolchain;

use std::process::ExitCode;

use anyhow::Result;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo [--only rust|node|python|go]
                                   one call, whole, in four languages, against the sandbox
  test [--only SUITE]              everything that must hold; --list names the suites
  bench [--only SECTION]           what a request costs beside its peers: rust, limits, node, python, browser, size, end-to-end,
                                   growth or runtimes (C, Go, JVM); leaves target/bench/bench.md and bench.json
  bench --accept                   instruction counts and bytes as they are into tests/bench/committed.json
  differential [--cases N] [--seed S] [--first N]
                                   random cases, whose results must be the same in Rust, Python, Node, Chromium, Java and Go
  simulate [--calls N] [--seed S] [--scenario NAME]
                                   nights of a dispatcher in virtual time: what it costs a service, and the reverse
  simulate pace [PART OF A NAME]   ten seeds of each trouble of a service, as a table, with the goals
  package npm                      the tarball; its path is the last line
  package python                   the sdist and every wheel that this machine can make; their paths are the last lines
  package ffi                      koodrive.wasm and the C library with its header; their paths are the last lines
  package java                     the jar with the C library in it, its sources and its javadoc; their paths are the last lines
  go generate                      the core of the Go package: koodrive.wasm, translated by wasm2go
  deny [--advisories]              cargo-deny by deny.toml; with advisories and npm's signatures, which need the internet
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<ExitCode> {
    match arguments {
        ["demo"] => demo::run_all()?,
        ["demo", "--only", language] if demo::LANGUAGES.contains(language) => {
            demo::run(&[*language])?;
        }
        ["test"] => return test::run_all(),
        ["test", "--only", suite] => return test::run_one(suite),
        ["test", "--list"] => test::list(),
        ["bench"] => bench::run(None)?,
        ["bench", "--only", section] => bench::run(Some(section))?,
        ["bench", "--accept"] => committed::accept()?,
        ["differential", arguments @ ..] => {
            if !differential::run(arguments)?.all_passed() {
                return Ok(ExitCode::FAILURE);
            }
        }
        ["simulate", options @ ..] => simulate::run(options)?,
        ["package", "npm"] => println!("{}", npm::pack()?.display()),
        ["package", "python"] => {
            for path in python::package()? {
                println!("{}", path.display());
            }
        }
        ["package", "ffi"] => {
            println!("{}", ffi::wasm()?.display());
            println!("{}", ffi::library()?.display());
        }
        ["package", "java"] => {
            for jar in java::package()? {
                println!("{}", jar.display());
            }
        }
        ["go", "generate"] => go::generate()?,
        ["deny"] => supply_chain::deny(false)?,
        ["deny", "--advisories"] => supply_chain::deny(true)?,
        ["help" | "--help" | "-h"] => print!("{USAGE}"),
        _ => {
            eprint!("{USAGE}");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}
