//! The other end of everything end to end: a server in a process of its own, on another core than what is measured, that
//! answers every request with the same bytes. It lies in `tests/bench/rust/server`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};

use super::{machine, rust};

/// A running server; stopped when dropped.
pub(crate) struct Server {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start() -> Result<Self> {
        let program = Command::new(rust::build("bench-server", "bench-server")?);
        let mut child = machine::pinned(&program, machine::first_core().as_deref())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the server")?;
        let mut address = String::new();
        let stdout = child.stdout.take().context("the server has no output")?;
        BufReader::new(stdout).read_line(&mut address)?;
        Ok(Self {
            address: address.trim().to_owned(),
            child,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
