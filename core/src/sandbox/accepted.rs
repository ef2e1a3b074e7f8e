//! A call that was acted on, as tests read it.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::ser::{Error as _, Serialize, SerializeMap as _, Serializer};
use serde_json::value::RawValue;

use crate::{TraceId, XDate};

/// A call that changes state and was acted on, whether or not its answer arrived.
///
/// Serialises to one flat JSON object: `operation`, the members of the body as they were sent,
/// `xDate`, `traceId`. A member of the body that has one of these three names is in
/// [`members`](Self::members) alone. If a raw call sent a name twice, the last value counts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accepted {
    /// `notifyPackageExpire`, `setRetentionPolicy` or `reverseOrder`; for a raw call the method and
    /// the path of the entry of `answers` that took it, such as `PUT /koodrive/ose/v1/users/1`.
    pub operation: String,
    /// The members of the JSON body in the order they were sent: a name and the JSON text of its
    /// value. Empty where the body of a raw call is missing or not an object.
    pub members: Vec<(String, String)>,
    /// X-Date.
    pub x_date: XDate,
    /// x-traceid, where one was sent.
    pub trace_id: Option<TraceId>,
}

impl Accepted {
    /// Returns the JSON text of the member `name` of the body; of the last one where a raw call
    /// sent the name twice.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&str> {
        let (_, json) = self.members.iter().rfind(|(member, _)| member == name)?;
        Some(json)
    }

    /// Returns the member `carrierUserId` of the body, where it is text.
    #[must_use]
    pub fn carrier_user_id(&self) -> Option<String> {
        self.read("carrierUserId")
    }

    /// Returns the member `packageId` of the body, where it is text.
    #[must_use]
    pub fn package_id(&self) -> Option<String> {
        self.read("packageId")
    }

    /// Returns the member `type` of the body, where it is an integer.
    #[must_use]
    pub fn modification_type(&self) -> Option<i64> {
        self.read("type")
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.member(name)?).ok()
    }
}

impl Serialize for Accepted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let last: BTreeMap<&str, usize> = (0..)
            .zip(&self.members)
            .map(|(index, (name, _))| (&**name, index))
            .collect();
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("operation", &self.operation)?;
        for (index, (name, json)) in (0..).zip(&self.members) {
            let is_own = ["operation", "xDate", "traceId"].contains(&name.as_str());
            if !is_own && last.get(&**name) == Some(&index) {
                let value: &RawValue = serde_json::from_str(json).map_err(S::Error::custom)?;
                object.serialize_entry(name, value)?;
            }
        }
        object.serialize_entry("xDate", self.x_date.as_str())?;
        object.serialize_entry("traceId", &self.trace_id.as_ref().map(TraceId::as_str))?;
        object.end()
    }
}
