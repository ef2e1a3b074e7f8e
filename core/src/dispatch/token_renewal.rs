//! Decides when a fresh token is asked for: at a 401 that the token may have caused, and at the age
//! that the configuration names.
//!
//! A token is believed to work once a call was delivered with it. A 401 to one that has worked, or
//! to the one that the job began with, asks for a fresh one at once, and the call is sent again
//! with it.
//!
//! A source may give half of the next token, from a file that is being written. A fresh token that
//! never worked counts as a missing token: the source is asked again after a backoff. A source may
//! also give the refused token again, since its cache has not noticed, or since the refusal had
//! another cause. In that case one request goes out with the refused token after the backoff, and
//! the answer to that request decides.

use std::time::Duration;

/// A token that requests are sent with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    /// The one that the job began with is 0, or else the first one that was handed in.
    pub(super) number: u32,
    /// The number of times that the source gave the token again after its refusal.
    trial: u32,
}

pub(super) struct TokenRenewal {
    enabled: bool,
    /// The age in nanoseconds at which a token is replaced.
    age: Option<u64>,
    /// The latest.
    token: Token,
    /// The instant at which the token was handed in or, for the first token, first used.
    since: Option<u64>,
    worked: bool,
    /// The instant at which the last refused request with this token left, if no later one was
    /// delivered.
    refused: Option<u64>,
    wanted: Wanted,
    /// The number of times in a row that the source had no working token.
    failures: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    No,
    /// Asked for from this instant.
    From(u64),
    Asked,
    /// One request may leave with the refused token from this instant on.
    TrialFrom(u64),
    /// The request with the refused token is in flight.
    Trial,
}

/// The action that a 401 asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum After401 {
    /// The call may be sent again, with a token that is or will be there.
    SendAgain,
    /// The same, and the token counts as one that was not to be had: it was asked for and never
    /// worked.
    NoToken,
    Refused,
}

impl TokenRenewal {
    /// `has_token` is false for a job whose first token is yet to be asked for.
    pub(super) fn new(enabled: bool, age: Option<Duration>, has_token: bool) -> Self {
        Self {
            enabled: enabled || !has_token,
            age: age.map(super::nanoseconds),
            token: Token {
                // One less than that of the first token.
                number: if has_token { 0 } else { u32::MAX },
                trial: 0,
            },
            since: None,
            worked: false,
            refused: None,
            wanted: if has_token {
                Wanted::No
            } else {
                Wanted::From(0)
            },
            failures: 0,
        }
    }

    /// Returns the token that a request which leaves now carries.
    pub(super) fn used(&mut self, now: u64) -> Token {
        if let Wanted::TrialFrom(_) = self.wanted {
            self.wanted = Wanted::Trial;
        }
        self.since.get_or_insert(now);
        self.token
    }

    /// A call was delivered whose request left at `sent_at` with this token.
    pub(super) fn delivered(&mut self, token: Token, sent_at: u64) {
        if token != self.token {
            return;
        }
        self.worked = true;
        self.failures = 0;
        if self.refused.is_some_and(|refused| refused < sent_at) {
            // A token that works was refused for another cause.
            self.refused = None;
        }
        if self.wanted == Wanted::Trial {
            self.wanted = Wanted::No;
        }
    }

    /// Notes that a call was refused with a 401 whose request left at `sent_at` with this token.
    pub(super) fn refused_401(&mut self, token: Token, sent_at: u64, now: u64) -> After401 {
        if !self.enabled {
            return After401::Refused;
        }
        if token != self.token {
            return After401::SendAgain;
        }
        self.refused = self.refused.max(Some(sent_at));
        match self.wanted {
            Wanted::Trial => self.wanted = Wanted::From(now),
            Wanted::No if self.worked || self.token.number == 0 => self.wanted = Wanted::From(now),
            Wanted::No => return After401::NoToken,
            Wanted::From(_) | Wanted::Asked | Wanted::TrialFrom(_) => {}
        }
        After401::SendAgain
    }

    /// A request with this token ended in a way that says nothing of it.
    pub(super) fn ended(&mut self, token: Token, now: u64) {
        if token == self.token && self.wanted == Wanted::Trial {
            self.wanted = Wanted::From(now);
        }
    }

    /// Returns whether calls are delivered with `token`, so that a refusal of `token` has another
    /// cause.
    pub(super) fn works(&self, token: Token) -> bool {
        token.number == self.token.number && self.worked && self.refused.is_none()
    }

    /// Returns whether the present token was refused, so that the same text is not a fresh token.
    pub(super) const fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Returns whether sending waits at `now` for a token.
    pub(super) const fn is_blocked(&self, now: u64) -> bool {
        match self.wanted {
            Wanted::No => false,
            Wanted::TrialFrom(at) => now < at,
            Wanted::From(_) | Wanted::Asked | Wanted::Trial => true,
        }
    }

    /// Asks for a fresh token where this one has become too old.
    pub(super) fn expire_if_old(&mut self, now: u64) {
        if let (true, Some(age), Some(since), Wanted::No) =
            (self.enabled, self.age, self.since, self.wanted)
            && now.saturating_sub(since) >= age
        {
            self.wanted = Wanted::From(now);
        }
    }

    /// Returns true once for each time that the driver must be asked for a token.
    pub(super) fn take_request(&mut self, now: u64) -> bool {
        let ask = matches!(self.wanted, Wanted::From(at) if at <= now);
        if ask {
            self.wanted = Wanted::Asked;
        }
        ask
    }

    /// Returns when the driver is to be asked again, or a request may leave again.
    pub(super) const fn goes_on_at(&self) -> Option<u64> {
        match self.wanted {
            Wanted::From(at) | Wanted::TrialFrom(at) => Some(at),
            Wanted::No | Wanted::Asked | Wanted::Trial => None,
        }
    }

    pub(super) const fn renewed(&mut self, now: u64) {
        self.token = Token {
            number: self.token.number.wrapping_add(1),
            trial: 0,
        };
        self.worked = false;
        self.refused = None;
        self.kept(now);
    }

    /// The source gave the same token, which is not refused: it is asked for another after as long
    /// again.
    pub(super) const fn kept(&mut self, now: u64) {
        self.since = Some(now);
        self.wanted = Wanted::No;
    }

    /// Notes that the source gave the refused token again, and lets one request try that token at
    /// `from`. Returns how often in a row the source had no working token.
    pub(super) const fn tries_again(&mut self, from: u64) -> u32 {
        self.token.trial = self.token.trial.wrapping_add(1);
        self.wanted = Wanted::TrialFrom(from);
        self.failures = self.failures.saturating_add(1);
        self.failures
    }

    /// Notes that the source had no token. Returns how often in a row.
    pub(super) const fn failed(&mut self, ask_again_at: u64) -> u32 {
        self.wanted = Wanted::From(ask_again_at);
        self.failures = self.failures.saturating_add(1);
        self.failures
    }

    pub(super) fn is_asked(&self) -> bool {
        self.wanted == Wanted::Asked
    }

    /// Returns how often in a row the source had no working token.
    pub(super) const fn failures(&self) -> u32 {
        self.failures
    }

    pub(super) const fn resume(&mut self, now: u64) {
        self.failures = 0;
        if let Wanted::From(_) | Wanted::TrialFrom(_) = self.wanted {
            self.wanted = Wanted::From(now);
        }
    }
}
