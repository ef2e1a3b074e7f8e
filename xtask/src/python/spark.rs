//! `koodrive.spark` on a real Spark: jobs against the sandbox, the README's example, and its types,
//! since Spark's are there.

use anyhow::Result;

use super::{binding, installed_beside_spark};
use crate::npm;
use crate::test::{Counts, suites};

/// Runs the suite.
pub(crate) fn test() -> Result<Counts> {
    if !suites::runs("java", "-version") {
        return Ok(suites::skipped("Spark needs Java 17 or later"));
    }
    npm::dependencies(&binding("typing"))?;
    let mut pytest = super::pytest(&installed_beside_spark()?);
    // One after the other: they share a Spark, which has four workers.
    suites::pytest(pytest.args(["--numprocesses", "0", "bindings-python/spark"]))
}
