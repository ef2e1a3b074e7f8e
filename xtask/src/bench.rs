//! `cargo xtask bench`: what a request costs, beside the peers in the same run on the same machine.
//!
//! Every peer is a program that prints what it measured, a JSON object a line (row.rs); findings.rs starts it pinned to one
//! core. Nothing here fails for being slow: budgets.rs says what was aimed at, report.rs what was found.

mod budgets;
mod check;
mod findings;
mod machine;
mod node;
mod python;
mod readme;
mod report;
mod row;
mod rust;
mod server;

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::sh;
pub(crate) use check::check;
use findings::Findings;
use report::Report;
pub(crate) use rust::build as build_rust;

/// A part of the benchmark that can be run alone.
struct Section {
    name: &'static str,
    /// What it measures, in order: one function for each table, or for a language's part of one.
    measure: &'static [fn(&mut Findings) -> Result<()>],
}

const SECTIONS: [Section; 7] = [
    Section {
        name: "rust",
        measure: &[rust::requests],
    },
    Section {
        name: "node",
        measure: &[node::requests],
    },
    Section {
        name: "python",
        measure: &[python::requests],
    },
    Section {
        name: "browser",
        measure: &[node::browser],
    },
    // What is installed or downloaded, how long it takes to start, how much memory it takes.
    Section {
        name: "size",
        measure: &[python::sizes, node::size],
    },
    Section {
        name: "end-to-end",
        measure: &[rust::end_to_end, python::end_to_end, node::end_to_end],
    },
    Section {
        name: "growth",
        measure: &[rust::growth, python::growth, node::growth],
    },
];

/// Measures all sections, or one, and writes `target/bench/bench.md` and `bench.json`.
pub(crate) fn run(only: Option<&str>) -> Result<()> {
    let names: Vec<_> = SECTIONS.iter().map(|section| section.name).collect();
    if let Some(name) = only.filter(|name| !names.contains(name)) {
        bail!("there is no section {name}; there are {}", names.join(", "));
    }
    let mut findings = Findings::new()?;
    for section in &SECTIONS {
        if only.is_some_and(|name| name != section.name) {
            continue;
        }
        eprintln!("=== {}", section.name);
        let start = Instant::now();
        for measure in section.measure {
            measure(&mut findings)?;
        }
        eprintln!("({:.0} s)", start.elapsed().as_secs_f32());
    }
    let report = findings.into_report(only)?;
    fs::write(directory().join("bench.json"), report.json()?)?;
    let markdown = report.markdown();
    fs::write(directory().join("bench.md"), &markdown)?;
    println!("{markdown}");
    Ok(())
}

/// Puts what was measured last into README.md and docs/benchmarks.md.
pub(crate) fn write_readme() -> Result<()> {
    let file = directory().join("bench.json");
    let text = fs::read_to_string(&file)
        .with_context(|| format!("no {}: run `cargo xtask bench` first", file.display()))?;
    let report = Report::read(&text)?;
    if let Some(only) = &report.only {
        bail!(
            "{} holds the section {only} alone: run `cargo xtask bench` first",
            file.display()
        );
    }
    readme::write(&report)
}

/// Where results go, and what is built to get them.
pub(crate) fn directory() -> PathBuf {
    sh::target().join("bench")
}
