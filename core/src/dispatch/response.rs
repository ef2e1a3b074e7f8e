//! Decides what an answer, or a missing answer, means for its call and for all other calls.

use std::cmp::Reverse;

use http::StatusCode;

use super::slab::{Answer, Sent};
use super::token_renewal::After401;
use super::{CallOutcome, Dispatcher, ExchangeFailure, Now, Ticket, Verdict, Waiting, nanoseconds};
use crate::attempt::may_sign_anew;
use crate::error::SentHeaders;
use crate::header::ReplyHeaders;
use crate::{
    Error, ErrorKind, InvalidInput, Operation as _, Outcome, RawReply, ReplyError, TraceId,
    TransportError,
};

/// The next step of a call whose attempt failed.
#[derive(Clone, Copy)]
enum Next {
    /// The call is sent again at this instant or later.
    Retry(u64),
    Outcome(Verdict),
}

impl<K> Dispatcher<K> {
    pub(super) fn on_response(
        &mut self,
        ticket: Ticket,
        status: StatusCode,
        headers: ReplyHeaders<'_>,
        body: &[u8],
        now: Now,
    ) -> Result<(), InvalidInput> {
        let (place, sent) = self.slab.complete(ticket)?;
        let at = self.advance(now);
        self.in_flight = self.in_flight.saturating_sub(1);
        let received = Now {
            wall: now.wall,
            monotonic: std::time::Duration::from_nanos(at),
        };
        let server_date = headers.server_date();
        let server_now = headers.server_now(server_date);
        self.clock
            .learn(&self.client, server_now, sent.at, received);
        let Some(call) = self.slab.get_mut(place) else {
            return Ok(());
        };
        call.answer = Some(Answer {
            at: now.wall,
            server_date,
            status: status.as_u16(),
        });
        let limit = self.config.reply_limit;
        let request = SentHeaders {
            x_date: Some(sent.x_date.as_str()),
            trace_id: call.trace_id.as_ref().map(TraceId::as_str),
        };
        let reply = self
            .client
            .read_reply(&call.call, status, headers, body, limit, request);
        match reply {
            Ok(reply) => {
                self.last_exchange = None;
                self.rate_limiter.on_accepted(sent.at, at);
                self.circuit_breaker.delivered();
                self.token_renewal.delivered(sent.token, sent.at);
                self.push_outcome_with(place, Verdict::Delivered, Some(reply));
            }
            Err(error) => {
                let next = self.after_answer(place, sent, &error, at);
                self.token_renewal.ended(sent.token, at);
                self.follow(place, error.into(), next);
            }
        }
        Ok(())
    }

    pub(super) fn on_hidden_redirect(
        &mut self,
        ticket: Ticket,
        now: Now,
    ) -> Result<(), InvalidInput> {
        let (place, sent) = self.slab.complete(ticket)?;
        let at = self.advance(now);
        self.in_flight = self.in_flight.saturating_sub(1);
        self.token_renewal.ended(sent.token, at);
        let Some(call) = self.slab.get(place) else {
            return Ok(());
        };
        let request = SentHeaders {
            x_date: Some(sent.x_date.as_str()),
            trace_id: call.trace_id.as_ref().map(TraceId::as_str),
        };
        self.rate_limiter.on_accepted(sent.at, at);
        let error = self.client.hidden_redirect(&call.call, request);
        self.count_answer(&error);
        self.follow(place, error.into(), Next::Outcome(Verdict::Refused));
        Ok(())
    }

    pub(super) fn on_failure(
        &mut self,
        ticket: Ticket,
        error: TransportError,
        now: Now,
    ) -> Result<(), InvalidInput> {
        let (place, sent) = self.slab.complete(ticket)?;
        let Some(call) = self.slab.get(place) else {
            return Ok(());
        };
        let request = SentHeaders {
            x_date: Some(sent.x_date.as_str()),
            trace_id: call.trace_id.as_ref().map(TraceId::as_str),
        };
        let error = Error::from(error.of_request(call.call.is_safe(), request));
        let at = self.advance(now);
        self.in_flight = self.in_flight.saturating_sub(1);
        self.token_renewal.ended(sent.token, at);
        self.rate_limiter.on_failure(sent.at, at);
        let next = self.after_failure(place, error.outcome(), 0, at);
        self.follow(place, error, next);
        Ok(())
    }

