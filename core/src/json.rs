//! Reads one level of JSON: the members of an object, the elements of an array, a text.
//!
//! serde_json reads every value, as [`RawValue`]: each in a form that no other one can spoil. What stands between values is
//! stepped over here, and the escapes of a text are resolved here, since serde_json's own ways to a member or a text all
//! bring the reading of floating-point numbers with them, a tenth of the .wasm. The tests hold this against serde_json.

use std::borrow::Cow;

use serde_json::Deserializer;
use serde_json::value::RawValue;

/// A part of a JSON value, one level deep.
pub(crate) enum Part<'p, 'a> {
    /// A member of an object.
    Member(&'p str, &'a RawValue),
    /// An element of an array.
    Element(&'a RawValue),
}

/// Shows every part to `each`, in order. Anything but an object or an array has none.
///
/// # Errors
///
/// What is no JSON, and a name with half of a surrogate pair: how many bytes could be read. The parts before it have been
/// shown.
pub(crate) fn read<'a>(json: &'a str, each: &mut dyn FnMut(Part<'_, 'a>)) -> Result<(), usize> {
    let mut cursor = Cursor { json, at: 0 };
    cursor.value_by_parts(each).ok_or(cursor.at)?;
    match cursor.peek() {
        None => Ok(()),
        Some(_) => Err(cursor.at),
    }
}

/// A JSON string as its text, none for anything else and for half of a surrogate pair, which no text can hold.
pub(crate) fn text(raw: &RawValue) -> Option<String> {
    unescaped(raw).map(Cow::into_owned)
}

/// A JSON string as its text, an integer digit for digit, none for anything else.
pub(crate) fn text_or_integer(raw: &RawValue) -> Option<String> {
    let json = raw.get().as_bytes();
    // RawValue holds valid JSON, so digits alone make an integer.
    let digits = json.strip_prefix(b"-").unwrap_or(json);
    if digits.iter().all(u8::is_ascii_digit) {
        return Some(raw.get().to_owned());
    }
    text(raw)
}

struct Cursor<'a> {
    json: &'a str,
    /// Everything before it was read.
    at: usize,
}

impl<'a> Cursor<'a> {
    fn value_by_parts(&mut self, each: &mut dyn FnMut(Part<'_, 'a>)) -> Option<()> {
        let end = match self.peek()? {
            b'{' => b'}',
            b'[' => b']',
            _ => return self.value().map(|_| ()),
        };
        self.at += 1;
        if self.peek()? == end {
            self.at += 1;
            return Some(());
        }
        loop {
            let first = self.value()?;
            if end == b'}' {
                let name = unescaped(first)?;
                self.step(b':')?;
                each(Part::Member(&name, self.value()?));
            } else {
                each(Part::Element(first));
            }
            if self.peek()? == end {
                self.at += 1;
                return Some(());
            }
            self.step(b',')?;
        }
    }

    fn value(&mut self) -> Option<&'a RawValue> {
        let mut values = Deserializer::from_str(self.json.get(self.at..)?).into_iter();
        let value = values.next()?.ok()?;
        self.at += values.byte_offset();
        Some(value)
    }

    fn step(&mut self, punctuation: u8) -> Option<()> {
        let found = self.peek()? == punctuation;
        self.at += usize::from(found);
        found.then_some(())
    }

    /// The byte after white space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.json.as_bytes().get(self.at)? {
                b' ' | b'\n' | b'\t' | b'\r' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }
}

/// The text of a valid JSON string.
///
/// Searched by bytes: the standard library's search for a character is made for texts of another length.
fn unescaped(raw: &RawValue) -> Option<Cow<'_, str>> {
    let json = raw.get();
    let [b'"', .., b'"'] = json.as_bytes() else {
        return None;
    };
    let inner = json.get(1..json.len() - 1)?;
    let Some(plain) = inner.bytes().position(|byte| byte == b'\\') else {
        return Some(Cow::Borrowed(inner));
    };
    let mut text = inner[..plain].to_owned();
    let mut rest = inner[plain..].chars();
    while let Some(character) = rest.next() {
        text.push(match character {
            '\\' => match rest.next()? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let (unit, after) = code_unit(rest.as_str())?;
                    rest = after.chars();
                    match unit {
                        0xd800..=0xdbff => {
                            let (low, after) = code_unit(after.strip_prefix("\\u")?)?;
                            rest = after.chars();
                            let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                            char::from_u32(0x10000 + ((unit - 0xd800) << 10) + low)?
                        }
                        unit => char::from_u32(unit)?,
                    }
                }
                // A quote, a slash or a backslash stands for itself.
                character => character,
            },
            character => character,
        });
    }
    Some(Cow::Owned(text))
}

