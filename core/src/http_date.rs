//! Digits in fixed places: X-Date, and the three forms of a date that HTTP allows (RFC 9110, 5.6.7).
//!
//! Our own reader: the crate for it is five times as large in the .wasm.

use chrono::{DateTime, NaiveDate, Utc};

/// `Sun, 06 Nov 1994 08:49:37 GMT`, after the day of the week.
const FIXED: &str = ", dd aaa yyyy hh:mm:ss GMT";
/// `Sunday, 06-Nov-94 08:49:37 GMT`, after the day of the week. Obsolete; recipients must take it.
const RFC_850: &str = ", dd-aaa-yy hh:mm:ss GMT";
/// `Sun Nov  6 08:49:37 1994`, after the day of the week. Obsolete; recipients must take it.
const ASCTIME: &str = " aaa _d hh:mm:ss yyyy";

/// Each in short, and what makes it long.
const DAYS: [(&str, &str); 7] = [
    ("Mon", "day"),
    ("Tue", "sday"),
    ("Wed", "nesday"),
    ("Thu", "rsday"),
    ("Fri", "day"),
    ("Sat", "urday"),
    ("Sun", "day"),
];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Reads an HTTP date in any of its three forms. Whether the day of the week is the date's is not checked.
pub(crate) fn parse(text: &str) -> Option<DateTime<Utc>> {
    let (rest, long) = DAYS
        .iter()
        .find_map(|(short, long)| Some((text.strip_prefix(short)?, long)))?;
    match rest.strip_prefix(long) {
        Some(rest) => read(rest, RFC_850),
        None => read(rest, FIXED).or_else(|| read(rest, ASCTIME)),
    }
}

/// Reads a text in which every place has its meaning: `y` year, `n` month, `d` day, `h` hour, `m` minute, `s` second are
/// digits, `_` is a digit of the day or a blank, `aaa` is the name of a month; every other character stands for itself.
///
/// A year of two digits lies in 1970 to 2069.
pub(crate) fn read(text: &str, pattern: &str) -> Option<DateTime<Utc>> {
    if text.len() != pattern.len() {
        return None;
    }
    let [
        mut year,
        mut month,
        mut day,
        mut hour,
        mut minute,
        mut second,
    ] = [0; 6];
    let mut year_digits = 0;
    for (at, (place, byte)) in pattern.bytes().zip(text.bytes()).enumerate() {
        let field = match place {
            b'y' => {
                year_digits += 1;
                &mut year
            }
            b'n' => &mut month,
            b'h' => &mut hour,
            b'm' => &mut minute,
            b's' => &mut second,
            b'_' if byte == b' ' => continue,
            b'd' | b'_' => &mut day,
            // The name is read where it begins; its other two places are known then.
            b'a' if month != 0 => continue,
            b'a' => {
                let name = text.get(at..at + 3)?;
                month = (1..).zip(MONTHS).find(|(_, month)| *month == name)?.0;
                continue;
            }
            _ if place == byte => continue,
            _ => return None,
        };
        if !byte.is_ascii_digit() {
            return None;
        }
        *field = *field * 10 + u32::from(byte - b'0');
    }
    if year_digits == 2 {
        year += if year < 70 { 2000 } else { 1900 };
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?
        .and_hms_opt(hour, minute, second)
        .map(|date| date.and_utc())
}

/// Writes the preferred form, for years of four digits.
#[cfg(feature = "sandbox")]
pub(crate) fn format(date: DateTime<Utc>) -> String {
    use chrono::{Datelike as _, Timelike as _};
    let index = |number: u32| usize::try_from(number).unwrap_or_default();
    format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        DAYS[index(date.weekday().num_days_from_monday())].0,
        date.day(),
        MONTHS[index(date.month0())],
        date.year(),
        date.hour(),
        date.minute(),
        date.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_of_http_are_read() {
        let expected: DateTime<Utc> = "1994-11-06T08:49:37Z".parse().unwrap();
        // RFC 9110, 5.6.7.
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        let tens = "2025-12-26T23:59:59Z".parse().ok();
        assert_eq!(parse("Fri Dec 26 23:59:59 2025"), tens);
        assert_eq!(parse("Friday, 26-Dec-25 23:59:59 GMT"), tens);
        // The first year of two digits and the last.
        let year = |text| parse(text).map(|date| chrono::Datelike::year(&date));
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
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            "1994-11-06T08:49:37Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn it_reads_what_the_crate_for_it_writes() {
        for days in 0..40_000u64 {
            let time = std::time::UNIX_EPOCH
                + std::time::Duration::from_secs(days * 86_400 + days * 37 % 86_400);
            let text = httpdate::fmt_http_date(time);
            assert_eq!(parse(&text), Some(time.into()), "{text}");
            #[cfg(feature = "sandbox")]
            assert_eq!(format(time.into()), text);
        }
    }

    #[test]
    fn one_character_away_from_a_date_it_reads_what_the_crate_for_it_reads() {
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            let places = (0..=date.len())
                .flat_map(|at| (at..=date.len().min(at + 1)).map(move |to| (at, to)));
            for (from, to) in places {
                for other in [None].into_iter().chain((' '..='~').map(Some)) {
                    // Without the character, with another, with one more.
                    let mut text = date.to_owned();
                    text.replace_range(from..to, &other.map_or(String::new(), String::from));
                    let theirs = httpdate::parse_http_date(&text)
                        .ok()
                        .map(DateTime::<Utc>::from);
                    match parse(&text) {
                        // It trims, as HTTP stacks do before a value gets here, and takes any character for this blank.
                        None => assert!(
                            theirs.is_none()
                                || text.trim() != text
                                || text.starts_with("Sunday, 06-Nov-94")
                                    && !text.contains("94 08:49:37 GMT"),
                            "{text:?}"
                        ),
                        // It checks the day of the week, and knows no year before 1970.
                        ours => assert!(theirs == ours || theirs.is_none(), "{text:?}"),
                    }
                }
            }
        }
    }
}
