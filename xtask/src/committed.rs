//! Regressions are caught without clocks: instructions of the core's operations, and bytes of
//! what is published, are held against the values in `tests/bench/committed.json`.
//! `cargo xtask bench --accept` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::output::say;
use crate::test::{
    Counts,
    suites::{one, runs, skipped},
};
use crate::{ffi, npm, python, sh};

/// The share by which a value may exceed the committed one. Instructions differ a little with the C
/// library's `memcpy` and `malloc` and with rustc; bytes with rustc and Node.
const INSTRUCTIONS_TOLERANCE: f64 = 0.03;
const BYTES_TOLERANCE: f64 = 0.01;

type Values = BTreeMap<String, u64>;

/// Runs the suite `instructions`.
pub(crate) fn instructions() -> Result<Counts> {
    if !runs("valgrind", "--version") {
        return Ok(skipped("there is no valgrind, which counts instructions"));
    }
    let counted = count_instructions()?;
    held(&counted, &read()?.instructions, INSTRUCTIONS_TOLERANCE)
}

/// Runs the suite `sizes`.
pub(crate) fn sizes() -> Result<Counts> {
    held(&count_bytes()?, &read()?.bytes, BYTES_TOLERANCE)
}

/// Takes everything as it is.
pub(crate) fn accept() -> Result<()> {
    let values = Committed {
        instructions: count_instructions()?,
        bytes: count_bytes()?,
    };
    let json = serde_json::json!({
        "instructions": values.instructions,
        "bytes": values.bytes,
    });
    fs::write(file(), serde_json::to_string_pretty(&json)? + "\n")?;
    say!("{} is written", file().display());
    Ok(())
}

struct Committed {
    instructions: Values,
    bytes: Values,
}

fn read() -> Result<Committed> {
    let text = fs::read_to_string(file())?;
    let values: serde_json::Value = serde_json::from_str(&text)?;
    Ok(Committed {
        instructions: serde_json::from_value(values["instructions"].clone())?,
        bytes: serde_json::from_value(values["bytes"].clone())?,
    })
}

fn file() -> PathBuf {
    sh::root().join("tests/bench/committed.json")
}

/// Returns whether each value is at most the committed one and the tolerance. Less is progress,
/// which is worth committing.
fn held(found: &Values, committed: &Values, tolerance: f64) -> Result<Counts> {
    ensure!(
        found.keys().eq(committed.keys()),
        "tests/bench/committed.json has other names: cargo xtask bench --accept"
    );
    let mut counts = Counts::default();
    for ((name, found), committed) in found.iter().zip(committed.values()) {
        let change = change(*found, *committed);
        let passed = within(*found, *committed, tolerance);
        say!(
            "{name}: {found}, committed {committed} ({:+.1} %, at most {:+.0} %)",
            change * 100.0,
            tolerance * 100.0
        );
        if !passed {
            say!("  if it is worth that: cargo xtask bench --accept");
        } else if change < -tolerance {
            say!("  to keep it so: cargo xtask bench --accept");
        }
        counts += one(passed);
    }
    Ok(counts)
}

#[expect(clippy::cast_precision_loss, reason = "far below 53 bits")]
fn change(found: u64, committed: u64) -> f64 {
    found as f64 / committed as f64 - 1.0
}

/// Multiplied, not divided: the quotient of what is just within may come out above the tolerance.
#[expect(clippy::cast_precision_loss, reason = "far below 53 bits")]
fn within(found: u64, committed: u64, tolerance: f64) -> bool {
    found as f64 <= committed as f64 * (1.0 + tolerance)
}

/// Returns the instructions of one more run of each operation. The start-up is in both counts, and
/// so cancels out.
fn count_instructions() -> Result<Values> {
    let program = counted_program()?;
    let (few, many) = (1_000, 2_000);
    let mut counted = Values::new();
    for operation in [
        "bearer request",
        "signed request",
        "parse",
        "dispatched call",
    ] {
        let count = |runs: u64| callgrind(&program, operation, runs);
        let more = count(many)?.saturating_sub(count(few)?);
        counted.insert(operation.to_owned(), more / (many - few));
    }
    Ok(counted)
}

/// Builds `instructions`, in `tests/bench/rust`, which is a workspace of its own.
fn counted_program() -> Result<PathBuf> {
    let target = sh::target().join("bench/rust");
    sh::run(
        sh::cargo("build --quiet --locked --release --package bench-koodrive --bin instructions")
            .current_dir(sh::root().join("tests/bench/rust"))
            .env("CARGO_TARGET_DIR", &target),
    )?;
    Ok(target.join("release/instructions"))
}

fn callgrind(program: &Path, operation: &str, runs: u64) -> Result<u64> {
    let output = sh::program("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([operation, &runs.to_string()])
        .output()?;
    let printed = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "callgrind failed: {printed}");
    let (_, count) = printed
        .split_once("Collected : ")
        .with_context(|| format!("callgrind counted nothing: {printed}"))?;
    Ok(count.lines().next().unwrap_or_default().trim().parse()?)
}

/// Returns the sizes of the files that users download or install.
fn count_bytes() -> Result<Values> {
    let mut bytes = Values::new();
    for (name, gzip) in npm::measured()? {
        bytes.insert(format!("npm {name}, gzip"), gzip);
    }
    bytes.insert(
        "pip wheel".to_owned(),
        fs::metadata(python::wheel()?)?.len(),
    );
    bytes.insert(
        "koodrive.wasm for other languages".to_owned(),
        fs::metadata(ffi::wasm()?)?.len(),
    );
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_beyond_the_tolerance_fails_and_less_does_not() {
        let values = |value| Values::from([("parse".to_owned(), value)]);
        for (found, passes) in [(500, true), (1_000, true), (1_030, true), (1_031, false)] {
            let counts = held(&values(found), &values(1_000), 0.03).unwrap();
            assert_eq!(counts.all_passed(), passes, "{found}");
        }
        assert!(held(&values(1), &Values::new(), 0.03).is_err());
    }
}
