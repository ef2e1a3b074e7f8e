//! Client for the carrier API of `KooDrive`, Huawei Cloud's cloud drive: it turns a call into an
//! HTTP request and an HTTP response into a typed reply.
//!
//! **In scope:** everything that the service's documentation asks of a caller: URL, headers, body,
//! both ways to authenticate, the 15-minute window of X-Date and the server's clock, replies and
//! errors, and what an error means for the next step.
//!
//! **Out of scope:** I/O. This crate opens no socket, reads no clock and draws no random number.
//! The caller passes `now` in, sends the request with the HTTP client they already have, and hands
//! the response back.
//!
//! ```
//! use chrono::{DateTime, Utc};
//! use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire};
//!
//! # fn main() -> Result<(), koodrive::Error> {
//! let client = Client::new(
//!     Endpoint::INTERNATIONAL,
//!     "1505084218764547200",
//!     Credentials::app("my-app-id", "example-app-secret-not-real")?,
//! )?;
//! let call = NotifyPackageExpire::new("189642158555241211", "14")?;
//!
//! let now: DateTime<Utc> = "2025-11-03T07:01:45Z".parse().unwrap(); // in a program: Utc::now()
//! let request: http::Request<Vec<u8>> = client.request(&call, now)?;
//! assert_eq!(request.headers()["x-date"], "20251103T070140Z");
//!
//! // Any HTTP client sends it. This is what came back:
//! let response = http::Response::new(br#"{"code":0,"msg":"Success."}"#);
//! let reply = client.parse(&call, &response)?;
//! assert_eq!(reply.code, "0");
//! # Ok(())
//! # }
//! ```
//!
//! # Which error means what
//!
//! Every error answers two questions: [`ErrorKind`] says what happened, [`Outcome`] whether
//! KooDrive acted on the call. Whether a repeated call is safe is not published, so only
//! [`is_retryable`](Error::is_retryable) errors may be repeated without asking the service first.
//!
//! # Origin
//!
//! The contract is read from Huawei's published pages; where they contradict themselves the docs of
//! the item concerned say what was decided. The library has not been run against the real service
//! by its authors.
#![forbid(unsafe_code)]
// docs.rs compiles with a nightly toolchain and this cfg.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::unwrap_used)]

mod attempt;
mod client;
mod credentials;
mod date;
#[cfg(feature = "dispatch")]
pub mod dispatch;
mod endpoint;
mod error;
pub mod fields;
pub mod header;
pub mod host;
mod operation;
mod reply;
mod request;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod signing;
mod text;
mod trace_id;

pub use attempt::Attempt;
pub use client::Client;
pub use credentials::Credentials;
pub use date::{CLOCK_MARGIN_DEFAULT, CLOCK_MARGIN_MAX, XDate};
pub use endpoint::Endpoint;
pub use error::{Error, ErrorKind, InvalidInput, Outcome, ReplyError, TransportError};
pub use operation::{
    Acknowledgement, Authentication, ChangeType, GetCarrierRetentionPolicy,
    GetCurrentRetentionPolicy, GetSpaceUsageByOverview, Headers, ModificationType,
    NotifyPackageExpire, Operation, OrderOperation, PackageChange, PolicyStatus, PreparedCall,
    Query, QueryValue, RawCall, RawReply, RetentionPolicies, RetentionPolicy, ReverseOrder,
    SetRetentionPolicy, SpaceUsage, SpaceUsageData, Success, path_segment,
};
pub use reply::Envelope;
pub use request::{Authorization, FixedParts, REPLY_LIMIT_DEFAULT, RequestOptions, VaryingParts};
pub use trace_id::TraceId;
