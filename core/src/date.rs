//! Decides X-Date: its format, the window the service allows, and what is learned about the
//! server's clock. `now` is always an argument; the host owns the clock.
//!
//! ```text
//! X-Date = caller's now + learned offset - margin, rounded down to the second
//! offset = `Date` of a reply - the time the reply was received
//! ```
//!
//! The service refuses a date later than its own now, so everything here may err only towards the
//! past (`docs/contract.md`, section 6).

use std::fmt;
use std::ops::Range;
use std::str::{self, FromStr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::SystemTime;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};

use crate::InvalidInput;
use crate::header::ReplyHeaders;

/// The oldest X-Date the service takes, in seconds.
const WINDOW: i64 = 15 * 60;

/// Seconds by which X-Date stays behind the caller's corrected clock, unless the caller chooses.
pub const CLOCK_MARGIN_DEFAULT: u32 = 5;

/// The largest margin, in seconds: two thirds of the window, so that the request has time to
/// arrive.
pub const CLOCK_MARGIN_MAX: u32 = 600;

/// A reply that took longer says too little about the clock. In milliseconds.
const LONGEST_EXCHANGE: i64 = 60_000;

/// The largest clock offset that is taken from a reply, in milliseconds. A larger one means that
/// the reply is wrong, not the clock.
const LARGEST_OFFSET: u64 = 24 * 60 * 60 * 1000;

/// The value of the header X-Date: UTC, `20251103T070140Z`.
///
/// The pages print the pattern as `yyyMMdd'T'HHmmss'Z'` and `yyyyMMDD…`; their examples, and the
/// signature page, say four-digit year, month, day of month, 24-hour clock, UTC
/// (`docs/contract.md`, section 3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct XDate([u8; 16]);

impl XDate {
    /// Cuts `date` to the second.
    ///
    /// # Errors
    ///
    /// A year outside 0001 to 9999.
    pub fn from_datetime(date: DateTime<Utc>) -> Result<Self, InvalidInput> {
        let (day, time) = (date.date_naive(), date.time());
        let year = u32::try_from(day.year())
            .ok()
            .filter(|year| (1..=9999).contains(year))
            .ok_or_else(year_out_of_range)?;
        let mut text = *b"00000000T000000Z";
        two_digits(&mut text, 0, year / 100);
        two_digits(&mut text, 2, year % 100);
        two_digits(&mut text, 4, day.month());
        two_digits(&mut text, 6, day.day());
        two_digits(&mut text, 9, time.hour());
        two_digits(&mut text, 11, time.minute());
        two_digits(&mut text, 13, time.second());
        Ok(Self(text))
    }

    /// Reads a header value.
    ///
    /// # Errors
    ///
    /// Anything but `YYYYMMDDTHHMMSSZ` with a day and a time that exist.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        read(text)
            .and_then(|date| Self::from_datetime(date).ok())
            .ok_or_else(|| {
                InvalidInput::message("X-Date is not a date in the form 20251103T070140Z (UTC)")
            })
    }

    /// Returns the date's 16 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Digits, `T` and `Z` by construction, so the fallback cannot occur.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the instant, in whole seconds.
    #[must_use]
    pub fn to_datetime(self) -> DateTime<Utc> {
        // Checked at construction; the epoch cannot occur for want of a date.
        read(self.as_str()).unwrap_or_default()
    }

    /// Returns whether a server whose clock reads `server_now` accepts this date: not later, and at
    /// most 15 minutes old.
    #[must_use]
    pub fn is_within_window(self, server_now: DateTime<Utc>) -> bool {
        let age = server_now.timestamp() - self.to_datetime().timestamp();
        let beyond_the_second = server_now.timestamp_subsec_nanos() > 0;
        (0..WINDOW).contains(&age) || age == WINDOW && !beyond_the_second
    }
}

impl FromStr for XDate {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for XDate {
    type Error = InvalidInput;

    fn try_from(text: &str) -> Result<Self, InvalidInput> {
        Self::parse(text)
    }
}

impl TryFrom<DateTime<Utc>> for XDate {
    type Error = InvalidInput;

