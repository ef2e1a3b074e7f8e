//! Counts passed tests from the runners' reports: JUnit's XML, and cargo's lines, since cargo's XML
//! needs a nightly toolchain.

use super::Counts;

/// `test result: ok. 12 passed; 0 failed; 1 ignored; …`, once per test program.
pub(crate) fn cargo_test(printed: &str) -> Counts {
    let mut counts = Counts::default();
    for line in printed
        .lines()
        .filter(|line| line.starts_with("test result:"))
    {
        counts += Counts {
            passed: before(line, " passed"),
            failed: before(line, " failed"),
            skipped: before(line, " ignored"),
        };
    }
    counts
}

/// Returns the number that stands before a word.
fn before(line: &str, word: &str) -> usize {
    let head = line.split(word).next().unwrap_or_default();
    let digits = head.rsplit(|c: char| !c.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// A `testcase` holds a `failure` or an `error` where it failed, and `skipped` where it did not
/// run. Texts are escaped in XML, so these words with their bracket are elements.
pub(crate) fn junit(report: &str) -> Counts {
    let mut counts = Counts::default();
    for case in report.split("<testcase").skip(1) {
        if case.contains("<failure") || case.contains("<error") {
            counts.failed += 1;
        } else if case.contains("<skipped") {
            counts.skipped += 1;
        } else {
            counts.passed += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_counted_by_how_they_ended() {
        let report = "<testsuite><testcase name=\"&lt;failure\"/><testcase><failure/><error/></testcase>\
            <testcase><skipped/></testcase><testcase><error/></testcase></testsuite>";
        let printed = "test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured\ntest result: FAILED. 0 passed; 2 failed; 0 ignored";
        for counts in [junit(report), cargo_test(printed)] {
            assert_eq!((counts.passed, counts.failed, counts.skipped), (1, 2, 1));
        }
    }
}
