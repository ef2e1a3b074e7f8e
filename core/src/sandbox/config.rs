//! The sandbox's data and behaviour. The configuration is readable from JSON, so that npm, pip and
//! the server's flags share one form.

use std::collections::BTreeSet;
use std::fmt;

use http::{Method, StatusCode};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{Allowance, Fault, RandomFaults, fault};
use crate::InvalidInput;
use crate::operation::{canonical_path, check_method};

/// The app that is known when neither an app nor a token is configured.
pub const EXAMPLE_APP_ID: &str = "example-app-id";
/// The secret of [`EXAMPLE_APP_ID`].
pub const EXAMPLE_APP_SECRET: &str = "example-app-secret-not-real";
/// The token that is known when neither an app nor a token is configured.
pub const EXAMPLE_TOKEN: &str = "example-token-not-real";

/// The settings of a [`Sandbox`](super::Sandbox). Every field is optional in JSON, where names are
/// camelCase and an unknown name is refused.
///
/// ```
/// use koodrive::sandbox::SandboxConfig;
/// let config = SandboxConfig::from_json(
///     r#"{"apps": [{"appId": "my-app", "appSecret": "example-secret"}], "whitelist": ["1505084218764547200"], "faults": [429, "cut"]}"#,
/// )?;
/// assert!(format!("{config:?}").contains("app_secret: ***"));
/// # Ok::<(), koodrive::InvalidInput>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own in JSON"
)]
pub struct SandboxConfig {
    /// App ids and their secrets. Where neither an app nor a token is configured, app
    /// `example-app-id` with secret `example-app-secret-not-real` and token
    /// `example-token-not-real` are known.
    pub apps: Vec<App>,
    /// Access tokens, in the shapes of [`Credentials::token`](crate::Credentials::token). One that
    /// is given bare is taken as `Bearer …` and as `AT …`, one that is given with its scheme only
    /// with that one. The case of Bearer never counts.
    pub tokens: Vec<Secret>,
    /// Values of X-User-Id that exist; default any.
    pub user_ids: Option<BTreeSet<String>>,
    /// Values of X-User-Id that may call; default everyone.
    pub whitelist: Option<BTreeSet<String>>,
    /// Users of the carrier that exist, for notifyPackageExpire and reverseOrder; default any.
    pub carrier_user_ids: Option<BTreeSet<String>>,
    /// Packages of the carrier that exist, for notifyPackageExpire and reverseOrder; default any.
    pub package_ids: Option<BTreeSet<String>>,
    /// Status for refused credentials, 400 or 401, since both are published; default 401.
    pub refused_status: u16,
    /// Accepted values of `type`; default 2 alone, the documented one. The page's own example, 1,
    /// is refused so.
    pub accepted_types: Vec<i64>,
    /// Accepted values of `changeType` of reverseOrder; default 1 alone, the documented one.
    pub accepted_change_types: Vec<i64>,
    /// Refuses a call of notifyPackageExpire or reverseOrder whose operation and body were accepted
    /// before; the order of the body's members does not count. Default false. What the service does
    /// is not published.
    pub refuse_repeats: bool,
    /// Copies the request's x-traceid into the reply; default false, since no page shows one there.
    pub echo_trace_id: bool,
    /// Writes `code` as text, as the page's table has it; default false, an integer as in the
    /// page's example.
    pub code_as_text: bool,
    /// `msg` of a success; default `Success.`
    pub msg: String,
    /// The policies that getCurrentRetentionPolicy and getCarrierRetentionPolicy list; default two
    /// of this project's own making.
    pub policies: Vec<JsonObject>,
    /// The `data` of getSpaceUsageByOverview; default figures of this project's own making.
    pub space_usage: JsonObject,
    /// Answers to calls that have no type of their own; default none. A request is verified as any
    /// other.
    pub answers: Vec<RawAnswer>,
    /// Lets an app id call the three retention-policy operations, of which the publisher says that
    /// app authentication is not supported; default false.
    pub app_authentication_everywhere: bool,
    /// The only authority (host, and port where it is not the scheme's default) that is answered;
    /// by default every authority is answered.
    pub authority: Option<String>,
    /// The path prefix of the endpoint, such as `/gateway/v2`; default none. A path with another
    /// prefix is unknown.
    pub prefix: String,
    /// The scripted faults, one entry per request in the order of the requests; default none.
    pub faults: Vec<Fault>,
    /// The random faults for requests without an entry in `faults`; default none.
    pub random_faults: Option<RandomFaults>,
    /// The allowed number of requests per second without an entry in `faults`; default unlimited.
    pub allowance: Option<Allowance>,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            apps: Vec::new(),
            tokens: Vec::new(),
            user_ids: None,
            whitelist: None,
            carrier_user_ids: None,
            package_ids: None,
            refused_status: 401,
            accepted_types: vec![2],
            accepted_change_types: vec![1],
            refuse_repeats: false,
            echo_trace_id: false,
            code_as_text: false,
            msg: "Success.".to_owned(),
            policies: default_policies(),
            space_usage: default_space_usage(),
            answers: Vec::new(),
            app_authentication_everywhere: false,
            authority: None,
            prefix: String::new(),
            faults: Vec::new(),
            random_faults: None,
            allowance: None,
        }
    }
}

