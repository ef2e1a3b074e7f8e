//! The service's side of the contract: a state machine that judges requests as strictly as the
//! publication reads. It owns no clock and no socket; the host carries requests in and answers out.
//!
//! The real service answers whitelisted callers only, so a first call needs a sandbox. **This is
//! not the service.** It shows what the published pages ask of a caller, with this project's
//! decisions where the pages are silent (`docs/contract.md`, section 3).
//!
//! ```
//! use chrono::{DateTime, Utc};
//! use koodrive::sandbox::{Sandbox, SandboxConfig};
//! use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire};
//!
//! # fn main() -> Result<(), koodrive::Error> {
//! let mut sandbox = Sandbox::new(SandboxConfig::default())?;
//! let credentials = Credentials::app("example-app-id", "example-app-secret-not-real")?;
//! let client = Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials)?;
//! let call = NotifyPackageExpire::new("189642158555241211", "14")?;
//!
//! let now: DateTime<Utc> = "2025-11-03T07:01:45Z".parse().unwrap(); // in a program: Utc::now()
//! let answer = sandbox.handle(&client.request(&call, now)?, now);
//! let reply = client.parse(&call, answer.response())?;
//! assert_eq!(reply.code, "0");
//! assert_eq!(sandbox.accepted()[0].operation, "notifyPackageExpire");
//! assert_eq!(sandbox.accepted()[0].package_id().as_deref(), Some("14"));
//! # Ok(())
//! # }
//! ```
//!
//! # The checks, in their order
//!
//! The first one that fails answers. Its reason stands in the reply header `x-sandbox-reason`; its
//! code is a published one or else `SANDBOX.` and the reason. R is
//! [`SandboxConfig::refused_status`]: those answers have a gateway's shape (`error_code`,
//! `error_msg`, `request_id`), all others the service's (`code`, `msg`).
//!
//! An endpoint may have a path prefix: [`SandboxConfig::prefix`]. In the signature it counts as
//! received.
//!
//! The reasons about `carrierUserId`, `type` and `packageId` hold for the same members of
//! reverseOrder, where `changeType` has those of `type`. Every other parameter belongs to one
//! operation; its reason is `INVALID_PARAMETER`, and the message names the member.
//!
//! | check | status | code | reason |
//! |---|---|---|---|
//! | the fault script, or else the allowance and the random faults, let the request through | the script's | own | `SCRIPTED_FAULT` |
//! | the path is the configured prefix, and then that of an operation or of a configured answer | 404 | own | `UNKNOWN_PATH` |
//! | the method is the operation's | 405 | own | `WRONG_METHOD` |
//! | host, authorization, x-date, x-user-id, x-traceid, content-type and every signed header occur once | 400 | own | `DUPLICATE_HEADER` |
//! | URL or Host names the authority | 400 | own | `MISSING_AUTHORITY` |
//! | both name the same | 400 | own | `CONFLICTING_AUTHORITY` |
//! | it is the configured one | 400 | own | `UNEXPECTED_AUTHORITY` |
//! | Authorization is there | R | own | `MISSING_AUTHORIZATION` |
//! | X-Date is there | R | own | `MISSING_X_DATE` |
//! | X-User-Id is there | R | own | `MISSING_X_USER_ID` |
//! | x-traceid, if there, is 58 visible ASCII characters | 400 | own | `MALFORMED_TRACE_ID` |
//! | X-Date is a date, `YYYYMMDDTHHMMSSZ` | R | own | `MALFORMED_X_DATE` |
//! | it is at most 15 minutes old | R | own | `STALE_X_DATE` |
//! | it is not later than now | R | own | `FUTURE_X_DATE` |
//! | Authorization is `Bearer …`, `AT …` or the HMAC layout | R | own | `MALFORMED_AUTHORIZATION` |
//! | the token is known | R | own | `UNKNOWN_TOKEN` |
//! | or the app id is | R | own | `UNKNOWN_APP_ID` |
//! | SignedHeaders is in lower case | R | own | `SIGNED_HEADERS_NOT_LOWER_CASE` |
//! | SignedHeaders is sorted, each name once | R | own | `SIGNED_HEADERS_NOT_SORTED` |
//! | SignedHeaders names `x-date` | R | own | `X_DATE_NOT_SIGNED` |
//! | SignedHeaders names `x-user-id` | R | own | `X_USER_ID_NOT_SIGNED` |
//! | the request carries what is signed | R | own | `SIGNED_HEADER_MISSING` |
//! | the signature is that of the request as received | R | own | `SIGNATURE_MISMATCH` |
//! | X-User-Id exists | R | own | `UNKNOWN_USER_ID` |
//! | X-User-Id is on the whitelist | 403 | own | `NOT_WHITELISTED` |
//! | an app id calls no operation that takes a token only, unless configured otherwise | R | own | `APP_AUTHENTICATION_NOT_SUPPORTED` |
//! | there is no query, but for a configured answer | 400 | own | `UNEXPECTED_QUERY` |
//! | a GET has no body | 400 | own | `UNEXPECTED_BODY` |
//! | a body is `application/json` | 415 | own | `WRONG_CONTENT_TYPE` |
//! | the body is JSON in UTF-8 | 400 | 13000101 | `MALFORMED_JSON` |
//! | it is an object | 400 | 13000101 | `NOT_AN_OBJECT` |
//! | no member occurs twice | 400 | 13000101 | `DUPLICATE_MEMBER` |
//! | carrierUserId is there | 400 | 13000102 | `MISSING_CARRIER_USER_ID` |
//! | it is text | 400 | 13000102 | `CARRIER_USER_ID_NOT_TEXT` |
//! | it is not empty | 400 | 13000102 | `EMPTY_CARRIER_USER_ID` |
//! | type or changeType is there | 400 | 13000102 | `MISSING_TYPE` |
//! | it is an integer | 400 | 13000102 | `TYPE_NOT_INTEGER` |
//! | it is accepted: 2 for type and 1 for changeType, unless configured otherwise | 400 | 13000102 | `UNDOCUMENTED_TYPE` |
//! | packageId is there | 400 | 13000102 | `MISSING_PACKAGE_ID` |
//! | it is text | 400 | 13000102 | `PACKAGE_ID_NOT_TEXT` |
//! | it is not empty | 400 | 13000102 | `EMPTY_PACKAGE_ID` |
//! | the other parameters are there, of their types and within their limits | 400 | 13000102 | `INVALID_PARAMETER` |
//! | every carrierUserId exists | 400 | own | `UNKNOWN_CARRIER_USER_ID` |
//! | every packageId exists | 400 | own | `UNKNOWN_PACKAGE_ID` |
//! | the call is new, where repeats are refused | 409 | own | `REPEATED_CALL` |

