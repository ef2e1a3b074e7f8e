//! Starts the sandbox on a port that the system chooses, and stops it by its own process id.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{output, sh};

/// The sandbox's default credentials, as the settings that every program of this project reads.
pub(crate) const SETTINGS: [(&str, &str); 4] = [
    ("KOODRIVE_USER_ID", "1505084218764547200"),
    ("KOODRIVE_APP_ID", "example-app-id"),
    ("KOODRIVE_APP_SECRET", "example-app-secret-not-real"),
    ("KOODRIVE_TOKEN", "example-token-not-real"),
];

/// Returns the path of the program that [`Sandbox::build`] builds.
pub(crate) fn program() -> PathBuf {
    sh::target()
        .join("debug")
        .join(format!("koodrive-sandbox{}", std::env::consts::EXE_SUFFIX))
}

/// A running sandbox; stopped when dropped.
pub(crate) struct Sandbox {
    child: Child,
    pub(crate) url: String,
    address: String,
}

impl Sandbox {
    /// Builds it in a cargo invocation of its own, so that its feature is in no one else's build.
    pub(crate) fn build() -> Result<()> {
        sh::run(&mut sh::cargo("build --quiet --package koodrive-sandbox"))
    }

    /// Starts a sandbox with `flags`, and with the answers to the raw calls of the READMEs.
    pub(crate) fn start(flags: &[&str]) -> Result<Self> {
        Self::build()?;
        let mut child = Command::new(program())
            .arg("--config")
            .arg(sh::root().join("tests/sandbox/readmes.json"))
            .args(flags)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(output::of_programs())
            .spawn()
            .context("cannot start the sandbox")?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("the sandbox has no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line)
            .with_context(|| format!("the sandbox did not say where it listens: {line:?}"))?;
        let text = |name: &str| {
            let text = ready[name].as_str().map(str::to_owned);
            text.with_context(|| format!("the sandbox did not name its {name}: {line:?}"))
        };
        Ok(Self {
            url: text("url")?,
            address: text("address")?,
            child,
        })
    }

    /// Returns the settings of a program that is to call this sandbox.
    pub(crate) fn settings<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("KOODRIVE_ENDPOINT", &self.url).envs(SETTINGS)
    }

    /// Returns how many calls that change state it has accepted so far.
    pub(crate) fn accepted(&self) -> Result<usize> {
        let mut stream = TcpStream::connect(&self.address)?;
        write!(
            stream,
            "GET /sandbox/accepted HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.address
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
        let accepted: Value = serde_json::from_str(body.context("no answer from the sandbox")?)?;
        match accepted.as_array() {
            Some(calls) => Ok(calls.len()),
            None => bail!("the sandbox's list of accepted calls is no list: {accepted}"),
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // The process may have ended by itself, and then kill fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
