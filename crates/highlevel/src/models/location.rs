//! A location, its custom values, and its templates of messages.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Moment, Task};
use crate::{CompanyId, CustomValueId, LocationId, TemplateId};

/// A location: the account of one business.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// The agency above it. Rows of a search lack it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_id: Option<CompanyId>,
    /// The name of the business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Its phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
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
    /// What the location allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<LocationSettings>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What a location allows. The first two decide what an upsert does (`facts/highlevel.md` 9.4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LocationSettings {
    /// Whether two contacts may share an e-mail address or a phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_duplicate_contact: Option<bool>,
    /// Whether a contact may have two opportunities in a pipeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_duplicate_opportunity: Option<bool>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A custom value of a location: a text that templates insert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomValue {
    /// Its id.
    pub id: CustomValueId,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How templates name it, braces included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field_key: Option<String>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The location that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The fields of a location to write; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LocationFields {
    /// Its phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
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
    /// What the location allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<LocationSettings>,
    /// Further members, sent as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One page of the tasks of a location.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TasksPage {
    /// The tasks.
    pub tasks: Vec<Task>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A template of messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `sms`, `email` or `whatsapp`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it says; its shape depends on its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<Value>,
    /// The location that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_added: Option<Moment>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One page of templates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TemplatesReply {
    /// The templates.
    pub templates: Vec<Template>,
    /// How many there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_count: Option<u64>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
