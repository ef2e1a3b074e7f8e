//! Python: the peers in `tests/bench/python`, in an environment of their own beside the wheel that is shipped.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::findings::Findings;
use crate::{python, sh};

/// Times that programs are started, in turn; each repeats what it measures five times.
const ROUNDS: usize = 5;

/// The same, for those that measure once in a process.
const ROUNDS_OF_ONE: usize = 11;

/// The table `python`.
pub(crate) fn requests(findings: &mut Findings) -> Result<()> {
    let python = python::installed_beside_peers()?;
    let peers = ["ours", "tuned", "hand", "sdk_signer", "sdk_client", "sigv4"];
    findings.measure(
        ROUNDS,
        &peers.map(|peer| program(&python, "operations.py", &[peer])),
    )?;
    // Not of those that would take half a minute a round.
    let peers = ["ours", "tuned", "hand", "sdk_signer"];
    findings.measure(
        ROUNDS_OF_ONE,
        &peers.map(|peer| program(&python, "batch.py", &[peer])),
    )
}

/// What is installed, and what an import takes and holds.
pub(crate) fn sizes(findings: &mut Findings) -> Result<()> {
    let python = python::installed_beside_peers()?;
    let packages = ["koodrive", "huaweicloudsdkcore", "botocore"];
    findings.measure(1, &[program(&python, "size.py", &packages)])?;
    #[rustfmt::skip]
    let imports = [
        "koodrive", "import koodrive",
        "hand", "import collections, datetime, hashlib, hmac, json",
        "huaweicloudsdkcore client", "import huaweicloudsdkcore.client",
        "botocore SigV4", "import botocore.auth, botocore.awsrequest, botocore.credentials",
    ];
    findings.measure(ROUNDS, &[program(&python, "start.py", &imports)])
}

/// Over aiohttp: a call, and a night's job with its journal.
pub(crate) fn end_to_end(findings: &mut Findings) -> Result<()> {
    let python = python::installed_beside_peers()?;
    let programs = ["end_to_end.py", "job.py"];
    findings.measure(ROUNDS, &programs.map(|name| program(&python, name, &[])))
}

/// One process, more and more requests.
pub(crate) fn growth(findings: &mut Findings) -> Result<()> {
    let python = python::installed_beside_peers()?;
    let counts = ["1", "1000", "1000000"];
    findings.measure(
        ROUNDS_OF_ONE,
        &counts.map(|count| program(&python, "growth.py", &[count])),
    )
}

/// Leaves no bytecode in the sources.
fn program(python: &Path, name: &str, arguments: &[&str]) -> Command {
    let mut command = sh::program(python);
    command
        .arg(sh::root().join("tests/bench/python").join(name))
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}
