//! `POST /koodrive/ose/v1/carrier/users/notifyPackageExpire`: "Notifying a User That a Package Expires and Enters the
//! Reservation Period", `KooDrive` API Reference for carriers (contract.md 2).

use http::Method;

use super::{Acknowledgement, Operation, sealed};
use crate::InvalidInput;
use crate::fields::Unreadable;
use crate::text::empty;

/// Tells `KooDrive` that a subscriber's package has expired and enters the reservation period (保留期, also "retention
/// period"). It changes state: what then happens to the subscriber's data follows from the retention policies in force, which
/// [`GetCurrentRetentionPolicy`](crate::GetCurrentRetentionPolicy) reads.
///
/// The service takes the call only from callers on its whitelist.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NotifyPackageExpire {
    carrier_user_id: String,
    package_id: String,
    modification_type: ModificationType,
}

/// Body field `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ModificationType {
    /// `2`, the only documented value.
    #[default]
    EnterReservationPeriod,
    /// A value that no page documents, asked for by name. The page's own example sends `1`.
    Undocumented(i64),
}

impl ModificationType {
    /// The number that is sent.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        match self {
            Self::EnterReservationPeriod => ENTER_RESERVATION_PERIOD,
            Self::Undocumented(value) => value,
        }
    }
}

const ENTER_RESERVATION_PERIOD: i64 = 2;

impl NotifyPackageExpire {
    /// A call for one subscriber and one package, with type 2, "enter the reservation period".
    ///
    /// Both ids are the carrier's own and go through unchanged: no length or alphabet is published.
    ///
    /// # Errors
    ///
    /// An empty id.
    pub fn new(
        carrier_user_id: impl Into<String>,
        package_id: impl Into<String>,
    ) -> Result<Self, InvalidInput> {
        Ok(Self {
            carrier_user_id: id("carrierUserId", carrier_user_id.into())?,
            package_id: id("packageId", package_id.into())?,
            modification_type: ModificationType::default(),
        })
    }

    /// The same call with another `type`.
    ///
    /// # Errors
    ///
    /// `Undocumented(2)`: 2 is documented and is the default.
    pub fn with_modification_type(
        mut self,
        modification_type: ModificationType,
    ) -> Result<Self, InvalidInput> {
        if modification_type == ModificationType::Undocumented(ENTER_RESERVATION_PERIOD) {
            return Err(InvalidInput::new(
                "type 2 is documented (enter the reservation period) and is the default; do not ask for it as undocumented",
            ));
        }
        self.modification_type = modification_type;
        Ok(self)
    }

    /// The carrier's id of the user.
    #[must_use]
    pub fn carrier_user_id(&self) -> &str {
        &self.carrier_user_id
    }

    /// The carrier's id of the package.
    #[must_use]
    pub fn package_id(&self) -> &str {
        &self.package_id
    }

    /// What is sent as `type`.
    #[must_use]
    pub const fn modification_type(&self) -> ModificationType {
        self.modification_type
    }
}

/// Reads `type` as a number, for input that comes from JSON or a command line.
///
/// ```
/// use koodrive::ModificationType;
/// assert_eq!(ModificationType::try_from(2)?, ModificationType::EnterReservationPeriod);
/// let refused = ModificationType::try_from(1).unwrap_err();
/// assert!(refused.to_string().starts_with("type 1 is not documented"));
/// # Ok::<(), koodrive::InvalidInput>(())
/// ```
impl TryFrom<i64> for ModificationType {
    type Error = InvalidInput;

    /// # Errors
    ///
    /// Any value but 2: only 2 is documented, although the page's own example sends 1 (contract.md 3).
    fn try_from(value: i64) -> Result<Self, InvalidInput> {
        if value == ENTER_RESERVATION_PERIOD {
            return Ok(Self::EnterReservationPeriod);
        }
        Err(InvalidInput::new(format!(
            "type {value} is not documented: 2 (enter the reservation period) is the only documented value, although the \
             publisher's example sends 1; to send {value} all the same, ask for an undocumented type by name"
        )))
    }
}

fn id(field: &str, id: String) -> Result<String, InvalidInput> {
    if id.is_empty() {
        return Err(empty(field));
    }
    Ok(id)
}

impl Operation for NotifyPackageExpire {
    const NAME: &'static str = "notifyPackageExpire";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/koodrive/ose/v1/carrier/users/notifyPackageExpire";
    type Reply = Acknowledgement;
}

impl sealed::Operation for NotifyPackageExpire {
    const INDEX: usize = 0;

    /// Compact, in the order of the published table, so that the bytes that are signed are the same in every language. Member
    /// by member: a derived `Serialize` takes 400 instructions more, a seventh of a bearer request (callgrind, 2026-11-28).
    fn body(&self) -> Option<String> {
        // Exact where nothing needs an escape.
        let mut json = Vec::with_capacity(
            r#"{"carrierUserId":"","type":2,"packageId":""}"#.len()
                + self.carrier_user_id.len()
                + self.package_id.len(),
        );
        // Text and integers can be written, and what is written is UTF-8, so neither fallback can occur.
        json.extend_from_slice(br#"{"carrierUserId":"#);
        serde_json::to_writer(&mut json, &self.carrier_user_id).ok()?;
        json.extend_from_slice(br#","type":"#);
        serde_json::to_writer(&mut json, &self.modification_type.as_i64()).ok()?;
        json.extend_from_slice(br#","packageId":"#);
        serde_json::to_writer(&mut json, &self.package_id).ok()?;
        json.push(b'}');
        String::from_utf8(json).ok()
    }

    fn reply(acknowledgement: Acknowledgement, _: &str) -> Result<Acknowledgement, Unreadable> {
        Ok(acknowledgement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_json_stringify_does() {
        let id = "a\"b\\c\n\r\t\u{8}\u{c}\0\u{10}\u{1f} /\u{7f}\u{2028}中😀";
        let body = NotifyPackageExpire::new(id, "14").unwrap();
        assert_eq!(
            sealed::Operation::body(&body).unwrap(),
            "{\"carrierUserId\":\"a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0000\\u0010\\u001f /\u{7f}\u{2028}中😀\",\"type\":2,\"packageId\":\"14\"}"
        );
    }
}
