//! The progress of a dispatcher.

use std::fmt;

use serde::Serialize;

use super::{Dispatcher, Slowed};

/// Counts since the start, and of now. Serialized in camel case.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Progress {
    /// Calls that were pushed.
    pub pushed: u64,
    /// Requests that were sent; more than calls, where some were sent again.
    pub requests: u64,
    /// Outcomes so far: [`Verdict::Delivered`](super::Verdict::Delivered).
    pub delivered: u64,
    /// [`Verdict::Refused`](super::Verdict::Refused).
    pub refused: u64,
    /// [`Verdict::Unknown`](super::Verdict::Unknown).
    pub unknown: u64,
    /// [`Verdict::GivenUp`](super::Verdict::GivenUp).
    pub given_up: u64,
    /// [`Verdict::NotSent`](super::Verdict::NotSent).
    pub not_sent: u64,
    /// Calls that wait for their first attempt, now.
    pub queued: u64,
    /// Calls that wait to be sent again, now.
    pub waiting: u64,
    /// Calls that are in flight, now.
    pub in_flight: u64,
    /// Requests per second that may leave, now: the configured rate, or less.
    pub rate: f64,
    /// The reason why the pace is below the configured rate or no request leaves; none at the full
    /// rate.
    pub slowed: Option<Slowed>,
    /// Whether the source was read to its end, which [`finish`](Dispatcher::finish) reports.
    pub source_ended: bool,
}

impl<K> Dispatcher<K> {
    /// Returns the progress.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            requests: self.counts.requests - self.withdrawn,
            in_flight: self.in_flight.into(),
            queued: count(self.queued.len()),
            waiting: count(self.waiting.len()),
            rate: self.rate_limiter.current(),
            slowed: self.slowed(),
            source_ended: self.finished,
            ..self.counts
        }
    }

    fn slowed(&self) -> Option<Slowed> {
        if self.has_ended() && self.queued.is_empty() && self.waiting.is_empty() {
            return Some(Slowed::Draining);
        }
        self.rate_limiter.slowed(self.latest)
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Leaves out keys and calls, which hold subscribers' ids.
impl<K> fmt::Debug for Dispatcher<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher")
            .field("client", &self.client)
            .field("config", &self.config)
            .field("halt", &self.halt)
            .field("progress", &self.progress())
            .finish_non_exhaustive()
    }
}
