//! The names of the headers, spelled once.

use http::HeaderName;

/// `authorization`
pub const AUTHORIZATION: HeaderName = http::header::AUTHORIZATION;
/// `content-type`
pub const CONTENT_TYPE: HeaderName = http::header::CONTENT_TYPE;
/// `x-date`: the signing time.
pub const X_DATE: HeaderName = HeaderName::from_static("x-date");
/// `x-user-id`: the user id on `KooDrive`.
pub const X_USER_ID: HeaderName = HeaderName::from_static("x-user-id");
/// `x-traceid`: the service trace id, in requests and perhaps in replies.
pub const X_TRACEID: HeaderName = HeaderName::from_static("x-traceid");

/// `date` of a reply.
pub(crate) const DATE: HeaderName = http::header::DATE;
/// `age` of a reply.
pub(crate) const AGE: HeaderName = http::header::AGE;
/// `retry-after` of a reply.
pub(crate) const RETRY_AFTER: HeaderName = http::header::RETRY_AFTER;

/// The headers of a reply that this crate reads, lower case. A host that keeps headers in a type of its own need copy no
/// others.
pub const READ_FROM_REPLIES: [HeaderName; 4] = [DATE, AGE, RETRY_AFTER, X_TRACEID];

/// The one content type of this API.
pub(crate) const JSON: &str = "application/json";
