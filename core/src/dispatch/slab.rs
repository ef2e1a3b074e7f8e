//! The calls that a dispatcher holds, and the tickets of those in flight.

use chrono::{DateTime, Utc};

use super::Ticket;
use super::token_renewal::Token;
use crate::{Error, InvalidInput, PreparedCall, TraceId, XDate};

/// A call from its push to its outcome.
pub(super) struct PendingCall<K> {
    pub(super) key: K,
    pub(super) call: PreparedCall,
    pub(super) attempts: u32,
    pub(super) trace_id: Option<TraceId>,
    pub(super) first_sent_at: Option<DateTime<Utc>>,
    /// The last attempt.
    pub(super) sent: Option<Sent>,
    /// The attempt before it.
    pub(super) sent_before: Option<Sent>,
    /// The answer to the call.
    pub(super) answer: Option<Answer>,
    /// The error that the call ended with, if it failed.
    pub(super) error: Option<Error>,
    /// Whether the service may have acted on this or an earlier attempt.
    pub(super) unknown: bool,
    /// Whether the call was refused for its date once, and signed anew.
    pub(super) signed_anew: bool,
    /// The number of the last token that it was refused with.
    refused_token: Option<u32>,
    /// The number of tokens that the call was refused with.
    refused_tokens: u8,
}

/// The largest number of tokens tried for one call: the expired token, half of the next token from
/// a file that is being written, and the next token.
const MOST_TOKENS: u8 = 3;

impl<K> PendingCall<K> {
    pub(super) const fn new(key: K, call: PreparedCall) -> Self {
        Self {
            key,
            call,
            attempts: 0,
            trace_id: None,
            first_sent_at: None,
            sent: None,
            sent_before: None,
            answer: None,
            error: None,
            unknown: false,
            signed_anew: false,
            refused_token: None,
            refused_tokens: 0,
        }
    }

    /// Notes a 401 with this token. Returns whether another one, or the same one again, may be
    /// tried; `works` says whether other calls are delivered with it.
    pub(super) const fn refused_with(&mut self, token: Token, works: bool) -> bool {
        match self.refused_token {
            Some(number) if number == token.number => return !works,
            _ => self.refused_token = Some(token.number),
        }
        self.refused_tokens = self.refused_tokens.saturating_add(1);
        self.refused_tokens < MOST_TOKENS
    }
}

#[derive(Clone, Copy)]
pub(super) struct Sent {
    /// The ticket of the attempt in flight; none after its answer or failure.
    pub(super) ticket: Option<Ticket>,
    pub(super) at: u64,
    pub(super) wall: DateTime<Utc>,
    pub(super) x_date: XDate,
    pub(super) token: Token,
}

#[derive(Clone, Copy)]
pub(super) struct Answer {
    pub(super) at: DateTime<Utc>,
    pub(super) server_date: Option<DateTime<Utc>>,
    pub(super) status: u16,
}

/// A slab: each call keeps its index, called its place, until it is taken.
pub(super) struct Slab<K> {
    calls: Vec<Option<PendingCall<K>>>,
    free: Vec<u32>,
}

/// A ticket is the number of the attempt, of 32 bits, before that of the place, of 21: no more than
/// 1,065,535 places exist.
const PLACE_BITS: u32 = 21;

impl<K> Slab<K> {
    pub(super) const fn new() -> Self {
        Self {
            calls: Vec::new(),
            free: Vec::new(),
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.calls.len() - self.free.len()
    }

    pub(super) fn put(&mut self, call: PendingCall<K>) -> u32 {
        if let Some(place) = self.free.pop() {
            if let Some(free) = self.calls.get_mut(place as usize) {
                *free = Some(call);
            }
            return place;
        }
        self.calls.push(Some(call));
        // Never as many as 32 bits count, so the fallback cannot occur.
        u32::try_from(self.calls.len() - 1).unwrap_or_default()
    }

    pub(super) fn get(&self, place: u32) -> Option<&PendingCall<K>> {
        self.calls.get(place as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, place: u32) -> Option<&mut PendingCall<K>> {
        self.calls.get_mut(place as usize)?.as_mut()
    }

    pub(super) fn take(&mut self, place: u32) -> Option<PendingCall<K>> {
        let call = self.calls.get_mut(place as usize)?.take()?;
        self.free.push(place);
        Some(call)
    }

    /// Returns the ticket of the attempt of this number.
    pub(super) fn ticket(place: u32, attempt: u64) -> Ticket {
        Ticket((attempt & u64::from(u32::MAX)) << PLACE_BITS | u64::from(place))
    }

    /// Returns the place of what is in flight under this ticket.
    pub(super) fn in_flight(&self, ticket: Ticket) -> Option<u32> {
        let place = u32::try_from(ticket.0 & ((1 << PLACE_BITS) - 1)).ok()?;
        let sent = self.get(place)?.sent.as_ref()?;
        (sent.ticket == Some(ticket)).then_some(place)
    }

    /// Ends the attempt in flight under `ticket`. Returns the call's place, and the attempt.
    pub(super) fn complete(&mut self, ticket: Ticket) -> Result<(u32, Sent), InvalidInput> {
        let ended = self.in_flight(ticket).and_then(|place| {
            let sent = self.get_mut(place)?.sent.as_mut()?;
            sent.ticket = None;
            Some((place, *sent))
        });
        ended.ok_or_else(unknown_ticket)
    }
}

pub(super) fn unknown_ticket() -> InvalidInput {
    InvalidInput::message(
        "nothing is in flight under this ticket; handle one response or one failure for each attempt",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_lies_below_2_to_the_53rd_however_many_requests_there_were() {
        for (place, attempt, ticket) in [
            (5, 1, 2_097_157),
            (2_097_151, u64::from(u32::MAX), 9_007_199_254_740_991),
            (5, (1 << 32) + 1, 2_097_157),
        ] {
            assert_eq!(Slab::<()>::ticket(place, attempt), Ticket(ticket));
        }
    }
}
