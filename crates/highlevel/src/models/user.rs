//! A user: a person who works in a location or an agency.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::UserId;

/// A user. Permissions and roles are in `extra`: they are those of the interface, about 200, and
/// not the scopes of tokens (`facts/highlevel.md` 6.5).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The whole name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// The e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The extension of the phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// Whether the user was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The fields of a user to write; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserFields {
    /// The phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What the user may do in the interface; not the scopes of tokens.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// The same by older names: flags such as `contactsEnabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Value>,
    /// The address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_photo: Option<String>,
    /// The language of the interface, such as `en_US`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_language: Option<String>,
    /// Further members, sent as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
