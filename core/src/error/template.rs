//! Texts that name options. The name stands in braces, as `{user_id}`, and each host spells it in its own way.

use std::fmt::{self, Write as _};

/// How a host spells the names of options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// `user_id`, as in Rust and Python.
    Snake,
    /// `userId`, as in JavaScript. Names of times end in `Ms`.
    Camel,
    /// `--user-id`, as on a command line.
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

impl Spelling {
    /// Returns `template` with every name in braces spelled so.
    #[must_use]
    pub fn apply(self, template: &str) -> String {
        let mut text = String::with_capacity(template.len());
        // A String takes any text.
        let _ = spell(template, &mut text, |name, text| {
            text.write_str(&self.name(name))
        });
        text
    }

    /// Returns the spelling of one name that is given in snake case.
    #[must_use]
    pub fn name(self, name: &str) -> String {
        match self {
            Self::Snake => name.to_owned(),
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

/// Writes `template`; `name` writes what stands in braces. Braces around anything but a name in snake case stay.
pub(crate) fn spell<W: fmt::Write + ?Sized>(
    template: &str,
    out: &mut W,
    mut name: impl FnMut(&str, &mut W) -> fmt::Result,
) -> fmt::Result {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.write_str(before)?;
        match after.split_once('}') {
            Some((option, after)) if is_name(option) => {
                name(option, out)?;
                rest = after;
            }
            _ => {
                out.write_char('{')?;
                rest = after;
            }
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
    fn every_host_spells_options_in_its_own_way() {
        let template = "{user_id}: empty; see {clock_margin}, {}, {A}, { and {open";
        for (spelling, text) in [
            (
                Spelling::Snake,
                "user_id: empty; see clock_margin, {}, {A}, { and {open",
            ),
            (
                Spelling::Camel,
                "userId: empty; see clockMarginMs, {}, {A}, { and {open",
            ),
            (
                Spelling::Flag,
                "--user-id: empty; see --clock-margin, {}, {A}, { and {open",
            ),
        ] {
            assert_eq!(spelling.apply(template), text);
        }
    }
}
