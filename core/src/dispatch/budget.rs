//! The retry budget: a share per first attempt, one retry per second, and a reserve.
//!
//! Attempts bound what one call costs the service; this bounds what all of them cost it together,
//! when all of them fail.

/// One repeat, in the budget's unit. One per second is then one unit per nanosecond.
const REPEAT: u64 = 1_000_000_000;
/// The smallest reserve, in repeats.
const LEAST_RESERVE: u32 = 10;

pub(super) struct RetryBudget {
    per_first_attempt: u64,
    reserve: u64,
    level: u64,
    refreshed: u64,
}

impl RetryBudget {
    /// `ratio` lies in 0 to 1.
    pub(super) fn new(ratio: f64, concurrency: u32) -> Self {
        let reserve = u64::from(concurrency.max(LEAST_RESERVE)) * REPEAT;
        #[expect(clippy::cast_possible_truncation, reason = "at most 10^9")]
        #[expect(clippy::cast_sign_loss, reason = "a ratio is positive")]
        let per_first_attempt = (ratio * 1e9) as u64;
        Self {
            per_first_attempt,
            reserve,
            level: reserve,
            refreshed: 0,
        }
    }

    /// A call was sent for the first time.
    pub(super) fn first_attempt(&mut self) {
        self.level = self.level.saturating_add(self.per_first_attempt);
    }

    /// Pays for a repeat, if it can.
    pub(super) fn pay(&mut self, now: u64) -> bool {
        let passed = now.saturating_sub(self.refreshed);
        self.refreshed = now;
        self.level = self.level.saturating_add(passed).min(self.reserve);
        let Some(rest) = self.level.checked_sub(REPEAT) else {
            return false;
        };
        self.level = rest;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payable(budget: &mut RetryBudget, now: u64) -> usize {
        (0..1000).take_while(|_| budget.pay(now)).count()
    }

    #[test]
    fn a_reserve_then_one_per_second_and_one_per_ten_first_attempts() {
        let mut budget = RetryBudget::new(0.1, 32);
        assert_eq!(payable(&mut budget, 0), 32);
        assert_eq!(payable(&mut budget, 5 * REPEAT), 5);
        for _ in 0..100 {
            budget.first_attempt();
        }
        assert_eq!(payable(&mut budget, 5 * REPEAT), 10);
        // The budget never saves up more than the reserve.
        for _ in 0..10_000 {
            budget.first_attempt();
        }
        assert_eq!(payable(&mut budget, 3600 * REPEAT), 32);
    }

    #[test]
    fn the_reserve_is_at_least_ten() {
        assert_eq!(payable(&mut RetryBudget::new(0.0, 1), 0), 10);
    }
}
