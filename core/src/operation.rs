//! What an operation of the API is. One file per operation below this one, each named as the publisher names it.

mod get_current_retention_policy;
mod notify_package_expire;

use http::Method;
use serde::Serialize;

pub use get_current_retention_policy::{
    GetCurrentRetentionPolicy, RetentionPolicies, RetentionPolicy,
};
pub use notify_package_expire::{ModificationType, NotifyPackageExpire};

/// A call of the API: what is sent, and what comes back. Implemented by this crate only, one type per published operation.
pub trait Operation: sealed::Operation {
    /// The publisher's name, for messages and logs.
    const NAME: &'static str;
    /// HTTP method.
    const METHOD: Method;
    /// Path below the endpoint.
    const PATH: &'static str;
    /// What a success is read into.
    type Reply;
}

/// The plain reply: the service took the call. Serializes under the wire's names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Acknowledgement {
    /// Always `0`: any other code is an error. Text, since the page's table says String and its example shows an integer.
    pub code: String,
    /// For people. Chinese on the Chinese page, so never match on it.
    pub msg: Option<String>,
    /// The reply's header `x-traceid`, if there was one. No published page shows it.
    pub trace_id: Option<String>,
}

/// What a request needs to know of an operation, as values: code that is not generic is there once.
pub(crate) struct Facts {
    pub(crate) index: usize,
    pub(crate) method: &'static Method,
    pub(crate) path: &'static str,
}

impl Facts {
    pub(crate) const fn of<O: Operation>() -> Self {
        Self {
            index: O::INDEX,
            method: const { &O::METHOD },
            path: O::PATH,
        }
    }
}

pub(crate) mod sealed {
    use super::Acknowledgement;

    /// What the client needs of a call and nobody else does.
    pub trait Operation {
        /// Position in the client's table of what is prepared once per operation.
        const INDEX: usize;

        /// The exact bytes of the body; none where the operation has none.
        fn body(&self) -> Option<String>;

        /// Completes a success whose envelope was read. The error says what is unreadable.
        fn reply(
            acknowledgement: Acknowledgement,
            body: &str,
        ) -> Result<<Self as super::Operation>::Reply, String>
        where
            Self: super::Operation;
    }
}

/// Number of operations: one more than the largest [`sealed::Operation::INDEX`].
pub(crate) const OPERATIONS: usize = 2;
