//! Every option of a dispatcher, with its range, its default and the reason for it. The service
//! publishes none of these numbers; it is known that it may answer 429 and 503.

use std::time::Duration;

use crate::request::{REPLY_LIMIT_MOST, check_reply_limit};
use crate::{InvalidInput, REPLY_LIMIT_DEFAULT};

/// The settings by which calls are paced, retried and given up. The defaults suit a nightly job.
/// Every existing value is valid.
///
/// ```
/// use koodrive::dispatch::Config;
/// let config = Config::default().rate(20.0)?.concurrency(8)?;
/// assert_eq!(
///     Config::default().concurrency(0).unwrap_err().to_string(),
///     "concurrency: 0 is out of range; pass a whole number from 1 to 65535"
/// );
/// # let _ = config;
/// # Ok::<(), koodrive::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub(super) rate: f64,
    pub(super) adaptive: bool,
    pub(super) burst: u32,
    pub(super) concurrency: u32,
    pub(super) queue: u32,
    pub(super) attempts: u32,
    pub(super) backoff: Duration,
    pub(super) backoff_cap: Duration,
    pub(super) retry_after_cap: Duration,
    pub(super) retry_ratio: f64,
    pub(super) halt_after: u32,
    pub(super) repeats_are_safe: bool,
    pub(super) renews_token: bool,
    pub(super) token_age: Option<Duration>,
    pub(super) reply_limit: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            rate: 50.0,
            adaptive: true,
            burst: 0,
            concurrency: 32,
            queue: 64,
            attempts: 8,
            backoff: Duration::from_millis(500),
            backoff_cap: Duration::from_secs(60),
            retry_after_cap: Duration::from_secs(3600),
            retry_ratio: 0.2,
            halt_after: 20,
            repeats_are_safe: false,
            renews_token: false,
            token_age: None,
            reply_limit: REPLY_LIMIT_DEFAULT,
        }
    }
}

/// The unit of an option, for hosts that pass options by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// Requests per second.
    PerSecond,
    /// A whole number.
    Count,
    /// Seconds, with fractions.
    Seconds,
    /// A fraction of one.
    Ratio,
    /// The value 1 means yes, 0 means no.
    Flag,
    /// Whole bytes.
    Bytes,
}

/// An option of a dispatcher: one row of [`OPTIONS`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct DispatchOption {
    /// The option's name in snake case.
    pub name: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// The smallest value.
    pub least: f64,
    /// The largest value.
    pub most: f64,
    /// The value unless chosen; none where the option is off. A burst of 0 stands for a tenth of a
    /// second's worth.
    pub default: Option<f64>,
}

/// A day, in seconds: no time here is longer.
const LONGEST: f64 = 86_400.0;

const fn option(
    name: &'static str,
    unit: Unit,
    least: f64,
    most: f64,
    default: Option<f64>,
) -> DispatchOption {
    DispatchOption {
        name,
        unit,
        least,
        most,
        default,
    }
}

const RATE: DispatchOption = option("rate", Unit::PerSecond, 0.001, 100_000.0, Some(50.0));
const ADAPTIVE: DispatchOption = option("adaptive", Unit::Flag, 0.0, 1.0, Some(1.0));
const BURST: DispatchOption = option("burst", Unit::Count, 0.0, 1e6, Some(0.0));
const CONCURRENCY: DispatchOption = option("concurrency", Unit::Count, 1.0, 65_535.0, Some(32.0));
const QUEUE: DispatchOption = option("queue", Unit::Count, 1.0, 1e6, Some(64.0));
const ATTEMPTS: DispatchOption = option("attempts", Unit::Count, 1.0, 100.0, Some(8.0));
const BACKOFF: DispatchOption = option("backoff", Unit::Seconds, 0.0, LONGEST, Some(0.5));
const BACKOFF_CAP: DispatchOption = option("backoff_cap", Unit::Seconds, 0.0, LONGEST, Some(60.0));
const RETRY_AFTER_CAP: DispatchOption =
    option("retry_after_cap", Unit::Seconds, 0.0, LONGEST, Some(3600.0));
