//! App-id authentication, step by step in the publisher's order ("App-based Authentication
//! Generation Rule"): [`canonical_request`], [`string_to_sign`], [`signature`], [`authorization`].
//! All of them are pure functions.
//!
//! Read on the publisher's pages: the formulas, the trailing slash, the query rules, lower-casing
//! and trimming, the two mandatory signed headers, the layout of Authorization. Inferred from
//! Huawei's API-gateway signing guide, whose wording they follow: the sort order, the empty line
//! after the headers, the hash of an empty body. No complete `KooDrive` example with a secret is
//! published (`docs/contract.md`, section 4).

mod authorization;
mod canonical_request;
mod explain;
mod hex;
mod signature;
mod string_to_sign;

pub use authorization::{ALGORITHM, ParsedAuthorization, authorization, parse_authorization};
pub use canonical_request::{
    CanonicalParts, SIGNED_HEADERS, canonical_headers, canonical_query_string, canonical_request,
    canonical_uri, payload_hash,
};
pub(crate) use canonical_request::{PreparedRequest, RESERVED, is_plain_path, is_unreserved};
pub use explain::{Difference, Explanation, explain};
pub(crate) use hex::Hex;
pub use signature::{SigningKey, signature};
pub use string_to_sign::string_to_sign;
pub(crate) use string_to_sign::string_to_sign_of;
