//! Reads how many tests passed from what the runners print.

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

/// Node's `# pass 12`, `# fail 0`, `# cancelled 0`, `# skipped 0`.
pub(crate) fn tap(printed: &str) -> Counts {
    let after = |word: &str| {
        let line = printed.lines().rev().find(|line| line.starts_with(word));
        line.and_then(|line| line[word.len()..].trim().parse().ok())
            .unwrap_or(0)
    };
    Counts {
        passed: after("# pass "),
        failed: after("# fail ") + after("# cancelled "),
        skipped: after("# skipped ") + after("# todo "),
    }
}

/// `1 failed, 12 passed, 1 skipped in 0.30s`, the last line.
pub(crate) fn pytest(printed: &str) -> Counts {
    let last = printed.lines().rev().find(|line| line.contains(" in "));
    let line = last.unwrap_or_default();
    Counts {
        passed: before(line, " passed"),
        failed: before(line, " failed") + before(line, " error"),
        skipped: before(line, " skipped") + before(line, " xfailed"),
    }
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

/// What the tests of `go test -json` printed.
pub(crate) fn go_output(printed: &str) -> String {
    let outputs = go_events(printed).filter_map(|event| Some(event["Output"].as_str()?.to_owned()));
    outputs.collect()
}

fn go_events(printed: &str) -> impl Iterator<Item = Value> {
    printed
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
}

/// The number that stands before a word.
fn before(line: &str, word: &str) -> usize {
    let Some((head, _)) = line.split_once(word) else {
        return 0;
    };
    let digits = head.rsplit(|c: char| !c.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Counts, go_output, go_test};

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
