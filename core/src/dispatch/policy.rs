//! Every number of the policy, with its reason. None of them is published by the service; what is known of it is that it may
//! answer 429 and 503 like any other.

use std::time::Duration;

use crate::InvalidInput;

/// How calls are paced, repeated and given up. The defaults suit a nightly job; [`Policy::set`] changes a number by its name,
/// for hosts whose options come by name.
///
/// ```
/// use koodrive::dispatch::Policy;
/// let mut policy = Policy::default();
/// policy.rate = 20.0;
/// policy.set("concurrency", 8.0)?;
/// policy.check()?;
/// assert_eq!(policy.set("rat", 1.0).unwrap_err().to_string(), "rat is no number of the policy; it has rate, burst, \
///     concurrency, queue, attempts, backoff, backoff_cap, retry_after_cap, retry_ratio, halt_after, repeats_are_safe, \
///     renews_token, token_age, reply_limit");
/// # Ok::<(), koodrive::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    /// Requests per second, at most. Default 50: no limit is published, and it is what one core of any language sends easily;
    /// a million calls then take five and a half hours, a night. Ask your Huawei contact. 0.001 to 100,000.
    pub rate: f64,
    /// Requests that may leave at once after a pause. Default (0) a tenth of a second's worth, at least 1: a service that counts
    /// per second then never sees more than 1.1 × the rate, and a host whose timers are coarse still reaches the rate.
    pub burst: u32,
    /// Requests in flight, at most. Default 32: it keeps 50 per second up while an answer takes 640 ms. Rate × seconds per
    /// answer is what is needed. 1 to 65,535.
    pub concurrency: u32,
    /// Calls that wait here for their first attempt, at most. Default 64: the source is read a second ahead, so that a slow
    /// page of it stalls nothing, and no further. 1 to 1,000,000.
    ///
    /// Memory is bounded by `queue + concurrency` calls, with their outcomes, whatever the length of the source.
    pub queue: u32,
    /// How often a call is sent, at most. Default 8: with this backoff they spread over half a minute on average, which
    /// outlasts a restart or a fail-over. 1 to 100.
    pub attempts: u32,
    /// Before the n-th repeat waits a random time between 0 and this, doubled n − 1 times ("full jitter": calls that failed
    /// together do not come back together). Default 0.5 s: a connection's time-out or a proxy's reload is over by then.
    pub backoff: Duration,
    /// The longest of these. Default 60 s: beyond that, waiting longer spares the service nothing more.
    pub backoff_cap: Duration,
    /// The longest `Retry-After` that is obeyed. Default 1 hour: more is no rate limit but a mistake or a maintenance, and a
    /// look once an hour harms neither.
    pub retry_after_cap: Duration,
    /// Repeats per first attempt, at most. Default 0.1: whatever fails, the service never sees more than 1.1 × the calls. On top
    /// of it come one repeat per second, so that a slow job may repeat at all, and a reserve of as many repeats as may be in
    /// flight, at least 10, for the calls that an outage meets. 0 to 1.
    pub retry_ratio: f64,
    /// Halts after so many calls in a row with the same answer and none delivered in between. Default 20: twenty wrong rows in a
    /// row are rare, and a wrong secret costs twenty calls and not a million. 0: never.
    pub halt_after: u32,
    /// Whether the service may get a call twice without harm. Default no, since no page says it is safe: then a call of which it is
    /// unknown whether the service acted on it is never repeated.
    pub repeats_are_safe: bool,
    /// Whether the driver can get a fresh token. Default no: with an app id there is none to get. Then a 401 asks for one.
    pub renews_token: bool,
    /// The age at which a token is replaced before it is refused. Choose less than it lives: 1500 s of the 1800 s of an `AT` token.
    /// Default none: only a 401 tells.
    pub token_age: Option<Duration>,
    /// Longest body of a reply, in bytes. Default 1 MiB. Drivers read no more than this and one byte; a longer body is unreadable.
    pub reply_limit: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            rate: 50.0,
            burst: 0,
            concurrency: 32,
            queue: 64,
            attempts: 8,
            backoff: Duration::from_millis(500),
            backoff_cap: Duration::from_secs(60),
            retry_after_cap: Duration::from_secs(3600),
            retry_ratio: 0.1,
            halt_after: 20,
            repeats_are_safe: false,
            renews_token: false,
            token_age: None,
            reply_limit: 1 << 20,
        }
    }
}

/// The names, in their order.
const NAMES: [&str; 14] = [
    "rate",
    "burst",
    "concurrency",
    "queue",
    "attempts",
    "backoff",
    "backoff_cap",
    "retry_after_cap",
    "retry_ratio",
    "halt_after",
    "repeats_are_safe",
    "renews_token",
    "token_age",
    "reply_limit",
];

/// A day, in seconds: no wait of this policy is longer.
const LONGEST: f64 = 86_400.0;

