//! Node, Chromium and npm: the peers in `tests/bench/node`, with koodrive installed beside them from its tarball.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::directory;
use super::findings::Findings;
use super::server::Server;
use crate::files::files;
use crate::{chromium, npm, runtimes, sh};

/// Peers that sign, each a file in `tests/bench/node/peers`.
const PEERS: [&str; 9] = [
    "tuned",
    "koodrive",
    "hand",
    "one-shot",
    "official",
    "aws4",
    "smithy",
    "webcrypto",
    "noble",
];

/// Those that do everything that koodrive does, which can take its place in a nightly job.
const WHOLE: [&str; 3] = ["tuned", "koodrive", "hand"];

/// The first that a fresh process does.
const STARTS: [&str; 3] = [
    "koodrive",
    "node:crypto",
    "@huaweicloud/huaweicloud-sdk-core",
];

/// The table `node`, and what a batch takes in the table `memory`.
pub(crate) fn requests(findings: &mut Findings) -> Result<()> {
    versions(findings)?;
    findings.measure(3, &programs("requests.mjs", &PEERS)?)?;
    findings.measure(3, &programs("batch.mjs", &WHOLE)?)
}

/// The table `browser`.
pub(crate) fn browser(findings: &mut Findings) -> Result<()> {
    let mut program = program("browser.mjs", &[])?;
    program
        .env(
            "KOODRIVE_CHROMIUM",
            chromium::program().context(chromium::MISSING)?,
        )
        .env("KOODRIVE_TOOLS", runtimes::tools()?);
    findings.measure(3, &[program])
}

/// npm's rows of the tables `size` and `start`.
pub(crate) fn size(findings: &mut Findings) -> Result<()> {
    versions(findings)?;
    let mut sizes = program("size.mjs", &[])?;
    sizes
        .arg(npm::installed()?)
        .arg(npm::installed()?.join("node_modules/koodrive/dist/koodrive.wasm"));
    findings.measure(1, &[sizes])?;
    let starts = programs("start.mjs", &STARTS)?;
    findings.measure(11, &starts)
}

/// undici's row of the table `end to end`, and Node's fetch beside it.
pub(crate) fn end_to_end(findings: &mut Findings) -> Result<()> {
    let server = Server::start()?;
    let mut paths = Vec::new();
    for path in ["constant", "koodrive", "fetch"] {
        paths.push(program("end-to-end.mjs", &[path, &server.address])?);
    }
    findings.measure(3, &paths)
}

/// Node's rows of the table `growth`.
pub(crate) fn growth(findings: &mut Findings) -> Result<()> {
    for (rounds, requests) in [(11, "1"), (11, "1000"), (1, "1000000")] {
        // V8 gives a process that makes much garbage more room for it. That is no growth of what is held.
        let mut program = Command::new("node");
        program.arg("--max-semi-space-size=1");
        program.arg(installed()?.join("growth.mjs")).arg(requests);
        findings.measure(rounds, &[program])?;
    }
    Ok(())
}

fn programs(file: &str, peers: &[&str]) -> Result<Vec<Command>> {
    peers.iter().map(|peer| program(file, &[peer])).collect()
}

/// Node with a file of that folder.
fn program(file: &str, arguments: &[&str]) -> Result<Command> {
    let mut program = Command::new("node");
    program.arg(installed()?.join(file)).args(arguments);
    Ok(program)
}

/// A copy of the folder, with everything installed that it imports.
fn installed() -> Result<PathBuf> {
    let folder = directory().join("node");
    for file in files(&sources())? {
        // Where somebody has installed something by hand.
        if file
            .components()
            .any(|part| part.as_os_str() == "node_modules")
        {
            continue;
        }
        copy(&file, &folder.join(file.strip_prefix(sources())?))?;
    }
    npm::dependencies(&folder)?;
    let package = npm::installed()?.join("node_modules/koodrive");
    for file in files(&package)? {
        let target = folder.join("node_modules/koodrive");
        copy(&file, &target.join(file.strip_prefix(&package)?))?;
    }
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().unwrap_or(to))?;
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

/// Names the peers, which are pinned.
fn versions(findings: &mut Findings) -> Result<()> {
    let manifest = fs::read_to_string(sources().join("package.json"))?;
    let manifest: Value = serde_json::from_str(&manifest)?;
    let peers = manifest["devDependencies"].as_object();
    for (name, version) in peers.context("package.json names no peers")? {
        findings.version(name, version.as_str().context("a version is no text")?);
    }
    Ok(())
}

fn sources() -> PathBuf {
    sh::root().join("tests/bench/node")
}
