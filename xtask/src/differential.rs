//! `cargo xtask differential`: random cases through Rust, Python, Node, Chromium, Java and Go,
//! whose results must be the same. Go compares by itself, since it tells no empty text from an
//! absent one, and is left out where it is missing.
//!
//! `tests/differential` decides the cases and the notes; this module runs and compares them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::output::say;
use crate::test::{
    Counts,
    suites::{one, skipped},
};
use crate::{chromium, go, java, npm, output, python, runtimes, sh};

/// The seed and the number of cases of `cargo xtask test`: the same cases every time, so that a
/// change fails only over cases that it has caused.
const SUITE: (&str, u64) = ("koodrive", 5_000);

/// The number of cases at a time: a page takes its cases in one message.
const BATCH: u64 = 10_000;

/// Cases that are shown whole when they differ.
const SHOWN: usize = 5;

/// The first of each pair is what the second is compared with: Rust, with its options spelled as in
/// that language.
const HOSTS: [(&str, &str); 4] = [
    ("snake", "python"),
    ("camel", "node"),
    ("camel", "chromium"),
    ("camel", "java"),
];

/// The spellings of options that Rust's results use.
const SPELLINGS: [&str; 2] = ["snake", "camel"];

/// `--cases N`, `--seed S`, `--first N`; without a seed another one each time.
pub(crate) fn run(arguments: &[&str]) -> Result<Counts> {
    let fresh = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let (mut seed, mut first, mut cases) = (fresh.to_string(), 0, SUITE.1);
    for pair in arguments.chunks(2) {
        match pair {
            ["--seed", text] => (*text).clone_into(&mut seed),
            ["--first", number] => first = number.parse()?,
            ["--cases", number] => cases = number.parse()?,
            _ => bail!("differential takes --cases N, --seed S and --first N"),
        }
    }
    compare(&seed, first, cases)
}

/// Runs the suite.
pub(crate) fn test() -> Result<Counts> {
    compare(SUITE.0, 0, SUITE.1)
}

fn compare(seed: &str, first: u64, cases: u64) -> Result<Counts> {
    say!("seed {seed}, cases {first} to {}", first + cases - 1);
    let folder = sh::target().join("differential");
    fs::create_dir_all(&folder)?;
    let programs = Programs::prepare()?;
    let mut found = Findings {
        hosts: programs.hosts(),
        ..Findings::default()
    };
    for start in (first..first + cases).step_by(usize::try_from(BATCH)?) {
        let count = BATCH.min(first + cases - start);
        let generator = sh::root().join("tests/differential/generate.py");
        let mut generate = sh::program(&programs.python);
        generate
            .arg(generator)
            .args([seed, &start.to_string(), &count.to_string()])
            .env("PYTHONDONTWRITEBYTECODE", "1");
        fs::write(folder.join("cases"), sh::output(&mut generate)?)?;
        programs.run(&folder)?;
        found.read(&folder, count)?;
        let in_go = go::differential(&folder.join("cases"), &folder.join("snake"))?;
        found.go = in_go.map(|same| found.go.unwrap_or(true) && same);
    }
    found.report(seed, cases)
}

/// The programs that run the cases, one per language.
struct Programs {
    python: PathBuf,
    npm: PathBuf,
    /// The browser; without one only the other hosts are compared.
    chromium: Option<PathBuf>,
    has_java: bool,
}

impl Programs {
    fn prepare() -> Result<Self> {
        sh::run(sh::cargo().args([
            "build",
            "--quiet",
            "--package",
            "koodrive-conformance",
            "--example",
            "differential",
        ]))?;
        let npm = npm::installed()?;
        for script in ["node.mjs", "outcome.mjs"] {
            fs::copy(
                sh::root().join("tests/differential").join(script),
                npm.join(script),
            )?;
        }
        runtimes::tools()?;
        Ok(Self {
            python: python::installed()?,
            npm,
            chromium: chromium::program(),
            has_java: java::is_there(),
        })
    }

    fn hosts(&self) -> Vec<(&'static str, &'static str)> {
        let mut hosts = HOSTS.to_vec();
        hosts.retain(|(_, host)| match *host {
            "chromium" => self.chromium.is_some(),
            "java" => self.has_java,
            _ => true,
        });
        hosts
    }

    /// All at once. Each reads the file `cases`, and writes one that has its host's name.
    fn run(&self, folder: &Path) -> Result<()> {
        let scripts = sh::root().join("tests/differential");
        let mut running = Vec::new();
        let hosts = self.hosts().into_iter().map(|(_, host)| host);
        for host in SPELLINGS.into_iter().chain(hosts) {
            let (cases, results) = (folder.join("cases"), folder.join(host));
            let mut command = match host {
                "snake" | "camel" => sh::program(sh::target().join("debug/examples/differential")),
                "python" => script(&self.python, &scripts.join("python.py")),
                "node" => script(Path::new("node"), &self.npm.join("node.mjs")),
                "java" => java::random_cases(&cases, &results)?,
                _ => script(Path::new("node"), &scripts.join("chromium.mjs")),
            };
            if host != "java" {
                command.args([cases, results]);
            }
            command
                .args(SPELLINGS.contains(&host).then_some(host))
                .env("KOODRIVE_NPM", &self.npm)
                .env(
                    "KOODRIVE_CHROMIUM",
                    self.chromium.as_deref().unwrap_or(Path::new("")),
                );
            // Maven says there why it failed.
            command.stdout(if host == "java" {
                output::of_programs()
            } else {
                Stdio::null()
            });
            let child = command
                .stderr(output::of_programs())
                .spawn()
                .with_context(|| format!("cannot start the cases in {host}"))?;
            running.push((host, child));
        }
        let mut failed = Vec::new();
        for (host, mut child) in running {
            if !child.wait()?.success() {
                failed.push(host);
            }
        }
        ensure!(failed.is_empty(), "the cases did not run in {failed:?}");
        Ok(())
    }
}

