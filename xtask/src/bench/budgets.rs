//! What a request may cost: goals of the product, most of them against what a peer costs in the same run. Sizes and start-up times
//! are what a plain build is expected to have; a surprise needs an explanation, and the code does not bend for them.

use super::row::{KOODRIVE, Row, Unit};

/// One line: what `ours` may cost at most.
pub(crate) struct Budget {
    table: &'static str,
    pub(crate) operation: &'static str,
    /// The row that is held against the limit.
    ours: &'static str,
    pub(crate) limit: Limit,
}

#[derive(Clone, Copy)]
pub(crate) enum Limit {
    /// So many times what this peer costs.
    Times(f64, &'static str),
    /// So much, in the unit.
    Most(f64, Unit),
}

use Limit::{Most, Times};

const fn budget(table: &'static str, operation: &'static str, limit: Limit) -> Budget {
    Budget {
        table,
        operation,
        ours: KOODRIVE,
        limit,
    }
}

/// Against the same row of fewer requests.
const fn flat(operation: &'static str, most: f64) -> Budget {
    Budget {
        table: "growth",
        operation,
        ours: "1,000,000",
        limit: Times(most, "1,000"),
    }
}

#[rustfmt::skip]
pub(crate) const BUDGETS: [Budget; 30] = [
    budget("rust", "bearer request", Times(2.0, "bare strings")),
    budget("rust", "signed request", Times(1.25, "bare strings")),
    budget("rust", "signed request", Times(1.0 / 6.0, "aws-sigv4")),
    budget("rust", "parse", Times(2.0, "serde_json struct")),
    budget("python", "bearer request", Times(0.5, "tuned")),
    budget("python", "signed request", Times(0.35, "tuned")),
    budget("python", "signed request", Times(1.0 / 18.0, "huaweicloudsdkcore signer")),
    budget("python", "signed request", Times(1.0 / 35.0, "huaweicloudsdkcore client")),
    budget("python", "parse", Times(0.5, "tuned")),
    budget("node", "bearer request", Times(1.3, "tuned")),
    budget("node", "bearer request", Times(0.6, "hand")),
    budget("node", "signed request", Times(0.85, "tuned")),
    budget("node", "signed request", Times(1.0 / 6.0, "@huaweicloud/huaweicloud-sdk-core")),
    budget("node", "parse", Times(3.0, "tuned")),
    budget("browser", "signed request", Times(1.0 / 12.0, "WebCrypto")),
    budget("size", "npm bundle, gzip", Most(112e3, Unit::Bytes)),
    budget("size", "npm .wasm, gzip", Most(96e3, Unit::Bytes)),
    budget("size", "pip installed", Most(4e6, Unit::Bytes)),
    budget("start", "Node, import to first signed request", Most(20.0, Unit::Milliseconds)),
    budget("start", "Python, import", Most(4.0, Unit::Milliseconds)),
    budget("end to end", "Rust, hyper", Times(1.12, CONSTANT_BYTES)),
    budget("end to end", "Python, aiohttp", Times(1.05, CONSTANT_BYTES)),
    budget("end to end", "Python, a row of a job", Times(1.0 / 0.75, CONSTANT_BYTES)),
    budget("end to end", "Node, undici", Times(1.2, CONSTANT_BYTES)),
    flat("Rust, time", 1.1),
    flat("Python, time", 1.1),
    flat("Node, time", 1.1),
    flat("Rust, memory", 1.1),
    flat("Python, memory", 1.1),
    flat("Node, memory", 1.1),
];

/// The same transport, which sends the same bytes again and again and reads nothing of the replies.
pub(crate) const CONSTANT_BYTES: &str = "constant bytes";

/// A budget with what was measured for it.
pub(crate) struct Finding<'a> {
    pub(crate) ours: &'a Row,
    /// What it is held against, where that is a peer.
    pub(crate) peer: Option<&'a Row>,
    /// How many times the limit it is; at most 1 where the budget is met.
    pub(crate) share: f64,
}

impl Budget {
    pub(crate) const fn table(&self) -> &'static str {
        self.table
    }

    /// None where a row was not measured.
    pub(crate) fn find<'a>(&self, rows: &'a [Row]) -> Option<Finding<'a>> {
        let row = |peer: &str| {
            let mut rows = rows.iter();
            rows.find(|row| row.is_of(self.table, self.operation, peer))
        };
        let ours = row(self.ours)?;
        let (peer, share) = match self.limit {
            Times(most, peer) => {
                let peer = row(peer)?;
                (Some(peer), ours.ratio_to(peer)? / most)
            }
            Most(most, unit) => (None, ours.ratio_to(&Row::new("", "", "", unit, most))?),
        };
        Some(Finding { ours, peer, share })
    }
}

impl Finding<'_> {
    pub(crate) fn verdict(&self) -> String {
        if self.share <= 1.0 {
            "met".to_owned()
        } else {
            format!("**missed by {:.0} %**", (self.share - 1.0) * 100.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(budget: &Budget, rows: &[Row]) -> Option<String> {
        budget.find(rows).map(|finding| finding.verdict())
    }

    #[test]
    fn a_ratio_is_held_against_its_peer_in_the_same_run() {
        let budget = budget("rust", "parse", Times(2.0, "bare"));
        let row = |peer, sample| Row::new("rust", "parse", peer, Unit::Nanoseconds, sample);
        let rows = |ours| [row(KOODRIVE, ours), row("bare", 100.0)];
        assert_eq!(verdict(&budget, &rows(200.0)).unwrap(), "met");
        assert_eq!(verdict(&budget, &rows(210.0)).unwrap(), "**missed by 5 %**");
        assert_eq!(verdict(&budget, &rows(200.0)[..1]), None);
    }

    #[test]
    fn a_limit_is_held_in_its_own_unit() {
        let budget = budget("start", "import", Most(12.0, Unit::Milliseconds));
        let row = |sample| {
            [Row::new(
                "start",
                "import",
                KOODRIVE,
                Unit::Microseconds,
                sample,
            )]
        };
        assert_eq!(verdict(&budget, &row(12_000.0)).unwrap(), "met");
        assert_eq!(
            verdict(&budget, &row(18_000.0)).unwrap(),
            "**missed by 50 %**"
        );
    }
}
