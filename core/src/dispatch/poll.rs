//! Decides which call is sent next and when, and what else the driver is asked for.

use std::cmp::Reverse;
use std::time::Duration;

use super::{Action, Dispatcher, Now, Outgoing, Verdict};
use crate::dispatch::slab::{Sent, Slab};
use crate::{InvalidInput, Operation as _, RequestOptions};

/// The condition that the next request waits for.
enum Turn {
    /// The next request may leave now.
    Now,
    /// The next request leaves at this instant or later.
    At(u64),
    /// Something has to be handed in first.
    Never,
    /// A token has to be asked for.
    Token,
}

impl<K> Dispatcher<K> {
    pub(super) fn next_action(&mut self, now: Now) -> Action<K> {
        let at = self.advance(now);
        loop {
            if let Some(outcome) = self.outcomes.pop_front() {
                return Action::Outcome(outcome);
            }
            if let (Some(halt), false) = (&self.halt, self.halt_is_said) {
                self.halt_is_said = true;
                return Action::Halted(halt.clone());
            }
            let turn = self.turn(at);
            match turn {
                Turn::Token => return Action::Token,
                Turn::Now => {
                    if let Some(attempt) = self.send(now, at) {
                        return Action::Send(attempt);
                    }
                    // The request could not be built, and its call has an outcome.
                    continue;
                }
                Turn::At(_) | Turn::Never => {}
            }
            if let Some(calls) = self.wanted_calls() {
                return Action::Calls(calls);
            }
            if self.has_ended() && self.slab.len() == 0 {
                return Action::Done;
            }
            return Action::Wait(match turn {
                Turn::At(instant) => Some(Duration::from_nanos(instant)),
                Turn::Now | Turn::Never | Turn::Token => None,
            });
        }
    }

    fn turn(&mut self, at: u64) -> Turn {
        if self.halt.is_some() {
            return Turn::Never;
        }
        let most = self
            .config
            .concurrency
            .min(self.circuit_breaker.in_flight());
        let due = match self.waiting.peek() {
            // A call that was never sent is always due.
            _ if !self.queued.is_empty() => at,
            Some(Reverse(waiting)) => waiting.due,
            None => return Turn::Never,
        };
        if self.in_flight >= most {
            return Turn::Never;
        }
        if !self.token_renewal.is_blocked(at) {
            let ready = self.rate_limiter.ready_at(at).max(due);
            if ready > at {
                return Turn::At(ready);
            }
            // A token is renewed only when a request is about to leave: an idle job needs no token.
            self.token_renewal.expire_if_old(at);
        }
        if !self.token_renewal.is_blocked(at) {
            return Turn::Now;
        }
        if self.token_renewal.take_request(at) {
            return Turn::Token;
        }
        self.token_renewal
            .goes_on_at()
            .map_or(Turn::Never, Turn::At)
    }

    /// Sends what waits and is due, and only then what is new: the calls that an outage met are its
    /// probes.
    fn send(&mut self, now: Now, at: u64) -> Option<Outgoing> {
        let place = match self.waiting.peek() {
            Some(Reverse(waiting)) if waiting.due <= at => {
                let place = waiting.place;
                self.waiting.pop();
                place
            }
            _ => self.queued.pop_front()?,
        };
        match self.attempt(place, now, at) {
            Some(Ok(attempt)) => Some(attempt),
            Some(Err(error)) => {
                // Building fails only for a clock outside the years 1 to 9999: path, query and body
                // were checked by push, and a missing token has stopped sending earlier. The call
                // was not sent.
                if let Some(call) = self.slab.get_mut(place) {
                    call.error = Some(error.into());
                }
                self.push_outcome(place, Verdict::NotSent);
                None
            }
            None => None,
        }
    }

    fn attempt(&mut self, place: u32, now: Now, at: u64) -> Option<Result<Outgoing, InvalidInput>> {
        let call = self.slab.get_mut(place)?;
        let random = &mut self.random;
        let trace_id = *call.trace_id.get_or_insert_with(|| random.trace_id());
        let options = RequestOptions::default().trace_id(trace_id);
        let signed_at = self.clock.now(now.wall, at);
        let parts = match self.client.varying_parts(&call.call, signed_at, &options) {
            Ok(parts) => parts,
            Err(error) => return Some(Err(error)),
        };
        self.rate_limiter.take();
        self.counts.requests += 1;
        self.in_flight += 1;
        if call.attempts == 0 {
            self.budget.first_attempt();
            call.first_sent_at = Some(now.wall);
        }
        call.attempts += 1;
        call.answer = None;
        call.error = None;
        let ticket = Slab::<K>::ticket(place, self.counts.requests);
        call.sent_before = call.sent.replace(Sent {
            ticket: Some(ticket),
            at,
            wall: now.wall,
            x_date: parts.x_date,
            token: self.token_renewal.used(at),
        });
        Some(Ok(Outgoing {
            ticket,
            attempt: call.attempts,
            method: call.call.method(),
            fixed_path: call.call.fixed_path(),
            parts,
        }))
    }

    /// Asks for calls when half of the queue is empty, so that a driver crosses over to its source
    /// once for many.
    fn wanted_calls(&mut self) -> Option<usize> {
        let half = self.config.queue as usize / 2;
        if self.has_ended() || self.halt.is_some() || self.asked > 0 || self.queued.len() > half {
            return None;
        }
        let room = self.room();
        self.asked = room;
        (room > 0).then_some(room)
    }
}
