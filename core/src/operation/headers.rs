//! The headers that a call sends beside those of every request.

use http::{HeaderName, HeaderValue};

use crate::InvalidInput;
use crate::header::{AUTHORIZATION, CONTENT_TYPE, X_DATE, X_TRACEID, X_USER_ID};
use crate::text::{check_header_value, code_point, position_of};

/// Headers that are sent and not signed. A name stands once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Headers(Vec<(HeaderName, HeaderValue)>);

const FIELD: &str = "headers";

/// Headers that belong to the client or to the HTTP connection, and those that the
/// [fetch standard](https://fetch.spec.whatwg.org/#forbidden-request-header) forbids to a page.
const REFUSED: [&str; 25] = [
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "access-control-request-private-network",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
];

/// Reads the name of a header: a token of RFC 9110, 5.6.2.
fn check_name(name: &str) -> Result<HeaderName, InvalidInput> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let problem = match position_of(name, |character| !is_token(character)) {
        _ if name.is_empty() => "empty name; pass at least one character for each name".to_owned(),
        Some((position, character)) => format!(
            "character {} at position {position} of a name; use letters, digits and '-'",
            code_point(character)
        ),
        // Only a too long name can still fail here.
        None => match HeaderName::from_bytes(name.as_bytes()) {
            Ok(header) => return Ok(header),
            Err(_) => "a name is too long; pass at most 65535 bytes".to_owned(),
        },
    };
    Err(InvalidInput::new(FIELD, problem))
}

impl Headers {
    /// Returns no headers.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Returns whether there are no headers.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a header. The case of `name` does not matter.
    ///
    /// # Errors
    ///
    /// A name that is not an HTTP token, that the client or the connection owns (`authorization`,
    /// `host`, `content-length` and others), that fetch forbids, or that was added before; a value
    /// that is empty, has a space at an end, or holds anything but visible ASCII and spaces.
    pub fn with(mut self, name: &str, value: &str) -> Result<Self, InvalidInput> {
        let header = check_name(name)?;
        let text = header.as_str();
        let own = [AUTHORIZATION, CONTENT_TYPE, X_DATE, X_USER_ID, X_TRACEID];
        if own.contains(&header)
            || REFUSED.contains(&text)
            || text.starts_with("proxy-")
            || text.starts_with("sec-")
        {
            return Err(InvalidInput::new(
                FIELD,
                format!("{text} is reserved for the client and its transport; remove it"),
            ));
        }
        if self.0.iter().any(|(added, _)| *added == header) {
            return Err(InvalidInput::new(
                FIELD,
                format!("{text} is given twice; pass it once"),
            ));
        }
        check_header_value(value)
            .map_err(|problem| InvalidInput::new(FIELD, format!("{text}: {problem}")))?;
        // Checked, so the fallback cannot occur.
        let value = HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""));
        self.0.push((header, value));
        Ok(self)
    }

    /// Returns the names, in lower case, and the values, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (&HeaderName, &str)> {
        // Visible ASCII, so the fallback cannot occur.
        self.0
            .iter()
            .map(|(name, value)| (name, value.to_str().unwrap_or_default()))
    }

    pub(crate) fn into_pairs(self) -> Vec<(HeaderName, HeaderValue)> {
        self.0
    }
}
