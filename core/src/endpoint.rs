//! Decides what a base URL may be, and normalises it as every URL parser would, so that the host
//! that is signed is the host that is sent.

use core::net::{Ipv4Addr, Ipv6Addr};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::InvalidInput;
use crate::signing::is_unreserved;

/// The service's address: scheme, host, port and an optional path prefix.
///
/// A carrier may be given its own endpoint, so any base URL works. In app mode host and path are
/// signed as written here: a gateway in between that rewrites either breaks the signature.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    scheme: &'static str,
    authority: Cow<'static, str>,
    prefix: Cow<'static, str>,
}

/// Longest host name that DNS carries, and longest label in it.
const LONGEST_HOST: usize = 253;
const LONGEST_LABEL: usize = 63;

impl Endpoint {
    /// AP-Singapore: `https://intl.myhuaweicloud-koodrive.com` (enterprise guide;
    /// `docs/contract.md`, section 5).
    pub const INTERNATIONAL: Self = Self {
        scheme: "https",
        authority: Cow::Borrowed("intl.myhuaweicloud-koodrive.com"),
        prefix: Cow::Borrowed(""),
    };

    /// CN North-Beijing4: `https://cn.myhuaweicloud-koodrive.com` (enterprise guide;
    /// `docs/contract.md`, section 5).
    pub const CHINA: Self = Self {
        scheme: "https",
        authority: Cow::Borrowed("cn.myhuaweicloud-koodrive.com"),
        prefix: Cow::Borrowed(""),
    };

    /// Reads a base URL such as `https://gateway.example:8443/koodrive-prod`. The host is
    /// lower-cased; a default port and a trailing slash are dropped.
    ///
    /// Punycode is not decoded, which would take tables of all characters: an `xn--…` that stands
    /// for no name is refused by the transport or by DNS.
    ///
    /// Plain `http://` is taken for loopback only, that is `localhost`, `127.0.0.0/8` and `[::1]`:
    /// anything else would send the credentials in clear.
    ///
    /// # Errors
    ///
    /// Anything but scheme, host, port and a path prefix of unreserved characters; a host that
    /// other parsers would read differently (non-ASCII, `127.1`); an empty port; dot segments or
    /// empty segments in the prefix; a prefix that contains `/koodrive/ose`, which belongs to the
    /// path of a call.
    pub fn parse(url: &str) -> Result<Self, InvalidInput> {
        let endpoint = Self::parse_allowing_plain_http(url)?;
        if endpoint.scheme == "http" && !endpoint.is_loopback() {
            return Err(refused(
                "plain http sends the credentials unencrypted; use https, or set {allow_plain_http}",
            ));
        }
        Ok(endpoint)
    }

    /// Parses an endpoint as [`parse`](Self::parse) does, and also accepts plain `http://` for any
    /// host. Use it for a gateway inside your own network, if you answer for everybody who can read
    /// the traffic.
    ///
    /// # Errors
    ///
    /// Those of [`parse`](Self::parse), plain http apart.
    pub fn parse_allowing_plain_http(url: &str) -> Result<Self, InvalidInput> {
        Self::read(url).map_err(refused)
    }

    /// The error says what the endpoint has, is or holds.
    fn read(url: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = url
            .split_once(':')
            .and_then(|(scheme, rest)| Some((scheme, rest.strip_prefix("//")?)))
            .ok_or("no scheme; write https://host")?;
        let (scheme, default_port) = if scheme.eq_ignore_ascii_case("https") {
            ("https", 443)
        } else if scheme.eq_ignore_ascii_case("http") {
            ("http", 80)
        } else {
            return Err("unsupported scheme; use https or http");
        };
        if rest.bytes().any(|byte| matches!(byte, b'?' | b'#')) {
            return Err("contains a query or a fragment; pass the base URL alone");
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(
                "contains a user name or a password; pass credentials as their own options",
            );
        }
        let (host, port) = split_port(authority)?;
        let host = check_host(host)?;
        let authority = match port {
            Some(port) if port != default_port => format!("{host}:{port}"),
            _ => host,
        };
        let prefix = path.strip_suffix('/').unwrap_or(path);
        check_prefix(prefix)?;
        Ok(Self {
            scheme,
            authority: authority.into(),
            prefix: prefix.to_owned().into(),
        })
    }

    /// Host, and port where it is not the scheme's default: the value of the header `host`.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Returns the path prefix, empty or beginning with `/`, never ending in one.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns the URL of `path` below this endpoint.
    pub(crate) fn url(&self, path: &str) -> String {
        [self.scheme, "://", &*self.authority, &*self.prefix, path].concat()
    }

    fn is_loopback(&self) -> bool {
        // The authority was checked, so what follows the last colon outside brackets is a port.
        let host = match self.authority.rsplit_once(':') {
            Some((host, _)) if !self.authority.ends_with(']') => host,
            _ => &*self.authority,
        };
        host == "localhost"
            || host == "[::1]"
            || host
                .parse()
                .is_ok_and(|address: Ipv4Addr| address.is_loopback())
    }
}

impl FromStr for Endpoint {
    type Err = InvalidInput;

    fn from_str(url: &str) -> Result<Self, InvalidInput> {
        Self::parse(url)
    }
}

impl TryFrom<&str> for Endpoint {
    type Error = InvalidInput;

