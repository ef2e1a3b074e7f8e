//! Decides what a token, an app id and an app secret may be, and keeps them out of sight: redacted
//! in `Debug`, overwritten in memory with their last copy.

use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::HeaderValue;
use zeroize::{Zeroizing, zeroize_stack};

use crate::InvalidInput;
use crate::request::{Authorization, AuthorizationKind};
use crate::signing::{Hex, SIGNED_HEADERS, SigningKey, authorization, string_to_sign_of};
use crate::text::{EMPTY, check_header_value, code_point, position_of};

/// How the caller authenticates: an app id, which is the published way, or a token. Both are
/// complete (`docs/contract.md`, section 4): ask your Huawei contact.
///
/// Clones share one copy of the secret; it is zeroized with the last of them.
#[derive(Clone)]
pub struct Credentials(Kind);

#[derive(Clone)]
enum Kind {
    Authorization(Arc<GivenAuthorization>),
    App(Arc<SigningKey>),
    /// Signs elsewhere.
    Detached(Arc<str>),
    Later,
}

impl Credentials {
    /// Returns credentials with an access token, in any shape that is published: `Bearer …` (any
    /// case) and `AT …` are sent as given, `Bearer+…` becomes `Bearer …`, and a bare token gets
    /// `Bearer `.
    ///
    /// # Errors
    ///
    /// An empty token, or one that no header can carry: control characters, non-ASCII, a blank at
    /// either end.
    pub fn token(token: &str) -> Result<Self, InvalidInput> {
        check_option("token", token)?;
        let scheme = token.as_bytes().get(..6).unwrap_or_default();
        let is_bearer = scheme.eq_ignore_ascii_case(b"bearer");
        let value = match token.as_bytes().get(6) {
            None if is_bearer => {
                return Err(InvalidInput::option(
                    "token",
                    "contains only the word Bearer; pass the token",
                ));
            }
            Some(b' ') if is_bearer => token.to_owned(),
            Some(b'+') if is_bearer => {
                let bare = &token[7..];
                check_option("token", bare)?;
                bearer(bare)
            }
            _ if token.starts_with("AT ") => token.to_owned(),
            _ => bearer(token),
        };
        Ok(Self::authorization_value(value, true))
    }

    /// Returns credentials with the exact value of the header Authorization, sent untouched.
    ///
    /// # Errors
    ///
    /// An empty value, or one that no header can carry: control characters, non-ASCII, a blank at
    /// either end.
    pub fn authorization(value: &str) -> Result<Self, InvalidInput> {
        check_option("authorization", value)?;
        Ok(Self::authorization_value(value.to_owned(), false))
    }

    /// Returns credentials with an app id and its secret: every request is signed with HMAC-SHA256
    /// ("App-based Authentication Generation Rule").
    ///
    /// # Errors
    ///
    /// An empty id or secret; an id with a blank, a comma, a control character or non-ASCII, since
    /// it stands in a header whose fields are separated by commas; a secret that begins or ends
    /// with white space, which is a line break read from a file along with it.
    pub fn app(app_id: &str, app_secret: &str) -> Result<Self, InvalidInput> {
        check_app_id(app_id)?;
        if app_secret.is_empty() {
            return Err(InvalidInput::option("app_secret", EMPTY));
        }
        if app_secret.trim().len() != app_secret.len() {
            return Err(InvalidInput::option(
                "app_secret",
                "begins or ends with white space; remove it (a line break at the end of a file?)",
            ));
        }
        let key = prepared(app_id, app_secret);
        // Overwrites the stack's copies of the secret and of moved HMAC states. 4096 bytes are more
        // than HMAC's preparation takes, even in an unoptimised build.
        zeroize_stack::<4096>();
        Ok(Self(Kind::App(key)))
    }

    /// Returns credentials with an app id whose secret stays elsewhere, in a KMS, an HSM or a FIPS
    /// module: an [`Attempt`](crate::Attempt) gives the string to sign and takes the signature.
    ///
    /// # Errors
    ///
    /// Those of [`app`](Self::app) about the app id.
    pub fn detached(app_id: &str) -> Result<Self, InvalidInput> {
        check_app_id(app_id)?;
        Ok(Self(Kind::Detached(app_id.into())))
    }

    /// Credentials that are not known yet, for a client that gets a token with
    /// [`Client::with_credentials`](crate::Client::with_credentials) before it sends. Nothing is
    /// built with them.
    #[must_use]
    pub const fn later() -> Self {
        Self(Kind::Later)
    }

