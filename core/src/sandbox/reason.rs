//! Names every refusal, with its status and its code. The order is the order of the checks.

use std::fmt;

use http::StatusCode;

/// Published as "bad request" (`docs/contract.md`, section 7).
const BAD_REQUEST: &str = "13000101";
/// Published as "Verify parameters failed." (`docs/contract.md`, section 7).
const VERIFY_PARAMETERS_FAILED: &str = "13000102";

/// The status of a refusal.
enum Status {
    Fixed(StatusCode),
    /// [`refused_status`](super::SandboxConfig::refused_status): the pages explain 400 as
    /// "authentication not passed" and list 401 beside it.
    Credentials,
}

/// The code of a refusal.
#[derive(Clone, Copy)]
enum Code {
    Published(&'static str),
    /// `SANDBOX.<REASON>`: nothing is published, and nothing is made up.
    Own,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:expr, $code:expr;)*) => {
        /// The reason why the sandbox refused a request: one per check, in the order of the checks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// Every reason, in the order of the checks.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the reason as the reply header `x-sandbox-reason` holds it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            fn row(self) -> (Status, Code) {
                match self {
                    $(Self::$name => ($status, $code),)*
                }
            }
        }
    };
}

use Code::{Own, Published};
use Status::{Credentials, Fixed};