impl SandboxConfig {
    /// Reads a JSON object.
    ///
    /// # Errors
    ///
    /// Returns an error for JSON other than an object, an unknown name, or a value of the wrong
    /// type. The message never repeats a value, since the value may be a secret in the wrong place.
    pub fn from_json(json: &str) -> Result<Self, InvalidInput> {
        serde_json::from_str(json).map_err(|error| unreadable("sandbox config", &error))
    }

    /// Adds the example credentials if none are configured.
    pub(super) fn with_credentials(mut self) -> Self {
        if self.apps.is_empty() && self.tokens.is_empty() {
            self.apps.push(App::new(EXAMPLE_APP_ID, EXAMPLE_APP_SECRET));
            self.tokens.push(EXAMPLE_TOKEN.into());
        }
        self
    }
}

/// An app id and its secret.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct App {
    /// Public, stands in Authorization.
    pub app_id: String,
    /// Never leaves the sandbox.
    pub app_secret: Secret,
}

impl App {
    /// Checked by [`Sandbox::new`](super::Sandbox::new).
    #[must_use]
    pub fn new(app_id: impl Into<String>, app_secret: impl Into<Secret>) -> Self {
        Self {
            app_id: app_id.into(),
            app_secret: app_secret.into(),
        }
    }
}

/// Text that `Debug` does not show and that is overwritten in memory when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        secret.to_owned().into()
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A JSON object that is sent exactly as it is written: which members are numbers and which are
/// text is something the pages disagree on, and an id (300000000000000000) may lie above 2^53.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Box<RawValue>")]
pub struct JsonObject(Box<RawValue>);

impl JsonObject {
    /// Takes any JSON object.
    ///
    /// # Errors
    ///
    /// Anything else.
    pub fn from_json(json: &str) -> Result<Self, InvalidInput> {
        serde_json::from_str(json).map_err(|error| unreadable("object", &error))
    }
}

impl TryFrom<Box<RawValue>> for JsonObject {
    type Error = &'static str;

    fn try_from(json: Box<RawValue>) -> Result<Self, Self::Error> {
        if json.get().starts_with('{') {
            Ok(Self(json))
        } else {
            Err("the value must be a JSON object")
        }
    }
}

/// The answer to a call that has no type of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct RawAnswer {
    method: String,
    path: String,
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    body: Option<String>,
}

const fn ok() -> u16 {
    200
}

