//! The types of the package: stubtest holds the stub and the native module together, type checkers
//! the rest.

use anyhow::Result;

use super::{binding, installed};
use crate::npm;
use crate::test::{Counts, suites};

pub(crate) fn test() -> Result<Counts> {
    npm::dependencies(&binding("typing"))?;
    let mut pytest = super::pytest(&installed()?);
    suites::pytest(pytest.arg("bindings-python/typing"))
}
