//! Notices that every call gets the same answer, so that a wrong secret does not burn a million of
//! them.
//!
//! The breaker counts answers that a retry would get again: a refusal, or a 200 with an unreadable
//! body (a proxy's page). An outage does not count; it lowers the pace.
//!
//! Messages are compared without the words that hold a digit: a gateway is known to print its
//! canonical request there (`docs/contract.md`, section 4), with a date and hashes that differ from
//! call to call.

use crate::ReplyError;

use super::Halt;

pub(super) struct CircuitBreaker {
    halt_after: u32,
    /// The number of calls in a row.
    calls: u32,
    status: u16,
    code: Option<String>,
    /// The message without its varying words.
    msg: Option<String>,
    /// Whether a call was delivered since the start, or since the last resume.
    delivered: bool,
}

impl CircuitBreaker {
    pub(super) const fn new(halt_after: u32) -> Self {
        Self {
            halt_after,
            calls: 0,
            status: 0,
            code: None,
            msg: None,
            delivered: false,
        }
    }

    pub(super) const fn delivered(&mut self) {
        self.calls = 0;
        self.delivered = true;
    }

    /// Counts an answer. Gives the halt that it causes.
    pub(super) fn answered(&mut self, error: &ReplyError) -> Option<Halt> {
        let status = error.status().as_u16();
        let msg = error.msg().map(without_what_varies);
        let same = status == self.status && error.code() == self.code.as_deref() && msg == self.msg;
        if self.calls == 0 || !same {
            self.calls = 0;
            self.status = status;
            self.code = error.code().map(str::to_owned);
            self.msg = msg;
        }
        self.calls = self.calls.saturating_add(1);
        (self.calls == self.halt_after).then(|| Halt::SameAnswer {
            calls: self.calls,
            status,
            code: self.code.clone(),
            msg: error.msg().map(str::to_owned),
        })
    }

    pub(super) const fn resume(&mut self) {
        self.calls = 0;
        self.delivered = false;
    }

    /// Returns how many calls may be in flight. After half of the equal answers that lead to a
    /// halt, the limit is the number of answers still missing. Before the first delivery, half of
    /// them count as received. So a halt costs hardly more calls than it takes to notice.
    pub(super) fn in_flight(&self) -> u32 {
        let half = self.halt_after / 2;
        let calls = if self.delivered {
            self.calls
        } else {
            self.calls.max(half)
        };
        if self.halt_after == 0 || calls < half {
            return u32::MAX;
        }
        self.halt_after.saturating_sub(calls).max(1)
    }
}

/// Returns the message without the words that hold a digit, and without what stands between words.
fn without_what_varies(msg: &str) -> String {
    let words = msg.split(|c: char| !c.is_alphanumeric());
    let steady = words.filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
    let mut text = String::new();
    for word in steady.filter(|word| !word.is_empty()) {
        text.push_str(word);
        text.push(' ');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_canonical_requests_of_a_gateway_count_as_the_same_answer() {
        let first = "verify signature fail, canonicalRequest:POST|/koodrive/ose/v1/carrier/||host:example.com|x-date:20251103T070140Z||host;x-date;x-user-id|5c3cf4effd3e60ac";
        let second = "verify signature fail, canonicalRequest:POST|/koodrive/ose/v1/carrier/||host:example.com|x-date:20251103T070141Z||host;x-date;x-user-id|9c24ade95d82dce7";
        assert_eq!(
            without_what_varies(first),
            "verify signature fail canonicalRequest POST koodrive ose carrier host example com x date host x date x user id "
        );
        assert_eq!(without_what_varies(first), without_what_varies(second));
        assert_ne!(
            without_what_varies("user 17 is unknown"),
            without_what_varies("package 17 is unknown")
        );
        assert_eq!(without_what_varies("用户不存在"), "用户不存在 ");
    }
}
