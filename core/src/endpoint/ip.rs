//! IP addresses in a URL: which are taken, and how they are written, so that every URL parser reads and writes the same.
//!
//! Only the usual spellings, so this is short; the standard library's parser and writer are ten times as large in the .wasm.
//! The tests hold them against each other.

use crate::text::hexadecimal;

/// Four decimal parts of 0 to 255 without leading zeros, the only spelling that every parser reads alike.
pub(super) fn v4(host: &str) -> Option<[u8; 4]> {
    let mut address = [0; 4];
    let mut parts = host.split('.');
    for byte in &mut address {
        let part = parts.next()?;
        if part.is_empty() || part.len() > 1 && part.starts_with('0') {
            return None;
        }
        for digit in part.bytes() {
            let value = digit.wrapping_sub(b'0');
            if value > 9 {
                return None;
            }
            *byte = u8::checked_add(u8::checked_mul(*byte, 10)?, value)?;
        }
    }
    parts.next().is_none().then_some(address)
}

/// Eight groups of hex digits, of which `::` stands for one zero or more. The IPv4 spelling of the last two groups is not
/// taken: URL parsers write it back as groups.
pub(super) fn v6(host: &str) -> Option<[u16; 8]> {
    let mut address = [0; 8];
    let mut filled = 0;
    let mut gap = None;
    if host == "::" {
        return Some(address);
    }
    // A gap at either end leaves an empty group more there than one in between; a lone colon at an end is no gap.
    let mut text = host;
    if let Some(rest) = text.strip_prefix(':') {
        text = rest.starts_with(':').then_some(rest)?;
    }
    if let Some(rest) = text.strip_suffix(':') {
        text = rest.ends_with(':').then_some(rest)?;
    }
    for group in text.split(':') {
        if group.is_empty() {
            if gap.replace(filled).is_some() {
                return None;
            }
            continue;
        }
        let slot: &mut u16 = address.get_mut(filled)?;
        filled += 1;
        if group.len() > 4 {
            return None;
        }
        for digit in group.chars() {
            *slot = *slot << 4 | u16::try_from(digit.to_digit(16)?).ok()?;
        }
    }
    match gap {
        Some(at) if (1..8).contains(&filled) => address[at..].rotate_right(8 - filled),
        None if filled == 8 => {}
        _ => return None,
    }
    Some(address)
}

/// As RFC 5952 and the URL standard write it: lower case, no leading zeros, the first of the longest runs of two zero groups
/// or more as `::`.
pub(super) fn write_v6(address: [u16; 8]) -> String {
    let (mut gap, mut longest) = (8, 1);
    let mut run = 0;
    for (at, group) in address.iter().enumerate() {
        run = if *group == 0 { run + 1 } else { 0 };
        if run > longest {
            (gap, longest) = (at + 1 - run, run);
        }
    }
    let mut text = String::new();
    for (at, group) in address.iter().enumerate() {
        if at == gap {
            text.push_str("::");
        }
        if at < gap || at >= gap + longest {
            if !text.is_empty() && !text.ends_with(':') {
                text.push(':');
            }
            text.push_str(&hexadecimal(*group));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    #[test]
    fn v4_is_what_the_standard_library_reads() {
        for host in [
            "127.0.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "256.0.0.1",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "1..2.3",
            "1.2.3.",
            "+1.2.3.4",
            "a.2.3.4",
            "",
            "1.2.3.4 ",
            "00.0.0.0",
            "1000.1.1.1",
        ] {
            let expected = host.parse().ok().map(|address: Ipv4Addr| address.octets());
            assert_eq!(v4(host), expected, "{host}");
        }
    }

    #[test]
    fn v6_is_what_the_standard_library_reads() {
        for host in [
            "::",
            "::1",
            "1::",
            "1::2",
            "1:2:3:4:5:6:7:8",
            "::2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "::1::",
            "1::2::3",
            ":::",
            ":1",
            "1:",
            "1:2:",
            ":",
            "",
            "12345::",
            "g::",
            "FE80::A",
            "1:2:3:4:5:6:7:8::",
            "::1:2:3:4:5:6:7:8",
            "1:2:3:4::5:6:7:8",
            "fe80::1%eth0",
            "+1::",
            "::0001",
        ] {
            let expected = host
                .parse()
                .ok()
                .map(|address: Ipv6Addr| address.segments());
            assert_eq!(v6(host), expected, "{host}");
        }
        assert_eq!(v6("::1.2.3.4"), None);
    }

    #[test]
    fn v6_is_written_as_the_standard_library_writes_it() {
        // Every pattern of zero groups, so every place and length of a gap.
        for zeros in 0..=255_u16 {
            let address: [u16; 8] =
                std::array::from_fn(|at| if zeros >> at & 1 == 1 { 0 } else { 0xa0 });
            let expected = Ipv6Addr::from(address);
            if expected.to_ipv4_mapped().is_none() {
                assert_eq!(write_v6(address), expected.to_string());
                assert_eq!(v6(&expected.to_string()), Some(address));
            }
        }
        assert_eq!(
            write_v6([0x2001, 0xdb8, 0, 1, 0, 0, 0xffff, 1]),
            "2001:db8:0:1::ffff:1"
        );
    }
}
