//! `koodrive.spark` on a real Spark: jobs against the sandbox, the README's example, and its types, since Spark's are there.

use anyhow::Result;

use super::{binding, installed_beside_spark};
use crate::test::{Counts, count, suites};
use crate::{debian, npm};

/// The suite.
pub(crate) fn test() -> Result<Counts> {
    debian::program(
        &["java"],
        "openjdk-17-jre-headless",
        "install Java 17 or later",
    )?;
    npm::dependencies(&binding("typing"))?;
    let mut pytest = super::pytest(&installed_beside_spark()?);
    // One after the other: they share a Spark, which has four workers.
    pytest.args(["--numprocesses", "0", "bindings-python/spark"]);
    suites::counted(&mut pytest, count::pytest)
}
