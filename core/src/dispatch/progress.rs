//! How far a dispatcher is.

/// Counts since the start, and of now.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
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
    /// Requests per second that may leave, now: the policy's rate, or less while the service is in distress.
    pub rate: f64,
}
