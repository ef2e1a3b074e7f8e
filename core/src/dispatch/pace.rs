//! How fast: a token bucket whose rate answers to the service.
//!
//! ```text
//! at every delivery      current += rate / 30 per second, until it is rate again
//! at pushback            current ×= 0.7
//! at another distress    current ×= 0.9
//! at either              current ×= 0.5, where nothing was delivered since the last such sign
//!                        (not below one request per 10 s; answers to what left before the last sign count for nothing)
//! in flight              at most concurrency × current / rate, rounded up
//! ```
//!
//! Pushback is 429 and 503. Other distress is any other answer, or silence, that leaves the outcome unknown, and a request that
//! could not be sent: alone it is an accident, of which the rate is no cause; in a row it is an outage. This is TCP's additive increase and multiplicative decrease, which is known to settle where several callers share what a
//! service has: 0.7 is CUBIC's factor, which keeps more of a limit in use than 0.5; where nothing gets through at all it
//! is an outage and no limit, so the pace halves until only probes are left. Half a minute from there to the full rate spares a
//! service that has just come back.

/// One request, in the bucket's unit: thousandths of a request per second times nanoseconds make 10^-12 requests.
const TOKEN: u64 = 1_000_000_000_000;
/// Seconds from nothing to the full rate.
const RAMP: u64 = 30;
/// The pace of probes in thousandths per second: one per 10 s. An outage of ten minutes then meets sixty of them, and its end
/// is noticed within ten seconds.
const PROBES: u64 = 100;

pub(super) struct Pace {
    /// Requests per second in thousandths, of the policy and now.
    rate: u64,
    current: u64,
    floor: u64,
    burst: u64,
    /// What the bucket holds, in 10^-12 requests, at `refreshed`.
    level: u64,
    refreshed: u64,
    /// Nothing leaves before, since the service asked so.
    closed_until: u64,
    /// The last sign of distress.
    distress: Option<u64>,
    delivered_since: bool,
}

