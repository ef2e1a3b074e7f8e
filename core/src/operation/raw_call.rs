//! Any call that has no type of its own.

use std::borrow::Cow;

use http::Method;
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::{Headers, Operation, Query, QueryValue, Success, canonical_path};
use crate::InvalidInput;
use crate::fields::Unreadable;
use crate::host::{self, Fields, FromFields};
use crate::reply::Envelope;

/// A call of any operation, such as one of the about 40 of the [API reference for
/// carriers](https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/koodrive_11_0002.html).
///
/// ```
/// use http::Method;
/// use koodrive::RawCall;
///
/// # fn main() -> Result<(), koodrive::InvalidInput> {
/// let user = RawCall::new(Method::GET, "/koodrive/ose/v1/users/1316083732377070977")?;
/// let page = RawCall::new(Method::GET, "/koodrive/ose/v1/reconciliation/diff/getList")?
///     .query("batchNo", "20251103")?
///     .query("pageSize", 100)?;
/// let frozen = RawCall::new(Method::PUT, "/koodrive/ose/v1/users/1316083732377070977")?
///     .header("language", "en-US")?
///     .json(r#"{"status":7}"#)?;
/// # let _ = (user, page, frozen);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RawCall {
    method: Method,
    /// The path in its canonical form.
    path: String,
    query: Query,
    headers: Headers,
    json: Option<String>,
}

/// The methods that a call may have.
const METHODS: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

impl RawCall {
    /// Returns the call of `path`, the absolute path below the endpoint.
    /// [`path_segment`](crate::path_segment) makes a segment of any value.
    ///
    /// The path is sent in its canonical form: unreserved characters stand as they are, every other
    /// character is percent-encoded in upper case. So no HTTP client can rewrite the path that was
    /// signed.
    ///
    /// # Errors
    ///
    /// A method other than GET, POST, PUT, PATCH and DELETE; a path without a leading slash; `?`
    /// and `#`; a broken escape, or one that is not UTF-8; an empty segment before the last; a
    /// segment that decodes to `.` or `..`.
    pub fn new(method: Method, path: &str) -> Result<Self, InvalidInput> {
        check_method(&method)?;
        Ok(Self {
            path: canonical_path(path)?.into_owned(),
            method,
            query: Query::none(),
            headers: Headers::none(),
            json: None,
        })
    }

    /// Adds a pair to the query. See [`Query::with`].
    ///
    /// # Errors
    ///
    /// Those of [`Query::with`].
    pub fn query(
        mut self,
        name: impl Into<String>,
        value: impl Into<QueryValue>,
    ) -> Result<Self, InvalidInput> {
        self.query = self.query.with(name, value)?;
        Ok(self)
    }

    /// Adds a header, which is sent and not signed. See [`Headers::with`].
    ///
    /// # Errors
    ///
    /// Those of [`Headers::with`].
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, InvalidInput> {
        self.headers = self.headers.with(name, value)?;
        Ok(self)
    }

    /// Sets the body. `text` is JSON and is sent byte for byte.
    ///
    /// # Errors
    ///
    /// Text that is not JSON; a body for GET.
    pub fn json(mut self, text: impl Into<String>) -> Result<Self, InvalidInput> {
        let text = text.into();
        if self.method == Method::GET {
            return Err(InvalidInput::new(
                "json",
                "GET has no body; leave it out, or use another method",
            ));
        }
        if text.is_empty() {
            return Err(InvalidInput::new(
                "json",
                "empty; pass JSON text, or leave it out to send no body",
            ));
        }
        if let Err(error) = serde_json::from_str::<IgnoredAny>(&text) {
            return Err(InvalidInput::new(
                "json",
                format!(
                    "not valid JSON at line {} column {}; correct it",
                    error.line(),
                    error.column()
                ),
            ));
        }
        self.json = Some(text);
        Ok(self)
    }
}

pub(crate) fn check_method(method: &Method) -> Result<(), InvalidInput> {
    if METHODS.contains(method) {
        return Ok(());
    }
    Err(InvalidInput::new(
        "method",
        "not supported; use GET, POST, PUT, PATCH or DELETE",
    ))
}

/// The reply to a [`RawCall`]. Serializes in camel case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RawReply {
    /// HTTP status: 2xx.
    pub status: u16,
    /// `0`, or none where the reply has no code.
    pub code: Option<String>,
    /// The message for people; never match on its text.
    pub msg: Option<String>,
    /// The reply's header `x-traceid`, or else the trace id that was sent, where the exchange is
    /// known.
    pub trace_id: Option<String>,
    /// The reply's body as it came. Integers above 2^53 keep their digits here.
    pub body: String,
}

impl RawReply {
    pub(crate) fn new(envelope: Envelope, body: &str) -> Self {
        Self {
            status: envelope.status.as_u16(),
            code: envelope.code,
            msg: envelope.msg,
            trace_id: envelope.trace_id,
            body: body.to_owned(),
        }
    }
}

impl Operation for RawCall {
    type Reply = RawReply;

    /// Method and path: the call has no published name here.
    fn name(&self) -> Cow<'static, str> {
        format!("{} {}", self.method, self.path).into()
    }

    fn method(&self) -> Method {
        self.method.clone()
    }

    fn path(&self) -> Cow<'_, str> {
        (&*self.path).into()
    }

    fn query(&self) -> Query {
        self.query.clone()
    }

    fn headers(&self) -> Headers {
        self.headers.clone()
    }

    fn body(&self) -> Option<String> {
        self.json.clone()
    }

    fn success(&self) -> Success {
        Success::ANY_2XX
    }

    fn reply(&self, envelope: Envelope, body: &str) -> Result<RawReply, Unreadable> {
        Ok(RawReply::new(envelope, body))
    }
}

impl FromFields for RawCall {
    fn from_fields(fields: &Fields<'_>) -> Result<Self, InvalidInput> {
        fields.expect_only(&["method", "path", "query", "headers", "json"])?;
        let mut call = host::raw_call(&fields.text("method")?, &fields.text("path")?)?;
        for (name, value) in fields.repeated_pairs("query")? {
            let value = query_value(&name, value)?;
            call = call.query(name, value)?;
        }
        for (name, value) in fields.pairs("headers")? {
            call = call.header(&name, &header_value(&name, value)?)?;
        }
        match fields.optional_text("json")? {
            Some(text) => call.json(text),
            None => Ok(call),
        }
    }
}

fn query_value(name: &str, raw: &RawValue) -> Result<QueryValue, InvalidInput> {
    if raw.get().starts_with('"') {
        return host::field_text("query", raw).map(QueryValue::from);
    }
    let integer: i64 = raw.get().parse().map_err(|_| {
        InvalidInput::new(
            "query",
            format!(
                "{name} is neither text nor an integer within ± 2^53; pass one of them, or a list of them"
            ),
        )
    })?;
    Ok(integer.into())
}

fn header_value(name: &str, raw: &RawValue) -> Result<String, InvalidInput> {
    if raw.get().starts_with('"') {
        return host::field_text("headers", raw);
    }
    Err(InvalidInput::new(
        "headers",
        format!("{name} is not text; pass text"),
    ))
}
