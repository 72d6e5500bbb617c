//! `/locations/{locationId}/customValues`: list, read, create, change, delete.

use serde::Serialize;

use super::declaration::operation;
use crate::{
    CustomValueId, LocationId,
    models::{CustomValueReply, CustomValuesReply, Done},
};

/// Lists the custom values of a location.
#[derive(Clone, Debug, PartialEq)]
pub struct ListCustomValues {
    /// Which location.
    pub location_id: LocationId,
}

operation! {
    ListCustomValues = "locations.get-custom-values",
    Get "/locations/{locationId}/customValues" (locationId: location_id) => CustomValuesReply,
    V2021_07_28 Read Some("locations/customValues.readonly"),
}

/// Reads a custom value.
#[derive(Clone, Debug, PartialEq)]
pub struct GetCustomValue {
    /// Which location.
    pub location_id: LocationId,
    /// Which custom value.
    pub value_id: CustomValueId,
}

operation! {
    GetCustomValue = "locations.get-custom-value",
    Get "/locations/{locationId}/customValues/{id}"
        (locationId: location_id, id: value_id) => CustomValueReply,
    V2021_07_28 Read None,
}

/// Creates a custom value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateCustomValue {
    /// Which location.
    #[serde(skip)]
    pub location_id: LocationId,
    /// What people call it.
    pub name: String,
    /// The text.
    pub value: String,
}

operation! {
    CreateCustomValue = "locations.create-custom-value",
    Post "/locations/{locationId}/customValues" (locationId: location_id) => CustomValueReply,
    V2021_07_28 Write Some("locations/customValues.write"),
    body json,
}

/// Changes a custom value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateCustomValue {
    /// Which location.
    #[serde(skip)]
    pub location_id: LocationId,
    /// Which custom value.
    #[serde(skip)]
    pub value_id: CustomValueId,
    /// What people call it.
    pub name: String,
    /// The text.
    pub value: String,
}

operation! {
    UpdateCustomValue = "locations.update-custom-value",
    Put "/locations/{locationId}/customValues/{id}"
        (locationId: location_id, id: value_id) => CustomValueReply,
    V2021_07_28 Write None,
    body json,
}

/// Deletes a custom value.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteCustomValue {
    /// Which location.
    pub location_id: LocationId,
    /// Which custom value.
    pub value_id: CustomValueId,
}

operation! {
    DeleteCustomValue = "locations.delete-custom-value",
    Delete "/locations/{locationId}/customValues/{id}"
        (locationId: location_id, id: value_id) => Done,
    V2021_07_28 Delete None,
}
