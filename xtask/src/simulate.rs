//! `cargo xtask simulate`: nights of a dispatcher in virtual time. The simulator is a program of
//! its own, since only an optimised one plays ten million calls in a minute.

use anyhow::Result;

use crate::sh;

pub(crate) fn run(options: &[&str]) -> Result<()> {
    sh::run(sh::cargo("run --quiet --release --package koodrive-simulator --").args(options))
}
