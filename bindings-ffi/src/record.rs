//! Records carry every value across the boundary. A record is a list of fields. A field is its
//! length plus one, as a little-endian `u32`, followed by its bytes. A zero in place of the length
//! marks an absent field.

use std::fmt::{self, Write as _};
use std::str;

use zeroize::Zeroizing;

/// Length of a field's head, in bytes.
const HEAD: usize = 4;

/// The error of bytes that are not a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// A record from the host, with checked lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Record<'a>(&'a [u8]);

impl<'a> Record<'a> {
    /// Checks the lengths of all fields.
    ///
    /// # Errors
    /// Returns [`Malformed`] if a field goes beyond the end of `bytes`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut rest = bytes;
        while !rest.is_empty() {
            (_, rest) = split(rest).ok_or(Malformed)?;
        }
        Ok(Self(bytes))
    }

    /// Returns the fields in order.
    #[must_use]
    pub const fn fields(self) -> Fields<'a> {
        Fields(self.0)
    }

    /// Returns the field at `index`, or none if it is absent or the record ends before it.
    #[must_use]
    pub fn field(self, index: usize) -> Option<&'a [u8]> {
        self.fields().nth(index).flatten()
    }
}

/// The fields of a record.
#[derive(Debug, Clone)]
pub struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Option<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let (field, rest) = split(self.0)?;
        self.0 = rest;
        Some(field)
    }
}

/// Returns the first field and the bytes after it.
fn split(bytes: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
    match usize::try_from(u32::from_le_bytes(*head)).ok()? {
        0 => Some((None, rest)),
        length => {
            let (field, rest) = rest.split_at_checked(length - 1)?;
            Some((Some(field), rest))
        }
    }
}

/// Writes a record. Dropping the writer overwrites the record, because it may hold a token.
#[derive(Default)]
pub struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    /// Returns an empty record with room for `capacity` bytes. A record that outgrows its room
    /// leaves a copy of itself in freed memory.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(capacity)))
    }

    /// Adds an absent field.
    pub fn none(&mut self) {
        self.0.extend_from_slice(&[0; HEAD]);
    }

    /// Adds a field.
    pub fn bytes(&mut self, field: &[u8]) {
        self.head(field.len());
        self.0.extend_from_slice(field);
    }

    /// Adds `field`, or an absent field for none.
    pub fn optional(&mut self, field: Option<&str>) {
        match field {
            Some(field) => self.bytes(field.as_bytes()),
            None => self.none(),
        }
    }

    /// Adds `flag` as a field.
    pub fn flag(&mut self, flag: bool) {
        self.bytes(if flag { b"1" } else { b"0" });
    }

    /// Adds a field with the text of `value`.
    pub fn display(&mut self, value: impl fmt::Display) {
        self.nested(|writer| {
            // Writing to memory cannot fail.
            let _ = write!(writer, "{value}");
        });
    }

    /// Adds a field whose bytes `write` writes: a nested record, a list, or text.
    pub fn nested(&mut self, write: impl FnOnce(&mut Self)) {
        let at = self.0.len();
        self.none();
        write(self);
        let length = self.0.len() - at - HEAD;
        if let Some(head) = self.0.get_mut(at..at + HEAD) {
            head.copy_from_slice(&head_of(length));
        }
    }

    /// Returns the bytes of the record.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn head(&mut self, length: usize) {
        self.0.extend_from_slice(&head_of(length));
    }
}

/// Returns the head of a field of `length` bytes. An answer is at most 2 GiB long, so the fallback
/// cannot occur.
fn head_of(length: usize) -> [u8; HEAD] {
    u32::try_from(length + 1).unwrap_or(u32::MAX).to_le_bytes()
}

impl fmt::Write for Writer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Shows only the length: the bytes may hold a token.
impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Writer({} bytes)", self.0.len())
    }
}

/// Returns `field` as text, or none if it is not UTF-8.
#[must_use]
pub fn text(field: &[u8]) -> Option<&str> {
    str::from_utf8(field).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_as_it_was_written() {
        let mut writer = Writer::default();
        writer.bytes(b"ab");
        writer.none();
        writer.bytes(b"");
        writer.display(42);
        writer.nested(|list| list.optional(Some("x")));
        let bytes = writer.as_bytes();
        assert_eq!(
            bytes,
            b"\x03\0\0\0ab\0\0\0\0\x01\0\0\0\x03\0\0\x0042\x06\0\0\0\x02\0\0\0x"
        );
        let record = Record::parse(bytes).unwrap();
        assert_eq!(record.field(0), Some(&b"ab"[..]));
        assert_eq!(record.field(1), None);
        assert_eq!(record.field(2), Some(&b""[..]));
        assert_eq!(record.field(3), Some(&b"42"[..]));
        let list = Record::parse(record.field(4).unwrap()).unwrap();
        assert_eq!(list.fields().collect::<Vec<_>>(), [Some(&b"x"[..])]);
        assert_eq!(record.field(5), None);
        assert_eq!(record.fields().count(), 5);
    }

    #[test]
    fn a_field_beyond_the_end_is_malformed() {
        for bytes in [
            &b"\x01"[..],
            b"\x01\0\0",
            b"\x02\0\0\0",
            b"\x01\0\0\0\x03\0\0\0a",
            b"\xff\xff\xff\xff",
        ] {
            assert_eq!(Record::parse(bytes), Err(Malformed), "{bytes:?}");
        }
        assert_eq!(Record::parse(b"").unwrap().fields().count(), 0);
    }
}
