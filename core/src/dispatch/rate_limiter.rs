//! The rate limiter: a token bucket whose rate follows the shares of throttled and of failed
//! requests.
//!
//! ```text
//! free         at the rate
//! searching    after a share above what is tolerated: pace ×= 1 − share, at least a half, and then slowly up again
//! down         nothing got through since: every failure halves the pace, down to one probe per 10 s
//! recovering   the first answer after that: at least 1/64 of the rate, and half as much again per second
//! ```
//!
//! A single answer moves nothing. Throttled is a 429. Failed is a 503, any other answer or silence
//! that leaves the outcome unknown, and a request that could not be sent. Every other answer is
//! accepted: the service works. An answer counts for the pace at which its request left, so answers
//! to what left before the last change count for nothing.
//!
//! `docs/dispatcher.md` says what was taken from whom, and what it comes to.

use serde::Serialize;

/// One request, in the bucket's unit: thousandths of a request per second times nanoseconds make
/// 10^-12 requests.
const TOKEN: u64 = 1_000_000_000_000;
const SECOND: u64 = 1_000_000_000;
const MILLISECOND: u64 = 1_000_000;

/// The pace of probes in thousandths per second: one per 10 s. An outage of an hour then meets 360
/// of them, and its end is noticed within ten seconds.
const PROBES: u64 = 100;
/// The number of failures in a row, since the pace was lowered and without a success, after which
/// the service counts as down. If one node of three works, one guess in four is wrong; a wrong
/// guess costs one step of the recovery.
const DOWN_AFTER: u32 = 3;
/// The first pace after an outage: this part of the rate, at least one per second. Nine seconds
/// from there to the rate spare a service that has just come back.
const RESUMES_AT: u64 = 64;
/// Millionths by which the pace grows per second after an outage, and at most otherwise.
const STEEPEST: u64 = 500_000;
/// While it searches, the pace grows by (t / 22 s)² per second, t since it was lowered: 1 % within
/// 2.5 s, 9 % within 5 s, tenfold within 15 s. This is CUBIC's shape: it stays where the limit was,
/// and soon finds out where the limit has gone.
const SEARCH: u64 = 22_000;
/// Per cent of the pace that are left after a `Retry-After`: CUBIC's factor. The service names no
/// share then, since nothing is sent while it holds.
const ASKED_TO_WAIT: u64 = 70;
/// Per cent of the pace that are taken away besides the share, so that a token bucket at the
/// service fills again.
const BELOW: u64 = 8;
/// Above this share, in per cent, it is not asked whether the pace is the cause.
const HALF: u64 = 50;
/// A search that has given up a third of the pace and still finds so many per cent of the share was
/// in vain.
const IN_VAIN: u64 = 90;
/// The tolerance above a share that has another cause than the pace, in per cent.
const MARGIN: u64 = 5;
/// The time for which such a share is tolerated, and the greatest age of a search's start.
const REMEMBERS: u64 = 60 * SECOND;

/// Throttled, in per cent. A token bucket at the service is kept empty at a share of 5 %, and
/// accidents of 4 % leave the pace alone.
const THROTTLED_TOLERATED: u64 = 6;
/// The number of requests above the tolerated share at which the pace is lowered.
const THROTTLED_EXCESS: u64 = 6;
/// Failed, in per cent. One node of ten that fails leaves the pace alone. Retries of 15 % take 0.18
/// per call, which the default retry ratio pays.
const FAILED_TOLERATED: u64 = 15;
/// Twelve failures in a row. With a tenth of all requests failing that is exceeded by chance once
/// in a million.
const FAILED_EXCESS: u64 = 10;

/// The reason why the pace lies below the rate. The enum is exhaustive, so that a host which shows
/// the reason knows all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Slowed {
    /// The service answers 429 to more than it tolerates, or has asked to wait with a
    /// `Retry-After`.
    Throttled,
    /// Too many requests fail or stay unanswered.
    Failing,
    /// The job was cancelled or its source has ended, and only exchanges in flight are awaited.
    Draining,
}

impl Slowed {
    /// Returns the word that every language uses: `throttled`, `failing`, `draining`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Failing => "failing",
            Self::Draining => "draining",
        }
    }
}