    pub(super) fn on_withdrawal(
        &mut self,
        ticket: Ticket,
        error: TransportError,
        now: Now,
    ) -> Result<(), InvalidInput> {
        let (place, sent) = self.slab.complete(ticket)?;
        let at = self.advance(now);
        self.in_flight = self.in_flight.saturating_sub(1);
        self.withdrawn += 1;
        self.token_renewal.ended(sent.token, at);
        if let Some(call) = self.slab.get_mut(place) {
            let request = SentHeaders {
                x_date: None,
                trace_id: call.trace_id.as_ref().map(TraceId::as_str),
            };
            call.error = Some(error.of_request(call.call.is_safe(), request).into());
            call.attempts = call.attempts.saturating_sub(1);
            call.sent = call.sent_before.take();
            if call.attempts == 0 {
                call.first_sent_at = None;
            }
        }
        self.push_outcome(place, Verdict::NotSent);
        Ok(())
    }

    fn after_answer(&mut self, place: u32, sent: Sent, error: &ReplyError, at: u64) -> Next {
        let outcome = error.outcome();
        if error.kind() == ErrorKind::UnreadableReply {
            self.count_answer(error);
        }
        if error.is_retryable() || outcome == Outcome::Unknown {
            let not_before = self.retry_after(error, at);
            // With a 429 the service asks the caller to wait, and every call here is this caller's.
            // A 503 may be one node's.
            if error.status() == StatusCode::TOO_MANY_REQUESTS {
                self.rate_limiter.on_throttled(sent.at, not_before, at);
            } else {
                self.rate_limiter.on_failure(sent.at, at);
                if self.rate_limiter.is_down() {
                    self.rate_limiter.close(not_before);
                }
            }
            return self.after_failure(place, outcome, not_before, at);
        }
        self.rate_limiter.on_accepted(sent.at, at);
        if self.may_try_again(place) {
            if self.sign_anew(place, error) {
                return Next::Retry(at);
            }
            if error.status() == StatusCode::UNAUTHORIZED
                && !error.is_clock_refusal()
                && self.may_try_another_token(place, sent, at)
            {
                return Next::Retry(at);
            }
        }
        self.count_answer(error);
        Next::Outcome(Verdict::Refused)
    }

    /// Returns the instant that a 429 or a 503 names, or 0 without such an instant.
    fn retry_after(&self, error: &ReplyError, at: u64) -> u64 {
        if !matches!(error.status().as_u16(), 429 | 503) {
            return 0;
        }
        error.retry_after().map_or(0, |wait| {
            at.saturating_add(nanoseconds(wait.min(self.config.retry_after_cap)))
        })
    }

    /// A call with an unknown outcome is repeated only if repeats were declared safe. The service
    /// did not act on any other failed call.
    fn after_failure(&mut self, place: u32, outcome: Outcome, not_before: u64, at: u64) -> Next {
        // A call that changes nothing may be repeated even if the service acted on it.
        let is_safe = self.slab.get(place).is_some_and(|call| call.call.is_safe());
        let unknown = outcome == Outcome::Unknown && !is_safe;
        if unknown && let Some(call) = self.slab.get_mut(place) {
            call.unknown = true;
        }
        if unknown && !self.config.repeats_are_safe {
            return Next::Outcome(Verdict::Unknown);
        }
        if self.may_try_again(place) && self.budget.pay(at) {
            let attempts = self.slab.get(place).map_or(1, |call| call.attempts);
            let backoff = self.backoff(attempts);
            return Next::Retry(at.saturating_add(backoff).max(not_before));
        }
        Next::Outcome(Verdict::GivenUp)
    }

