//! What a benchmark program prints: a JSON object a line.
//!
//! ```json
//! {"table":"python","operation":"signed request","peer":"tuned","unit":"ns","samples":[4790,4801],"same_signature":true}
//! {"versions":{"botocore":"1.40.1"}}
//! ```
//!
//! `same_signature` says whether the peer's signature was the expected one, before anything was timed. It is left out where
//! there is no signature, or another algorithm's.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

/// The library, in every table.
pub(crate) const KOODRIVE: &str = "koodrive";

/// Repeats that a median of times is made of, at least.
const REPEATS: usize = 11;

/// One number, measured several times.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) table: String,
    pub(crate) operation: String,
    pub(crate) peer: String,
    pub(crate) unit: Unit,
    pub(crate) samples: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Nanoseconds,
    Microseconds,
    Milliseconds,
    Bytes,
}

impl Unit {
    const ALL: [(&'static str, Self); 4] = [
        ("ns", Self::Nanoseconds),
        ("µs", Self::Microseconds),
        ("ms", Self::Milliseconds),
        ("bytes", Self::Bytes),
    ];

    pub(crate) fn as_str(self) -> &'static str {
        let mut names = Self::ALL.iter();
        names
            .find(|(_, unit)| *unit == self)
            .map_or("", |(name, _)| name)
    }

    fn read(name: &str) -> Result<Self> {
        let mut names = Self::ALL.iter();
        match names.find(|(known, _)| *known == name) {
            Some((_, unit)) => Ok(*unit),
            None => bail!("the unit {name:?} is none of ns, µs, ms, bytes"),
        }
    }

    /// In nanoseconds or bytes.
    pub(crate) fn in_base(self, value: f64) -> f64 {
        match self {
            Self::Nanoseconds | Self::Bytes => value,
            Self::Microseconds => value * 1e3,
            Self::Milliseconds => value * 1e6,
        }
    }
}

impl Row {
    /// A row that this program found out by itself.
    pub(crate) fn new(table: &str, operation: &str, peer: &str, unit: Unit, sample: f64) -> Self {
        Self {
            table: table.to_owned(),
            operation: operation.to_owned(),
            peer: peer.to_owned(),
            unit,
            samples: vec![sample],
        }
    }

    /// Reads one row.
    pub(crate) fn read(value: &Value) -> Result<Self> {
        let text = |name: &str| {
            let text = value[name].as_str().map(str::to_owned);
            text.with_context(|| format!("a row has no {name}: {value}"))
        };
        let row = Self {
            table: text("table")?,
            operation: text("operation")?,
            peer: text("peer")?,
            unit: Unit::read(&text("unit")?)?,
            samples: value["samples"]
                .as_array()
                .and_then(|samples| samples.iter().map(Value::as_f64).collect())
                .with_context(|| format!("a row has no samples: {value}"))?,
        };
        match &value["same_signature"] {
            Value::Null | Value::Bool(true) => Ok(row),
            _ => bail!("{}: its signature is not the expected one", row.name()),
        }
    }

    pub(crate) fn name(&self) -> String {
        format!("{}, {}, {}", self.table, self.operation, self.peer)
    }

    pub(crate) fn is_of(&self, table: &str, operation: &str, peer: &str) -> bool {
        self.table == table && self.operation == operation && self.peer == peer
    }

    /// Enough numbers, each of which can be one. What is counted in bytes need not be counted twice.
    pub(crate) fn check(&self) -> Result<()> {
        let enough = match self.unit {
            Unit::Bytes => 1,
            _ => REPEATS,
        };
        ensure!(
            self.samples.len() >= enough,
            "{}: {} repeats are too few, it must be {enough}",
            self.name(),
            self.samples.len()
        );
        ensure!(
            self.samples.iter().all(|sample| sample.is_finite()),
            "{}: a sample is no number",
            self.name()
        );
        Ok(())
    }

    /// In the row's unit, as are the next two.
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.samples.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        if sorted.len().is_multiple_of(2) {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        } else {
            sorted[middle]
        }
    }

    pub(crate) fn min(&self) -> f64 {
        self.samples.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub(crate) fn max(&self) -> f64 {
        self.samples
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max)
    }

    /// How many times the other's median this one's is; none where the two cannot be compared.
    pub(crate) fn ratio_to(&self, other: &Self) -> Option<f64> {
        let ratio = self.unit.in_base(self.median()) / other.unit.in_base(other.median());
        let same_kind = (self.unit == Unit::Bytes) == (other.unit == Unit::Bytes);
        (same_kind && ratio.is_finite()).then_some(ratio)
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "table": self.table,
            "operation": self.operation,
            "peer": self.peer,
            "unit": self.unit.as_str(),
            "median": self.median(),
            "min": self.min(),
            "max": self.max(),
            "samples": self.samples,
        })
    }
}

/// What a program printed.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Printed {
    pub(crate) rows: Vec<Row>,
    pub(crate) versions: BTreeMap<String, String>,
}

impl Printed {
    pub(crate) fn read(text: &str) -> Result<Self> {
        let mut printed = Self::default();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let value: Value =
                serde_json::from_str(line).with_context(|| format!("a line is no JSON: {line}"))?;
            let Some(versions) = value["versions"].as_object() else {
                printed.rows.push(Row::read(&value)?);
                continue;
            };
            for (name, version) in versions {
                let version = version.as_str().context("a version is no text")?;
                printed.versions.insert(name.clone(), version.to_owned());
            }
        }
        ensure!(!printed.rows.is_empty(), "no row was printed");
        Ok(printed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"table":"python","operation":"signed request","peer":"tuned","unit":"µs","samples":[3,1.5,2,9]}"#;

    #[test]
    fn rows_and_versions_are_read() {
        let text = [LINE, "", r#"{"versions":{"botocore":"1.40.1"}}"#].join("\n");
        let printed = Printed::read(&text).unwrap();
        let [row] = &*printed.rows else {
            panic!("{printed:?}")
        };
        assert!(row.is_of("python", "signed request", "tuned"));
        assert_eq!((row.median(), row.min(), row.max()), (2.5, 1.5, 9.0));
        assert_eq!(printed.versions["botocore"], "1.40.1");
    }

    #[test]
    fn units_are_compared_by_what_they_measure() {
        let row = |unit, sample| Row::new("t", "o", "p", unit, sample);
        let ours = row(Unit::Microseconds, 3.0);
        assert_eq!(ours.ratio_to(&row(Unit::Nanoseconds, 1_500.0)), Some(2.0));
        assert_eq!(ours.ratio_to(&row(Unit::Bytes, 3.0)), None);
    }

    #[test]
    fn what_proves_nothing_is_refused() {
        let with = |from: &str, to: &str| Printed::read(&LINE.replace(from, to));
        for (from, to, why) in [
            (
                "[3,1.5,2,9]}",
                r#"[3],"same_signature":false}"#,
                "not the expected one",
            ),
            ("µs", "hours", "none of ns"),
            ("\"peer\"", "\"who\"", "no peer"),
            ("3,1.5", "\"3\"", "no samples"),
        ] {
            let error = with(from, to).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        assert!(Printed::read("").is_err());
        // Four repeats of a time.
        assert!(with("", "").unwrap().rows[0].check().is_err());
    }
}
