//! Counts passed tests from the runners' reports: JUnit's XML, and cargo's lines, since cargo's XML
//! needs a nightly toolchain.

use std::collections::BTreeMap;

use serde_json::Value;

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

/// `go test -json`: the tests without those that are made of others.
pub(crate) fn go_test(printed: &str) -> Counts {
    let mut ends = BTreeMap::new();
    for event in go_events(printed) {
        let (package, test) = (event["Package"].as_str(), event["Test"].as_str());
        let action = event["Action"].as_str().unwrap_or_default();
        if let (Some(package), Some(test), "pass" | "fail" | "skip") = (package, test, action) {
            ends.insert(format!("{package}/{test}"), action.to_owned());
        }
    }
    let mut counts = Counts::default();
    for (name, action) in &ends {
        let within = format!("{name}/");
        let is_made_of_others = ends
            .range(within.clone()..)
            .next()
            .is_some_and(|(next, _)| next.starts_with(&within));
        if !is_made_of_others {
            counts += Counts {
                passed: usize::from(action == "pass"),
                failed: usize::from(action == "fail"),
                skipped: usize::from(action == "skip"),
            };
        }
    }
    counts
}

/// Returns the output of the tests of `go test -json`.
pub(crate) fn go_output(printed: &str) -> String {
    let outputs = go_events(printed).filter_map(|event| Some(event["Output"].as_str()?.to_owned()));
    outputs.collect()
}

fn go_events(printed: &str) -> impl Iterator<Item = Value> {
    printed
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
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

    #[test]
    fn tests_of_go_are_counted_without_those_that_hold_others() {
        let printed = r#"{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA/one","Output":"a line\n"}
{"Action":"pass","Package":"p","Test":"TestA/one"}
{"Action":"skip","Package":"p","Test":"TestA/two"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p","Test":"TestAB"}
{"Action":"pass","Package":"q","Test":"ExampleClient"}
{"Action":"fail","Package":"p"}
"#;
        let counts = Counts {
            passed: 2,
            failed: 1,
            skipped: 1,
        };
        assert_eq!(go_test(printed), counts);
        assert_eq!(go_output(printed), "a line\n");
    }
}