impl Pace {
    pub(super) fn new(rate: f64, burst: u32) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "at most 10^8")]
        #[expect(clippy::cast_sign_loss, reason = "a rate is positive")]
        let rate = ((rate * 1000.0).floor() as u64).max(1);
        let burst = u64::from(burst);
        Self {
            rate,
            current: rate,
            floor: PROBES.min(rate),
            burst,
            level: burst * TOKEN,
            refreshed: 0,
            closed_until: 0,
            distress: None,
            delivered_since: true,
        }
    }

    /// When a request may leave, given that it is `now`: not later than now where it may leave at once.
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

    /// How many of `concurrency` may be in flight.
    pub(super) fn in_flight(&self, concurrency: u32) -> u32 {
        let share = (u64::from(concurrency) * self.current).div_ceil(self.rate);
        u32::try_from(share).unwrap_or(concurrency)
    }

    /// What left at `sent` was delivered.
    pub(super) fn delivered(&mut self, sent: u64, now: u64) {
        if self.distress.is_some_and(|at| sent <= at) {
            return;
        }
        self.delivered_since = true;
        if self.current < self.rate {
            self.refresh(now);
            // Deliveries come `current` times a second; below one a second each counts for a second.
            let step = self.rate * 1000 / (RAMP * self.current.max(1000));
            self.current = (self.current + step.max(1)).min(self.rate);
        }
    }

    /// The service answered what left at `sent` with 429 or 503: the pace is too high.
    pub(super) fn pushback(&mut self, sent: u64, now: u64) {
        self.lower(sent, now, 7);
    }

    /// What left at `sent` met another distress.
    pub(super) fn distress(&mut self, sent: u64, now: u64) {
        self.lower(sent, now, 9);
    }

    fn lower(&mut self, sent: u64, now: u64, tenths: u64) {
        if self.distress.is_some_and(|at| sent <= at) {
            return;
        }
        self.refresh(now);
        let tenths = if self.delivered_since { tenths } else { 5 };
        self.current = (self.current * tenths / 10).max(self.floor);
        self.distress = Some(now);
        self.delivered_since = false;
    }

    /// The service asked for silence until then.
    pub(super) fn close(&mut self, until: u64) {
        self.closed_until = self.closed_until.max(until);
    }

    /// Per second.
    pub(super) fn current(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most 10^8")]
        let thousandths = self.current as f64;
        thousandths / 1000.0
    }

    fn refresh(&mut self, now: u64) {
        let passed = now.saturating_sub(self.refreshed);
        self.refreshed = now;
        let gained = passed.saturating_mul(self.current);
        self.level = self.level.saturating_add(gained).min(self.capacity());
    }

    /// The burst shrinks with the pace: what is left of one would be a volley at a service in distress.
    fn capacity(&self) -> u64 {
        let share = u128::from(self.burst * TOKEN) * u128::from(self.current);
        let share = u64::try_from(share / u128::from(self.rate)).unwrap_or(u64::MAX);
        share.max(TOKEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In nanoseconds.
    const SECOND: u64 = 1_000_000_000;

    /// Sends as soon as it may. Gives the instant.
    fn send(pace: &mut Pace, mut now: u64) -> u64 {
        loop {
            let ready = pace.ready_at(now);
            if ready <= now {
                pace.take();
                return now;
            }
            now = ready;
        }
    }

    /// The instants, in milliseconds, at which requests leave that are sent as soon as they may.
    fn sent(pace: &mut Pace, from: u64, count: usize) -> Vec<u64> {
        let mut now = from * 1_000_000;
        let mut times = Vec::new();
        for _ in 0..count {
            now = send(pace, now);
            times.push(now / 1_000_000);
        }
        times
    }

    #[test]
    fn a_burst_leaves_at_once_and_the_rest_at_the_rate() {
        let mut pace = Pace::new(50.0, 3);
        assert_eq!(sent(&mut pace, 0, 6), [0, 0, 0, 20, 40, 60]);
        // A pause fills the bucket up to the burst, and no further.
        assert_eq!(sent(&mut pace, 5000, 5), [5000, 5000, 5000, 5020, 5040]);
    }

    #[test]
    fn a_rate_below_one_a_second_waits_for_its_turn() {
        let mut pace = Pace::new(0.001, 1);
        assert_eq!(sent(&mut pace, 0, 3), [0, 1_000_000, 2_000_000]);
    }

    #[test]
    fn distress_lowers_the_pace_once_per_round_and_faster_where_nothing_gets_through() {
        let mut pace = Pace::new(100.0, 10);
        pace.pushback(10, 20);
        assert_eq!((pace.current, pace.in_flight(32)), (70_000, 23));
        // Sent before the sign of distress: the same event.
        pace.pushback(15, 30);
        pace.pushback(20, 30);
        assert_eq!(pace.current, 70_000);
        pace.pushback(21, 40);
        assert_eq!((pace.current, pace.in_flight(32)), (35_000, 12));
        for sent in 2..12 {
            pace.pushback(sent * 100, sent * 100 + 50);
        }
        assert_eq!((pace.current, pace.in_flight(32)), (100, 1));
    }

    #[test]
    fn a_delivery_in_between_makes_it_a_limit_and_no_outage() {
        let mut pace = Pace::new(100.0, 10);
        pace.pushback(10, 20);
        // Left before the distress: says nothing of the pace after it.
        pace.delivered(15, 25);
        assert_eq!(pace.current, 70_000);
        pace.delivered(30, 40);
        // 100/s in 30 s at 70 deliveries a second: 0.0476 each, in thousandths 47.
        assert_eq!(pace.current, 70_047);
        pace.pushback(50, 60);
        assert_eq!(pace.current, 49_032);
    }

    #[test]
    fn one_accident_costs_little_and_a_row_of_them_is_an_outage() {
        let mut pace = Pace::new(100.0, 10);
        pace.distress(10, 20);
        assert_eq!(pace.current, 90_000);
        pace.distress(30, 40);
        assert_eq!(pace.current, 45_000);
    }

    #[test]
    fn deliveries_bring_the_rate_back_in_half_a_minute() {
        let mut pace = Pace::new(50.0, 5);
        for sent in 0..12 {
            pace.pushback(sent * SECOND, sent * SECOND + 1);
        }
        assert_eq!(pace.current, 100);
        let start = 12 * SECOND;
        let (mut now, mut deliveries) = (start, 0);
        while pace.current < pace.rate {
            now = send(&mut pace, now);
            pace.delivered(now, now);
            deliveries += 1;
        }
        // At most ten seconds until the first probe.
        let seconds = (now - start) / SECOND;
        assert!(
            (29..=41).contains(&seconds),
            "{seconds} s, {deliveries} deliveries"
        );
    }

    #[test]
    fn the_burst_shrinks_with_the_pace() {
        let mut pace = Pace::new(100.0, 10);
        assert_eq!(pace.ready_at(SECOND), SECOND);
        for sent in 1..9 {
            pace.pushback(sent * SECOND, sent * SECOND + 1);
        }
        let now = 10 * SECOND;
        assert_eq!(pace.ready_at(now), now);
        pace.take();
        assert!(pace.ready_at(now) > now + SECOND);
    }

    #[test]
    fn nothing_leaves_while_the_service_asked_for_silence() {
        let mut pace = Pace::new(50.0, 5);
        pace.close(3 * SECOND);
        pace.close(2 * SECOND);
        assert_eq!(sent(&mut pace, 0, 2), [3000, 3000]);
    }
}
