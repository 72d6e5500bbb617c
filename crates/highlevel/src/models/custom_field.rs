//! Custom fields: their definitions, their values as they are read, and as they are written.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{CustomFieldId, LocationId};

/// The members under which a value stands, in the order in which they are looked for
/// (`facts/highlevel.md` 9.2).
const VALUE_NAMES: [&str; 7] = [
    "value",
    "fieldValue",
    "field_value",
    "fieldValueString",
    "fieldValueArray",
    "fieldValueNumber",
    "fieldValueDate",
];

/// The value of a custom field as HighLevel answers it: an id, never a key, and the value under
/// one of seven names. It is kept as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomField(Map<String, Value>);

impl CustomField {
    /// Which field it is a value of.
    #[must_use]
    pub fn id(&self) -> Option<CustomFieldId> {
        self.0.get("id")?.as_str().map(CustomFieldId::new)
    }

    /// The value: a text, a number, an array of texts, or a map of files.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        VALUE_NAMES.iter().find_map(|name| self.0.get(*name))
    }
}

/// The value of a custom field to write, by the field's id or by its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CustomFieldWrite {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<CustomFieldId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    field_value: Value,
}

impl CustomFieldWrite {
    /// A value for the field with this id.
    #[must_use]
    pub fn by_id(id: CustomFieldId, value: impl Into<Value>) -> Self {
        Self { id: Some(id), key: None, field_value: value.into() }
    }

    /// A value for the field with this key, such as `contract_end`. Replies do not name keys, so
    /// whether it was applied cannot be told from one.
    #[must_use]
    pub fn by_key(key: &str, value: impl Into<Value>) -> Self {
        Self { id: None, key: Some(key.to_owned()), field_value: value.into() }
    }

    /// The field's id, where it is written by id.
    #[must_use]
    pub fn id(&self) -> Option<&CustomFieldId> {
        self.id.as_ref()
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.field_value
    }
}

/// The definition of a custom field of a location.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomFieldDefinition {
    /// Its id, by which contacts and opportunities name it.
    pub id: CustomFieldId,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its key, such as `contact.contract_end`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field_key: Option<String>,
    /// What it holds, such as `TEXT`, `DATE` or `MULTIPLE_OPTIONS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_type: Option<String>,
    /// What it belongs to: `contact` or `opportunity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The choices, where it has some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picklist_options: Option<Vec<Value>>,
    /// The location that it is defined in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
