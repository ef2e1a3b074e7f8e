//! Reads how many tests passed from what the runners print.

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

/// `<testsuite … tests="12" errors="0" skipped="1" failures="0">`, of one class.
pub(crate) fn surefire(report: &str) -> Counts {
    let head = report
        .split_once("<testsuite ")
        .and_then(|(_, rest)| rest.split_once('>'));
    let attribute = |name: &str| -> usize {
        let value = head
            .and_then(|(head, _)| head.split_once(&format!(" {name}=\"")))
            .and_then(|(_, rest)| rest.split_once('"'));
        value.map_or(0, |(value, _)| value.parse().unwrap_or(0))
    };
    let failed = attribute("errors") + attribute("failures");
    let skipped = attribute("skipped");
    Counts {
        passed: attribute("tests").saturating_sub(failed + skipped),
        failed,
        skipped,
    }
}

/// The number that stands before a word.
fn before(line: &str, word: &str) -> usize {
    let Some((head, _)) = line.split_once(word) else {
        return 0;
    };
    let digits = head.rsplit(|c: char| !c.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
