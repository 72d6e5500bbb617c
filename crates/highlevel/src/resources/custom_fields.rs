//! `/locations/{locationId}/customFields`: list, read, create, rename, delete.

use serde::Serialize;
use serde_json::{Map, Value};

use super::declaration::operation;
use crate::{
    CustomFieldId, LocationId,
    models::{CustomFieldReply, CustomFieldsReply, Done},
};

/// Lists the custom fields of a location.
#[derive(Clone, Debug, PartialEq)]
pub struct ListCustomFields {
    /// Which location.
    pub location_id: LocationId,
    /// Of what: `contact`, `opportunity` or `all`.
    pub model: Option<String>,
}

operation! {
    ListCustomFields = "locations.get-custom-fields",
    Get "/locations/{locationId}/customFields" (locationId: location_id) => CustomFieldsReply,
    V2021_07_28 Read Some("locations/customFields.readonly"),
    optional(model: model),
}

/// Reads a custom field.
#[derive(Clone, Debug, PartialEq)]
pub struct GetCustomField {
    /// Which location.
    pub location_id: LocationId,
    /// Which field.
    pub field_id: CustomFieldId,
}

operation! {
    GetCustomField = "locations.get-custom-field",
    Get "/locations/{locationId}/customFields/{id}"
        (locationId: location_id, id: field_id) => CustomFieldReply,
    V2021_07_28 Read None,
}

/// Creates a custom field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateCustomField {
    /// Which location.
    #[serde(skip)]
    pub location_id: LocationId,
    /// What people call it.
    pub name: String,
    /// What it holds, such as `TEXT`, `DATE` or `SINGLE_OPTIONS`.
    pub data_type: String,
    /// What it belongs to: `contact` or `opportunity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What stands in it while it is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// Its place among the fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// Further members, sent as they are, such as `options` or `parentId`.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

operation! {
    CreateCustomField = "locations.create-custom-field",
    Post "/locations/{locationId}/customFields" (locationId: location_id) => CustomFieldReply,
    V2021_07_28 Write Some("locations/customFields.write"),
    body json,
}

/// Renames a custom field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateCustomField {
    /// Which location.
    #[serde(skip)]
    pub location_id: LocationId,
    /// Which field.
    #[serde(skip)]
    pub field_id: CustomFieldId,
    /// What people call it.
    pub name: String,
    /// Further members, sent as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

operation! {
    UpdateCustomField = "locations.update-custom-field",
    Put "/locations/{locationId}/customFields/{id}"
        (locationId: location_id, id: field_id) => CustomFieldReply,
    V2021_07_28 Write None,
    body json,
}

/// Deletes a custom field with all its values.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteCustomField {
    /// Which location.
    pub location_id: LocationId,
    /// Which field.
    pub field_id: CustomFieldId,
}

operation! {
    DeleteCustomField = "locations.delete-custom-field",
    Delete "/locations/{locationId}/customFields/{id}"
        (locationId: location_id, id: field_id) => Done,
    V2021_07_28 Delete None,
}