    fn authorization_value(value: String, is_token: bool) -> Self {
        Self(Kind::Authorization(Arc::new(GivenAuthorization {
            text: Zeroizing::new(value),
            is_token,
            header_value: OnceLock::new(),
        })))
    }

    /// Returns the header of a request. `hash` gives the hash of its canonical request, where it is
    /// signed.
    pub(crate) fn authorize(
        &self,
        hash: impl FnOnce() -> Hex,
    ) -> Result<Authorization, InvalidInput> {
        Ok(Authorization(match &self.0 {
            Kind::Authorization(given) => AuthorizationKind::Given(Arc::clone(given)),
            Kind::App(key) => AuthorizationKind::Signed(authorization(
                key.app_id(),
                SIGNED_HEADERS,
                key.sign(&hash()).as_str(),
            )),
            Kind::Detached(app_id) => AuthorizationKind::Unsigned {
                app_id: Arc::clone(app_id),
                string_to_sign: string_to_sign_of(&hash()),
            },
            Kind::Later => {
                return Err(InvalidInput::option(
                    "token",
                    "not known yet; use send, or pass a token to with_credentials",
                ));
            }
        }))
    }

    /// Returns the key, where this client signs with it.
    pub(crate) fn signing_key(&self) -> Option<&SigningKey> {
        match &self.0 {
            Kind::App(key) => Some(key),
            Kind::Authorization(_) | Kind::Detached(_) | Kind::Later => None,
        }
    }

    /// Returns the value that every request sends, where it is known.
    #[cfg(feature = "sandbox")]
    pub(crate) fn given(&self) -> Option<&str> {
        match &self.0 {
            Kind::Authorization(given) => Some(given.as_str()),
            Kind::App(_) | Kind::Detached(_) | Kind::Later => None,
        }
    }

    /// Returns whether these credentials can sign, unlike the placeholder from
    /// [`later`](Self::later).
    #[cfg(feature = "dispatch")]
    pub(crate) const fn are_known(&self) -> bool {
        !matches!(self.0, Kind::Later)
    }

    /// Returns whether both send the same header Authorization with every request.
    #[cfg(feature = "dispatch")]
    pub(crate) fn is_same_token(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kind::Authorization(one), Kind::Authorization(other)) => one == other,
            _ => false,
        }
    }

    pub(crate) fn scheme(&self) -> Scheme {
        match &self.0 {
            Kind::App(_) => Scheme::AppId,
            Kind::Detached(_) => Scheme::Detached,
            Kind::Authorization(given) if given.is_token => Scheme::Token,
            Kind::Authorization(_) => Scheme::Given,
            Kind::Later => Scheme::Token,
        }
    }
}

/// The kind of credentials that a request was sent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    AppId,
    /// An app id whose secret stays elsewhere.
    Detached,
    Token,
    /// A value that was passed as it is.
    Given,
}

fn check_option(name: &'static str, value: &str) -> Result<(), InvalidInput> {
    check_header_value(value).map_err(|problem| InvalidInput::option(name, problem))
}

fn check_app_id(app_id: &str) -> Result<(), InvalidInput> {
    check_option("app_id", app_id)?;
    let ends_it = |character| matches!(character, ',' | ' ');
    match position_of(app_id, ends_it) {
        None => Ok(()),
        Some((position, character)) => Err(InvalidInput::option(
            "app_id",
            format!(
                "character {} at position {position} ends the app id inside Authorization; remove it",
                code_point(character)
            ),
        )),
    }
}

/// A function of its own: what it left on the stack is then below its caller's, who can overwrite
/// it.
#[inline(never)]
fn prepared(app_id: &str, app_secret: &str) -> Arc<SigningKey> {
    Arc::new(SigningKey::new(app_id, app_secret))
}

/// Returns the header's value, made in one allocation: a growing text would leave a copy of the
/// token behind.
fn bearer(token: &str) -> String {
    ["Bearer ", token].concat()
}

/// A value of the header Authorization that every request sends as it is. Zeroized with its last
/// clone, in both forms.
pub(crate) struct GivenAuthorization {
    text: Zeroizing<String>,
    is_token: bool,
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

/// Returns a header value that prints as `Sensitive`. Every caller has checked the text, so the
/// fallback cannot occur.
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
            Kind::Detached(app_id) => write!(f, "Credentials {{ app_id: {app_id}, detached }}"),
            Kind::Later => f.write_str("Credentials { later }"),
        }
    }
}