pub(super) struct RateLimiter {
    adaptive: bool,
    /// Requests per second in thousandths, of the configuration and now.
    rate: u64,
    current: u64,
    burst: u64,
    /// The level of the bucket, in 10^-12 requests, at `refreshed`.
    level: u64,
    refreshed: u64,
    /// The service asked that no request leaves before this instant.
    closed_until: u64,
    mode: Mode,
    /// The last reason for a lower pace.
    cause: Slowed,
    /// The instant of the last lowering.
    lowered: Option<u64>,
    /// Requests that left since then and failed, before the first of them was accepted.
    in_a_row: u32,
    accepted_since: bool,
    /// The instant at which a request was last accepted.
    accepted_at: u64,
    /// The instant at which the pace last grew.
    grown: u64,
    throttled: Share,
    failed: Share,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Free,
    Searching,
    Down,
    Recovering,
}

impl RateLimiter {
    pub(super) fn new(rate: f64, burst: u32, adaptive: bool) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "at most 10^8")]
        #[expect(clippy::cast_sign_loss, reason = "a rate is positive")]
        let rate = ((rate * 1000.0).floor() as u64).max(1);
        let burst = u64::from(burst);
        Self {
            adaptive,
            rate,
            current: rate,
            burst,
            level: burst * TOKEN,
            refreshed: 0,
            closed_until: 0,
            mode: Mode::Free,
            cause: Slowed::Failing,
            lowered: None,
            in_a_row: 0,
            accepted_since: true,
            accepted_at: 0,
            grown: 0,
            throttled: Share::new(THROTTLED_TOLERATED, THROTTLED_EXCESS),
            failed: Share::new(FAILED_TOLERATED, FAILED_EXCESS),
        }
    }

    /// Returns the earliest instant, from `now` on, at which a request may leave.
    pub(super) fn ready_at(&mut self, now: u64) -> u64 {
        self.refresh(now);
        let missing = TOKEN.saturating_sub(self.level);
        let filled = now.saturating_add(missing.div_ceil(self.current));
        filled.max(self.closed_until)
    }

    /// A request leaves, which [`ready_at`](Self::ready_at) allowed.
    pub(super) const fn take(&mut self) {
        self.level = self.level.saturating_sub(TOKEN);
    }

    /// The service accepted what left at `sent`: it was delivered, or refused for its own sake.
    pub(super) fn on_accepted(&mut self, sent: u64, now: u64) {
        self.accepted_at = now;
        if !self.counts(sent) {
            return;
        }
        self.accepted_since = true;
        self.in_a_row = 0;
        self.throttled.add(false, sent, now);
        self.failed.add(false, sent, now);
        if self.mode == Mode::Down {
            self.mode = Mode::Recovering;
            let least = (self.rate / RESUMES_AT).max(1000).min(self.rate);
            self.change(self.current.max(least), now);
            self.grown = now;
        }
        self.grow(now);
    }

    /// The service answered 429 to what left at `sent`, and asked for silence until `until`, if it
    /// did; 0 otherwise.
    pub(super) fn on_throttled(&mut self, sent: u64, until: u64, now: u64) {
        self.close(until);
        if self.counts(sent) && !self.is_going_down(Slowed::Throttled, now) {
            if until > now {
                self.search(self.current * ASKED_TO_WAIT / 100, Slowed::Throttled, now);
            } else if self.throttled.add(true, sent, now) {
                let pace = self.throttled.answer(self.current, self.mode, now);
                self.search(pace, Slowed::Throttled, now);
            }
        }
    }

    /// Counts a request that left at `sent` and failed or got no answer.
    pub(super) fn on_failure(&mut self, sent: u64, now: u64) {
        // All that is in flight when a service falls silent comes to its time-out after the pace
        // was lowered for the first of it.
        let is_silent = self.adaptive && self.is_silent_since(sent, now);
        self.accepted_since &= !is_silent;
        if (is_silent || self.counts(sent))
            && !self.is_going_down(Slowed::Failing, now)
            && self.failed.add(true, sent, now)
        {
            let pace = self.failed.answer(self.current, self.mode, now);
            self.search(pace, Slowed::Failing, now);
        }
    }

    /// Returns whether a request that left at `sent` waited long, and nothing was accepted in the
    /// second half of that time.
    const fn is_silent_since(&self, sent: u64, now: u64) -> bool {
        let took = now.saturating_sub(sent);
        took >= SECOND && self.accepted_at < sent.saturating_add(took / 2)
    }

    fn counts(&self, sent: u64) -> bool {
        self.adaptive && self.lowered.is_none_or(|at| sent > at)
    }

    /// Returns whether no call was accepted since the pace was lowered. In that state each failure
    /// halves the pace again.
    fn is_going_down(&mut self, cause: Slowed, now: u64) -> bool {
        if self.accepted_since {
            return false;
        }
        self.in_a_row = self.in_a_row.saturating_add(1);
        if self.mode != Mode::Down && self.in_a_row < DOWN_AFTER {
            return false;
        }
        self.mode = Mode::Down;
        self.lower(self.current / 2, cause, now);
        true
    }

    fn search(&mut self, pace: u64, cause: Slowed, now: u64) {
        if pace >= self.current {
            // The pace was not the cause.
            self.change(pace.min(self.rate), now);
            if self.current == self.rate {
                self.mode = Mode::Free;
            }
            return;
        }
        self.mode = Mode::Searching;
        self.in_a_row = 0;
        self.lower(pace, cause, now);
    }

    fn lower(&mut self, pace: u64, cause: Slowed, now: u64) {
        self.change(pace.max(PROBES.min(self.rate)), now);
        self.cause = cause;
        self.lowered = Some(now);
        self.grown = now;
        self.accepted_since = false;
        self.throttled.restart();
        self.failed.restart();
    }

    fn grow(&mut self, now: u64) {
        let passed = now.saturating_sub(self.grown).min(SECOND) / MILLISECOND;
        // Once in ten milliseconds is enough, and leaves something to add where the pace is low.
        if self.mode == Mode::Free || passed < 10 {
            return;
        }
        let per_second = if self.mode == Mode::Recovering {
            STEEPEST
        } else {
            let since = now.saturating_sub(self.lowered.unwrap_or_default()) / MILLISECOND;
            let since = since.min(SEARCH);
            (since * since * 1_000_000 / (SEARCH * SEARCH)).min(STEEPEST)
        };
        let step = self.current * per_second / 1_000_000 * passed / 1000;
        self.change((self.current + step.max(1)).min(self.rate), now);
        self.grown = now;
        if self.current == self.rate {
            self.mode = Mode::Free;
        }
    }

    fn change(&mut self, pace: u64, now: u64) {
        self.refresh(now);
        self.current = pace;
    }

    /// The service asked for silence until then.
    pub(super) fn close(&mut self, until: u64) {
        self.closed_until = self.closed_until.max(until);
    }

    /// Returns whether no call is accepted, so that a failure is the whole service's and not a
    /// single node's.
    pub(super) fn is_down(&self) -> bool {
        self.mode == Mode::Down
    }

    /// Per second.
    pub(super) fn current(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most 10^8")]
        let thousandths = self.current as f64;
        thousandths / 1000.0
    }

    /// Returns why the pace lies below the rate at `now`, if it does.
    pub(super) fn slowed(&self, now: u64) -> Option<Slowed> {
        if self.current < self.rate {
            Some(self.cause)
        } else if self.closed_until > now {
            Some(Slowed::Throttled)
        } else {
            None
        }
    }

    fn refresh(&mut self, now: u64) {
        let passed = now.saturating_sub(self.refreshed);
        self.refreshed = now;
        let gained = passed.saturating_mul(self.current);
        self.level = self.level.saturating_add(gained).min(self.capacity());
    }

    /// The burst shrinks with the pace: what is left of one would be a volley at a service in
    /// distress.
    fn capacity(&self) -> u64 {
        let share = u128::from(self.burst * TOKEN) * u128::from(self.current);
        let share = u64::try_from(share / u128::from(self.rate)).unwrap_or(u64::MAX);
        share.max(TOKEN)
    }
}

