//! `cargo xtask fuzz`: the fuzz targets of `core/fuzz`, one after the other, each for so many minutes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::sh;

/// What a run of one target found.
struct Run {
    target: String,
    executions: u64,
    /// libFuzzer's own line: edges covered, features, size of the corpus.
    coverage: String,
    findings: Vec<String>,
}

/// All targets, or one.
pub(crate) fn run(minutes: &str, only: Option<&str>) -> Result<ExitCode> {
    let minutes: u64 = minutes
        .parse()
        .context("--minutes takes a whole number of minutes")?;
    let folder = sh::root().join("core/fuzz");
    let targets: Vec<String> = targets(&folder)?
        .into_iter()
        .filter(|target| only.is_none_or(|name| target == name))
        .collect();
    if targets.is_empty() {
        bail!("there is no target of that name in core/fuzz/fuzz_targets");
    }
    prepare()?;
    write_seeds()?;
    sh::run(cargo_fuzz("build").arg("--fuzz-dir").arg(&folder))?;
    let mut runs = Vec::new();
    for target in targets {
        println!("=== {target}: {minutes} minutes");
        let run = fuzz(&folder, &target, minutes * 60)?;
        println!("{}", line(&run));
        runs.push(run);
    }
    println!("\n=== summary");
    for run in &runs {
        println!("{}", line(run));
    }
    Ok(if runs.iter().all(|run| run.findings.is_empty()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn targets(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.join("fuzz_targets"))? {
        let path = entry?.path();
        names.extend(
            path.file_stem()
                .map(|name| name.to_string_lossy().into_owned()),
        );
    }
    names.sort();
    Ok(names)
}

/// cargo-fuzz and the nightly compiler, whose instrumentation it needs.
fn prepare() -> Result<()> {
    if !succeeds(sh::program("rustup").args(["run", "nightly", "rustc", "--version"])) {
        sh::run(sh::program("rustup").args([
            "toolchain",
            "install",
            "nightly",
            "--profile",
            "minimal",
        ]))?;
    }
    if !succeeds(sh::cargo().args(["fuzz", "--version"])) {
        sh::run(sh::cargo().args(["install", "cargo-fuzz", "--locked", "--version", "^0.13"]))?;
    }
    Ok(())
}

/// The conformance vectors as inputs, a folder for each target.
fn write_seeds() -> Result<()> {
    let _ = fs::remove_dir_all(seeds());
    sh::run(
        sh::cargo()
            .args(["run", "--quiet", "--package", "koodrive-invariants"])
            .args(["--example", "seeds"])
            .arg(seeds()),
    )
}

fn seeds() -> PathBuf {
    sh::target().join("fuzz-seeds")
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn cargo_fuzz(subcommand: &str) -> Command {
    let mut command = sh::program("rustup");
    command
        .args([
            "run",
            "nightly",
            "cargo",
            "fuzz",
            subcommand,
            "--target-dir",
        ])
        .arg(sh::target().join("fuzz"));
    command
}

fn fuzz(folder: &Path, target: &str, seconds: u64) -> Result<Run> {
    let artifacts = folder.join("artifacts").join(target);
    let corpus = folder.join("corpus").join(target);
    fs::create_dir_all(&corpus)?;
    let _ = fs::remove_dir_all(&artifacts);
    let found = folder.join("found").join(target);
    let output = cargo_fuzz("run")
        .arg("--fuzz-dir")
        .arg(folder)
        .arg(target)
        // New inputs go into the first folder; the others stay as they are.
        .arg(&corpus)
        .arg(seeds().join(target))
        .args(found.exists().then_some(found))
        .args(["--", "-print_final_stats=1"])
        .arg(format!("-max_total_time={seconds}"))
        .output()
        .context("cannot start cargo-fuzz")?;
    let printed = String::from_utf8_lossy(&output.stderr);
    let mut findings = Vec::new();
    for entry in fs::read_dir(&artifacts).into_iter().flatten() {
        findings.push(entry?.path().display().to_string());
    }
    let executions = printed
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))
        .and_then(|number| number.trim().parse().ok());
    let Some(executions) = executions else {
        bail!("{target} did not run\n{printed}");
    };
    if !findings.is_empty() {
        // The panic's own words.
        let panic = printed
            .lines()
            .skip_while(|line| !line.contains("panicked at"));
        println!("{}", panic.take(4).collect::<Vec<_>>().join("\n"));
    } else if !output.status.success() {
        bail!("{target} ended early\n{printed}");
    }
    let coverage = printed.lines().rev().find_map(|line| {
        let from = line.find("cov: ")?;
        Some(line[from..].split(" lim:").next()?.to_owned())
    });
    Ok(Run {
        target: target.to_owned(),
        executions,
        coverage: coverage.unwrap_or_default(),
        findings,
    })
}

fn line(run: &Run) -> String {
    let Run {
        target,
        executions,
        coverage,
        findings,
    } = run;
    let found = if findings.is_empty() {
        "no findings".to_owned()
    } else {
        format!("{} findings: {}", findings.len(), findings.join(", "))
    };
    format!("{target:<10} {executions:>12} executions, {coverage}, {found}")
}