const RETRY_RATIO: DispatchOption = option("retry_ratio", Unit::Ratio, 0.0, 1.0, Some(0.2));
const HALT_AFTER: DispatchOption = option("halt_after", Unit::Count, 0.0, 1e6, Some(20.0));
const REPEATS_ARE_SAFE: DispatchOption =
    option("repeats_are_safe", Unit::Flag, 0.0, 1.0, Some(0.0));
const RENEWS_TOKEN: DispatchOption = option("renews_token", Unit::Flag, 0.0, 1.0, Some(0.0));
const TOKEN_AGE: DispatchOption = option("token_age", Unit::Seconds, 1.0, LONGEST, None);
const REPLY_LIMIT: DispatchOption = option(
    "reply_limit",
    Unit::Bytes,
    1.0,
    REPLY_LIMIT_MOST,
    Some(1_048_576.0),
);

/// Every option: names, units, ranges and defaults. Hosts take theirs from here.
pub const OPTIONS: [DispatchOption; 15] = [
    RATE,
    BURST,
    ADAPTIVE,
    CONCURRENCY,
    QUEUE,
    ATTEMPTS,
    BACKOFF,
    BACKOFF_CAP,
    RETRY_AFTER_CAP,
    RETRY_RATIO,
    HALT_AFTER,
    REPEATS_ARE_SAFE,
    RENEWS_TOKEN,
    TOKEN_AGE,
    REPLY_LIMIT,
];

impl Config {
    /// Requests per second, at most: 0.001 to 100,000. Default 50: no limit is published, and one
    /// core of any language sends 50 easily; a million calls then take five and a half hours, a
    /// night. Ask your Huawei contact.
    ///
    /// # Errors
    ///
    /// A value out of range.
    pub fn rate(mut self, per_second: f64) -> Result<Self, InvalidInput> {
        RATE.check(per_second)?;
        self.rate = per_second;
        Ok(self)
    }

    /// Returns whether the pace falls below the rate while too many requests are throttled or fail.
    /// Default yes. With no, requests leave at the configured rate after every answer, and only a
    /// `Retry-After` is obeyed: choose no if a limiter of your own sets the pace.
    #[must_use]
    pub const fn adaptive(mut self, adaptive: bool) -> Self {
        self.adaptive = adaptive;
        self
    }

    /// Requests that may leave at once after a pause: 1 to 1,000,000, or 0 for a tenth of a
    /// second's worth, at least 1, which is the default. A service that counts per second then
    /// never sees more than 1.1 × the rate, and a host whose timers are coarse still reaches the
    /// rate.
    ///
    /// # Errors
    ///
    /// A value out of range.
    pub fn burst(mut self, requests: u32) -> Result<Self, InvalidInput> {
        self.burst = BURST.count(requests)?;
        Ok(self)
    }

    /// Requests in flight, at most: 1 to 65,535. Default 32: it keeps 50 per second up while a
    /// reply takes 640 ms. Rate × seconds per reply is what is needed.
    ///
    /// # Errors
    ///
    /// A value out of range.
    pub fn concurrency(mut self, requests: u32) -> Result<Self, InvalidInput> {
        self.concurrency = CONCURRENCY.count(requests)?;
        Ok(self)
    }

    /// Calls that wait for their first attempt, at most: 1 to 1,000,000. Default 64: the source is
    /// read a second ahead, so that a slow page of it stalls nothing, and no further.
    ///
    /// Memory is bounded by `queue + concurrency` calls, with their outcomes, for a source of any
    /// length.
    ///
    /// # Errors
    ///
    /// A value out of range.
    pub fn queue(mut self, calls: u32) -> Result<Self, InvalidInput> {
        self.queue = QUEUE.count(calls)?;
        Ok(self)
    }

