//! `/locations/{locationId}/customFields`: list, read, create, rename, delete.

use endpoint::{Endpoint, Method};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    CustomFieldId, Effect, HighLevelEndpoint, LocationId, Version,
    models::{CustomFieldReply, CustomFieldsReply, Done},
    operation::{add, json},
};

/// Lists the custom fields of a location.
#[derive(Clone, Debug, PartialEq)]
pub struct ListCustomFields {
    /// Which location.
    pub location_id: LocationId,
    /// Of what: `contact`, `opportunity` or `all`.
    pub model: Option<String>,
}

impl Endpoint for ListCustomFields {
    const NAME: &'static str = "locations.get-custom-fields";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/locations/{locationId}/customFields";
    type Response = CustomFieldsReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str())]
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = vec![];
        add(&mut query, "model", self.model.as_ref());
        query
    }
}

impl HighLevelEndpoint for ListCustomFields {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = Some("locations/customFields.readonly");
}

/// Reads a custom field.
#[derive(Clone, Debug, PartialEq)]
pub struct GetCustomField {
    /// Which location.
    pub location_id: LocationId,
    /// Which field.
    pub field_id: CustomFieldId,
}

impl Endpoint for GetCustomField {
    const NAME: &'static str = "locations.get-custom-field";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/locations/{locationId}/customFields/{id}";
    type Response = CustomFieldReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str()), ("id", self.field_id.as_str())]
    }
}

impl HighLevelEndpoint for GetCustomField {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = None;
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

impl Endpoint for CreateCustomField {
    const NAME: &'static str = "locations.create-custom-field";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/locations/{locationId}/customFields";
    type Response = CustomFieldReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for CreateCustomField {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = Some("locations/customFields.write");
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

impl Endpoint for UpdateCustomField {
    const NAME: &'static str = "locations.update-custom-field";
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/locations/{locationId}/customFields/{id}";
    type Response = CustomFieldReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str()), ("id", self.field_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for UpdateCustomField {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = None;
}

/// Deletes a custom field with all its values.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteCustomField {
    /// Which location.
    pub location_id: LocationId,
    /// Which field.
    pub field_id: CustomFieldId,
}

impl Endpoint for DeleteCustomField {
    const NAME: &'static str = "locations.delete-custom-field";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/locations/{locationId}/customFields/{id}";
    type Response = Done;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str()), ("id", self.field_id.as_str())]
    }
}

impl HighLevelEndpoint for DeleteCustomField {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Delete;
    const SCOPE: Option<&'static str> = None;
}