mod accepted;
mod answer;
mod call;
mod config;
mod fault;
mod load;
mod operation;
mod reason;
mod verify;

use std::collections::{BTreeSet, VecDeque};
use std::fmt;

use chrono::{DateTime, Utc};
use http::{HeaderValue, Method, Request, Response, StatusCode};

pub use accepted::Accepted;
pub use answer::{Answer, X_SANDBOX_REASON};
pub use config::{
    App, EXAMPLE_APP_ID, EXAMPLE_APP_SECRET, EXAMPLE_TOKEN, JsonObject, RawAnswer, SandboxConfig,
    Secret,
};
pub use fault::{CutPoint, Fault, StatusFault};
pub use load::{Allowance, RandomFaults};
pub use reason::Reason;

use crate::InvalidInput;
use answer::{Content, Writer};
use call::Parsed;
use load::Load;
use operation::{Called, Found};
use reason::Refusal;
use verify::{Caller, Received, Verifier, knows};

/// The service, as far as it is published.
pub struct Sandbox {
    config: SandboxConfig,
    verifier: Verifier,
    writer: Writer,
    faults: VecDeque<Fault>,
    load: Load,
    /// Requests so far.
    requests: u64,
    accepted: Vec<Accepted>,
    /// Operation and sorted members of what was accepted; kept only where repeats are refused.
    seen: BTreeSet<(String, Vec<(String, String)>)>,
}