    /// Returns how often a call is sent, at most: 1 to 100. Default 8: with the default backoff
    /// they spread over half a minute on average, which outlasts a restart or a fail-over.
    ///
    /// # Errors
    ///
    /// A value out of range.
    pub fn attempts(mut self, times: u32) -> Result<Self, InvalidInput> {
        self.attempts = ATTEMPTS.count(times)?;
        Ok(self)
    }

    /// Before the n-th retry waits a random time between 0 and `wait`, doubled n − 1 times ("full
    /// jitter": calls that failed together do not come back together). Up to a day. Default 0.5 s:
    /// a connection's time-out or a proxy's reload is over by then.
    ///
    /// # Errors
    ///
    /// A value out of range.
    pub fn backoff(mut self, wait: Duration) -> Result<Self, InvalidInput> {
        self.backoff = BACKOFF.time(wait)?;
        Ok(self)
    }

    /// Sets the longest backoff, up to a day. Default 60 s: beyond that, waiting longer spares the
    /// service nothing more.
    ///
    /// # Errors
    ///
    /// A value out of range.
    pub fn backoff_cap(mut self, wait: Duration) -> Result<Self, InvalidInput> {
        self.backoff_cap = BACKOFF_CAP.time(wait)?;
        Ok(self)
    }

    /// Sets the longest `Retry-After` that is obeyed, up to a day. Default 1 hour: more is not a
    /// rate limit but a mistake or a maintenance, and a look once an hour harms neither.
    ///
    /// # Errors
    ///
    /// A value out of range.
    pub fn retry_after_cap(mut self, wait: Duration) -> Result<Self, InvalidInput> {
        self.retry_after_cap = RETRY_AFTER_CAP.time(wait)?;
        Ok(self)
    }

    /// Retries per first attempt, at most: 0 to 1. Default 0.2, as in Finagle and Linkerd: the
    /// service never sees more than 1.2 × the calls. One node of ten that fails takes 0.11; with
    /// 0.1 a job of 60,000 calls gave 250 of them up. On top of it come one retry per second, so
    /// that a slow job may retry at all, and a reserve of as many retries as may be in flight, at
    /// least 10, for the calls that an outage meets.
    ///
    /// # Errors
    ///
    /// A value out of range.
    pub fn retry_ratio(mut self, ratio: f64) -> Result<Self, InvalidInput> {
        RETRY_RATIO.check(ratio)?;
        self.retry_ratio = ratio;
        Ok(self)
    }

    /// Halts after so many calls in a row with the same answer and none delivered in between: 1 to
    /// 1,000,000, or 0 for never. Default 20: twenty wrong rows in a row are rare, and a wrong
    /// secret costs twenty calls and not a million.
    ///
    /// # Errors
    ///
    /// A value out of range.
    pub fn halt_after(mut self, calls: u32) -> Result<Self, InvalidInput> {
        self.halt_after = HALT_AFTER.count(calls)?;
        Ok(self)
    }

    /// Returns whether the service may get a call twice without harm. Default no, since no page
    /// says it is safe: then a call with an unknown outcome is never repeated, unless it [changes
    /// nothing](crate::Operation::is_safe).
    #[must_use]
    pub const fn repeats_are_safe(mut self, safe: bool) -> Self {
        self.repeats_are_safe = safe;
        self
    }

    /// Returns whether the driver can get a fresh token. Default no, since an app id needs no
    /// token. With yes, a 401 makes the dispatcher ask for a token.
    #[must_use]
    pub const fn renews_token(mut self, renews: bool) -> Self {
        self.renews_token = renews;
        self
    }

    /// Sets the age at which a token is replaced before it is refused: 1 s to a day. Choose less
    /// than it lives: 1500 s of the 1800 s of an `AT` token. Default none: only a 401 tells.
    ///
    /// # Errors
    ///
    /// A value out of range.
    pub fn token_age(mut self, age: Duration) -> Result<Self, InvalidInput> {
        self.token_age = Some(TOKEN_AGE.time(age)?);
        Ok(self)
    }