impl Policy {
    /// Sets a number by its name, in snake case or camel case. Times are seconds; yes is 1, no is 0.
    ///
    /// # Errors
    ///
    /// Another name, a number out of range.
    pub fn set(&mut self, name: &str, value: f64) -> Result<(), InvalidInput> {
        let Some(known) = NAMES.into_iter().find(|known| is_name(known, name)) else {
            return Err(InvalidInput::new(format!(
                "{name} is no number of the policy; it has {}",
                NAMES.join(", ")
            )));
        };
        match known {
            "rate" => self.rate = value,
            "burst" => self.burst = whole(known, value, 0, 1_000_000)?,
            "concurrency" => self.concurrency = whole(known, value, 1, 65_535)?,
            "queue" => self.queue = whole(known, value, 1, 1_000_000)?,
            "attempts" => self.attempts = whole(known, value, 1, 100)?,
            "backoff" => self.backoff = seconds(known, value, 0.0)?,
            "backoff_cap" => self.backoff_cap = seconds(known, value, 0.0)?,
            "retry_after_cap" => self.retry_after_cap = seconds(known, value, 0.0)?,
            "retry_ratio" => self.retry_ratio = value,
            "halt_after" => self.halt_after = whole(known, value, 0, 1_000_000)?,
            "repeats_are_safe" => self.repeats_are_safe = whole(known, value, 0, 1)? == 1,
            "renews_token" => self.renews_token = whole(known, value, 0, 1)? == 1,
            "token_age" => self.token_age = Some(seconds(known, value, 1.0)?),
            _ => self.reply_limit = whole(known, value, 1, 1 << 30)? as usize,
        }
        self.check()
    }

    /// Whether every number is in its range. [`Dispatcher::new`](super::Dispatcher::new) asks, too.
    ///
    /// # Errors
    ///
    /// Names the first that is not.
    pub fn check(&self) -> Result<(), InvalidInput> {
        between("rate", self.rate, 0.001, 100_000.0)?;
        between("burst", self.burst.into(), 0.0, 1e6)?;
        between("concurrency", self.concurrency.into(), 1.0, 65_535.0)?;
        between("queue", self.queue.into(), 1.0, 1e6)?;
        between("attempts", self.attempts.into(), 1.0, 100.0)?;
        between("backoff", self.backoff.as_secs_f64(), 0.0, LONGEST)?;
        between("backoff_cap", self.backoff_cap.as_secs_f64(), 0.0, LONGEST)?;
        let retry_after_cap = self.retry_after_cap.as_secs_f64();
        between("retry_after_cap", retry_after_cap, 0.0, LONGEST)?;
        between("retry_ratio", self.retry_ratio, 0.0, 1.0)?;
        between("halt_after", self.halt_after.into(), 0.0, 1e6)?;
        if let Some(age) = self.token_age {
            between("token_age", age.as_secs_f64(), 1.0, LONGEST)?;
        }
        #[expect(clippy::cast_precision_loss, reason = "only compared with a limit")]
        between(
            "reply_limit",
            self.reply_limit as f64,
            1.0,
            f64::from(1 << 30),
        )
    }

    /// How many calls the dispatcher may hold.
    pub(super) const fn places(&self) -> usize {
        // Both fit 32 bits many times over.
        self.queue as usize + self.concurrency as usize
    }

    /// `burst`, or what its default means.
    pub(super) fn burst(&self) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "at most 10,000")]
        #[expect(clippy::cast_sign_loss, reason = "a rate is positive")]
        match self.burst {
            0 => ((self.rate / 10.0) as u32).max(1),
            burst => burst,
        }
    }
}

/// Whether `name` is `known` in snake case or in camel case.
fn is_name(known: &str, name: &str) -> bool {
    let camel = known.split('_').enumerate().flat_map(|(at, word)| {
        let first = word.chars().take(1).map(move |first| {
            if at == 0 {
                first
            } else {
                first.to_ascii_uppercase()
            }
        });
        first.chain(word.chars().skip(1))
    });
    known == name || camel.eq(name.chars())
}

fn between(name: &str, value: f64, least: f64, most: f64) -> Result<(), InvalidInput> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(InvalidInput::new(format!(
        "{name} is {value}; it must lie in {least} to {most}"
    )))
}

fn whole(name: &str, value: f64, least: u32, most: u32) -> Result<u32, InvalidInput> {
    between(name, value, least.into(), most.into())?;
    if value.fract() != 0.0 {
        return Err(InvalidInput::new(format!(
            "{name} is {value}; it must be a whole number"
        )));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be whole and in range"
    )]
    #[expect(clippy::cast_sign_loss, reason = "checked to be in range")]
    Ok(value as u32)
}

fn seconds(name: &str, value: f64, least: f64) -> Result<Duration, InvalidInput> {
    between(name, value, least, LONGEST)?;
    Ok(Duration::from_secs_f64(value))
}