impl Sandbox {
    /// Checks the configuration.
    ///
    /// # Errors
    ///
    /// Credentials that no client could have, an app id given twice, a refused status other than
    /// 400 and 401, no accepted type or changeType, an empty authority, a prefix that does not
    /// begin with a slash or that ends with one, a fault whose status has no body, a share or an
    /// allowance out of range, an answer with a method or a path that no client sends.
    pub fn new(config: SandboxConfig) -> Result<Self, InvalidInput> {
        let mut config = config.with_credentials();
        let refused_status = match config.refused_status {
            400 => StatusCode::BAD_REQUEST,
            401 => StatusCode::UNAUTHORIZED,
            other => {
                return Err(InvalidInput::new(
                    "refusedStatus",
                    format!("{other} is not published; pass 400 or 401"),
                ));
            }
        };
        if config.accepted_types.is_empty() {
            return Err(InvalidInput::new(
                "acceptedTypes",
                "empty, so that no call could be accepted; pass at least one type",
            ));
        }
        if config.accepted_change_types.is_empty() {
            return Err(InvalidInput::new(
                "acceptedChangeTypes",
                "empty, so that no package change could be accepted; pass at least one type",
            ));
        }
        for fault in &config.faults {
            if let Fault::Status(StatusFault { status, .. }) = fault
                && !fault::can_answer(*status)
            {
                return Err(InvalidInput::new(
                    "faults",
                    fault::no_answer(status.as_u16()),
                ));
            }
        }
        for (index, answer) in config.answers.iter().enumerate() {
            answer.check().map_err(|problem| {
                InvalidInput::new("answers", format!("entry {}: {problem}", index + 1))
            })?;
        }
        let verifier = Verifier::new(&config)?;
        // The verifier holds what is left of them: HMAC states.
        config.apps.clear();
        config.tokens.clear();
        Ok(Self {
            verifier,
            writer: Writer {
                code_as_text: config.code_as_text,
                refused_status,
            },
            faults: std::mem::take(&mut config.faults).into(),
            load: Load::new(config.random_faults.take(), config.allowance.as_ref())?,
            config,
            requests: 0,
            accepted: Vec::new(),
            seen: BTreeSet::new(),
        })
    }

    /// Judges a request that arrived at `now`. Give it path, query, headers and body as they were
    /// received.
    ///
    /// Every response carries `date`, which is `now`, and `content-type`.
    pub fn handle<B: AsRef<[u8]>>(&mut self, request: &Request<B>, now: DateTime<Utc>) -> Answer {
        self.judge(
            &Received {
                method: request.method(),
                uri: request.uri(),
                headers: request.headers(),
                body: request.body().as_ref(),
            },
            now,
        )
    }

    /// Returns the calls that were acted on and change state, in order: notifyPackageExpire,
    /// setRetentionPolicy, reverseOrder, and the raw calls other than GET that an entry of
    /// [`answers`](SandboxConfig::answers) took, with any status. A GET changes nothing and is not
    /// listed.
    #[must_use]
    pub fn accepted(&self) -> &[Accepted] {
        &self.accepted
    }

    fn judge(&mut self, received: &Received<'_>, now: DateTime<Utc>) -> Answer {
        self.requests += 1;
        let fault = match self.faults.pop_front() {
            Some(fault) => fault,
            None => self.load.fault(now),
        };
        if let Fault::Status(fault) = fault {
            return Answer::Respond(answer::scripted(&fault, now));
        }
        let response = self.respond(received, now);
        match fault {
            Fault::Cut(at) => Answer::Cut { at, response },
            Fault::Delay(by) => Answer::Delay { by, response },
            Fault::Drip(interval) => Answer::Drip { interval, response },
            Fault::Pass | Fault::Status(_) => Answer::Respond(response),
        }
    }

    fn respond(&mut self, received: &Received<'_>, now: DateTime<Utc>) -> Response<Vec<u8>> {
        let found = operation::find(
            received.method,
            received.uri.path(),
            &self.config.prefix,
            &self.config.answers,
        );
        let mut response = match self.act(&found, received, now) {
            Ok(called) => self.success(called, now),
            Err(refusal) => self.writer.refusal(&refusal, self.requests, now),
        };
        // RFC 9110, 15.5.6: a 405 names the methods that are allowed.
        if let Found::OtherMethod(methods) = &found
            && let Ok(allow) = HeaderValue::from_str(methods)
        {
            response.headers_mut().insert(http::header::ALLOW, allow);
        }
        if self.config.echo_trace_id
            && let Ok(Some(trace_id)) = verify::trace_id(received.headers)
        {
            answer::echo(&mut response, trace_id);
        }
        response
    }

