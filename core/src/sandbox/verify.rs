//! Decides who calls: authority, mandatory headers, the window of X-Date, token or signature, user
//! id, whitelist.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, Method, Uri};
use zeroize::Zeroizing;

use super::config::SandboxConfig;
use super::reason::{Reason, Refusal};
use crate::signing::{
    CanonicalParts, ParsedAuthorization, SigningKey, canonical_headers, canonical_query_string,
    canonical_request, canonical_uri, parse_authorization, payload_hash, string_to_sign,
};
use crate::{Credentials, InvalidInput, TraceId, XDate, header};

/// A request as it was received.
#[derive(Clone, Copy)]
pub(super) struct Received<'a> {
    pub(super) method: &'a Method,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

/// The caller that the headers of an authenticated request name.
pub(super) struct Caller {
    pub(super) x_date: XDate,
    pub(super) trace_id: Option<TraceId>,
    /// Whether the caller signed with an app id.
    pub(super) is_app: bool,
}

/// Headers of which a second one would leave open which counts.
const ONCE: [HeaderName; 6] = [
    http::header::HOST,
    header::AUTHORIZATION,
    header::X_DATE,
    header::X_USER_ID,
    header::X_TRACEID,
    header::CONTENT_TYPE,
];

/// The known callers.
#[derive(Debug)]
pub(super) struct Verifier {
    keys: BTreeMap<String, SigningKey>,
    tokens: Vec<KnownToken>,
    authority: Option<String>,
    user_ids: Option<BTreeSet<String>>,
    whitelist: Option<BTreeSet<String>>,
}

impl Verifier {
    pub(super) fn new(config: &SandboxConfig) -> Result<Self, InvalidInput> {
        let mut keys = BTreeMap::new();
        for app in &config.apps {
            // Checked by the client's own rule: what no client can send is not configured either.
            Credentials::app(&app.app_id, app.app_secret.expose())?;
            let key = SigningKey::new(&app.app_id, app.app_secret.expose());
            if keys.insert(app.app_id.clone(), key).is_some() {
                return Err(InvalidInput::new(
                    "apps",
                    format!("the app id {} stands twice; pass it once", app.app_id),
                ));
            }
        }
        if config.authority.as_deref() == Some("") {
            return Err(InvalidInput::new(
                "authority",
                "empty; leave it out to accept any",
            ));
        }
        let prefix = config.prefix.as_str();
        if !prefix.is_empty() && (!prefix.starts_with('/') || prefix.ends_with('/')) {
            return Err(InvalidInput::new(
                "prefix",
                "not the path of an endpoint; begin it with a slash, and end it without one",
            ));
        }
        Ok(Self {
            keys,
            tokens: config
                .tokens
                .iter()
                .map(|token| KnownToken::new(token.expose()))
                .collect::<Result<_, _>>()?,
            authority: config.authority.clone(),
            user_ids: config.user_ids.clone(),
            whitelist: config.whitelist.clone(),
        })
    }

    /// Makes the checks from [`Reason::DuplicateHeader`] to [`Reason::NotWhitelisted`], in their
    /// order.
    pub(super) fn verify(
        &self,
        received: &Received<'_>,
        now: DateTime<Utc>,
    ) -> Result<Caller, Refusal> {
        for name in &ONCE {
            once(received.headers, name)?;
        }
        let authority = self.authority(received)?;
        let mandatory = |name: &HeaderName, reason| {
            text(received.headers, name).ok_or_else(|| {
                Refusal::new(
                    reason,
                    format!("the header {name} is missing, empty or not ASCII"),
                )
            })
        };
        let authorization = mandatory(&header::AUTHORIZATION, Reason::MissingAuthorization)?;
        let x_date = mandatory(&header::X_DATE, Reason::MissingXDate)?;
        let user_id = mandatory(&header::X_USER_ID, Reason::MissingXUserId)?;
        let trace_id = trace_id(received.headers)?;
        let x_date = within_window(x_date, now)?;
        let mut is_app = false;
        if let Some(token) = Token::parse(authorization) {
            if !self.tokens.iter().any(|known| known.is(token)) {
                return Err(Refusal::new(Reason::UnknownToken, "the token is not known"));
            }
        } else if let Some(authorization) = parse_authorization(authorization) {
            self.verify_signature(&authorization, received, authority)?;
            is_app = true;
        } else {
            return Err(Refusal::new(
                Reason::MalformedAuthorization,
                "Authorization must be \"Bearer <token>\", \"AT <token>\" or \
                 \"HMAC-SHA256 AppId=<app id>,SignedHeaders=<names>,Signature=<signature>\"",
            ));
        }
        if !knows(self.user_ids.as_ref(), user_id) {
            return Err(Refusal::new(
                Reason::UnknownUserId,
                format!("the X-User-Id {user_id} does not exist"),
            ));
        }
        if !knows(self.whitelist.as_ref(), user_id) {
            return Err(Refusal::new(
                Reason::NotWhitelisted,
                format!("the X-User-Id {user_id} is not on the whitelist"),
            ));
        }
        Ok(Caller {
            x_date,
            trace_id,
            is_app,
        })
    }