    fn may_try_again(&self, place: u32) -> bool {
        let attempts = self.slab.get(place).map_or(u32::MAX, |call| call.attempts);
        !self.cancelled && attempts < self.config.attempts
    }

    /// Lets a call be signed anew once, since the reply has shown the server's clock.
    fn sign_anew(&mut self, place: u32, error: &ReplyError) -> bool {
        let Some(call) = self.slab.get_mut(place) else {
            return false;
        };
        let anew = may_sign_anew(error, call.signed_anew, false);
        call.signed_anew |= anew;
        anew
    }

    /// After a 401. A call that was refused with several tokens, or twice with one that works for
    /// others, is refused itself.
    fn may_try_another_token(&mut self, place: u32, sent: Sent, at: u64) -> bool {
        let works = self.token_renewal.works(sent.token);
        let Some(call) = self.slab.get_mut(place) else {
            return false;
        };
        if !call.refused_with(sent.token, works) {
            return false;
        }
        match self.token_renewal.refused_401(sent.token, sent.at, at) {
            After401::SendAgain => true,
            After401::NoToken => {
                self.no_token(at);
                true
            }
            After401::Refused => false,
        }
    }

    fn count_answer(&mut self, error: &ReplyError) {
        if let Some(halt) = self.circuit_breaker.answered(error) {
            self.halt_for(halt);
        }
    }

    fn follow(&mut self, place: u32, error: Error, next: Next) {
        self.last_exchange = Some(ExchangeFailure::of(&error));
        if let Some(call) = self.slab.get_mut(place) {
            call.error = Some(error);
        }
        match next {
            Next::Retry(due) => {
                // In the order of their failures, where several are due at once.
                self.order += 1;
                let order = self.order;
                self.waiting.push(Reverse(Waiting { due, order, place }));
            }
            Next::Outcome(verdict) => self.push_outcome(place, verdict),
        }
    }

    /// Full jitter, before the repeat that follows so many attempts, in nanoseconds.
    pub(super) fn backoff(&mut self, attempts: u32) -> u64 {
        let doublings = attempts.saturating_sub(1).min(63);
        let most = nanoseconds(self.config.backoff).saturating_mul(1 << doublings);
        self.random
            .up_to(most.min(nanoseconds(self.config.backoff_cap)))
    }

    pub(super) fn push_outcome(&mut self, place: u32, verdict: Verdict) {
        self.push_outcome_with(place, verdict, None);
    }

    fn push_outcome_with(&mut self, place: u32, verdict: Verdict, reply: Option<RawReply>) {
        let Some(call) = self.slab.take(place) else {
            return;
        };
        let verdict = match verdict {
            Verdict::Delivered => Verdict::Delivered,
            // The service may have acted on an earlier attempt, even if it refused the last one.
            _ if call.unknown => Verdict::Unknown,
            Verdict::NotSent if call.attempts > 0 => Verdict::GivenUp,
            other => other,
        };
        let counts = &mut self.counts;
        *match verdict {
            Verdict::Delivered => &mut counts.delivered,
            Verdict::Refused => &mut counts.refused,
            Verdict::Unknown => &mut counts.unknown,
            Verdict::GivenUp => &mut counts.given_up,
            Verdict::NotSent => &mut counts.not_sent,
        } += 1;
        self.outcomes.push_back(Box::new(CallOutcome {
            key: call.key,
            call: call.call,
            verdict,
            attempts: call.attempts,
            trace_id: call.trace_id.filter(|_| call.attempts > 0),
            x_date: call.sent.map(|sent| sent.x_date),
            first_sent_at: call.first_sent_at,
            sent_at: call.sent.map(|sent| sent.wall),
            answered_at: call.answer.map(|answer| answer.at),
            server_date: call.answer.and_then(|answer| answer.server_date),
            status: call.answer.map(|answer| answer.status),
            reply,
            error: call.error,
        }));
    }
}
