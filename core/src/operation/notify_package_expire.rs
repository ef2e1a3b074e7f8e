//! `POST /koodrive/ose/v1/carrier/users/notifyPackageExpire`: "Notifying a User That a Package
//! Expires and Enters the Reservation Period",
//! [notifyPackageExpire](https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/notifyPackageExpire.html)
//! (`docs/contract.md`, section 2).

use std::borrow::Cow;
use std::fmt;

use http::Method;

use super::{Acknowledgement, Operation};
use crate::InvalidInput;
use crate::fields::Unreadable;
use crate::host::{Fields, FromFields};
use crate::reply::Envelope;
use crate::text::{check_id, check_integer};

/// Tells `KooDrive` that a subscriber's package has expired and enters the reservation period (保留期,
/// also "retention period"). It changes state: what then happens to the subscriber's data follows
/// from the retention policies in force, which
/// [`GetCurrentRetentionPolicy`](crate::GetCurrentRetentionPolicy) reads.
///
/// The service takes the call only from callers on its whitelist.
///
/// Page:
/// [notifyPackageExpire](https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/notifyPackageExpire.html).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NotifyPackageExpire {
    carrier_user_id: String,
    package_id: String,
    modification_type: ModificationType,
}

/// Body field `type`. `2`, "enter the reservation period", is the only documented value and the
/// default.
///
/// ```
/// use koodrive::ModificationType;
/// assert_eq!(ModificationType::try_from(2)?, ModificationType::ENTER_RESERVATION_PERIOD);
/// let refused = ModificationType::try_from(1).unwrap_err();
/// assert!(refused.to_string().starts_with("type: 1 is not documented"));
/// assert_eq!(ModificationType::undocumented(1)?.as_i64(), 1);
/// # Ok::<(), koodrive::InvalidInput>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModificationType(i64);

const FIELD: &str = "type";

impl ModificationType {
    /// `2`: the package enters the reservation period.
    pub const ENTER_RESERVATION_PERIOD: Self = Self(2);

    /// Returns a value that no page documents. The page's own example sends `1`.
    ///
    /// # Errors
    ///
    /// 2, which is documented; an integer outside ± (2^53 − 1), which not every language holds
    /// exactly.
    pub fn undocumented(value: i64) -> Result<Self, InvalidInput> {
        if value == Self::ENTER_RESERVATION_PERIOD.0 {
            return Err(InvalidInput::new(
                FIELD,
                "2 is the documented value; leave out {undocumented_type}",
            ));
        }
        check_integer(FIELD, value)?;
        Ok(Self(value))
    }

    /// Returns the number that is sent.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        self.0
    }
}

impl Default for ModificationType {
    fn default() -> Self {
        Self::ENTER_RESERVATION_PERIOD
    }
}

impl TryFrom<i64> for ModificationType {
    type Error = InvalidInput;

    /// Reads a number that comes from JSON or from a command line.
    ///
    /// # Errors
    ///
    /// Any value but 2, the only documented one (`docs/contract.md`, section 3).
    fn try_from(value: i64) -> Result<Self, InvalidInput> {
        if value == Self::ENTER_RESERVATION_PERIOD.0 {
            return Ok(Self::ENTER_RESERVATION_PERIOD);
        }
        Err(InvalidInput::new(
            FIELD,
            format!(
                "{value} is not documented, although the publisher's example sends 1; leave it out to send 2 (enter the \
                 reservation period), or pass {{undocumented_type}}"
            ),
        ))
    }
}

impl fmt::Display for ModificationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl NotifyPackageExpire {
    /// Returns the call for one subscriber and one package, with type 2, "enter the reservation
    /// period".
    ///
    /// Both ids are the carrier's own and are sent unchanged: no length and no alphabet is
    /// published.
    ///
    /// # Errors
    ///
    /// An id that is empty, that contains a control character, or that begins or ends with white
    /// space or an invisible character (`docs/contract.md`, section 3).
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

    /// Returns the same call with another `type`.
    #[must_use]
    pub const fn with_modification_type(mut self, modification_type: ModificationType) -> Self {
        self.modification_type = modification_type;
        self
    }

    /// Returns the carrier's id of the user.
    #[must_use]
    pub fn carrier_user_id(&self) -> &str {
        &self.carrier_user_id
    }

    /// Returns the carrier's id of the package.
    #[must_use]
    pub fn package_id(&self) -> &str {
        &self.package_id
    }

    /// Returns the number that is sent as `type`.
    #[must_use]
    pub const fn modification_type(&self) -> ModificationType {
        self.modification_type
    }
}

fn id(field: &'static str, id: String) -> Result<String, InvalidInput> {
    match check_id(&id) {
        Ok(()) => Ok(id),
        Err(problem) => Err(InvalidInput::new(field, problem)),
    }
}

const PATH: &str = "/koodrive/ose/v1/carrier/users/notifyPackageExpire";

impl Operation for NotifyPackageExpire {
    type Reply = Acknowledgement;

    fn name(&self) -> Cow<'static, str> {
        "notifyPackageExpire".into()
    }

    fn method(&self) -> Method {
        Method::POST
    }

    fn path(&self) -> Cow<'_, str> {
        PATH.into()
    }

    fn fixed_path(&self) -> Option<&'static str> {
        Some(PATH)
    }

    /// Compact, in the order of the published table, so that the bytes that are signed are the same
    /// in every language. Member by member: a derived `Serialize` takes 400 instructions more, a
    /// seventh of a bearer request (callgrind, 2026-11-28).
    fn body(&self) -> Option<String> {
        // Exact where nothing needs an escape.
        let mut json = Vec::with_capacity(
            r#"{"carrierUserId":"","type":2,"packageId":""}"#.len()
                + self.carrier_user_id.len()
                + self.package_id.len(),
        );
        // Text and integers can be written, and what is written is UTF-8, so neither fallback can
        // occur.
        json.extend_from_slice(br#"{"carrierUserId":"#);
        serde_json::to_writer(&mut json, &self.carrier_user_id).ok()?;
        json.extend_from_slice(br#","type":"#);
        serde_json::to_writer(&mut json, &self.modification_type.as_i64()).ok()?;
        json.extend_from_slice(br#","packageId":"#);
        serde_json::to_writer(&mut json, &self.package_id).ok()?;
        json.push(b'}');
        String::from_utf8(json).ok()
    }

    fn reply(&self, envelope: Envelope, _: &str) -> Result<Acknowledgement, Unreadable> {
        Ok(envelope.into())
    }
}

impl FromFields for NotifyPackageExpire {
    fn from_fields(fields: &Fields<'_>) -> Result<Self, InvalidInput> {
        fields.expect_only(&["carrierUserId", "packageId", "type", "undocumentedType"])?;
        let call = Self::new(fields.text("carrierUserId")?, fields.text("packageId")?)?;
        let documented = fields.optional_integer("type")?;
        let documented = documented.map(ModificationType::try_from).transpose()?;
        let undocumented = fields.optional_integer("undocumentedType")?;
        Ok(match undocumented {
            Some(value) => call.with_modification_type(ModificationType::undocumented(value)?),
            None => call.with_modification_type(documented.unwrap_or_default()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_json_stringify_does() {
        let id = "a\"b\\c /\u{2028}中😀\u{200d}!";
        let call = NotifyPackageExpire::new(id, "14").unwrap();
        assert_eq!(
            call.body().unwrap(),
            "{\"carrierUserId\":\"a\\\"b\\\\c /\u{2028}中😀\u{200d}!\",\"type\":2,\"packageId\":\"14\"}"
        );
    }
}
