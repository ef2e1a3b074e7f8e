//! `GET /koodrive/ose/v1/space/usage/overview`:
//! [GetSpaceUsageByOverview](https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetSpaceUsageByOverview.html)
//! (`docs/contract.md`, section 2).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Operation;
use crate::InvalidInput;
use crate::fields::{self, Unreadable};
use crate::host::{Fields, FromFields};
use crate::reply::Envelope;

/// Reads how much space is allocated and used. It takes no parameters, changes nothing and takes
/// either kind of credentials, so it is the safe first call: it proves endpoint, clock and
/// credentials without touching a subscriber.
///
/// Page:
/// [GetSpaceUsageByOverview](https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetSpaceUsageByOverview.html).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct GetSpaceUsageByOverview;

impl GetSpaceUsageByOverview {
    /// Returns the call, which takes no arguments.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

/// The reply to [`GetSpaceUsageByOverview`]. Serializes under the wire's names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SpaceUsage {
    /// Always `0`.
    pub code: String,
    /// The message for people; never match on its text.
    pub msg: Option<String>,
    /// The reply's header `x-traceid`, or else the trace id that was sent, where the exchange is
    /// known.
    pub trace_id: Option<String>,
    /// The figures. All are none where the reply has no `data`.
    pub data: SpaceUsageData,
    /// The reply's body as it came.
    pub body: String,
}

/// The figures of a [`SpaceUsage`], as text digit for digit, since a Long may lie above 2^53. A
/// field that the reply lacks is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct SpaceUsageData {
    /// Space that is allocated, in KB.
    #[serde(deserialize_with = "fields::text_or_integer")]
    pub total_allocation: Option<String>,
    /// Space that there is, in KB.
    #[serde(deserialize_with = "fields::text_or_integer")]
    pub total_capacity: Option<String>,
    /// Space that is used, in KB.
    #[serde(deserialize_with = "fields::text_or_integer")]
    pub total_used: Option<String>,
    /// Quota, in GB. The published table has it, the published example does not.
    #[serde(deserialize_with = "fields::text_or_integer")]
    pub quota: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(deserialize_with = "fields::optional_object")]
    data: Option<SpaceUsageData>,
}

const PATH: &str = "/koodrive/ose/v1/space/usage/overview";

impl Operation for GetSpaceUsageByOverview {
    type Reply = SpaceUsage;

    fn name(&self) -> Cow<'static, str> {
        "getSpaceUsageByOverview".into()
    }

    fn path(&self) -> Cow<'_, str> {
        PATH.into()
    }

    fn fixed_path(&self) -> Option<&'static str> {
        Some(PATH)
    }

    fn reply(&self, envelope: Envelope, body: &str) -> Result<SpaceUsage, Unreadable> {
        let Body { data } = fields::read(body)?;
        Ok(SpaceUsage {
            // A success has a code, so the fallback cannot occur.
            code: envelope.code.unwrap_or_default(),
            msg: envelope.msg,
            trace_id: envelope.trace_id,
            data: data.unwrap_or_default(),
            body: body.to_owned(),
        })
    }
}

impl FromFields for GetSpaceUsageByOverview {
    fn from_fields(fields: &Fields<'_>) -> Result<Self, InvalidInput> {
        fields.expect_only(&[])?;
        Ok(Self)
    }
}