    fn try_from(date: DateTime<Utc>) -> Result<Self, InvalidInput> {
        Self::from_datetime(date)
    }
}

impl AsRef<str> for XDate {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for XDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for XDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "XDate({self})")
    }
}

/// Reads `YYYYMMDDTHHMMSSZ`. chrono's parser also takes blanks, signs and leap seconds.
fn read(x_date: &str) -> Option<DateTime<Utc>> {
    let digits = x_date.strip_suffix('Z')?;
    let (date, time) = digits.split_once('T')?;
    if date.len() != 8 || time.len() != 6 {
        return None;
    }
    let number = |text: &str, range: Range<usize>| -> Option<u32> {
        let digits = text.get(range)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain { digits.parse().ok() } else { None }
    };
    let year = i32::try_from(number(date, 0..4)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(date, 4..6)?, number(date, 6..8)?)?;
    let time = date.and_hms_opt(
        number(time, 0..2)?,
        number(time, 2..4)?,
        number(time, 4..6)?,
    )?;
    Some(time.and_utc())
}

/// Digit by digit: `write!` takes 1,600 instructions more, which is half of a bearer request
/// (callgrind, 2026-11-28).
fn two_digits(text: &mut [u8; 16], at: usize, number: u32) {
    // Below 100 by construction, so both digits fit.
    let digit = |n: u32| b'0' + u8::try_from(n % 10).unwrap_or_default();
    text[at] = digit(number / 10);
    text[at + 1] = digit(number);
}

/// Returns the X-Date of a request that is signed at `now` on a clock that is `offset` behind the
/// server's.
pub(crate) fn computed(
    now: DateTime<Utc>,
    offset: i32,
    margin: u32,
) -> Result<XDate, InvalidInput> {
    XDate::from_datetime(moved(now, i64::from(offset) - i64::from(margin) * 1000)?)
}

/// Returns an X-Date that the caller names, checked against what the server's clock is believed to
/// read.
pub(crate) fn explicit(
    date: DateTime<Utc>,
    now: DateTime<Utc>,
    offset: i32,
) -> Result<XDate, InvalidInput> {
    let date = XDate::from_datetime(date)?;
    let server_now = moved(now, offset.into())?;
    if date.is_within_window(server_now) {
        return Ok(date);
    }
    let is_ahead = date.to_datetime() > server_now;
    let server_now = XDate::from_datetime(server_now)?;
    let problem = if is_ahead {
        "later than"
    } else {
        "more than 15 minutes older than"
    };
    Err(InvalidInput::option(
        "date",
        format!(
            "{date} is {problem} the service's clock, which is at about {server_now}; pass a date from the last 15 minutes"
        ),
    ))
}

fn year_out_of_range() -> InvalidInput {
    InvalidInput::option(
        "now",
        "X-Date would fall outside the years 0001 to 9999; check the clock",
    )
}

fn moved(now: DateTime<Utc>, milliseconds: i64) -> Result<DateTime<Utc>, InvalidInput> {
    now.checked_add_signed(TimeDelta::milliseconds(milliseconds))
        .ok_or_else(year_out_of_range)
}

/// The learned difference between the server's clock and the caller's, shared by the clones of a
/// client.
///
/// Milliseconds: ± 24 hours fit 32 bits, which every target has as an atomic.
#[derive(Clone, Default)]
pub(crate) struct ClockOffset(Arc<AtomicI32>);

impl ClockOffset {
    pub(crate) fn new(offset: TimeDelta) -> Result<Self, InvalidInput> {
        let whole = offset.num_milliseconds();
        // Rounded down, that is towards the past.
        let floor = whole - i64::from(TimeDelta::milliseconds(whole) > offset);
        let new = Self::default();
        if !new.set(floor) {
            return Err(InvalidInput::option(
                "clock_offset",
                "out of range; pass an offset within 24 hours, either way",
            ));
        }
        Ok(new)
    }