    fn try_from(url: &str) -> Result<Self, InvalidInput> {
        Self::parse(url)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

fn refused(why: &str) -> InvalidInput {
    // The URL itself is not repeated: it may hold a password.
    InvalidInput::option("endpoint", why)
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), &'static str> {
    let after_brackets = authority.rfind(']').map_or(0, |at| at + 1);
    let Some(colon) = authority[after_brackets..].find(':') else {
        return Ok((authority, None));
    };
    let (host, port) = authority.split_at(after_brackets + colon);
    let port = &port[1..];
    if port.is_empty() {
        return Err("empty port; remove the colon or write a port");
    }
    if !port.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err("invalid port; use a number from 1 to 65535");
    }
    match port.parse() {
        Ok(port @ 1..) => Ok((host, Some(port))),
        _ => Err("invalid port; use a number from 1 to 65535"),
    }
}

fn check_host(host: &str) -> Result<String, &'static str> {
    if host.is_empty() {
        return Err("no host; write https://host");
    }
    if !host.is_ascii() {
        return Err("the host is not ASCII; write it in punycode (xn--…)");
    }
    let host = host.to_ascii_lowercase();
    if let Some(inner) = host.strip_prefix('[') {
        let address: Ipv6Addr = inner
            .strip_suffix(']')
            // URL parsers write the IPv4 spelling of the last two groups back as groups.
            .filter(|inner| !inner.contains('.'))
            .and_then(|inner| inner.parse().ok())
            .ok_or("invalid IPv6 address; write groups in brackets, such as [::1]")?;
        // URL parsers write IPv4-mapped addresses as groups, Rust writes them with an IPv4 address
        // in them.
        if address.to_ipv4_mapped().is_some() {
            return Err("IPv4-mapped IPv6 address; write the IPv4 address");
        }
        return Ok(format!("[{address}]"));
    }
    if host.len() > LONGEST_HOST {
        return Err("the host is longer than 253 characters; use a name that DNS can carry");
    }
    for label in host.split('.') {
        if label.is_empty() || label.len() > LONGEST_LABEL {
            return Err(
                "a label of the host is empty or longer than 63 characters; use a name that DNS can carry",
            );
        }
        if !label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        {
            return Err("invalid character in the host; use letters, digits, '-', '_' and '.'");
        }
    }
    // URL parsers read a host whose last part is a number as IPv4, in many spellings; only the
    // usual one is taken.
    let last = host.rsplit('.').next().unwrap_or(&host);
    let number = last.bytes().all(|byte| byte.is_ascii_digit())
        || last
            .strip_prefix("0x")
            .is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if number && host.parse::<Ipv4Addr>().is_err() {
        return Err("invalid IPv4 address; write four decimal numbers, such as 192.0.2.10");
    }
    Ok(host)
}

/// The beginning of every published path.
const API: &str = "/koodrive/ose/";

fn check_prefix(prefix: &str) -> Result<(), &'static str> {
    if prefix.contains(API) || prefix.ends_with(API.trim_end_matches('/')) {
        return Err(
            "contains the path of a call; pass the base URL, without /koodrive/ose and what follows",
        );
    }
    for segment in prefix.split('/').skip(1) {
        if matches!(segment, "" | "." | "..") {
            return Err("empty segment or dot segment in the path; remove it");
        }
        if !segment.bytes().all(is_unreserved) {
            return Err(
                "invalid character in the path; use letters, digits, '-', '.', '_', '~' and '/'",
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_address_is_written_as_url_parsers_write_it() {
        for (host, written) in [
            ("[::]", "[::]"),
            ("[::0001]", "[::1]"),
            ("[1::]", "[1::]"),
            ("[1::2]", "[1::2]"),
            ("[FE80::A]", "[fe80::a]"),
            ("[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]"),
            ("[0:2:3:4:5:6:7:8]", "[0:2:3:4:5:6:7:8]"),
            // One group of zeros is written out; of two runs of the same length the first is left
            // out, else the longer one.
            ("[::2:3:4:5:6:7:8]", "[0:2:3:4:5:6:7:8]"),
            ("[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7:0]"),
            ("[1:0:0:4:0:0:7:8]", "[1::4:0:0:7:8]"),
            ("[1:0:0:4:0:0:0:8]", "[1:0:0:4::8]"),
            ("[2001:db8:0:1:0:0:ffff:1]", "[2001:db8:0:1::ffff:1]"),
            ("[0:0:0:0:0:0:102:304]", "[::102:304]"),
        ] {
            assert_eq!(check_host(host).as_deref(), Ok(written), "{host}");
        }
    }

    #[test]
    fn other_spellings_of_ipv6_addresses_are_refused() {
        for host in [
            "[1:2:3:4:5:6:7]",
            "[1:2:3:4:5:6:7:8:9]",
            "[::1::]",
            "[1::2::3]",
            "[:::]",
            "[:1]",
            "[1:]",
            "[1:2:]",
            "[:]",
            "[]",
            "[12345::]",
            "[g::]",
            "[1:2:3:4:5:6:7:8::]",
            "[::1:2:3:4:5:6:7:8]",
            "[1:2:3:4::5:6:7:8]",
            "[fe80::1%eth0]",
            "[+1::]",
            "[::1.2.3.4]",
            "[::ffff:1.2.3.4]",
            "[::ffff:102:304]",
        ] {
            assert!(check_host(host).is_err(), "{host}");
        }
    }

    #[test]
    fn an_ipv4_address_has_four_decimal_parts() {
        for host in ["127.0.0.1", "0.0.0.0", "255.255.255.255"] {
            assert_eq!(check_host(host).as_deref(), Ok(host), "{host}");
        }
        for host in [
            "256.0.0.1",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "00.0.0.0",
            "1..2.3",
            "1.2.3.",
            "+1.2.3.4",
            "a.2.3.4",
            "1000.1.1.1",
            "127.1",
            "0x7f000001",
        ] {
            assert!(check_host(host).is_err(), "{host}");
        }
    }
}
