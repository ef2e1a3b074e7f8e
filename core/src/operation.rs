//! Defines what an operation of the API is. One file per operation below this one, each named as
//! the publisher names it, and [`RawCall`] for any other.

mod authentication;
mod get_carrier_retention_policy;
mod get_current_retention_policy;
mod get_space_usage_by_overview;
mod headers;
mod notify_package_expire;
mod path;
mod prepared_call;
mod query;
mod raw_call;
mod retention_policies;
mod reverse_order;
mod set_retention_policy;
mod success;

use std::borrow::Cow;
use std::sync::Arc;

use http::Method;
use serde::Serialize;

pub use authentication::Authentication;
pub use get_carrier_retention_policy::GetCarrierRetentionPolicy;
pub use get_current_retention_policy::GetCurrentRetentionPolicy;
pub use get_space_usage_by_overview::{GetSpaceUsageByOverview, SpaceUsage, SpaceUsageData};
pub use headers::Headers;
pub use notify_package_expire::{ModificationType, NotifyPackageExpire};
pub(crate) use path::canonical_path;
pub use path::path_segment;
pub use prepared_call::PreparedCall;
pub use query::{Query, QueryValue};
pub(crate) use raw_call::check_method;
pub use raw_call::{RawCall, RawReply};
pub use retention_policies::{RetentionPolicies, RetentionPolicy};
pub use reverse_order::{ChangeType, OrderOperation, PackageChange, ReverseOrder};
pub use set_retention_policy::{PolicyStatus, SetRetentionPolicy};
pub use success::Success;

use crate::fields::Unreadable;
use crate::reply::Envelope;

/// A call of the API: its request, and how its reply is read.
///
/// This crate implements it for the operations that have a type of their own, and for [`RawCall`].
/// Other crates may implement it for any of the about 40 calls of the [API reference for
/// carriers](https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/koodrive_11_0002.html).
/// The path, the query, the headers and the body are checked when a request is built.
///
/// # Example
///
/// `GET /koodrive/ose/v1/users/{userId}`
/// ([GetUser](https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetUser.html)):
///
/// ```
/// use std::borrow::Cow;
///
/// use koodrive::fields::{self, Unreadable};
/// use koodrive::{Client, Credentials, Endpoint, Envelope, InvalidInput, Operation, path_segment};
/// use serde::Deserialize;
///
/// struct GetUser {
///     path: String,
/// }
///
/// impl GetUser {
///     fn new(user_id: &str) -> Result<Self, InvalidInput> {
///         let segment = path_segment(user_id)?;
///         Ok(Self { path: format!("/koodrive/ose/v1/users/{segment}") })
///     }
/// }
///
/// #[derive(Debug, Default, Deserialize)]
/// #[serde(rename_all = "camelCase", default)]
/// struct User {
///     #[serde(deserialize_with = "fields::text_or_integer")]
///     user_id: Option<String>,
///     #[serde(deserialize_with = "fields::integer")]
///     status: Option<i64>,
/// }
///
/// #[derive(Default, Deserialize)]
/// #[serde(default)]
/// struct Body {
///     #[serde(deserialize_with = "fields::object")]
///     data: User,
/// }
///
/// impl Operation for GetUser {
///     type Reply = User;
///
///     fn name(&self) -> Cow<'static, str> {
///         "getUser".into()
///     }
///
///     fn path(&self) -> Cow<'_, str> {
///         (&*self.path).into()
///     }
///
///     fn reply(&self, _: Envelope, body: &str) -> Result<User, Unreadable> {
///         Ok(fields::read::<Body>(body)?.data)
///     }
/// }
///
/// # fn main() -> Result<(), koodrive::Error> {
/// let credentials = Credentials::app("my-app-id", "example-app-secret-not-real")?;
/// let client = Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials)?;
/// let call = GetUser::new("1316083732377070977")?;
/// let request = client.request(&call, "2025-11-03T07:01:45Z".parse().unwrap())?;
/// assert_eq!(request.uri().path(), "/koodrive/ose/v1/users/1316083732377070977");
///
/// let response = http::Response::new(br#"{"code":0,"data":{"userId":1316083732377070977,"status":7}}"#);
/// assert_eq!(client.parse(&call, &response)?.status, Some(7));
/// # Ok(())
/// # }
/// ```
pub trait Operation {
    /// The value that a success is read into.
    type Reply;