    /// Returns a clock with the same offset, which then learns for itself.
    #[cfg(feature = "dispatch")]
    pub(crate) fn copy(&self) -> Self {
        Self(Arc::new(AtomicI32::new(self.get())))
    }

    /// Returns the offset in milliseconds.
    pub(crate) fn get(&self) -> i32 {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets the offset, and returns true, if the offset is at most 24 hours.
    fn set(&self, milliseconds: i64) -> bool {
        let within = milliseconds.unsigned_abs() <= LARGEST_OFFSET;
        if let (true, Ok(milliseconds)) = (within, i32::try_from(milliseconds)) {
            self.0.store(milliseconds, Ordering::Relaxed);
        }
        within
    }

    /// Replaces the offset by what a reply says, if it says it well enough (`docs/contract.md`,
    /// section 6). Returns whether it does. `server_now` is the reply's `Date`, or none if a cache
    /// answered.
    pub(crate) fn observe(
        &self,
        server_now: Option<DateTime<Utc>>,
        sent_at: DateTime<Utc>,
        received_at: DateTime<Utc>,
    ) -> bool {
        let received = received_at.timestamp_millis();
        if received_at < sent_at || received - sent_at.timestamp_millis() > LONGEST_EXCHANGE {
            return false;
        }
        server_now.is_some_and(|server_now| {
            // Never the midpoint of the exchange: `Date` is at most as late as the receipt, so this
            // errs towards the past; and so does the receipt, which is rounded up to the
            // millisecond.
            let rounded_up = i64::from(
                !received_at
                    .timestamp_subsec_nanos()
                    .is_multiple_of(1_000_000),
            );
            self.set(server_now.timestamp_millis() - received - rounded_up)
        })
    }
}

/// The `Date` of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerDate {
    pub(crate) date: DateTime<Utc>,
    pub(crate) text: String,
    /// `Age` was present: a cache answered, so the date is not the server's now.
    pub(crate) aged: bool,
}

impl ServerDate {
    pub(crate) fn read(headers: ReplyHeaders<'_>) -> Option<Self> {
        let text = headers.date()?;
        Some(Self {
            date: http_date(text)?,
            text: text.to_owned(),
            aged: headers.has_age(),
        })
    }
}

/// Reads an HTTP date in any of its three forms (RFC 9110, 5.6.7), from 1970 on and with the right
/// day of the week.
pub(crate) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    let date = httpdate::parse_http_date(text).ok()?;
    let seconds = date.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_of_http_are_read() {
        for (texts, expected) in [
            (
                [
                    "Sun, 06 Nov 1994 08:49:37 GMT",
                    "Sunday, 06-Nov-94 08:49:37 GMT",
                    "Sun Nov  6 08:49:37 1994",
                ],
                "1994-11-06T08:49:37Z",
            ),
            (
                [
                    "Fri, 26 Dec 2025 23:59:59 GMT",
                    "Friday, 26-Dec-25 23:59:59 GMT",
                    "Fri Dec 26 23:59:59 2025",
                ],
                "2025-12-26T23:59:59Z",
            ),
        ] {
            for text in texts {
                assert_eq!(http_date(text), expected.parse().ok(), "{text}");
            }
        }
        // The first year of two digits and the last.
        let year = |text| http_date(text).map(|date| date.year());
        assert_eq!(year("Thursday, 01-Jan-70 00:00:00 GMT"), Some(1970));
        assert_eq!(year("Tuesday, 31-Dec-69 23:59:59 GMT"), Some(2069));
    }

    #[test]
    fn anything_else_is_no_http_date() {
        for text in [
            "",
            "Sun",
            "sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:49:60 GMT",
            "Sun, 06 Nov 19x4 08:49:37 GMT",
            "Sun, 06 N\u{f6}v 1994 08:49:37 GM",
            "Sun, 06-Nov-94 08:49:37 GMT",
            "1994-11-06T08:49:37Z",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
        ] {
            assert_eq!(http_date(text), None, "{text}");
        }
    }
}
