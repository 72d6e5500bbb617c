//! `/objects`: list, read, create, change schemas.

use serde::Serialize;
use serde_json::Value;

use super::super::declaration::operation;
use crate::{
    LocationId,
    models::{Labels, ObjectSchemaReply, ObjectSchemasReply},
};

/// Lists the kinds of objects of a location.
#[derive(Clone, Debug, PartialEq)]
pub struct ListObjectSchemas {
    /// In which location.
    pub location_id: LocationId,
}

operation! {
    ListObjectSchemas = "objects.get-object-by-location-id",
    Get "/objects/" => ObjectSchemasReply,
    V2021_07_28 Read Some("objects/schema.readonly"),
    query(locationId: location_id),
}

/// Reads a kind of objects.
#[derive(Clone, Debug, PartialEq)]
pub struct GetObjectSchema {
    /// Its key, such as `custom_objects.boat`.
    pub key: String,
    /// In which location.
    pub location_id: LocationId,
    /// Whether its properties are told too.
    pub fetch_properties: Option<bool>,
}

operation! {
    GetObjectSchema = "objects.get-object-schema-by-key",
    Get "/objects/{key}" (key: key) => ObjectSchemaReply,
    V2021_07_28 Read Some("objects/schema.readonly"),
    query(locationId: location_id),
    optional(fetchProperties: fetch_properties),
}

/// Creates a kind of objects. The specification asks for a company's token.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateObjectSchema {
    /// In which location.
    pub location_id: LocationId,
    /// Its key, such as `custom_objects.boat`.
    pub key: String,
    /// What people call it.
    pub labels: Labels,
    /// The property that names a record: `key`, `name` and `dataType`.
    pub primary_display_property_details: Value,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

operation! {
    CreateObjectSchema = "objects.create-custom-object-schema",
    Post "/objects/" => ObjectSchemaReply,
    V2021_07_28 Write Some("objects/schema.write"),
    body json,
}

/// Changes a kind of objects; what is left out stays.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateObjectSchema {
    /// Its key.
    #[serde(skip)]
    pub key: String,
    /// In which location.
    pub location_id: LocationId,
    /// The keys of all properties that a search looks at.
    pub searchable_properties: Vec<String>,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Labels>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

operation! {
    UpdateObjectSchema = "objects.update-custom-object",
    Put "/objects/{key}" (key: key) => ObjectSchemaReply,
    V2021_07_28 Write Some("objects/schema.write"),
    body json,
}