    /// Returns the publisher's name of the operation, for messages and logs: `notifyPackageExpire`.
    fn name(&self) -> Cow<'static, str>;

    /// Returns the HTTP method: GET, POST, PUT, PATCH or DELETE. GET by default.
    fn method(&self) -> Method {
        Method::GET
    }

    /// Returns the absolute path below the endpoint. Build a path from values with
    /// [`path_segment`].
    ///
    /// The path is sent in its canonical form: unreserved characters stand as they are, every other
    /// character is percent-encoded in upper case. The path excludes the query.
    fn path(&self) -> Cow<'_, str>;

    /// Returns the path if all calls of the operation share it; it is then sent in the place of
    /// [`path`](Self::path). A client prepares URL and signature of such an operation once. For a
    /// path that is not fixed, it prepares those of the first few paths once. Both hold for calls
    /// without a query.
    fn fixed_path(&self) -> Option<&'static str> {
        None
    }

    /// Returns the query. None by default.
    fn query(&self) -> Query {
        Query::none()
    }

    /// Returns headers that are sent and not signed, such as `language`. None by default.
    fn headers(&self) -> Headers {
        Headers::none()
    }

    /// Returns the exact text of the body. None by default; a GET has none.
    fn body(&self) -> Option<String> {
        None
    }

    /// Returns which kinds of credentials the publisher documents for the operation. By default the
    /// answer comes from one table of methods and paths, which holds for raw calls as well.
    fn authentication(&self) -> Authentication {
        Authentication::documented(&self.method(), &self.path())
    }

    /// Returns whether the operation changes nothing, so that it may be repeated although its
    /// outcome is unknown. True for GET by default.
    fn is_safe(&self) -> bool {
        self.method() == Method::GET
    }

    /// Returns the rule for a successful reply. [`Success::CODE_ZERO`] by default: HTTP 200 and a
    /// code of `0`.
    fn success(&self) -> Success {
        Success::CODE_ZERO
    }

    /// Reads a successful reply. `body` is the text of the reply's body;
    /// [`fields::read`](crate::fields::read) reads its members.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] names the member and what it must be. The error of the call is then
    /// [`ErrorKind::UnreadableReply`](crate::ErrorKind::UnreadableReply).
    fn reply(&self, envelope: Envelope, body: &str) -> Result<Self::Reply, Unreadable>;
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<O: Operation + ?Sized> Operation for $pointer {
            type Reply = O::Reply;

            fn name(&self) -> Cow<'static, str> {
                (**self).name()
            }

            fn method(&self) -> Method {
                (**self).method()
            }

            fn path(&self) -> Cow<'_, str> {
                (**self).path()
            }

            fn fixed_path(&self) -> Option<&'static str> {
                (**self).fixed_path()
            }

            fn query(&self) -> Query {
                (**self).query()
            }

            fn headers(&self) -> Headers {
                (**self).headers()
            }

            fn body(&self) -> Option<String> {
                (**self).body()
            }

            fn authentication(&self) -> Authentication {
                (**self).authentication()
            }

            fn is_safe(&self) -> bool {
                (**self).is_safe()
            }

            fn success(&self) -> Success {
                (**self).success()
            }

            fn reply(&self, envelope: Envelope, body: &str) -> Result<O::Reply, Unreadable> {
                (**self).reply(envelope, body)
            }
        }
    )*};
}

forward!(&O, Box<O>, Arc<O>);

/// The plain reply: the service took the call. Serializes under the wire's names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Acknowledgement {
    /// Always `0`: any other code is an error. Text, since the page's table says String and its
    /// example shows an integer.
    pub code: String,
    /// The message for people. The Chinese page shows Chinese text, so never match on the message.
    pub msg: Option<String>,
    /// The reply's header `x-traceid`, or else the trace id that was sent, where the exchange is
    /// known.
    pub trace_id: Option<String>,
}

impl From<Envelope> for Acknowledgement {
    fn from(envelope: Envelope) -> Self {
        Self {
            // A success of these operations has a code, so the fallback cannot occur.
            code: envelope.code.unwrap_or_default(),
            msg: envelope.msg,
            trace_id: envelope.trace_id,
        }
    }
}
