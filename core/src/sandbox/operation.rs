//! Decides which operation a request is for, and checks its demands beyond the caller's
//! credentials.

use http::Method;

use super::config::RawAnswer;

/// An operation that the sandbox knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Called {
    NotifyPackageExpire,
    GetSpaceUsageByOverview,
    GetCurrentRetentionPolicy,
    GetCarrierRetentionPolicy,
    SetRetentionPolicy,
    ReverseOrder,
    /// The answer at this position of [`SandboxConfig::answers`](super::SandboxConfig::answers).
    Raw(usize),
}

/// Methods and paths as they are published. Spelled here once more, so that a typing error in the
/// client shows.
const OPERATIONS: &[(Method, &str, Called)] = &[
    (
        Method::POST,
        "/koodrive/ose/v1/carrier/users/notifyPackageExpire",
        Called::NotifyPackageExpire,
    ),
    (
        Method::GET,
        "/koodrive/ose/v1/space/usage/overview",
        Called::GetSpaceUsageByOverview,
    ),
    (
        Method::GET,
        "/koodrive/ose/v1/carrier/retention/policy/getList",
        Called::GetCurrentRetentionPolicy,
    ),
    (
        Method::GET,
        "/koodrive/ose/v1/carrier/policy/config/retention",
        Called::GetCarrierRetentionPolicy,
    ),
    (
        Method::POST,
        "/koodrive/ose/v1/carrier/retention/policy/batch",
        Called::SetRetentionPolicy,
    ),
    (
        Method::POST,
        "/koodrive/ose/v1/carrier/operation/reverseOrder",
        Called::ReverseOrder,
    ),
];

/// The operation at a path, or the methods of those that are there.
pub(super) enum Found {
    Operation(Called),
    /// The path is known with these methods only, joined by a comma.
    OtherMethod(String),
    Nothing,
}

/// Looks for what has this method and this path below `prefix`.
pub(super) fn find(method: &Method, path: &str, prefix: &str, answers: &[RawAnswer]) -> Found {
    let Some(path) = path.strip_prefix(prefix) else {
        return Found::Nothing;
    };
    let raw = answers
        .iter()
        .enumerate()
        .map(|(index, answer)| (answer.method(), answer.path(), Called::Raw(index)));
    let typed = OPERATIONS
        .iter()
        .map(|(method, path, called)| (method.as_str(), *path, *called));
    let known: Vec<(&str, Called)> = raw
        .chain(typed)
        .filter(|(_, known, _)| *known == path)
        .map(|(method, _, called)| (method, called))
        .collect();
    match known.iter().find(|(known, _)| *known == method.as_str()) {
        Some((_, called)) => Found::Operation(*called),
        None if known.is_empty() => Found::Nothing,
        None => {
            let mut methods: Vec<&str> = known.into_iter().map(|(method, _)| method).collect();
            methods.dedup();
            Found::OtherMethod(methods.join(", "))
        }
    }
}

impl Called {
    /// Returns the publisher's name, or the method and the path of a configured answer.
    pub(super) fn name(self, answers: &[RawAnswer]) -> String {
        let name = match self {
            Self::NotifyPackageExpire => "notifyPackageExpire",
            Self::GetSpaceUsageByOverview => "getSpaceUsageByOverview",
            Self::GetCurrentRetentionPolicy => "getCurrentRetentionPolicy",
            Self::GetCarrierRetentionPolicy => "getCarrierRetentionPolicy",
            Self::SetRetentionPolicy => "setRetentionPolicy",
            Self::ReverseOrder => "reverseOrder",
            Self::Raw(index) => {
                let answer = answers.get(index);
                return answer
                    .map(|answer| [answer.method(), answer.path()].join(" "))
                    .unwrap_or_default();
            }
        };
        name.to_owned()
    }

    /// The publisher says of this group that app authentication is not supported.
    pub(super) const fn is_token_only(self) -> bool {
        matches!(
            self,
            Self::GetCurrentRetentionPolicy
                | Self::GetCarrierRetentionPolicy
                | Self::SetRetentionPolicy
        )
    }
}