/// The share of requests that one thing happens to, over the window since it last was at what is
/// tolerated.
///
/// This is a cumulative sum (Page, 1954): each request that it happens to adds 1, every request
/// takes the tolerated share away, and below zero the window begins anew. A high share is seen
/// after a dozen requests and one that is hardly too high after hundreds, without a window's length
/// to choose.
struct Share {
    usual: u64,
    /// The tolerated share in per cent.
    tolerated: u64,
    /// The instant until which another than the usual share is tolerated.
    until: u64,
    /// The largest excess in hundredths of requests.
    most: u64,
    excess: u64,
    /// The start of the window. Requests that left before do not count, so that connections which
    /// break together are one event.
    since: u64,
    requests: u64,
    happened: u64,
    /// Pace, share and instant at which the pace was lowered for the second time.
    search: Option<(u64, u64, u64)>,
}

impl Share {
    const fn new(tolerated: u64, excess: u64) -> Self {
        Self {
            usual: tolerated,
            tolerated,
            until: 0,
            most: excess * 100,
            excess: 0,
            since: 0,
            requests: 0,
            happened: 0,
            search: None,
        }
    }

    /// Counts a request that left at `sent`. Returns whether it happened to too many.
    fn add(&mut self, happened: bool, sent: u64, now: u64) -> bool {
        if self.excess == 0 {
            if !happened {
                return false;
            }
            self.since = now;
            self.requests = 0;
            self.happened = 0;
        } else if sent < self.since {
            return false;
        }
        if now > self.until {
            self.tolerated = self.usual;
        }
        self.requests += 1;
        self.happened += u64::from(happened);
        let more = if happened { 100 } else { 0 };
        self.excess = (self.excess + more).saturating_sub(self.tolerated);
        self.excess > self.most
    }

