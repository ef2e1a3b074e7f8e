//! A call whose type was erased: everything that its requests need, for those who hold calls of
//! several operations.

use std::borrow::Cow;

use http::Method;

use super::{Authentication, Headers, Operation, Query, RawReply, Success};
use crate::fields::Unreadable;
use crate::reply::Envelope;

/// A call of any operation, with its body written. Its reply is a [`RawReply`].
#[derive(Debug, Clone)]
pub struct PreparedCall {
    name: Cow<'static, str>,
    method: Method,
    path: Path,
    query: Query,
    headers: Headers,
    body: Option<String>,
    authentication: Authentication,
    is_safe: bool,
    success: Success,
}

#[derive(Debug, Clone)]
enum Path {
    Fixed(&'static str),
    Own(String),
}

impl PreparedCall {
    /// Prepares `call`. Nothing is checked here: a request checks what it is built of.
    #[must_use]
    pub fn new<O: Operation + ?Sized>(call: &O) -> Self {
        let query = call.query();
        Self {
            name: call.name(),
            method: call.method(),
            path: match call.fixed_path() {
                Some(path) if query.is_empty() => Path::Fixed(path),
                Some(path) => Path::Own(path.to_owned()),
                None => Path::Own(call.path().into_owned()),
            },
            query,
            headers: call.headers(),
            body: call.body(),
            authentication: call.authentication(),
            is_safe: call.is_safe(),
            success: call.success(),
        }
    }

    /// Returns the body without a copy.
    #[cfg(feature = "dispatch")]
    pub(crate) fn body_text(&self) -> Option<&str> {
        self.body.as_deref()
    }
}

impl Operation for PreparedCall {
    type Reply = RawReply;

    fn name(&self) -> Cow<'static, str> {
        self.name.clone()
    }

    fn method(&self) -> Method {
        self.method.clone()
    }

    fn path(&self) -> Cow<'_, str> {
        match &self.path {
            Path::Fixed(path) => (*path).into(),
            Path::Own(path) => (&**path).into(),
        }
    }

    fn fixed_path(&self) -> Option<&'static str> {
        match &self.path {
            Path::Fixed(path) => Some(path),
            Path::Own(_) => None,
        }
    }

    fn query(&self) -> Query {
        self.query.clone()
    }

    fn headers(&self) -> Headers {
        self.headers.clone()
    }

    fn body(&self) -> Option<String> {
        self.body.clone()
    }

    fn authentication(&self) -> Authentication {
        self.authentication
    }

    fn is_safe(&self) -> bool {
        self.is_safe
    }

    fn success(&self) -> Success {
        self.success
    }

    fn reply(&self, envelope: Envelope, body: &str) -> Result<RawReply, Unreadable> {
        Ok(RawReply::new(envelope, body))
    }
}