fn script(interpreter: &Path, script: &Path) -> Command {
    let mut command = sh::program(interpreter);
    command.arg(script);
    command
}

#[derive(Default)]
struct Findings {
    hosts: Vec<(&'static str, &'static str)>,
    compared: u64,
    differing: BTreeMap<&'static str, u64>,
    /// Cases that a host has no words for.
    unsaid: BTreeMap<&'static str, u64>,
    /// How often each stage was reached, and how often it was refused.
    stages: BTreeMap<String, (u64, u64)>,
    shown: usize,
    /// Whether Go agrees.
    go: Option<bool>,
}

impl Findings {
    fn read(&mut self, folder: &Path, count: u64) -> Result<()> {
        let lines = |name: &str| -> Result<Lines<BufReader<File>>> {
            Ok(BufReader::new(File::open(folder.join(name))?).lines())
        };
        let mut cases = lines("cases")?;
        let mut rust = BTreeMap::new();
        for spelling in SPELLINGS {
            rust.insert(spelling, lines(spelling)?);
        }
        let mut hosts = Vec::new();
        for (spelling, host) in &self.hosts {
            hosts.push((*spelling, *host, lines(host)?));
        }
        for _ in 0..count {
            let case = cases.next().context("there are fewer cases")??;
            let mut expected = BTreeMap::new();
            for (spelling, results) in &mut rust {
                expected.insert(*spelling, next(spelling, results)?);
            }
            self.count(&expected["snake"]);
            for (spelling, host, results) in &mut hosts {
                let result = next(host, results)?;
                if result.get("unsaid").is_some() {
                    *self.unsaid.entry(host).or_default() += 1;
                } else if !same(&expected[spelling], &result) {
                    self.differ(host, &case, &expected[spelling], &result);
                }
            }
            self.compared += 1;
        }
        Ok(())
    }

    fn count(&mut self, result: &Value) {
        for (stage, found) in result.as_object().into_iter().flatten() {
            let (reached, refused) = self.stages.entry(stage.clone()).or_default();
            *reached += 1;
            *refused += u64::from(found.get("kind").is_some());
        }
    }

    fn differ(&mut self, host: &'static str, case: &str, expected: &Value, found: &Value) {
        *self.differing.entry(host).or_default() += 1;
        self.shown += 1;
        if self.shown > SHOWN {
            return;
        }
        say!("{host} differs in case {}: {case}", expected["number"]);
        let members = [expected, found].map(|it| it.as_object().cloned().unwrap_or_default());
        let names: std::collections::BTreeSet<_> =
            members.iter().flat_map(|it| it.keys()).collect();
        for stage in names {
            let [expected, found] = members.each_ref().map(|it| it.get(stage.as_str()));
            if expected.zip(found).is_none_or(|(a, b)| !same(a, b)) {
                let shown =
                    |value: Option<&Value>| value.map_or_else(String::new, Value::to_string);
                say!(
                    "  {stage}\n    rust: {}\n    {host}: {}",
                    shown(expected),
                    shown(found)
                );
            }
        }
    }

    /// A comparison for each host. A stage that nothing reaches, or that refuses nothing, would
    /// compare nothing.
    fn report(&self, seed: &str, cases: u64) -> Result<Counts> {
        for (stage, (reached, refused)) in &self.stages {
            if stage != "number" {
                say!("{stage}: reached {reached} times, refused {refused} times");
            }
        }
        if cases >= SUITE.1 {
            for stage in ["client", "call", "request", "explanation", "reply"] {
                let (reached, refused) = self.stages.get(stage).copied().unwrap_or_default();
                let passed = reached - refused;
                ensure!(
                    refused * 100 >= cases && passed * 10 >= cases,
                    "the cases hardly try the stage {stage}"
                );
            }
        }
        let mut counts = Counts::default();
        for (_, host) in &self.hosts {
            let differing = self.differing.get(host).copied().unwrap_or_default();
            let unsaid = self.unsaid.get(host).copied().unwrap_or_default();
            say!(
                "{host}: {differing} of {} cases differ from Rust",
                self.compared - unsaid
            );
            counts += one(differing == 0 && unsaid * 20 <= cases);
        }
        if let Some(same) = self.go {
            counts += one(same);
        } else {
            counts += skipped("there is no Go 1.26 or later");
        }
        for (host, missing) in [("chromium", chromium::MISSING), ("java", java::MISSING)] {
            if self.hosts.iter().all(|(_, there)| *there != host) {
                counts += skipped(missing);
            }
        }
        if !counts.all_passed() {
            say!("again: cargo xtask differential --seed {seed} --first NUMBER --cases 1");
        }
        Ok(counts)
    }
}

/// Returns the result of a host for the next case.
fn next(host: &str, results: &mut Lines<BufReader<File>>) -> Result<Value> {
    let line = results.next();
    let line = line.with_context(|| format!("{host} has fewer results"))??;
    Ok(serde_json::from_str(&line)?)
}

/// Returns whether two JSON values are equal. Numbers are one type: 1.0 in one language is 1 in
/// another.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, one)| other.get(name).is_some_and(|other| same(one, other)))
        }
        (one, other) => one == other,
    }
}
