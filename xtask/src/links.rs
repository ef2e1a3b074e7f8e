//! Checks that links within the project lead to existing files and headings. Addresses on the web
//! are left to `.github/workflows/ci.yml`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};

use crate::output::say;
use crate::sh;
use crate::test::{Counts, suites::one};

/// One check for each committed page.
pub(crate) fn test() -> Result<Counts> {
    let mut counts = Counts::default();
    for page in sh::output(sh::program("git").args(["ls-files", "*.md"]))?.lines() {
        let text = fs::read_to_string(sh::root().join(page))?;
        let dead: Vec<_> = links(&text)
            .filter(|link| !leads_somewhere(&sh::root().join(page), link))
            .collect();
        if !dead.is_empty() {
            say!("{page}: these links lead nowhere: {}", dead.join(", "));
        }
        counts += one(dead.is_empty());
    }
    ensure!(counts != Counts::default(), "git names no page");
    Ok(counts)
}

/// Returns the targets of links, without those on the web.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1);
    targets
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains(':'))
}

fn leads_somewhere(page: &Path, link: &str) -> bool {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() {
        page.to_owned()
    } else {
        page.with_file_name(file)
    };
    if anchor.is_empty() {
        return target.exists();
    }
    fs::read_to_string(target).is_ok_and(|text| anchors(&text).contains(anchor))
}

/// Returns the anchors that GitHub gives the headings of a page.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut is_code = false;
    for line in text.lines() {
        is_code ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        if is_code || heading.len() == line.len() {
            continue;
        }
        let kept = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
        let letters = heading.trim().chars().filter(kept);
        let anchor = letters.collect::<String>().to_lowercase().replace(' ', "-");
        let twins = (1..).map(|number| format!("{anchor}-{number}"));
        let mut names = std::iter::once(anchor.clone()).chain(twins);
        anchors.extend(names.find(|name| !anchors.contains(name)));
    }
    anchors
}

#[test]
fn a_heading_has_the_anchor_that_github_gives_it() {
    let page = "# A `case` of 429, twice\n## Twice\n```sh\n# a comment\n```\n## Twice\n";
    let expected = ["a-case-of-429-twice", "twice", "twice-1"];
    assert_eq!(anchors(page), expected.map(str::to_owned).into());
}
