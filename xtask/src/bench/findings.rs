//! Starts what measures, and gathers what it printed.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::report::Report;
use super::row::{Printed, Row};
use super::{directory, machine};
use crate::sh;

/// All rows so far, in the order of the first appearance of each.
pub(crate) struct Findings {
    rows: Vec<Row>,
    versions: BTreeMap<String, String>,
    /// Where measured programs run; none where cores cannot be chosen.
    core: Option<String>,
}

impl Findings {
    pub(crate) fn new() -> Result<Self> {
        fs::create_dir_all(directory())?;
        let core = machine::last_core();
        if core.is_none() {
            eprintln!("there is no taskset here: programs are not pinned to a core");
        }
        Ok(Self {
            rows: Vec::new(),
            versions: machine::versions()?.into_iter().collect(),
            core,
        })
    }

    /// Starts these programs one after the other, each in a fresh process pinned to one core, the whole list `rounds` times,
    /// and takes the rows that they print. Samples of the same row add up: what a machine does for a while then happens to
    /// all of them.
    pub(crate) fn measure(&mut self, rounds: usize, programs: &[Command]) -> Result<()> {
        for _ in 0..rounds {
            for program in programs {
                let mut pinned = machine::pinned(program, self.core.as_deref());
                let printed = sh::output(&mut pinned)?;
                let printed = Printed::read(&printed)
                    .with_context(|| format!("what {} printed", program.get_program().display()))?;
                printed.rows.into_iter().for_each(|row| self.add(row));
                self.versions.extend(printed.versions);
            }
        }
        Ok(())
    }

    /// Names what was measured, or what it was measured with.
    pub(crate) fn version(&mut self, name: &str, version: &str) {
        self.versions.insert(name.to_owned(), version.to_owned());
    }

    /// Takes a row that was found out without a program, or more samples of a row that is there.
    pub(crate) fn add(&mut self, row: Row) {
        let mut rows = self.rows.iter_mut();
        match rows.find(|known| {
            known.is_of(&row.table, &row.operation, &row.peer) && known.unit == row.unit
        }) {
            Some(known) => known.samples.extend(row.samples),
            None => self.rows.push(row),
        }
    }

    /// What `only` was measured, if not all.
    pub(crate) fn into_report(self, only: Option<&str>) -> Result<Report> {
        self.rows.iter().try_for_each(Row::check)?;
        Ok(Report {
            only: only.map(str::to_owned),
            machine: machine::describe(),
            versions: self.versions,
            rows: self.rows,
        })
    }
}