    const fn restart(&mut self) {
        self.excess = 0;
    }

    /// Returns the share in per cent, rounded.
    const fn per_cent(&self) -> u64 {
        (self.happened * 100 + self.requests / 2) / self.requests
    }

    /// Returns the pace that answers to this share: what was accepted, at least half of `pace`; or
    /// the pace before, where a lower one has not changed the share. The window begins anew.
    fn answer(&mut self, pace: u64, mode: Mode, now: u64) -> u64 {
        let share = self.per_cent();
        self.restart();
        if let Some((before, was, at)) = self.search
            && now.saturating_sub(at) < REMEMBERS
            && pace <= before
        {
            if share <= HALF && pace * 3 <= before * 2 && share * 100 >= was * IN_VAIN {
                self.tolerated = (share + MARGIN).min(HALF);
                self.until = now.saturating_add(REMEMBERS);
                self.search = None;
                return before;
            }
        } else {
            // Answers of a better time are in the first window, so that its share is too low to
            // compare with.
            self.search = (mode == Mode::Searching).then_some((pace, share, now));
        }
        pace * (100 - (share + BELOW).min(HALF)) / 100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends as soon as it may. Gives the instant.
    fn send(pace: &mut RateLimiter, mut now: u64) -> u64 {
        loop {
            let ready = pace.ready_at(now);
            if ready <= now {
                pace.take();
                return now;
            }
            now = ready;
        }
    }

    /// Returns the instants, in milliseconds, at which requests leave that are sent as soon as they
    /// may.
    fn sent(pace: &mut RateLimiter, from: u64, count: usize) -> Vec<u64> {
        let mut now = from * MILLISECOND;
        let mut times = Vec::new();
        for _ in 0..count {
            now = send(pace, now);
            times.push(now / MILLISECOND);
        }
        times
    }

    #[derive(Clone, Copy, PartialEq)]
    enum Answer {
        Accepted,
        Throttled,
        Failed,
    }
    use Answer::{Accepted, Failed, Throttled};

    /// One request after the other for so many seconds, each answered at once. `of` gives the
    /// answer to the one of this number.
    fn answered(
        pace: &mut RateLimiter,
        from: u64,
        seconds: u64,
        of: impl Fn(u64) -> Answer,
    ) -> u64 {
        let mut now = from;
        let mut number = 0;
        loop {
            now = send(pace, now);
            if now >= from + seconds * SECOND {
                return number;
            }
            match of(number) {
                Accepted => pace.on_accepted(now, now),
                Throttled => pace.on_throttled(now, 0, now),
                Failed => pace.on_failure(now, now),
            }
            // A second request of this instant counts as one that left after the first was
            // answered.
            now += 1;
            number += 1;
        }
    }

    fn pace(rate: f64) -> RateLimiter {
        RateLimiter::new(rate, 1, true)
    }

    #[test]
    fn a_burst_leaves_at_once_and_the_rest_at_the_rate() {
        let mut pace = RateLimiter::new(50.0, 3, true);
        assert_eq!(sent(&mut pace, 0, 6), [0, 0, 0, 20, 40, 60]);
        // A pause fills the bucket up to the burst, and no further.
        assert_eq!(sent(&mut pace, 5000, 5), [5000, 5000, 5000, 5020, 5040]);
    }

    #[test]
    fn a_rate_below_one_a_second_waits_for_its_turn() {
        let mut pace = RateLimiter::new(0.001, 1, true);
        assert_eq!(sent(&mut pace, 0, 3), [0, 1_000_000, 2_000_000]);
    }

    #[test]
    fn a_twentieth_throttled_and_a_tenth_failed_leave_the_pace_alone() {
        for (every, answer) in [(20, Throttled), (10, Failed)] {
            let mut pace = pace(100.0);
            let of = |number: u64| {
                if number.is_multiple_of(every) {
                    answer
                } else {
                    Accepted
                }
            };
            assert_eq!(answered(&mut pace, 0, 100, of), 10_000);
            assert_eq!(pace.slowed(100 * SECOND), None);
        }
    }

    #[test]
    fn six_throttled_are_too_many_and_the_seventh_halves_the_pace() {
        let mut pace = pace(100.0);
        for number in 1..7 {
            pace.on_throttled(number, 0, number);
            assert_eq!(pace.current, 100_000, "{number}");
        }
        pace.on_throttled(7, 0, 7);
        assert_eq!(
            (pace.current, pace.slowed(7)),
            (50_000, Some(Slowed::Throttled))
        );
        // Left before: says nothing of the pace since.
        for _ in 0..100 {
            pace.on_throttled(7, 0, 8);
        }
        assert_eq!(pace.current, 50_000);
    }

    #[test]
    fn a_quarter_throttled_takes_a_quarter_and_the_margin() {
        let mut pace = pace(100.0);
        for number in 0..28_u64 {
            let now = 1 + number;
            if number.is_multiple_of(4) {
                pace.on_throttled(now, 0, now);
            } else {
                pace.on_accepted(now, now);
            }
            assert_eq!(pace.current, 100_000, "{number}");
        }
        // 8 of 29 are 28 %, and 8 - 29 x 6 % are more than 6.
        pace.on_throttled(29, 0, 29);
        assert_eq!(pace.current, 64_000);
    }

    #[test]
    fn connections_that_break_together_are_one_failure() {
        let mut pace = pace(100.0);
        pace.on_accepted(1, 900 * MILLISECOND);
        for _ in 0..64 {
            pace.on_failure(950 * MILLISECOND, SECOND);
        }
        assert_eq!(pace.slowed(SECOND), None);
    }

    #[test]
    fn in_an_outage_the_pace_falls_to_probes_and_is_back_within_twenty_seconds() {
        for answer in [Failed, Throttled] {
            let mut pace = pace(200.0);
            let requests = answered(&mut pace, 0, 3600, |_| answer);
            assert!(requests < 420, "{requests}");
            assert_eq!(pace.current, PROBES);
            assert!(pace.is_down());
            answered(&mut pace, 3600 * SECOND, 20, |_| Accepted);
            assert_eq!((pace.current, pace.slowed(3620 * SECOND)), (200_000, None));
        }
    }

    #[test]
    fn time_outs_that_come_together_are_an_outage() {
        let mut pace = pace(200.0);
        pace.on_accepted(1, SECOND);
        for number in 0..64 {
            pace.on_failure(SECOND + number, 31 * SECOND + number);
        }
        assert_eq!(pace.current, PROBES);
        assert!(pace.is_down());
    }

    #[test]
    fn a_time_out_beside_others_that_are_accepted_is_an_accident() {
        let mut pace = pace(200.0);
        for number in 1..64 {
            pace.on_accepted(number * SECOND, number * SECOND + 1);
            pace.on_failure(number * SECOND - 1, (number + 30) * SECOND);
            pace.on_accepted((number + 29) * SECOND, (number + 30) * SECOND);
        }
        assert_eq!(pace.slowed(100 * SECOND), None);
    }

    #[test]
    fn a_share_that_a_lower_pace_does_not_change_is_tolerated() {
        let mut pace = pace(200.0);
        let of = |number: u64| {
            if number.is_multiple_of(5) {
                Failed
            } else {
                Accepted
            }
        };
        let requests = answered(&mut pace, 0, 120, of);
        assert!(requests > 200 * 120 * 3 / 4, "{requests}");
    }

    #[test]
    fn a_retry_after_keeps_everything_and_lowers_the_pace_once() {
        let mut pace = RateLimiter::new(100.0, 5, true);
        for _ in 0..10 {
            pace.on_throttled(1, 3 * SECOND, 2);
        }
        assert_eq!(pace.current, 70_000);
        assert_eq!(pace.slowed(3 * SECOND - 1), Some(Slowed::Throttled));
        assert_eq!(sent(&mut pace, 0, 2), [3000, 3000]);
    }

    #[test]
    fn a_limiter_that_is_not_adaptive_obeys_only_retry_after() {
        let mut pace = RateLimiter::new(100.0, 1, false);
        assert!(answered(&mut pace, 0, 10, |_| Failed) >= 999);
        assert!(answered(&mut pace, 10 * SECOND, 10, |_| Throttled) >= 999);
        pace.on_throttled(1, 30 * SECOND, 2);
        assert_eq!(sent(&mut pace, 20_000, 2), [30_000, 30_010]);
    }

    #[test]
    fn the_burst_shrinks_with_the_pace() {
        let mut pace = RateLimiter::new(100.0, 10, true);
        answered(&mut pace, 0, 100, |_| Failed);
        let now = 200 * SECOND;
        assert_eq!(pace.ready_at(now), now);
        pace.take();
        assert!(pace.ready_at(now) > now + SECOND);
    }
}
