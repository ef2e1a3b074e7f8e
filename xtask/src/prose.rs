//! Finds headless openings, certain words and long lines in whole-line comments, docstrings and
//! Markdown.

use std::fs;

use anyhow::Result;

use crate::output::say;
use crate::sh;
use crate::test::{Counts, suites::one};

const OPENINGS: [&str; 5] = ["Of ", "What ", "Whoever ", "Whatever ", "Not "];
const WORDS: [&str; 3] = ["nobody", "whoever", "is no "];
const NOT_MEANT: [&str; 2] = ["there is no ", "is no longer "];

/// Paths whose prose is generated.
const LEFT_OUT: &str = "bindings-go/internal/core/ bindings-go/internal/abi/";

const COLUMNS: usize = 100;
/// The limit of ruff.toml.
const PYTHON_COLUMNS: usize = 130;

/// Marks of Python's comments; its files have docstrings too.
const PYTHON: &[&str] = &["#:", "#"];

/// One check for each committed file with comments or prose.
pub(crate) fn test() -> Result<Counts> {
    let mut counts = Counts::default();
    for file in sh::output(sh::program("git").arg("ls-files"))?.lines() {
        let marks: &[&str] = match file.rsplit('.').next() {
            _ if LEFT_OUT.split(' ').any(|path| file.starts_with(path)) => continue,
            Some("md") => &[""],
            Some("rs" | "go" | "c" | "h") => &["///", "//!", "//"],
            Some("ts" | "js" | "mjs" | "mts" | "java") => &["//", "/**", "*"],
            Some("py" | "pyi") => PYTHON,
            Some("toml" | "sh" | "yml") => &["#"],
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
    let is_python = marks == PYTHON;
    let columns = if is_python { PYTHON_COLUMNS } else { COLUMNS };
    let (mut found, mut is_code, mut opens) = (Vec::new(), false, true);
    let mut docstring = Docstring::default();
    for (number, line) in (1..).zip(text.lines()) {
        let inside = is_python.then(|| docstring.next(line)).flatten();
        let code = line.trim_start();
        let comment = || marks.iter().find_map(|mark| code.strip_prefix(mark));
        let Some(prose) = inside.or_else(comment) else {
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
            } else if line.chars().count() > columns && plain.contains(' ') && !is_link {
                found.push((number, format!("over {columns} columns: {words}")));
            }
        }
        opens = words.is_empty();
    }
    found
}

/// Follows the strings in `"""` of a Python file, line by line.
#[derive(Default)]
struct Docstring {
    is_open: bool,
    /// The indent of a string that begins its line; none for any other string.
    indent: Option<usize>,
}

impl Docstring {
    /// Returns the text of a docstring in the next line.
    fn next<'a>(&mut self, line: &'a str) -> Option<&'a str> {
        let trimmed = line.trim_start();
        if !self.is_open {
            let indent = line.len() - trimmed.len();
            self.indent = trimmed.starts_with("\"\"\"").then_some(indent);
        }
        self.is_open ^= line.matches("\"\"\"").count() % 2 == 1;
        let text = line.get(self.indent?..).unwrap_or(trimmed);
        Some(text.trim_start_matches("\"\"\"").trim_end_matches("\"\"\""))
    }
}

#[test]
fn the_check_finds_each_kind_once() {
    let long = "word ".repeat(21);
    let text = format!("// Of a.\nf();\n// A\n// Not b.\n// Nobody.\n// x is no y.\n// {long}\n");
    let lines = problems(&text, &["//"]).into_iter().map(|found| found.0);
    assert_eq!(lines.collect::<Vec<_>>(), [1, 5, 6, 7]);
    assert!(problems("# What it is\n\nWhat is it?\n\n`nobody`\n", &[""]).is_empty());

    let file = [
        "\"\"\"Of a.\n\nA\nNot b.\n    Not c.\n\nNot d.\n\"\"\"\n",
        "x = \"\"\"\nNot e.\n\"\"\"\n\"\"\"Nobody.\"\"\"\n\n#: Of f.\n",
    ];
    let lines = problems(&file.concat(), PYTHON).into_iter();
    assert_eq!(
        lines.map(|found| found.0).collect::<Vec<_>>(),
        [1, 7, 12, 14]
    );
    let limits = format!("# {long}\n# {long}{}\n", "word ".repeat(6));
    assert_eq!(problems(&limits, PYTHON)[0].0, 2);
}
