//! Decides what a token, an app id and an app secret may be, and keeps them out of sight: redacted in `Debug`, overwritten
//! in memory with their last copy.

use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::HeaderValue;
use zeroize::{Zeroizing, zeroize_stack};

use crate::InvalidInput;
use crate::signing::SigningKey;
use crate::text::{check_header_value, empty};

/// How the caller authenticates. Which way notifyPackageExpire accepts is not published, so both are complete
/// (contract.md 4): ask your Huawei contact.
///
/// Clones share one copy of the secret; it is zeroized with the last of them.
#[derive(Clone)]
pub struct Credentials(Kind);

#[derive(Clone)]
enum Kind {
    Authorization(Arc<GivenAuthorization>),
    App(Arc<SigningKey>),
}

impl Credentials {
    /// An access token, in any shape that is published: `Bearer …` (any case) and `AT …` are sent as given, `Bearer+…`
    /// becomes `Bearer …`, and a bare token gets `Bearer `.
    ///
    /// # Errors
    ///
    /// An empty token, or one that no header can carry: control characters, non-ASCII, a blank at either end.
    pub fn token(token: &str) -> Result<Self, InvalidInput> {
        check_header_value("token", token)?;
        let scheme = token.as_bytes().get(..6).unwrap_or_default();
        let is_bearer = scheme.eq_ignore_ascii_case(b"bearer");
        let value = match token.as_bytes().get(6) {
            None if is_bearer => {
                return Err(InvalidInput::new(
                    "token holds only the word Bearer; the token is missing",
                ));
            }
            Some(b' ') if is_bearer => token.to_owned(),
            Some(b'+') if is_bearer => {
                let bare = &token[7..];
                check_header_value("token after Bearer+", bare)?;
                bearer(bare)
            }
            _ if token.starts_with("AT ") => token.to_owned(),
            _ => bearer(token),
        };
        Ok(Self::authorization_value(value))
    }

    /// The exact value of the header Authorization, untouched.
    ///
    /// # Errors
    ///
    /// An empty value, or one that no header can carry: control characters, non-ASCII, a blank at either end.
    pub fn authorization(value: &str) -> Result<Self, InvalidInput> {
        check_header_value("authorization", value)?;
        Ok(Self::authorization_value(value.to_owned()))
    }

    /// An app id and its secret: every request is signed with HMAC-SHA256 ("App-based Authentication Generation Rule").
    ///
    /// # Errors
    ///
    /// An empty id or secret; an id with a blank, a comma, a control character or non-ASCII, since it stands in a header
    /// whose fields are separated by commas; a secret that begins or ends with white space, which is a line break read from
    /// a file along with it.
    pub fn app(app_id: &str, app_secret: &str) -> Result<Self, InvalidInput> {
        check_header_value("app id", app_id)?;
        if let Some(character) = app_id.chars().find(|c| matches!(c, ',' | ' ')) {
            return Err(InvalidInput::new(format!(
                "app id holds '{character}'; a blank or a comma would end it inside the header Authorization"
            )));
        }
        if app_secret.is_empty() {
            return Err(empty("app secret"));
        }
        if app_secret.trim().len() != app_secret.len() {
            return Err(InvalidInput::new(
                "app secret begins or ends with white space; remove it (a line break at the end of a file?)",
            ));
        }
        let key = prepared(app_id, app_secret);
        // Of the secret, and of states that were moved. More than HMAC's preparation takes, even where nothing is optimised.
        zeroize_stack::<4096>();
        Ok(Self(Kind::App(key)))
    }

    fn authorization_value(value: String) -> Self {
        Self(Kind::Authorization(Arc::new(GivenAuthorization {
            text: Zeroizing::new(value),
            header_value: OnceLock::new(),
        })))
    }

    /// The key, where requests are signed.
    pub(crate) fn signing_key(&self) -> Result<&SigningKey, &Arc<GivenAuthorization>> {
        match &self.0 {
            Kind::App(key) => Ok(key),
            Kind::Authorization(value) => Err(value),
        }
    }
}

/// A function of its own: what it left on the stack is then below its caller's, who can overwrite it.
#[inline(never)]
fn prepared(app_id: &str, app_secret: &str) -> Arc<SigningKey> {
    Arc::new(SigningKey::new(app_id, app_secret))
}

/// In one allocation: a text that grows would leave a copy of the token behind.
fn bearer(token: &str) -> String {
    ["Bearer ", token].concat()
}

/// A value of the header Authorization that every request sends as it is. Zeroized with its last clone, in both forms.
pub(crate) struct GivenAuthorization {
    text: Zeroizing<String>,
    /// Made for the first request that is a [`http::Request`]; costs nothing to clone.
    header_value: OnceLock<HeaderValue>,
}

impl GivenAuthorization {
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn header_value(&self) -> HeaderValue {
        self.header_value
            .get_or_init(|| {
                let bytes = Zeroizing::new(self.text.as_bytes().to_vec());
                sensitive(Bytes::from_owner(bytes))
            })
            .clone()
    }
}

impl PartialEq for GivenAuthorization {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for GivenAuthorization {}

/// A header value that prints as `Sensitive`. Every caller has checked the text, so the fallback cannot occur.
pub(crate) fn sensitive(bytes: Bytes) -> HeaderValue {
    let mut value =
        HeaderValue::from_maybe_shared(bytes).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Authorization(_) => f.write_str("Credentials { authorization: *** }"),
            Kind::App(key) => write!(
                f,
                "Credentials {{ app_id: {}, app_secret: *** }}",
                key.app_id()
            ),
        }
    }
}
