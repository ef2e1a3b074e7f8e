//! The clock whose time a request is signed with.
//!
//! Before a reply has shown the server's clock, it is the caller's wall clock. From then on it is
//! that moment of the wall clock plus what has passed on the monotonic one: a wall clock that is
//! set in the middle of a job would otherwise put every X-Date outside the window until the next
//! reply. A machine that slept comes back with dates that are too old, which the first refusal
//! corrects; they are never in the future.

use chrono::{DateTime, TimeDelta, Utc};

use super::Now;
use crate::Client;

#[derive(Default)]
pub(super) struct ServerClock {
    /// The wall clock when the server's was last learned, and the monotonic one.
    learned: Option<(DateTime<Utc>, u64)>,
}

impl ServerClock {
    /// Returns the local time, to which the client adds its learned offset.
    pub(super) fn now(&self, wall: DateTime<Utc>, now: u64) -> DateTime<Utc> {
        let Some((then, at)) = self.learned else {
            return wall;
        };
        then.checked_add_signed(nanoseconds(now.saturating_sub(at)))
            .unwrap_or(wall)
    }

    /// Learns from a reply to what left at `sent`. `server_now` is its `Date`, or none if a cache
    /// answered.
    pub(super) fn learn(
        &mut self,
        client: &Client,
        server_now: Option<DateTime<Utc>>,
        sent: u64,
        received: Now,
    ) {
        let now = super::nanoseconds(received.monotonic);
        // The monotonic clock gives the duration of the exchange.
        let sent_at = received
            .wall
            .checked_sub_signed(nanoseconds(now.saturating_sub(sent)));
        if client.learn_clock(server_now, sent_at.unwrap_or(received.wall), received.wall) {
            self.learned = Some((received.wall, now));
        }
    }
}

fn nanoseconds(passed: u64) -> TimeDelta {
    TimeDelta::nanoseconds(i64::try_from(passed).unwrap_or(i64::MAX))
}