reasons! {
    /// The fault script says so; the status is the script's.
    ScriptedFault = "SCRIPTED_FAULT", Fixed(StatusCode::SERVICE_UNAVAILABLE), Own;
    /// No operation has this path below the configured prefix.
    UnknownPath = "UNKNOWN_PATH", Fixed(StatusCode::NOT_FOUND), Own;
    /// The operation has another method.
    WrongMethod = "WRONG_METHOD", Fixed(StatusCode::METHOD_NOT_ALLOWED), Own;
    /// A header that counts, or one that is signed, occurs more than once.
    DuplicateHeader = "DUPLICATE_HEADER", Fixed(StatusCode::BAD_REQUEST), Own;
    /// Neither the URL nor a header Host names the authority.
    MissingAuthority = "MISSING_AUTHORITY", Fixed(StatusCode::BAD_REQUEST), Own;
    /// The URL and the header Host name two.
    ConflictingAuthority = "CONFLICTING_AUTHORITY", Fixed(StatusCode::BAD_REQUEST), Own;
    /// Another authority than the configured one.
    UnexpectedAuthority = "UNEXPECTED_AUTHORITY", Fixed(StatusCode::BAD_REQUEST), Own;
    /// Authorization is absent, empty or not ASCII.
    MissingAuthorization = "MISSING_AUTHORIZATION", Credentials, Own;
    /// X-Date is absent, empty or not ASCII.
    MissingXDate = "MISSING_X_DATE", Credentials, Own;
    /// X-User-Id is absent, empty or not ASCII.
    MissingXUserId = "MISSING_X_USER_ID", Credentials, Own;
    /// x-traceid is there, and is not 58 visible ASCII characters.
    MalformedTraceId = "MALFORMED_TRACE_ID", Fixed(StatusCode::BAD_REQUEST), Own;
    /// X-Date is not an existing date in the form `20251103T070140Z`.
    MalformedXDate = "MALFORMED_X_DATE", Credentials, Own;
    /// X-Date is more than 15 minutes old.
    StaleXDate = "STALE_X_DATE", Credentials, Own;
    /// X-Date is later than now, if only by a fraction of a second.
    FutureXDate = "FUTURE_X_DATE", Credentials, Own;
    /// Authorization is neither `Bearer …`, nor `AT …`, nor the published HMAC layout.
    MalformedAuthorization = "MALFORMED_AUTHORIZATION", Credentials, Own;
    /// The token is not configured, or not with this scheme.
    UnknownToken = "UNKNOWN_TOKEN", Credentials, Own;
    /// The app id is not configured.
    UnknownAppId = "UNKNOWN_APP_ID", Credentials, Own;
    /// SignedHeaders has a letter in upper case.
    SignedHeadersNotLowerCase = "SIGNED_HEADERS_NOT_LOWER_CASE", Credentials, Own;
    /// SignedHeaders is not sorted, or names a header twice.
    SignedHeadersNotSorted = "SIGNED_HEADERS_NOT_SORTED", Credentials, Own;
    /// SignedHeaders lacks `x-date`, so that the signature would never end.
    XDateNotSigned = "X_DATE_NOT_SIGNED", Credentials, Own;
    /// SignedHeaders lacks `x-user-id`.
    XUserIdNotSigned = "X_USER_ID_NOT_SIGNED", Credentials, Own;
    /// SignedHeaders names a header that the request does not carry as ASCII text.
    SignedHeaderMissing = "SIGNED_HEADER_MISSING", Credentials, Own;
    /// Another secret, or another canonical request; the message shows the sandbox's own.
    SignatureMismatch = "SIGNATURE_MISMATCH", Credentials, Own;
    /// X-User-Id is not among the configured user ids.
    UnknownUserId = "UNKNOWN_USER_ID", Credentials, Own;
    /// X-User-Id is known and not on the whitelist.
    NotWhitelisted = "NOT_WHITELISTED", Fixed(StatusCode::FORBIDDEN), Own;
    /// An app id calls an operation of the group "Carrier Calling APIs", of which the publisher
    /// says that app authentication is not supported.
    AppAuthenticationNotSupported = "APP_AUTHENTICATION_NOT_SUPPORTED", Credentials, Own;
    /// The URL has a query; no operation takes one.
    UnexpectedQuery = "UNEXPECTED_QUERY", Fixed(StatusCode::BAD_REQUEST), Own;
    /// A GET has a body.
    UnexpectedBody = "UNEXPECTED_BODY", Fixed(StatusCode::BAD_REQUEST), Own;
    /// A body that is not declared as `application/json`, with or without `charset=utf-8`.
    WrongContentType = "WRONG_CONTENT_TYPE", Fixed(StatusCode::UNSUPPORTED_MEDIA_TYPE), Own;
    /// The body is not JSON in UTF-8.
    MalformedJson = "MALFORMED_JSON", Fixed(StatusCode::BAD_REQUEST), Published(BAD_REQUEST);
    /// The body is JSON, and no object.
    NotAnObject = "NOT_AN_OBJECT", Fixed(StatusCode::BAD_REQUEST), Published(BAD_REQUEST);
    /// A member of the body occurs twice.
    DuplicateMember = "DUPLICATE_MEMBER", Fixed(StatusCode::BAD_REQUEST), Published(BAD_REQUEST);
    /// The body lacks carrierUserId.
    MissingCarrierUserId = "MISSING_CARRIER_USER_ID", Fixed(StatusCode::BAD_REQUEST), Published(VERIFY_PARAMETERS_FAILED);
    /// carrierUserId is null, a number or anything else but text.
    CarrierUserIdNotText = "CARRIER_USER_ID_NOT_TEXT", Fixed(StatusCode::BAD_REQUEST), Published(VERIFY_PARAMETERS_FAILED);
    /// carrierUserId is the empty text.
    EmptyCarrierUserId = "EMPTY_CARRIER_USER_ID", Fixed(StatusCode::BAD_REQUEST), Published(VERIFY_PARAMETERS_FAILED);
    /// The body lacks type, or an entry of packageChangeList lacks changeType.
    MissingType = "MISSING_TYPE", Fixed(StatusCode::BAD_REQUEST), Published(VERIFY_PARAMETERS_FAILED);
    /// type or changeType is null, text, a fraction or anything else but an integer.
    TypeNotInteger = "TYPE_NOT_INTEGER", Fixed(StatusCode::BAD_REQUEST), Published(VERIFY_PARAMETERS_FAILED);
    /// type or changeType is an integer that is not accepted. For type only 2 is documented,
    /// although the page's own example sends 1; for changeType only 1 is.
    UndocumentedType = "UNDOCUMENTED_TYPE", Fixed(StatusCode::BAD_REQUEST), Published(VERIFY_PARAMETERS_FAILED);
    /// The body lacks packageId.
    MissingPackageId = "MISSING_PACKAGE_ID", Fixed(StatusCode::BAD_REQUEST), Published(VERIFY_PARAMETERS_FAILED);
    /// packageId is null, a number or anything else but text.
    PackageIdNotText = "PACKAGE_ID_NOT_TEXT", Fixed(StatusCode::BAD_REQUEST), Published(VERIFY_PARAMETERS_FAILED);
    /// packageId is the empty text.
    EmptyPackageId = "EMPTY_PACKAGE_ID", Fixed(StatusCode::BAD_REQUEST), Published(VERIFY_PARAMETERS_FAILED);
    /// A parameter without reasons of its own is missing, of another type or beyond a limit; the
    /// message names it.
    InvalidParameter = "INVALID_PARAMETER", Fixed(StatusCode::BAD_REQUEST), Published(VERIFY_PARAMETERS_FAILED);
    /// A carrierUserId is not among the configured ones.
    UnknownCarrierUserId = "UNKNOWN_CARRIER_USER_ID", Fixed(StatusCode::BAD_REQUEST), Own;
    /// A packageId is not among the configured ones.
    UnknownPackageId = "UNKNOWN_PACKAGE_ID", Fixed(StatusCode::BAD_REQUEST), Own;
    /// The same operation was accepted with the same body before, and repeats are refused by
    /// configuration.
    RepeatedCall = "REPEATED_CALL", Fixed(StatusCode::CONFLICT), Own;
}

impl Reason {
    /// `refused_status` is the configured one.
    pub(super) fn status(self, refused_status: StatusCode) -> StatusCode {
        match self.row().0 {
            Fixed(status) => status,
            Credentials => refused_status,
        }
    }

    /// Returns the published code, or none where there is only `SANDBOX.<REASON>`.
    pub(super) fn published_code(self) -> Option<&'static str> {
        match self.row().1 {
            Published(code) => Some(code),
            Own => None,
        }
    }

    /// Returns whether a gateway refuses for this reason. A gateway's reply has members of its own:
    /// `error_code`, `error_msg`, `request_id`.
    pub(super) fn is_of_the_gateway(self) -> bool {
        matches!(self.row().0, Credentials)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A check that failed.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) reason: Reason,
    pub(super) msg: String,
}

impl Refusal {
    pub(super) fn new(reason: Reason, msg: impl Into<String>) -> Self {
        Self {
            reason,
            msg: msg.into(),
        }
    }
}
