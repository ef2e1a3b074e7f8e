//! The kinds of credentials that the publisher documents for an operation.

use http::Method;

use super::canonical_path;

/// The credentials that an operation takes, as far as it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Authentication {
    /// An app id, which is the published way, or a token.
    Any,
    /// A token. The publisher says of the group "Carrier Calling APIs" that app authentication is
    /// not supported; see [the
    /// page](https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/koodrive_11_0005.html)
    /// and `docs/contract.md`, section 4.
    TokenOnly,
}

/// The group "Carrier Calling APIs".
const TOKEN_ONLY: [(Method, &str); 3] = [
    (
        Method::GET,
        "/koodrive/ose/v1/carrier/retention/policy/getList",
    ),
    (
        Method::GET,
        "/koodrive/ose/v1/carrier/policy/config/retention",
    ),
    (
        Method::POST,
        "/koodrive/ose/v1/carrier/retention/policy/batch",
    ),
];

impl Authentication {
    /// The publisher's sentence about [`TokenOnly`](Self::TokenOnly) operations.
    pub const NOT_SUPPORTED: &'static str =
        "App authentication is not supported for carrier calling APIs";

    /// Returns the documented kinds for the operation with this `method` and this `path` below the
    /// endpoint. All spellings of the same canonical path give the same result.
    #[must_use]
    pub fn documented(method: &Method, path: &str) -> Self {
        // The paths of the table need no escape, so only the decoding of one can lead to them. Each
        // call is asked when it is prepared, and most paths hold no escape.
        let canonical = path.contains('%').then(|| canonical_path(path));
        let canonical = canonical.and_then(Result::ok);
        let path = canonical.as_deref().unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        if TOKEN_ONLY
            .iter()
            .any(|(token_only, at)| token_only == method && *at == path)
        {
            Self::TokenOnly
        } else {
            Self::Any
        }
    }
}
