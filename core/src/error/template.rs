//! Texts that name options and times. A name stands in braces, as `{user_id}`, and so does a time,
//! as `{600 s}`: each host spells them in its own way.

use std::fmt::{self, Write as _};

/// A host's spelling of option names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// `user_id`, as in Rust and Python.
    Snake,
    /// `userId`, as in JavaScript. Names of times end in `Ms`, and times are milliseconds.
    Camel,
    /// `--user-id`, as on a command line; the flag of a secret is that of its file, `--token-file`.
    Flag,
}

/// The options that are times. JavaScript gives times in milliseconds and says so in the name.
const TIMES: [&str; 7] = [
    "backoff",
    "backoff_cap",
    "clock_margin",
    "connect_timeout",
    "retry_after_cap",
    "timeout",
    "token_age",
];

/// The options that are secrets.
const SECRETS: [&str; 2] = ["app_secret", "token"];

impl Spelling {
    /// Returns `template` with every name and every time in braces spelled so.
    #[must_use]
    pub fn apply(self, template: &str) -> String {
        let mut text = String::with_capacity(template.len());
        // A String takes any text.
        let _ = spell(template, &mut text, |part, text| match part {
            Part::Name(name) => text.write_str(&self.name(name)),
            Part::Seconds(seconds) => text.write_str(&self.time(seconds)),
        });
        text
    }

    /// Returns the spelling of a time.
    fn time(self, seconds: &str) -> String {
        match self {
            Self::Snake | Self::Flag => format!("{seconds} s"),
            Self::Camel => format!("{} ms", thousandfold(seconds)),
        }
    }

    /// Returns the spelling of one name that is given in snake case.
    #[must_use]
    pub fn name(self, name: &str) -> String {
        match self {
            Self::Snake => name.to_owned(),
            // A flag already, a member of JSON, or the name of a file.
            Self::Flag if !is_name(name) => name.to_owned(),
            // A secret is never an argument: its flag names a file that holds it.
            Self::Flag if SECRETS.contains(&name) => {
                format!("--{}-file", name.replace('_', "-"))
            }
            Self::Flag => format!("--{}", name.replace('_', "-")),
            Self::Camel => {
                let mut camel = String::with_capacity(name.len() + 2);
                let mut upper = false;
                for character in name.chars() {
                    if character == '_' {
                        upper = true;
                    } else if std::mem::take(&mut upper) {
                        camel.push(character.to_ascii_uppercase());
                    } else {
                        camel.push(character);
                    }
                }
                if TIMES.contains(&name) {
                    camel.push_str("Ms");
                }
                camel
            }
        }
    }
}

/// The placeholder in braces.
pub(crate) enum Part<'a> {
    Name(&'a str),
    /// A decimal number.
    Seconds(&'a str),
}

impl Part<'_> {
    /// Writes it as Rust spells it.
    pub(crate) fn write<W: fmt::Write + ?Sized>(self, out: &mut W) -> fmt::Result {
        match self {
            Self::Name(name) => out.write_str(name),
            Self::Seconds(seconds) => write!(out, "{seconds} s"),
        }
    }
}

impl<'a> Part<'a> {
    fn read(text: &'a str) -> Option<Self> {
        if let Some(seconds) = text.strip_suffix(" s") {
            let digits = seconds.strip_prefix('-').unwrap_or(seconds);
            let is_number = digits.starts_with(|first: char| first.is_ascii_digit())
                && digits
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'.');
            return is_number.then_some(Self::Seconds(seconds));
        }
        is_name(text).then_some(Self::Name(text))
    }
}

/// Returns a decimal number times 1000, without the rounding of a float: the point moves.
fn thousandfold(number: &str) -> String {
    let (sign, number) = match number.strip_prefix('-') {
        Some(number) => ("-", number),
        None => ("", number),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = format!("{fraction:0<3}");
    let (moved, rest) = fraction.split_at(3);
    let whole = [whole, moved].concat();
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let point = if rest.is_empty() { "" } else { "." };
    [sign, whole, point, rest].concat()
}

/// Writes `template`; `write` writes what stands in braces. Braces around anything but a name in
/// snake case or a time stay.
pub(crate) fn spell<W: fmt::Write + ?Sized>(
    template: &str,
    out: &mut W,
    mut write: impl FnMut(Part<'_>, &mut W) -> fmt::Result,
) -> fmt::Result {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.write_str(before)?;
        let inside = after.split_once('}');
        if let Some((part, after)) =
            inside.and_then(|(text, after)| Some((Part::read(text)?, after)))
        {
            write(part, out)?;
            rest = after;
        } else {
            out.write_char('{')?;
            rest = after;
        }
    }
    out.write_str(rest)
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_becomes_milliseconds_digit_by_digit() {
        for (seconds, milliseconds) in [
            ("0", "0"),
            ("600", "600000"),
            ("0.5", "500"),
            ("0.57", "570"),
            ("0.001", "1"),
            ("0.0005", "0.5"),
            ("-0.001", "-1"),
            ("12.3456", "12345.6"),
        ] {
            assert_eq!(thousandfold(seconds), milliseconds);
        }
        // Placeholders other than decimal numbers stay unchanged.
        assert_eq!(
            Spelling::Camel.apply("{NaN s} {inf s} {1.éé s} {s}"),
            "{NaN s} {inf s} {1.éé s} s"
        );
    }

    #[test]
    fn every_host_spells_options_in_its_own_way() {
        let template = "{user_id}: {0.5 s}; see {clock_margin}, {app_secret}, {token}, {token_age}, {}, {A}, {x s}, { and {open";
        for (spelling, text) in [
            (
                Spelling::Snake,
                "user_id: 0.5 s; see clock_margin, app_secret, token, token_age, {}, {A}, {x s}, { and {open",
            ),
            (
                Spelling::Camel,
                "userId: 500 ms; see clockMarginMs, appSecret, token, tokenAgeMs, {}, {A}, {x s}, { and {open",
            ),
            (
                Spelling::Flag,
                "--user-id: 0.5 s; see --clock-margin, --app-secret-file, --token-file, --token-age, {}, {A}, {x s}, { and {open",
            ),
        ] {
            assert_eq!(spelling.apply(template), text);
        }
    }
}
