//! The target of a call: method, URL and the beginning of the text that is signed. A client
//! prepares a target once and keeps it, unless the target has a query.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::OnceLock;

use bytes::Bytes;
use http::{Method, Uri};

use super::Identity;
use crate::InvalidInput;
use crate::operation::{Operation, Query, canonical_path, check_method};
use crate::signing::PreparedRequest;

/// The longest URL that the type [`Uri`] holds, in bytes.
const LONGEST_URL: usize = 65_534;

/// Method, URL and the prepared part of the canonical request.
pub(crate) struct Target {
    method: Method,
    /// Canonical, below the endpoint and its prefix.
    path: String,
    /// The canonical query; empty for a call without a query.
    query: String,
    /// Endpoint, prefix, path and query.
    url: String,
    /// Filled on first use, and never by a host that has a type of its own for URLs.
    uri: OnceLock<Uri>,
    /// Filled by the first signature.
    prepared: OnceLock<PreparedRequest>,
}

impl Target {
    fn new(
        identity: &Identity,
        method: Method,
        path: &str,
        query: &Query,
    ) -> Result<Self, InvalidInput> {
        check_method(&method)?;
        let (path, query) = (canonical_path(path)?, query.canonical());
        let mut url = identity.endpoint.url(&path);
        if !query.is_empty() {
            url.push('?');
            url.push_str(&query);
        }
        let length = url.len();
        if length > LONGEST_URL {
            return Err(InvalidInput::new(
                "path",
                format!(
                    "the URL has {length} bytes; shorten the path or the query, to at most {LONGEST_URL} bytes in all"
                ),
            ));
        }
        Ok(Self {
            method,
            path: path.into_owned(),
            query,
            url,
            uri: OnceLock::new(),
            prepared: OnceLock::new(),
        })
    }

    pub(crate) const fn method(&self) -> &Method {
        &self.method
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn uri(&self) -> Uri {
        self.uri
            .get_or_init(|| {
                // The URL consists of checked parts and is no longer than the type allows, so the
                // fallback cannot occur.
                Uri::from_maybe_shared(Bytes::from(self.url.clone())).unwrap_or_default()
            })
            .clone()
    }

    pub(crate) fn prepared(&self, identity: &Identity) -> &PreparedRequest {
        self.prepared.get_or_init(|| {
            let endpoint = &identity.endpoint;
            PreparedRequest::new(
                self.method.as_str(),
                &[endpoint.prefix(), &self.path].concat(),
                &self.query,
                endpoint.authority(),
                &identity.user_id,
            )
        })
    }
}

/// The targets that a client keeps, in a list that only grows. Its readers need no lock.
///
/// Targets of operations with a fixed path are always kept: a program uses a handful of operations,
/// so the list stays short. Of other paths, which may contain an id, the first few are kept.
#[derive(Default)]
pub(super) struct KeptTargets(OnceLock<Box<Entry>>);

struct Entry {
    /// The path as the call has it.
    path: Box<str>,
    target: Target,
    next: KeptTargets,
}

/// The length of the list from which on a path that is not fixed is not added.
const MOST_KEPT: usize = 8;

/// A target that the client keeps, or one of a single request.
pub(crate) enum TargetOf<'a> {
    Kept(&'a Target),
    Own(Box<Target>),
}

impl TargetOf<'_> {
    pub(crate) const fn is_kept(&self) -> bool {
        matches!(self, Self::Kept(_))
    }
}

impl Deref for TargetOf<'_> {
    type Target = Target;

    fn deref(&self) -> &Target {
        match self {
            Self::Kept(target) => target,
            Self::Own(target) => target,
        }
    }
}

impl Identity {
    /// Returns the target of `call`.
    pub(crate) fn target<O: Operation + ?Sized>(
        &self,
        call: &O,
    ) -> Result<TargetOf<'_>, InvalidInput> {
        let (method, query, fixed) = (call.method(), call.query(), call.fixed_path());
        let path = fixed.map_or_else(|| call.path(), Cow::Borrowed);
        let own = |target| TargetOf::Own(Box::new(target));
        if !query.is_empty() {
            return Target::new(self, method, &path, &query).map(own);
        }
        let (mut list, mut length) = (&self.kept, 0);
        loop {
            if let Some(entry) = list.0.get() {
                if *entry.path == *path && entry.target.method == method {
                    return Ok(TargetOf::Kept(&entry.target));
                }
                (list, length) = (&entry.next, length + 1);
                continue;
            }
            let target = Target::new(self, method.clone(), &path, &query)?;
            if fixed.is_none() && length >= MOST_KEPT {
                return Ok(own(target));
            }
            // Another thread may have added an entry in between; the loop then looks at that one.
            let _ = list.0.set(Box::new(Entry {
                path: (&*path).into(),
                target,
                next: KeptTargets::default(),
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Client, Credentials, Endpoint, GetSpaceUsageByOverview, RawCall};

    #[test]
    fn targets_of_the_first_few_paths_and_of_fixed_paths_are_kept() {
        let credentials = Credentials::token("example-token-not-real").unwrap();
        let client = Client::new(Endpoint::CHINA, "7", credentials).unwrap();
        let is_kept = |call: &RawCall| client.target(call).unwrap().is_kept();
        let get = |number: usize| RawCall::new(Method::GET, &format!("/users/{number}")).unwrap();
        for number in 0..MOST_KEPT {
            assert!(is_kept(&get(number)));
        }
        assert!(is_kept(&get(0)));
        assert!(!is_kept(&get(MOST_KEPT)));
        assert!(!is_kept(&RawCall::new(Method::DELETE, "/users/0").unwrap()));
        assert!(!is_kept(&get(0).query("a", 1).unwrap()));
        let fixed = GetSpaceUsageByOverview::new();
        assert!(client.target(&fixed).unwrap().is_kept());
    }
}
