//! Calls by the publisher's name, with their fields as JSON: how a host hands over an operation for
//! which it has no fast path.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::Method;
use serde::Serialize;

use super::{Fields, raw_call};
use crate::fields::Unreadable;
use crate::operation::{Authentication, Headers, Query, Success};
use crate::{
    Envelope, GetCarrierRetentionPolicy, GetCurrentRetentionPolicy, GetSpaceUsageByOverview,
    InvalidInput, NotifyPackageExpire, Operation, PreparedCall, RawCall, ReverseOrder,
    SetRetentionPolicy,
};

/// Makes a call of fields that a host hands over.
pub trait FromFields: Sized {
    /// Reads the fields, under the wire's names.
    ///
    /// # Errors
    ///
    /// A field that is missing, unknown or of another type, and what the constructor of the call
    /// refuses.
    fn from_fields(fields: &Fields<'_>) -> Result<Self, InvalidInput>;
}

type Make = fn(&Fields<'_>) -> Result<AnyCall, InvalidInput>;

/// Every operation that has a type of its own, and the raw call.
const OPERATIONS: &[(&str, Make)] = &[
    ("notifyPackageExpire", AnyCall::read::<NotifyPackageExpire>),
    (
        "getSpaceUsageByOverview",
        AnyCall::read::<GetSpaceUsageByOverview>,
    ),
    (
        "getCurrentRetentionPolicy",
        AnyCall::read::<GetCurrentRetentionPolicy>,
    ),
    (
        "getCarrierRetentionPolicy",
        AnyCall::read::<GetCarrierRetentionPolicy>,
    ),
    ("setRetentionPolicy", AnyCall::read::<SetRetentionPolicy>),
    ("reverseOrder", AnyCall::read::<ReverseOrder>),
    ("rawCall", AnyCall::read::<RawCall>),
];

/// A call of any operation. Its reply is JSON text, under the wire's names.
#[derive(Clone)]
pub struct AnyCall {
    call: PreparedCall,
    reply: Arc<Reply>,
}

/// Returns the raw call of the method with the name `method`, with query, headers and body.
///
/// `pairs` is the text of a JSON object with the members `query` and `headers`, either of which may
/// be missing. `json` is the body.
///
/// # Errors
///
/// Those of [`AnyCall::from_json`] for `rawCall`, in the same order.
pub fn raw_call_with(
    method: &str,
    path: &str,
    pairs: Option<&str>,
    json: Option<String>,
) -> Result<RawCall, InvalidInput> {
    let mut call = raw_call(method, path)?;
    if let Some(pairs) = pairs {
        call = call.with_pairs(&Fields::parse(pairs)?)?;
    }
    match json {
        Some(text) => call.json(text),
        None => Ok(call),
    }
}

type Reply = dyn Fn(Envelope, &str) -> Result<String, Unreadable> + Send + Sync;

impl AnyCall {
    /// Returns the call of the operation `name`, `rawCall` included, with these fields: the text of
    /// a JSON object.
    ///
    /// # Errors
    ///
    /// An unknown name, and those of [`FromFields`].
    pub fn from_json(name: &str, fields: &str) -> Result<Self, InvalidInput> {
        let Some((_, make)) = OPERATIONS.iter().find(|(known, _)| *known == name) else {
            let names: Vec<&str> = OPERATIONS.iter().map(|(name, _)| *name).collect();
            return Err(InvalidInput::message(format!(
                "unknown operation {name}; expected one of: {}",
                names.join(", ")
            )));
        };
        make(&Fields::parse(fields)?)
    }

    /// Returns `call` without its type.
    pub fn new<O>(call: O) -> Self
    where
        O: Operation<Reply: Serialize> + Send + Sync + 'static,
    {
        Self {
            call: PreparedCall::new(&call),
            reply: Arc::new(move |envelope, body| {
                let reply = call.reply(envelope, body)?;
                serde_json::to_string(&reply).map_err(|error| Unreadable::new(error.to_string()))
            }),
        }
    }

    fn read<O>(fields: &Fields<'_>) -> Result<Self, InvalidInput>
    where
        O: FromFields + Operation<Reply: Serialize> + Send + Sync + 'static,
    {
        O::from_fields(fields).map(Self::new)
    }
}

impl Operation for AnyCall {
    type Reply = String;

    fn name(&self) -> Cow<'static, str> {
        self.call.name()
    }

    fn method(&self) -> Method {
        self.call.method()
    }

    fn path(&self) -> Cow<'_, str> {
        self.call.path()
    }

    fn fixed_path(&self) -> Option<&'static str> {
        self.call.fixed_path()
    }

    fn query(&self) -> Query {
        self.call.query()
    }

    fn headers(&self) -> Headers {
        self.call.headers()
    }

    fn body(&self) -> Option<String> {
        self.call.body()
    }

    fn authentication(&self) -> Authentication {
        self.call.authentication()
    }

    fn is_safe(&self) -> bool {
        self.call.is_safe()
    }

    fn success(&self) -> Success {
        self.call.success()
    }

    fn reply(&self, envelope: Envelope, body: &str) -> Result<String, Unreadable> {
        (self.reply)(envelope, body)
    }
}

impl fmt::Debug for AnyCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.fmt(f)
    }
}
