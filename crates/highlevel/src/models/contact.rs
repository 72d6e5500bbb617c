//! A contact: a person or a company that a location knows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CustomField, DndSettings, Moment};
use crate::{ContactId, LocationId, UserId};

/// A contact (`facts/highlevel.md` 6.1).
///
/// Rows of a search differ from what reading gives: they have `address` in `extra` where reading
/// gives [`Self::address1`], and no [`Self::dnd_settings`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The location that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// The whole name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// The primary e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The primary phone number, as `+` and digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Further addresses: texts, or objects with an `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_emails: Option<Vec<Value>>,
    /// The name of the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address1: Option<String>,
    /// The city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The state or region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The country as two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// The web site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// The time zone by its IANA name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Where the contact came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `lead` or `customer`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Who looks after the contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<UserId>,
    /// Whether the contact wants no messages at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dnd: Option<bool>,
    /// The same by channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dnd_settings: Option<DndSettings>,
    /// The names of all tags that the contact carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The values of custom fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Vec<CustomField>>,
    /// The date of birth: a text, or milliseconds in rows of a search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<Value>,
    /// When the contact was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_added: Option<Moment>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_updated: Option<Moment>,
    /// Where a search goes on after this row; rows of a search only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_after: Option<Vec<Value>>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Contact {
    /// The value of a custom field.
    #[must_use]
    pub fn custom_field(&self, id: &crate::CustomFieldId) -> Option<&Value> {
        let mut fields = self.custom_fields.iter().flatten();
        fields.find(|field| field.id().as_ref() == Some(id))?.value()
    }

    /// The name: the whole one, or first and last together; empty where it has none.
    #[must_use]
    pub fn full_name(&self) -> String {
        if let Some(name) = self.name.as_ref().filter(|name| !name.trim().is_empty()) {
            return name.clone();
        }
        let parts = [&self.first_name, &self.last_name];
        let parts: Vec<_> = parts.into_iter().flatten().map(|part| part.trim()).collect();
        parts.join(" ").trim().to_owned()
    }
}