impl RawAnswer {
    /// Returns the answer with status 200 and the body `{"code":0,"msg":"Success."}` to requests
    /// with this `method` and with a path that ends in `path`. `method` is GET, POST, PUT, PATCH or
    /// DELETE in upper case. `path` is written as it is sent: percent-encoded, without a query.
    /// [`Sandbox::new`](super::Sandbox::new) checks both.
    #[must_use]
    pub fn new(method: impl Into<String>, path: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            path: path.into(),
            status: ok(),
            body: None,
        }
    }

    /// Returns the same answer with another status: 200 to 599.
    #[must_use]
    pub const fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Returns the same answer with another body, which is sent as it is.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Says what is wrong with the answer, and what to pass instead.
    pub(super) fn check(&self) -> Result<(), String> {
        let method = Method::from_bytes(self.method.as_bytes()).ok();
        if method.is_none_or(|method| check_method(&method).is_err()) {
            return Err(format!(
                "unknown method `{}`; expected one of: GET, POST, PUT, PATCH, DELETE, in upper case",
                self.method
            ));
        }
        let canonical = canonical_path(&self.path).map_err(|error| error.to_string())?;
        if canonical != self.path {
            return Err(format!(
                "path: `{}` is never sent as it is written; pass {canonical}",
                self.path
            ));
        }
        // 204 has no body, so none is configured for it.
        let has_answer = StatusCode::from_u16(self.status)
            .is_ok_and(|status| fault::can_answer(status) || status == StatusCode::NO_CONTENT);
        if !has_answer {
            return Err(format!(
                "status: {} cannot be answered; pass 200 to 599 except 205 and 304",
                self.status
            ));
        }
        Ok(())
    }

    pub(super) fn method(&self) -> &str {
        &self.method
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) const fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn body(&self) -> &str {
        self.body
            .as_deref()
            .unwrap_or(r#"{"code":0,"msg":"Success."}"#)
    }
}

fn default_space_usage() -> JsonObject {
    let json = r#"{"totalAllocation":5368709120,"totalCapacity":10737418240,"totalUsed":1073741824,"quota":"10240"}"#;
    // The text is an object, so the fallback cannot occur.
    JsonObject::from_json(json).unwrap_or_else(|_| JsonObject(RawValue::NULL.to_owned()))
}

fn default_policies() -> Vec<JsonObject> {
    [
        r#"{"policyId":300000000000000000,"policyName":"Keep for 30 days","description":"Files can be read and not changed; after 30 days they are deleted.","priority":10,"status":1}"#,
        r#"{"policyId":300000000000000001,"policyName":"Keep for 90 days","description":"Files can be read and not changed; after 90 days they are deleted.","priority":5,"status":0}"#,
    ]
    .into_iter()
    // Both are objects, so none is lost.
    .filter_map(|json| JsonObject::from_json(json).ok())
    .collect()
}

/// serde's sentence without the value that it quotes:
/// `invalid type: string "…", expected a sequence`.
fn unreadable(what: &str, error: &serde_json::Error) -> InvalidInput {
    let why = error.to_string();
    let value = why.find(": ").zip(why.rfind(", expected"));
    InvalidInput::message(match value {
        Some((from, to)) if why.starts_with("invalid ") && from < to => {
            format!("{what} cannot be read: {}{}", &why[..from], &why[to..])
        }
        _ => format!("{what} cannot be read: {why}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_the_wrong_place_is_not_repeated() {
        for (json, message) in [
            (
                r#"{"tokens": "hush: hush, expected"}"#,
                "sandbox config cannot be read: invalid type, expected a sequence at line 1 column 33",
            ),
            (
                r#"{"apps": [{"appId": "a", "appSecret": 4711}]}"#,
                "sandbox config cannot be read: invalid type, expected a string at line 1 column 42",
            ),
            (
                r#"{"tokenz": ["hush"]}"#,
                "sandbox config cannot be read: unknown field `tokenz`, expected one of `apps`, `tokens`, `userIds`, \
                 `whitelist`, `carrierUserIds`, `packageIds`, `refusedStatus`, `acceptedTypes`, `acceptedChangeTypes`, `refuseRepeats`, \
                 `echoTraceId`, `codeAsText`, `msg`, `policies`, `spaceUsage`, `answers`, `appAuthenticationEverywhere`, `authority`, `prefix`, `faults`, `randomFaults`, `allowance` at line 1 column 9",
            ),
            (
                r#"{"apps": [{"app: id": "hush"}]}"#,
                "sandbox config cannot be read: unknown field `app: id`, expected `appId` or `appSecret` at line 1 column 20",
            ),
        ] {
            let error = SandboxConfig::from_json(json).unwrap_err();
            assert_eq!(error.to_string(), message, "{json}");
        }
    }

    #[test]
    fn the_default_policies_are_both_there() {
        assert_eq!(SandboxConfig::default().policies.len(), 2);
    }
}
