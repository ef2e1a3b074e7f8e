//! Step 4: the header Authorization, written and read.

/// The scheme of the header and the first line of the string to sign.
pub const ALGORITHM: &str = "HMAC-SHA256";

/// ```text
/// Authorization: HMAC-SHA256 AppId=<app id>,SignedHeaders=<names>,Signature=<signature>
/// ```
///
/// One blank after the algorithm, commas without blanks. The value is valid for 15 minutes from its
/// X-Date.
#[must_use]
pub fn authorization(app_id: &str, signed_headers: &str, signature: &str) -> String {
    [
        ALGORITHM,
        " AppId=",
        app_id,
        ",SignedHeaders=",
        signed_headers,
        ",Signature=",
        signature,
    ]
    .concat()
}

/// The fields of a header that [`authorization`] wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParsedAuthorization<'a> {
    /// Names the secret.
    pub app_id: &'a str,
    /// Lower case, joined by `;`.
    pub signed_headers: &'a str,
    /// 64 hex digits.
    pub signature: &'a str,
}

/// Reads a signed Authorization exactly as it is published, for a verifier; none for anything else.
#[must_use]
pub fn parse_authorization(value: &str) -> Option<ParsedAuthorization<'_>> {
    let fields = value.strip_prefix(ALGORITHM)?.strip_prefix(" AppId=")?;
    let (app_id, rest) = fields.split_once(",SignedHeaders=")?;
    let (signed_headers, signature) = rest.split_once(",Signature=")?;
    let plain = |text: &str| !text.is_empty() && !text.contains([',', ' ']);
    (plain(app_id) && plain(signed_headers) && plain(signature)).then_some(ParsedAuthorization {
        app_id,
        signed_headers,
        signature,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let value = authorization("app", "host;x-date;x-user-id", "00ff");
        assert_eq!(
            value,
            "HMAC-SHA256 AppId=app,SignedHeaders=host;x-date;x-user-id,Signature=00ff"
        );
        let read = parse_authorization(&value).unwrap();
        assert_eq!(
            (read.app_id, read.signed_headers, read.signature),
            ("app", "host;x-date;x-user-id", "00ff")
        );
    }

    #[test]
    fn another_layout_is_not_read() {
        for value in [
            "HMAC-SHA256 AppId=app, SignedHeaders=host, Signature=00",
            "HMAC-SHA256  AppId=app,SignedHeaders=host,Signature=00",
            "hmac-sha256 AppId=app,SignedHeaders=host,Signature=00",
            "HMAC-SHA256 AppId=,SignedHeaders=host,Signature=00",
            "HMAC-SHA256 AppId=app,Signature=00,SignedHeaders=host",
            "Bearer token",
        ] {
            assert_eq!(parse_authorization(value), None, "{value}");
        }
    }
}