    /// Returns the URL's authority, which HTTP/2 and proxies carry, or else the header Host.
    fn authority<'a>(&self, received: &Received<'a>) -> Result<&'a str, Refusal> {
        let of_url = received.uri.authority().map(http::uri::Authority::as_str);
        let host = text(received.headers, &http::header::HOST);
        let authority = match (of_url, host) {
            (Some(of_url), Some(host)) if !of_url.eq_ignore_ascii_case(host) => {
                return Err(Refusal::new(
                    Reason::ConflictingAuthority,
                    format!("the URL names the authority {of_url}, the header Host {host}"),
                ));
            }
            (Some(authority), _) | (None, Some(authority)) => authority,
            (None, None) => {
                return Err(Refusal::new(
                    Reason::MissingAuthority,
                    "neither the URL nor a header Host names the authority",
                ));
            }
        };
        match &self.authority {
            Some(expected) if !expected.eq_ignore_ascii_case(authority) => Err(Refusal::new(
                Reason::UnexpectedAuthority,
                format!("the request is for {authority}; this is {expected}"),
            )),
            _ => Ok(authority),
        }
    }

    fn verify_signature(
        &self,
        authorization: &ParsedAuthorization<'_>,
        received: &Received<'_>,
        authority: &str,
    ) -> Result<(), Refusal> {
        let key = self.keys.get(authorization.app_id).ok_or_else(|| {
            Refusal::new(
                Reason::UnknownAppId,
                format!("the app id {} is not known", authorization.app_id),
            )
        })?;
        let headers = signed_headers(authorization.signed_headers, received.headers, authority)?;
        let canonical_request = canonical_request(&CanonicalParts {
            method: received.method.as_str(),
            uri: &canonical_uri(received.uri.path()),
            query: &canonical_query_string(received.uri.query().unwrap_or_default()),
            headers: &canonical_headers(&headers),
            signed_headers: authorization.signed_headers,
            payload_hash: &payload_hash(received.body),
        });
        if key.verifies(&string_to_sign(&canonical_request), authorization.signature) {
            return Ok(());
        }
        // The words of the parent scheme's gateway, which `explain` reads (`docs/contract.md`,
        // section 4).
        Err(Refusal::new(
            Reason::SignatureMismatch,
            format!(
                "verify signature fail, canonicalRequest:{}",
                canonical_request.replace('\n', "|")
            ),
        ))
    }
}

/// Returns the headers that SignedHeaders names, with the values that were received.
fn signed_headers<'a>(
    names: &'a str,
    headers: &'a HeaderMap,
    authority: &'a str,
) -> Result<Vec<(&'a str, &'a str)>, Refusal> {
    if names.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(Refusal::new(
            Reason::SignedHeadersNotLowerCase,
            "SignedHeaders must be in lower case",
        ));
    }
    let names: Vec<&str> = names.split(';').collect();
    if !names.is_sorted_by(|one, next| one < next) {
        return Err(Refusal::new(
            Reason::SignedHeadersNotSorted,
            "SignedHeaders must be sorted, each name once",
        ));
    }
    // The string to sign holds no date: unless x-date is signed, a signature never expires.
    for (name, reason) in [
        (header::X_DATE, Reason::XDateNotSigned),
        (header::X_USER_ID, Reason::XUserIdNotSigned),
    ] {
        if !names.contains(&name.as_str()) {
            return Err(Refusal::new(
                reason,
                format!("SignedHeaders must name {name}"),
            ));
        }
    }
    names
        .into_iter()
        .map(|name| {
            if name == http::header::HOST.as_str() {
                return Ok((name, authority));
            }
            let missing = || {
                Refusal::new(
                    Reason::SignedHeaderMissing,
                    format!(
                        "SignedHeaders names {name}, which the request lacks or which is not ASCII"
                    ),
                )
            };
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| missing())?;
            once(headers, &header)?;
            let value = headers.get(&header).and_then(|value| value.to_str().ok());
            Ok((name, value.ok_or_else(missing)?))
        })
        .collect()
}

