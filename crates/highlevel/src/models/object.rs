//! The schema of a kind of objects, and records of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CustomFieldDefinition, Moment};
use crate::{LocationId, ObjectSchemaId, RecordId, UserId};

/// A kind of objects: contacts, opportunities, businesses, or one's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectSchema {
    /// Its id.
    pub id: ObjectSchemaId,
    /// Its key, such as `custom_objects.boat` or `contact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether it is HighLevel's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard: Option<bool>,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Labels>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The location that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// The key of the property that names a record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_display_property: Option<String>,
    /// The keys of the properties that a search looks at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub searchable_properties: Option<Vec<String>>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_added: Option<Moment>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_updated: Option<Moment>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What people call a kind of objects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Labels {
    /// One of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub singular: Option<String>,
    /// Many of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plural: Option<String>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// All kinds of objects of a location.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectSchemasReply {
    /// The schemas.
    pub objects: Vec<ObjectSchema>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One kind of objects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectSchemaReply {
    /// The schema.
    pub object: ObjectSchema,
    /// Whether the reply came from a cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<bool>,
    /// Its properties, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<CustomFieldDefinition>>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A record of a kind of objects. Rows of a search name the moments differently.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectRecord {
    /// Its id.
    pub id: RecordId,
    /// Its values by key, without the key of the object before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Map<String, Value>>,
    /// Who looks after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Vec<UserId>>,
    /// Who follows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers: Option<Vec<UserId>>,
    /// The location that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// The key of its kind; rows of a search only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_key: Option<String>,
    /// Where a search goes on after this row; rows of a search only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_after: Option<Vec<Value>>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_added: Option<Moment>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_updated: Option<Moment>,
    /// When it was created; rows of a search only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Moment>,
    /// When it was last changed; rows of a search only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Moment>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectRecordReply {
    /// The record.
    pub record: ObjectRecord,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One page of records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectRecordsReply {
    /// The records.
    pub records: Vec<ObjectRecord>,
    /// How many there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