    /// Sets the longest body of a reply, in bytes: 1 to 1 GiB. Default 1 MiB. Drivers read no more
    /// than this and one byte; a longer body is unreadable.
    ///
    /// # Errors
    ///
    /// A value out of range.
    pub fn reply_limit(mut self, bytes: usize) -> Result<Self, InvalidInput> {
        #[expect(clippy::cast_precision_loss, reason = "only compared with a limit")]
        check_reply_limit(bytes as f64)?;
        self.reply_limit = bytes;
        Ok(self)
    }

    /// Sets the option of `row` to a value in its unit. For hosts whose options come by name.
    ///
    /// # Errors
    ///
    /// A value out of range.
    pub(crate) fn set(self, row: &DispatchOption, value: f64) -> Result<Self, InvalidInput> {
        row.check(value)?;
        #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
        #[expect(clippy::cast_sign_loss, reason = "in range")]
        let count = value as u32;
        match row.name {
            "rate" => self.rate(value),
            "adaptive" => Ok(self.adaptive(count == 1)),
            "burst" => self.burst(count),
            "concurrency" => self.concurrency(count),
            "queue" => self.queue(count),
            "attempts" => self.attempts(count),
            "backoff" => self.backoff(Duration::from_secs_f64(value)),
            "backoff_cap" => self.backoff_cap(Duration::from_secs_f64(value)),
            "retry_after_cap" => self.retry_after_cap(Duration::from_secs_f64(value)),
            "retry_ratio" => self.retry_ratio(value),
            "halt_after" => self.halt_after(count),
            "repeats_are_safe" => Ok(self.repeats_are_safe(count == 1)),
            "renews_token" => Ok(self.renews_token(count == 1)),
            "token_age" => self.token_age(Duration::from_secs_f64(value)),
            _ => self.reply_limit(count as usize),
        }
    }

    /// Returns the longest body of a reply that drivers read, in bytes.
    #[must_use]
    pub const fn reply_limit_bytes(&self) -> usize {
        self.reply_limit
    }

    /// Returns how many calls the dispatcher may hold.
    pub(super) const fn places(&self) -> usize {
        // The sum of both limits fits 32 bits.
        self.queue as usize + self.concurrency as usize
    }

    /// Returns the burst, or its default.
    pub(super) fn burst_size(&self) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "at most 10,000")]
        #[expect(clippy::cast_sign_loss, reason = "a rate is positive")]
        match self.burst {
            0 => ((self.rate / 10.0) as u32).max(1),
            burst => burst,
        }
    }
}

impl DispatchOption {
    fn check(&self, value: f64) -> Result<(), InvalidInput> {
        // The only option in bytes; `send` has it as well.
        if self.unit == Unit::Bytes {
            return check_reply_limit(value);
        }
        let is_whole = matches!(self.unit, Unit::Count | Unit::Flag);
        if (self.least..=self.most).contains(&value) && (!is_whole || value.fract() == 0.0) {
            return Ok(());
        }
        let (Self { least, most, .. }, unit) = (self, self.unit);
        let value = match unit {
            Unit::Seconds if value.is_finite() => format!("{{{value} s}}"),
            _ => value.to_string(),
        };
        let expected = match unit {
            Unit::PerSecond => format!("a number from {least} to {most} per second"),
            Unit::Ratio => format!("a number from {least} to {most}"),
            Unit::Seconds => format!("a time from {{{least} s}} to {{{most} s}}"),
            Unit::Count | Unit::Bytes => format!("a whole number from {least} to {most}"),
            Unit::Flag => "true or false".to_owned(),
        };
        Err(InvalidInput::option(
            self.name,
            format!("{value} is out of range; pass {expected}"),
        ))
    }

    fn count(&self, value: u32) -> Result<u32, InvalidInput> {
        self.check(value.into()).map(|()| value)
    }

    fn time(&self, value: Duration) -> Result<Duration, InvalidInput> {
        self.check(value.as_secs_f64()).map(|()| value)
    }
}
