//! What was found, as JSON and as markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::budgets::{BUDGETS, Finding, Limit};
use super::row::{KOODRIVE, Row, Unit};

/// Everything that one run found.
pub(crate) struct Report {
    /// The section that was measured alone; none for all.
    pub(crate) only: Option<String>,
    pub(crate) machine: String,
    pub(crate) versions: BTreeMap<String, String>,
    pub(crate) rows: Vec<Row>,
}

impl Report {
    pub(crate) fn json(&self) -> Result<String> {
        let rows: Vec<_> = self.rows.iter().map(Row::to_json).collect();
        let value = json!({
            "only": self.only,
            "machine": self.machine,
            "versions": self.versions,
            "rows": rows,
        });
        Ok(serde_json::to_string_pretty(&value)? + "\n")
    }

    pub(crate) fn read(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text)?;
        let rows = value["rows"].as_array().context("no rows")?;
        let machine = value["machine"].as_str().context("no machine")?;
        Ok(Self {
            only: value["only"].as_str().map(str::to_owned),
            machine: machine.to_owned(),
            versions: serde_json::from_value(value["versions"].clone())?,
            rows: rows.iter().map(Row::read).collect::<Result<_>>()?,
        })
    }

    /// Machine, versions, verdicts and every table.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("{}.\n\n", self.machine);
        let versions = self.versions.iter();
        let versions: Vec<_> = versions
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        let _ = writeln!(text, "Versions: {}.\n", versions.join(", "));
        text += "## Budgets\n\n";
        text += &self.budgets();
        let mut shown: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !shown.contains(&&*row.table) {
                shown.push(&row.table);
                text += &self.table(&row.table);
            }
        }
        text
    }

    /// Every budget with its verdict.
    pub(crate) fn budgets(&self) -> String {
        let mut text =
            "| what | koodrive | against | ratio | budget | verdict |\n|---|--:|---|--:|--:|---|\n"
                .to_owned();
        for budget in &BUDGETS {
            let what = format!("{}: {}", budget.table(), budget.operation);
            let found = budget.find(&self.rows);
            let ours = found
                .as_ref()
                .map_or("—".to_owned(), |found| value(found.ours));
            let verdict = found
                .as_ref()
                .map_or("not measured".to_owned(), Finding::verdict);
            let peer = found.as_ref().and_then(|found| found.peer);
            let (against, ratio, limit) = match budget.limit {
                Limit::Times(most, name) => {
                    let figure = peer.map_or(String::new(), |peer| format!(", {}", value(peer)));
                    let ratio = found
                        .as_ref()
                        .map_or("—".to_owned(), |found| times(found.share * most));
                    (
                        format!("{name}{figure}"),
                        ratio,
                        format!("≤ {}", times(most)),
                    )
                }
                Limit::Most(most, unit) => (
                    String::new(),
                    String::new(),
                    format!("≤ {}", figure(most, unit)),
                ),
            };
            let _ = writeln!(
                text,
                "| {what} | {ours} | {against} | {ratio} | {limit} | {verdict} |"
            );
        }
        text
    }

    /// All rows of a table; the rows of an operation stand together.
    fn table(&self, name: &str) -> String {
        let rows: Vec<&Row> = self.rows.iter().filter(|row| row.table == name).collect();
        let mut text = format!(
            "\n## {name}\n\n| operation | peer | median | min | max | koodrive ÷ peer |\n|---|---|--:|--:|--:|--:|\n"
        );
        let mut operations: Vec<&str> = Vec::new();
        for row in &rows {
            if !operations.contains(&&*row.operation) {
                operations.push(&row.operation);
            }
        }
        for operation in operations {
            let of_operation = rows.iter().filter(|row| row.operation == operation);
            let ours = of_operation.clone().find(|row| row.peer == KOODRIVE);
            for row in of_operation {
                let ratio = ours
                    .and_then(|ours| ours.ratio_to(row))
                    .map_or(String::new(), times);
                let _ = writeln!(
                    text,
                    "| {operation} | {} | {} | {} | {} | {ratio} |",
                    row.peer,
                    figure(row.median(), row.unit),
                    figure(row.min(), row.unit),
                    figure(row.max(), row.unit)
                );
            }
        }
        text
    }
}

fn value(row: &Row) -> String {
    figure(row.median(), row.unit)
}

/// Three significant digits, which is more than a second run repeats, of nanoseconds up to a million; bytes exactly.
fn figure(number: f64, unit: Unit) -> String {
    if unit == Unit::Nanoseconds && number >= 1e6 {
        return figure(number / 1e6, Unit::Milliseconds);
    }
    let decimals = match (unit, number.abs()) {
        (Unit::Bytes, _) | (_, 100.0..) => 0,
        (_, 10.0..) => 1,
        _ => 2,
    };
    format!(
        "{} {}",
        grouped(&format!("{number:.decimals$}")),
        unit.as_str()
    )
}

/// With commas between thousands.
fn grouped(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0
            && (whole.len() - at).is_multiple_of(3)
            && digit.is_ascii_digit()
            && !text.ends_with('-')
        {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text += fraction;
    }
    text
}

fn times(ratio: f64) -> String {
    if ratio < 0.1 {
        format!("1/{:.0} ×", 1.0 / ratio)
    } else {
        format!("{ratio:.2} ×")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_as_many_digits_as_they_are_worth() {
        for (number, unit, text) in [
            (1.234, Unit::Milliseconds, "1.23 ms"),
            (12.34, Unit::Microseconds, "12.3 µs"),
            (123.4, Unit::Nanoseconds, "123 ns"),
            (32_400.0, Unit::Nanoseconds, "32,400 ns"),
            (84_300_000.0, Unit::Nanoseconds, "84.3 ms"),
            (1_234_567.0, Unit::Bytes, "1,234,567 bytes"),
        ] {
            assert_eq!(figure(number, unit), text);
        }
        assert_eq!(
            [times(1.0 / 18.0), times(0.35), times(1.0)],
            ["1/18 ×", "0.35 ×", "1.00 ×"]
        );
    }

    #[test]
    fn a_report_is_read_back() {
        let report = Report {
            only: None,
            machine: "a machine".to_owned(),
            versions: [("rustc".to_owned(), "1.95.0".to_owned())].into(),
            rows: vec![Row::new("rust", "parse", KOODRIVE, Unit::Bytes, 7.0)],
        };
        let again = Report::read(&report.json().unwrap()).unwrap();
        assert_eq!(again.markdown(), report.markdown());
        assert!(
            again
                .markdown()
                .contains("| parse | koodrive | 7 bytes | 7 bytes | 7 bytes | 1.00 × |")
        );
    }
}