fn once(headers: &HeaderMap, name: &HeaderName) -> Result<(), Refusal> {
    if headers.get_all(name).iter().nth(1).is_none() {
        return Ok(());
    }
    Err(Refusal::new(
        Reason::DuplicateHeader,
        format!("the header {name} occurs more than once"),
    ))
}

/// Returns the value where there is one to read.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().ok()?;
    (!value.is_empty()).then_some(value)
}

pub(super) fn trace_id(headers: &HeaderMap) -> Result<Option<TraceId>, Refusal> {
    let Some(value) = headers.get(header::X_TRACEID) else {
        return Ok(None);
    };
    value
        .to_str()
        .ok()
        .and_then(|text| TraceId::parse(text).ok())
        .map(Some)
        .ok_or_else(|| {
            Refusal::new(
                Reason::MalformedTraceId,
                format!(
                    "x-traceid must be 58 visible ASCII characters; it has {} bytes",
                    value.len()
                ),
            )
        })
}

fn within_window(x_date: &str, now: DateTime<Utc>) -> Result<XDate, Refusal> {
    let date = XDate::parse(x_date)
        .map_err(|error| Refusal::new(Reason::MalformedXDate, error.to_string()))?;
    if date.is_within_window(now) {
        return Ok(date);
    }
    let reason = if date.to_datetime() > now {
        Reason::FutureXDate
    } else {
        Reason::StaleXDate
    };
    let server_time = XDate::from_datetime(now).map(|now| now.to_string());
    // The words of the parent scheme's gateway, which `explain` reads (`docs/contract.md`, section
    // 4).
    Err(Refusal::new(
        reason,
        format!(
            "signature time:{date},server time:{}",
            server_time.unwrap_or_default()
        ),
    ))
}

/// `Bearer <token>` or `AT <token>`.
#[derive(Clone, Copy)]
struct Token<'a> {
    scheme: Scheme,
    bare: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Scheme {
    Bearer,
    At,
}

impl<'a> Token<'a> {
    fn parse(authorization: &'a str) -> Option<Self> {
        let (scheme, bare) = authorization.split_once(' ')?;
        let scheme = match scheme {
            "AT" => Scheme::At,
            _ if scheme.eq_ignore_ascii_case("bearer") => Scheme::Bearer,
            _ => return None,
        };
        Some(Self { scheme, bare })
    }
}

/// A configured token.
struct KnownToken {
    /// The scheme; none for a bare token, for which both schemes are accepted.
    scheme: Option<Scheme>,
    bare: Zeroizing<String>,
}

impl KnownToken {
    fn new(token: &str) -> Result<Self, InvalidInput> {
        let credentials = Credentials::token(token)?;
        // The header that a client with this token would send.
        let sent = credentials
            .given()
            .and_then(Token::parse)
            .ok_or_else(|| InvalidInput::new("tokens", "an entry is not a token; pass text"))?;
        Ok(Self {
            scheme: (sent.bare != token).then_some(sent.scheme),
            bare: Zeroizing::new(sent.bare.to_owned()),
        })
    }

    fn is(&self, token: Token<'_>) -> bool {
        *self.bare == token.bare && self.scheme.is_none_or(|scheme| scheme == token.scheme)
    }
}

impl std::fmt::Debug for KnownToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Returns whether `set` holds `id`. Without a configured set every id is known.
pub(super) fn knows(set: Option<&BTreeSet<String>>, id: &str) -> bool {
    set.is_none_or(|set| set.contains(id))
}
