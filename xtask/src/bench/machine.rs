//! The machine that was measured on, in words, and the core that measured programs are pinned to.

use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::sh;

/// Processor, cores, system. What cannot be found out is left out.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut words = vec![];
    words.extend(line_of("/proc/cpuinfo", "model name"));
    words.push(format!("{cores} cores"));
    words.push(format!(
        "{} {}",
        std::env::consts::OS,
        std::env::consts::ARCH
    ));
    words.join(", ")
}

/// The compiler and the languages that are here.
pub(crate) fn versions() -> Result<Vec<(String, String)>> {
    let mut versions = vec![(
        "rustc".to_owned(),
        sh::output(sh::program("rustc").arg("--version"))?
            .trim()
            .to_owned(),
    )];
    for (name, program) in [("Node", "node"), ("Python", "python3")] {
        let printed = sh::output(sh::program(program).arg("--version"))?;
        let digits = printed.trim_start_matches(|c: char| !c.is_ascii_digit());
        versions.push((name.to_owned(), digits.trim().to_owned()));
    }
    Ok(versions)
}

/// Where what is measured runs: the last core that this process may use. None where cores cannot be chosen.
pub(crate) fn last_core() -> Option<String> {
    cores().and_then(|list| Some(list.rsplit(['-', ',']).next()?.to_owned()))
}

/// Where what is not measured runs meanwhile: the first one.
pub(crate) fn first_core() -> Option<String> {
    cores().and_then(|list| Some(list.split(['-', ',']).next()?.to_owned()))
}

/// As Linux writes it: `0-3,8`.
fn cores() -> Option<String> {
    let chooses = Command::new("taskset").arg("--version").output();
    chooses.ok().filter(|output| output.status.success())?;
    line_of("/proc/self/status", "Cpus_allowed_list")
}

/// Runs on that core alone.
pub(crate) fn pinned(command: &Command, core: Option<&str>) -> Command {
    let mut pinned = sh::program("taskset");
    match core {
        Some(core) => {
            pinned.args(["--cpu-list", core]).arg(command.get_program());
        }
        None => pinned = sh::program(command.get_program()),
    }
    pinned.args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        pinned.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => pinned.env(name, value),
            None => pinned.env_remove(name),
        };
    }
    pinned
}

fn line_of(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(known, _)| known.trim() == name)?;
    Some(value.trim().to_owned())
}
