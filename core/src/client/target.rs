//! The target of a call: method, URL and the beginning of the text that is signed. A target is
//! prepared once per client for calls with a fixed path.

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
        let target = Self {
            method,
            path: canonical_path(path)?.into_owned(),
            query: query.canonical(),
            uri: OnceLock::new(),
            prepared: OnceLock::new(),
        };
        let length = target.url(identity).len();
        if length > LONGEST_URL {
            return Err(InvalidInput::new(
                "path",
                format!(
                    "the URL has {length} bytes; shorten the path or the query, to at most {LONGEST_URL} bytes in all"
                ),
            ));
        }
        Ok(target)
    }

    pub(crate) const fn method(&self) -> &Method {
        &self.method
    }

    pub(crate) fn url(&self, identity: &Identity) -> String {
        let mut url = identity.endpoint.url(&self.path);
        if !self.query.is_empty() {
            url.push('?');
            url.push_str(&self.query);
        }
        url
    }

    pub(crate) fn uri(&self, identity: &Identity) -> Uri {
        self.uri
            .get_or_init(|| {
                // The URL consists of checked parts and is no longer than the type allows, so the
                // fallback cannot occur.
                Uri::from_maybe_shared(Bytes::from(self.url(identity))).unwrap_or_default()
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

/// The targets of calls with a fixed path, in a list that only grows. Its readers need no lock. A
/// program uses a handful of operations, so the list stays short.
#[derive(Default)]
pub(super) struct FixedTargets(OnceLock<Box<Entry>>);

struct Entry {
    path: &'static str,
    target: Target,
    next: FixedTargets,
}

/// A target that the client keeps, or one of a single request.
pub(crate) enum TargetOf<'a> {
    Kept(&'a Target),
    Own(Box<Target>),
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
        let (method, query) = (call.method(), call.query());
        // A query belongs to one call, even if the operation's path is fixed.
        let Some(path) = call.fixed_path().filter(|_| query.is_empty()) else {
            let path = call.fixed_path().map_or_else(|| call.path(), Cow::Borrowed);
            return Target::new(self, method, &path, &query)
                .map(|target| TargetOf::Own(Box::new(target)));
        };
        let mut list = &self.fixed;
        loop {
            if let Some(entry) = list.0.get() {
                if entry.path == path && entry.target.method == method {
                    return Ok(TargetOf::Kept(&entry.target));
                }
                list = &entry.next;
                continue;
            }
            let target = Target::new(self, method.clone(), path, &query)?;
            let next = FixedTargets::default();
            // Another thread may have added an entry in between; the loop then looks at that one.
            let _ = list.0.set(Box::new(Entry { path, target, next }));
        }
    }
}
