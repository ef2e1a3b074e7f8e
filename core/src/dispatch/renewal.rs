//! When a fresh token is asked for: at a 401 that the token may have caused, and at the age that the policy names.
//!
//! A token is believed to work once a call was delivered with it. A 401 to one that has worked, or to the one that the job
//! began with, asks for a fresh one at once, and the call is sent again with it. A source may give the refused token again (its cache
//! has not noticed) or half of the next one (a file that is being written): neither is a fresh token, so the source is asked
//! again after a backoff, as where it has none.

use std::time::Duration;

pub(super) struct Renewal {
    enabled: bool,
    /// In nanoseconds.
    age: Option<u64>,
    /// The number of the latest token. The one that the job began with is 0, or else the first one that was handed in.
    token: u32,
    /// When it was handed in; the first one's, when it was first used.
    since: Option<u64>,
    worked: bool,
    /// When the last request left that was refused with this token and no later one delivered.
    refused: Option<u64>,
    wanted: Wanted,
    /// Times in a row that there was no token that worked.
    failures: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    No,
    /// Asked for from this instant.
    From(u64),
    Asked,
}

/// What a 401 asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum After401 {
    /// The call may be sent again, with a token that is or will be there.
    SendAgain,
    /// The same, and the token counts as one that was not to be had: it was asked for and never worked.
    NoToken,
    Refused,
}

impl Renewal {
    /// `has_token` is false for a job whose first token is yet to be asked for.
    pub(super) fn new(enabled: bool, age: Option<Duration>, has_token: bool) -> Self {
        Self {
            enabled: enabled || !has_token,
            age: age.map(super::nanoseconds),
            // One less than that of the first token.
            token: if has_token { 0 } else { u32::MAX },
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

    /// The token that a request which leaves now carries.
    pub(super) fn used(&mut self, now: u64) -> u32 {
        self.since.get_or_insert(now);
        self.token
    }

    /// A call was delivered whose request left at `sent_at` with this token.
    pub(super) fn delivered(&mut self, token: u32, sent_at: u64) {
        if token != self.token {
            return;
        }
        self.worked = true;
        self.failures = 0;
        if self.refused.is_some_and(|refused| refused < sent_at) {
            // So that refusal had another cause.
            self.refused = None;
        }
    }

    /// A call was refused whose request left at `sent_at` with this token.
    pub(super) fn refused_401(&mut self, token: u32, sent_at: u64, now: u64) -> After401 {
        if !self.enabled {
            return After401::Refused;
        }
        if token != self.token {
            return After401::SendAgain;
        }
        self.refused = self.refused.max(Some(sent_at));
        if self.wanted != Wanted::No {
            return After401::SendAgain;
        }
        if !self.worked && self.token > 0 {
            return After401::NoToken;
        }
        self.wanted = Wanted::From(now);
        After401::SendAgain
    }

    /// Whether the present token was refused, so that the same one again is no fresh one.
    pub(super) const fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Whether nothing may be sent for want of a token.
    pub(super) fn holds(&self) -> bool {
        self.wanted != Wanted::No
    }

    /// Asks for a fresh token where this one has become too old.
    pub(super) fn ages(&mut self, now: u64) {
        if let (true, Some(age), Some(since), Wanted::No) =
            (self.enabled, self.age, self.since, self.wanted)
            && now.saturating_sub(since) >= age
        {
            self.wanted = Wanted::From(now);
        }
    }

    /// Whether the driver is to be asked, once.
    pub(super) fn ask(&mut self, now: u64) -> bool {
        let ask = matches!(self.wanted, Wanted::From(at) if at <= now);
        if ask {
            self.wanted = Wanted::Asked;
        }
        ask
    }

    /// When the driver is to be asked again.
    pub(super) const fn asks_at(&self) -> Option<u64> {
        match self.wanted {
            Wanted::From(at) => Some(at),
            Wanted::No | Wanted::Asked => None,
        }
    }

    pub(super) const fn renewed(&mut self, now: u64) {
        self.token = self.token.wrapping_add(1);
        self.worked = false;
        self.refused = None;
        self.kept(now);
    }

    /// The source gave the same token, which is not refused: it is asked for another after as long again.
    pub(super) const fn kept(&mut self, now: u64) {
        self.since = Some(now);
        self.wanted = Wanted::No;
    }

    /// There was none. Returns how often in a row.
    pub(super) const fn failed(&mut self, ask_again_at: u64) -> u32 {
        self.wanted = Wanted::From(ask_again_at);
        self.failures = self.failures.saturating_add(1);
        self.failures
    }

    pub(super) fn is_asked(&self) -> bool {
        self.wanted == Wanted::Asked
    }

    /// Times in a row that there was no token that worked.
    pub(super) const fn failures(&self) -> u32 {
        self.failures
    }

    pub(super) const fn resume(&mut self, now: u64) {
        self.failures = 0;
        if let Wanted::From(_) = self.wanted {
            self.wanted = Wanted::From(now);
        }
    }
}