/// Four hex digits, and what follows them.
fn code_unit(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let mut unit = 0;
    for digit in digits.chars() {
        unit = unit << 4 | digit.to_digit(16)?;
    }
    Some((unit, rest))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn shown(json: &str) -> (String, Result<(), usize>) {
        let mut all = String::new();
        let read = read(json, &mut |part| match part {
            Part::Member(name, raw) => all += &[name, "=", raw.get(), ";"].concat(),
            Part::Element(raw) => all += &[raw.get(), ";"].concat(),
        });
        (all, read)
    }

    #[test]
    fn one_level_is_shown() {
        for (json, parts) in [
            (
                r#" {"a":1 ,"\u0061b":[1, {}],"a":"x\"}"} "#,
                r#"a=1;ab=[1, {}];a="x\"}";"#,
            ),
            ("[1, [2], {\"a\":null} ]\n", "1;[2];{\"a\":null};"),
            ("{}", ""),
            ("[ ]", ""),
            ("null", ""),
            ("\"text\"", ""),
            ("-1.5e300", ""),
            ("18446744073709551615", ""),
            ("true", ""),
        ] {
            assert_eq!(shown(json), (parts.to_owned(), Ok(())), "{json}");
        }
    }

    #[test]
    fn what_is_no_json_is_an_error_that_says_from_where() {
        for (json, at) in [
            ("", 0),
            (" ", 1),
            ("{", 1),
            (r#"{"a":1"#, 6),
            (r#"{"a":1,}"#, 7),
            (r#"{"a" 1}"#, 5),
            (r"{1:1}", 2),
            ("{} {}", 3),
            ("[1,]", 3),
            ("[1 2]", 3),
            ("nul", 0),
            ("01", 0),
            ("\"\n\"", 0),
            ("\u{feff}{}", 0),
            (r#"{"\ud800":1}"#, 9),
        ] {
            assert_eq!(shown(json).1, Err(at), "{json}");
        }
    }

    #[test]
    fn texts_are_what_serde_json_reads() {
        for json in [
            r#""""#,
            r#""plain 中 😀""#,
            r#""\"\\\/\b\f\n\r\t""#,
            r#""\u0000\u00e9\u4e2D\uFFFF""#,
            r#""a\ud83d\ude00b""#,
            r#""\ud800""#,
            r#""\ud800x""#,
            r#""\ud800\n""#,
            r#""\ud800\u0061""#,
            r#""\ud800\ud800""#,
            // The neighbours of the second halves.
            r#""\ud800\udbff""#,
            r#""\ud800\udc00""#,
            r#""\ud800\udfff""#,
            r#""\ud800\ue000""#,
            r#""\udc00""#,
            r#""\udc00\ud800""#,
        ] {
            let raw: &RawValue = serde_json::from_str(json).unwrap();
            assert_eq!(text(raw), serde_json::from_str(json).ok(), "{json}");
        }
        for json in ["1", "null", "[\"a\"]", "{\"a\":1}", "true"] {
            assert_eq!(text(serde_json::from_str(json).unwrap()), None, "{json}");
        }
    }

    /// Every text of up to six of these pieces, valid or not, is read if and only if serde_json reads it, and into the same.
    #[test]
    fn objects_are_what_serde_json_reads() {
        let pieces = ["{", "}", "[", "]", ":", ",", "\"a\"", "1", " "];
        let mut valid = 0;
        for number in 0..pieces.len().pow(6) {
            let mut json = String::new();
            let mut rest = number;
            while rest > 0 {
                json += pieces[rest % pieces.len()];
                rest /= pieces.len();
            }
            let mut object = serde_json::Map::new();
            let mut array: Vec<Value> = Vec::new();
            let read = read(&json, &mut |part| match part {
                Part::Member(name, raw) => {
                    object.insert(name.to_owned(), serde_json::from_str(raw.get()).unwrap());
                }
                Part::Element(raw) => array.push(serde_json::from_str(raw.get()).unwrap()),
            });
            match serde_json::from_str::<Value>(&json) {
                Ok(value) => {
                    valid += 1;
                    assert_eq!(read, Ok(()), "{json}");
                    match value {
                        Value::Object(members) => assert_eq!(members, object, "{json}"),
                        Value::Array(elements) => assert_eq!(elements, array, "{json}"),
                        _ => assert!(object.is_empty() && array.is_empty(), "{json}"),
                    }
                }
                Err(_) => assert!(read.is_err(), "{json}"),
            }
        }
        assert!(valid > 300, "only {valid} of them are JSON");
    }
}