    fn success(&self, called: Called, now: DateTime<Utc>) -> Response<Vec<u8>> {
        let config = &self.config;
        let content = match called {
            Called::Raw(index) => {
                if let Some(answer) = config.answers.get(index) {
                    return answer::raw(answer, now);
                }
                Content::Plain
            }
            Called::NotifyPackageExpire | Called::SetRetentionPolicy | Called::ReverseOrder => {
                Content::Plain
            }
            Called::GetSpaceUsageByOverview => Content::Data(&config.space_usage),
            Called::GetCurrentRetentionPolicy | Called::GetCarrierRetentionPolicy => {
                Content::PolicyList(&config.policies)
            }
        };
        self.writer.success(&config.msg, &content, now)
    }

    fn act(
        &mut self,
        found: &Found,
        received: &Received<'_>,
        now: DateTime<Utc>,
    ) -> Result<Called, Refusal> {
        let operation = match found {
            Found::Operation(operation) => *operation,
            Found::OtherMethod(methods) => {
                return Err(Refusal::new(
                    Reason::WrongMethod,
                    format!("the method of this operation is {methods}"),
                ));
            }
            Found::Nothing => {
                return Err(Refusal::new(
                    Reason::UnknownPath,
                    "no operation has this path",
                ));
            }
        };
        let caller = self.verifier.verify(received, now)?;
        if caller.is_app && operation.is_token_only() && !self.config.app_authentication_everywhere
        {
            return Err(Refusal::new(
                Reason::AppAuthenticationNotSupported,
                "App authentication is not supported for carrier calling APIs",
            ));
        }
        if !matches!(operation, Called::Raw(_)) {
            call::without_query(received)?;
        }
        let parsed = match operation {
            Called::NotifyPackageExpire => {
                call::notify_package_expire(received, &self.config.accepted_types)?
            }
            Called::SetRetentionPolicy => call::set_retention_policy(received)?,
            Called::ReverseOrder => {
                call::reverse_order(received, &self.config.accepted_change_types)?
            }
            Called::GetSpaceUsageByOverview
            | Called::GetCurrentRetentionPolicy
            | Called::GetCarrierRetentionPolicy => {
                call::without_body(received)?;
                return Ok(operation);
            }
            Called::Raw(_) => call::any_body(received)?,
        };
        if *received.method != Method::GET {
            self.accept(operation, parsed, &caller)?;
        }
        Ok(operation)
    }

    fn accept(
        &mut self,
        operation: Called,
        parsed: Parsed,
        caller: &Caller,
    ) -> Result<(), Refusal> {
        let config = &self.config;
        let exist = |ids: &[String], set| ids.iter().all(|id| knows(set, id));
        if !exist(&parsed.carrier_user_ids, config.carrier_user_ids.as_ref()) {
            return Err(Refusal::new(
                Reason::UnknownCarrierUserId,
                "the carrierUserId does not exist",
            ));
        }
        if !exist(&parsed.package_ids, config.package_ids.as_ref()) {
            return Err(Refusal::new(
                Reason::UnknownPackageId,
                "the packageId does not exist",
            ));
        }
        let name = operation.name(&config.answers);
        let repeat_counts = matches!(
            operation,
            Called::NotifyPackageExpire | Called::ReverseOrder
        );
        if config.refuse_repeats && repeat_counts {
            let mut members = parsed.members.clone();
            members.sort_unstable();
            if !self.seen.insert((name.clone(), members)) {
                return Err(Refusal::new(
                    Reason::RepeatedCall,
                    "a call of this operation with the same body was accepted before",
                ));
            }
        }
        self.accepted.push(Accepted {
            operation: name,
            members: parsed.members,
            x_date: caller.x_date,
            trace_id: caller.trace_id,
        });
        Ok(())
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("config", &self.config)
            .field("verifier", &self.verifier)
            .field("faults", &self.faults)
            .field("requests", &self.requests)
            .field("accepted", &self.accepted)
            .finish_non_exhaustive()
    }
}
