//! The figures in README.md and docs/benchmarks.md: what stands between two marks is written by this program.

use std::fs;

use anyhow::{Context as _, Result};

use super::report::Report;
use crate::sh;

const BEGIN: &str = "<!-- begin: cargo xtask bench --write-readme -->";
const END: &str = "<!-- end: cargo xtask bench --write-readme -->";

/// The verdicts into README.md, everything into docs/benchmarks.md.
pub(crate) fn write(report: &Report) -> Result<()> {
    let short = format!("{}:\n\n{}", report.machine, report.budgets());
    for (name, block) in [
        ("README.md", short),
        ("docs/benchmarks.md", report.markdown()),
    ] {
        let file = sh::root().join(name);
        let text = fs::read_to_string(&file)?;
        let text = replaced(&text, &block).with_context(|| format!("{name} lacks the marks"))?;
        fs::write(&file, text)?;
        println!("{name} has the latest figures");
    }
    Ok(())
}

fn replaced(text: &str, block: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some([before, BEGIN, "\n", block.trim_end(), "\n", END, after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let text = [BEGIN, "\nold\n", END, "\nb"].concat();
        let new = [BEGIN, "\nnew\n", END, "\nb"].concat();
        assert_eq!(replaced(&text, "new\n"), Some(new));
        assert_eq!(replaced("a", "new"), None);
    }
}
