//! Finds headless openings, certain words and long lines in whole-line comments and Markdown.

use std::fs;

use anyhow::Result;

use crate::output::say;
use crate::sh;
use crate::test::{Counts, suites::one};

const OPENINGS: [&str; 5] = ["Of ", "What ", "Whoever ", "Whatever ", "Not "];
const WORDS: [&str; 3] = ["nobody", "whoever", "is no "];
const NOT_MEANT: [&str; 2] = ["there is no ", "is no longer "];

/// Paths whose prose is generated (the first two) or has not been edited yet.
const LEFT_OUT: &str = "bindings-go/internal/core/ bindings-go/internal/abi/ bindings-python/";

/// One check for each committed file with comments or prose.
pub(crate) fn test() -> Result<Counts> {
    let mut counts = Counts::default();
    for file in sh::output(sh::program("git").arg("ls-files"))?.lines() {
        let marks: &[&str] = match file.rsplit('.').next() {
            _ if LEFT_OUT.split(' ').any(|path| file.starts_with(path)) => continue,
            Some("md") => &[""],
            Some("rs" | "go" | "c" | "h") => &["///", "//!", "//"],
            Some("ts" | "js" | "mjs" | "mts" | "java") => &["//", "/**", "*"],
            Some("py" | "toml" | "sh" | "yml") => &["#"],
            _ => continue,
        };
        let found = problems(&fs::read_to_string(sh::root().join(file))?, marks);
        for (number, problem) in &found {
            say!("{file}:{number}: {problem}");
        }
        counts += one(found.is_empty());
    }
    Ok(counts)
}

/// Returns the problems with their lines' numbers. `marks` are the starts of a comment.
fn problems(text: &str, marks: &[&str]) -> Vec<(usize, String)> {
    let (mut found, mut is_code, mut opens) = (Vec::new(), false, true);
    for (number, line) in (1..).zip(text.lines()) {
        let mut marks = marks.iter();
        let Some(prose) = marks.find_map(|mark| line.trim_start().strip_prefix(mark)) else {
            (is_code, opens) = (false, true);
            continue;
        };
        let words = prose.trim_start().trim_start_matches("- ");
        is_code ^= words.starts_with("```");
        let is_drawing = prose.starts_with("    ") || prose.starts_with('\t');
        if !is_code && !is_drawing && !words.starts_with(['#', '|', '[']) {
            opens |= words.len() < prose.trim_start().len();
            let plain = words.split('`').step_by(2).collect::<String>();
            let is_link = plain.contains("](") || plain.contains("://");
            let mut lower = plain.to_lowercase();
            for phrase in NOT_MEANT {
                lower = lower.replace(phrase, "");
            }
            if opens && !words.contains('?') && OPENINGS.iter().any(|it| words.starts_with(it)) {
                found.push((number, format!("no subject: {words}")));
            } else if WORDS.iter().any(|word| lower.contains(word)) {
                found.push((number, format!("one of {WORDS:?}: {words}")));
            } else if line.chars().count() > 100 && plain.contains(' ') && !is_link {
                found.push((number, format!("over 100 columns: {words}")));
            }
        }
        opens = words.is_empty();
    }
    found
}

#[test]
fn the_check_finds_each_kind_once() {
    let long = "word ".repeat(21);
    let text = format!("// Of a.\nf();\n// A\n// Not b.\n// Nobody.\n// x is no y.\n// {long}\n");
    let lines = problems(&text, &["//"]).into_iter().map(|found| found.0);
    assert_eq!(lines.collect::<Vec<_>>(), [1, 5, 6, 7]);
    assert!(problems("# What it is\n\nWhat is it?\n\n`nobody`\n", &[""]).is_empty());
}
