//! Who a key belongs to, and how the account is set.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::lenient;
use crate::UserId;

/// The user and the account that a key belongs to (`facts/repairshopr.md` 1), without the token and
/// the address that the reply also carries.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Me {
    /// The user's id.
    pub user_id: Option<UserId>,
    /// Whether the user may administer the account.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub admin: bool,
    /// The first part of the account's address.
    #[serde(deserialize_with = "lenient::text")]
    pub subdomain: Option<String>,
    /// Whether the user has to confirm each login, which an API token does not.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub two_factor_required: bool,
}

/// What of the account's settings a reader of its records needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// The name of the account's time zone, such as `Pacific Time (US & Canada)`.
    pub time_zone: Option<String>,
}

impl<'de> Deserialize<'de> for Preferences {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let settings = Value::deserialize(deserializer)?;
        if !settings.is_object() {
            return Err(serde::de::Error::custom("the settings are no object"));
        }
        let zone = settings.pointer("/locale/time_zone").and_then(Value::as_str);
        Ok(Self { time_zone: zone.map(str::to_owned) })
    }
}
