//! The project's own commands. Each prepares what it needs on a machine that has Rust, Python and Node.

mod bench;
mod chromium;
mod committed;
mod debian;
mod demo;
mod differential;
mod dispatch;
mod ffi;
mod fuzz;
mod java;
mod licenses;
mod mutants;
mod npm;
mod progress;
mod python;
mod readme;
mod reproducible;
mod runtimes;
mod sandbox;
mod sbom;
mod sh;
mod simulate;
mod stamp;
mod supply_chain;
mod test;
mod toolchain;
mod types;
mod workbench;

use std::process::ExitCode;

use anyhow::Result;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo [--only rust|node|python]   one call, whole, in three languages, against the sandbox
  test [--only SUITE]              everything that must hold; --list names the suites
  bench [--only SECTION]           what a request costs beside its peers: rust, node, python, browser, size, end-to-end or
                                   growth; leaves target/bench/bench.md and bench.json
  bench --write-readme             the last whole run's figures into README.md and docs/benchmarks.md
  bench --accept                   instruction counts and bytes as they are into tests/bench/committed.json
  differential [--cases N] [--seed S] [--first N]
                                   random cases, whose results must be the same in Rust, Python, Node and Chromium
  fuzz --minutes N [--target T]    the fuzz targets of core/fuzz, N minutes each; installs cargo-fuzz and nightly
  simulate [--calls N] [--seed S] [--scenario NAME]
                                   nights of a dispatcher in virtual time: what it costs a service, and the reverse
  simulate pace [PART OF A NAME]   ten seeds of each trouble of a service, as a table, with the goals
  mutants [ARGUMENT …]             changes the core and counts what no test notices; --file FILE, --shard K/N; takes hours
  package npm                      the tarball; its path is the last line
  package python                   the sdist and every wheel that this machine can make; their paths are the last lines
  package ffi                      koodrive.wasm and the C library with its header; their paths are the last lines
  package java                     the jar with the C library in it, its sources and its javadoc; their paths are the last lines
  deny [--advisories]              cargo-deny by deny.toml; with advisories and npm's signatures, which need the internet
  unsafe                           how often each shipped crate says `unsafe`
  workbench [--screenshot]         the workbench page at a URL of this machine; or its picture made anew
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
        ["demo"] => demo::run(&demo::LANGUAGES)?,
        ["demo", "--only", language] if demo::LANGUAGES.contains(language) => {
            demo::run(&[*language])?;
        }
        ["test"] => return test::run(None),
        ["test", "--only", suite] => return test::run(Some(suite)),
        ["test", "--list"] => test::list(),
        ["bench"] => bench::run(None)?,
        ["bench", "--only", section] => bench::run(Some(section))?,
        ["bench", "--accept"] => committed::accept()?,
        ["bench", "--write-readme"] => bench::write_readme()?,
        ["differential", arguments @ ..] => {
            if !differential::run(arguments)?.all_passed() {
                return Ok(ExitCode::FAILURE);
            }
        }
        ["fuzz", "--minutes", minutes] => return fuzz::run(minutes, None),
        ["fuzz", "--minutes", minutes, "--target", target] => {
            return fuzz::run(minutes, Some(target));
        }
        ["simulate", options @ ..] => simulate::run(options)?,
        ["mutants", arguments @ ..] => return mutants::run(arguments),
        ["package", "npm"] => {
            let tarball = npm::pack()?;
            reproducible::print_sums()?;
            println!("{}", tarball.display());
        }
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
        ["workbench"] => workbench::run()?,
        ["workbench", "--screenshot"] => workbench::screenshot()?,
        ["deny"] => supply_chain::deny(false)?,
        ["deny", "--advisories"] => supply_chain::deny(true)?,
        ["unsafe"] => supply_chain::print_unsafe()?,
        ["help" | "--help" | "-h"] => print!("{USAGE}"),
        _ => {
            eprint!("{USAGE}");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}
