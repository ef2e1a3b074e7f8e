//! The results of a night.

use std::fmt;

use koodrive::dispatch::{Halt, Progress};

/// The results of a simulated job.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The scenario's name.
    pub scenario: &'static str,
    /// Calls in the source.
    pub calls: u64,
    /// The seed of all random numbers.
    pub seed: u64,
    /// The progress at the end.
    pub progress: Progress,
    /// Virtual seconds that it took.
    pub seconds: f64,
    /// Virtual seconds for someone who knows the service in advance.
    pub ideal_seconds: f64,
    /// Requests that the service saw.
    pub requests: u64,
    /// The requests that came during an outage.
    pub requests_in_outages: u64,
    /// The number of requests that the configured rate would have sent during outages.
    pub normal_in_outages: u64,
    /// Tokens that were asked for.
    pub tokens: u64,
    /// Requests that the sandbox verified.
    pub verified: u64,
    /// The reason for a stop.
    pub halt: Option<Halt>,
    /// Calls on which the service acted twice.
    pub acted_twice: u64,
    /// Outcomes that are not what is true at the service.
    pub untrue: u64,
    /// Most calls that the dispatcher held at a time.
    pub most_held: u64,
}

impl Report {
    /// Time against the ideal.
    #[must_use]
    pub fn slowness(&self) -> f64 {
        self.seconds / self.ideal_seconds
    }

    /// Requests per call that was sent.
    #[must_use]
    pub fn requests_per_call(&self) -> f64 {
        ratio(self.requests, self.progress.pushed - self.progress.not_sent)
    }

    /// The load in outages against what it is without one.
    #[must_use]
    pub fn load_in_outages(&self) -> f64 {
        ratio(self.requests_in_outages, self.normal_in_outages)
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let (part, whole) = (part as f64, whole as f64);
    part / whole
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Progress {
            delivered,
            refused,
            unknown,
            given_up,
            not_sent,
            ..
        } = self.progress;
        writeln!(
            f,
            "{}: {} calls, seed {}",
            self.scenario, self.calls, self.seed
        )?;
        writeln!(
            f,
            "  delivered {delivered}, refused {refused}, unknown {unknown}, given up {given_up}, not sent {not_sent}"
        )?;
        if let Some(halt) = &self.halt {
            writeln!(f, "  {halt}")?;
            writeln!(f, "  wasted calls: {}", self.progress.pushed - not_sent)?;
        } else {
            writeln!(
                f,
                "  took {:.0} s, ideal {:.0} s: {:.3} x",
                self.seconds,
                self.ideal_seconds,
                self.slowness()
            )?;
        }
        write!(f, "  requests per call {:.4}", self.requests_per_call())?;
        if self.normal_in_outages > 0 {
            write!(
                f,
                "; in outages {} requests, {:.4} x the load without one",
                self.requests_in_outages,
                self.load_in_outages()
            )?;
        }
        if self.tokens > 0 {
            write!(f, "; asked for {} tokens", self.tokens)?;
        }
        if self.verified > 0 {
            write!(f, "; the sandbox verified {} requests", self.verified)?;
        }
        write!(
            f,
            "\n  acted on twice {}, outcomes that are not true {}, held at most {} calls",
            self.acted_twice, self.untrue, self.most_held
        )
    }
}
