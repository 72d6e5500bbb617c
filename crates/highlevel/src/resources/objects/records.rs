//! `/objects/{schemaKey}/records`: search, read, create, change, delete.

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::declaration::operation;
use crate::{
    LocationId, RecordId, UserId,
    models::{Done, ObjectRecord, ObjectRecordReply, ObjectRecordsReply},
    pages::{Paged, Turn},
};

/// Finds records of a kind of objects, in pages.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchRecords {
    /// The key of the kind.
    #[serde(skip)]
    pub schema_key: String,
    /// In which location.
    pub location_id: LocationId,
    /// Which page, from 1; what counts after the first is where it begins.
    pub page: u32,
    /// How many in a page.
    pub page_limit: u32,
    /// What to look for, as `property:value`; empty for all.
    pub query: String,
    /// Where the page begins: [`ObjectRecord::search_after`] of the row before it.
    pub search_after: Vec<Value>,
}

impl SearchRecords {
    /// All records of a kind, 100 in a page.
    #[must_use]
    pub fn new(schema_key: &str, location_id: LocationId) -> Self {
        Self {
            schema_key: schema_key.to_owned(),
            location_id,
            page: 1,
            page_limit: 100,
            query: String::new(),
            search_after: Vec::new(),
        }
    }
}

operation! {
    SearchRecords = "objects.search-object-records",
    Post "/objects/{schemaKey}/records/search" (schemaKey: schema_key) => ObjectRecordsReply,
    V2021_07_28 Read Some("objects/record.readonly"),
    body json,
}

/// Reads a record.
#[derive(Clone, Debug, PartialEq)]
pub struct GetRecord {
    /// The key of its kind.
    pub schema_key: String,
    /// Which record.
    pub record_id: RecordId,
}

operation! {
    GetRecord = "objects.get-record-by-id",
    Get "/objects/{schemaKey}/records/{id}"
        (schemaKey: schema_key, id: record_id) => ObjectRecordReply,
    V2021_07_28 Read None,
}

/// Creates a record.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateRecord {
    /// The key of its kind.
    #[serde(skip)]
    pub schema_key: String,
    /// In which location.
    pub location_id: LocationId,
    /// Its values by key, without the key of the object before it.
    pub properties: Map<String, Value>,
    /// Who looks after it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owner: Vec<UserId>,
    /// Who follows it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub followers: Vec<UserId>,
}

operation! {
    CreateRecord = "objects.create-object-record",
    Post "/objects/{schemaKey}/records" (schemaKey: schema_key) => ObjectRecordReply,
    V2021_07_28 Write Some("objects/record.write"),
    body json,
}

/// Changes a record; properties that are left out stay.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateRecord {
    /// The key of its kind.
    #[serde(skip)]
    pub schema_key: String,
    /// Which record.
    #[serde(skip)]
    pub record_id: RecordId,
    /// In which location. It belongs to the query here.
    #[serde(skip)]
    pub location_id: LocationId,
    /// Its values by key, without the key of the object before it.
    pub properties: Map<String, Value>,
    /// Who looks after it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owner: Vec<UserId>,
    /// Who follows it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub followers: Vec<UserId>,
}

operation! {
    UpdateRecord = "objects.update-object-record",
    Put "/objects/{schemaKey}/records/{id}"
        (schemaKey: schema_key, id: record_id) => ObjectRecordReply,
    V2021_07_28 Write None,
    query(locationId: location_id),
    body json,
}

/// Deletes a record.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteRecord {
    /// The key of its kind.
    pub schema_key: String,
    /// Which record.
    pub record_id: RecordId,
}

operation! {
    DeleteRecord = "objects.delete-object-record",
    Delete "/objects/{schemaKey}/records/{id}" (schemaKey: schema_key, id: record_id) => Done,
    V2021_07_28 Delete None,
}

impl Paged for SearchRecords {
    type Item = ObjectRecord;

    fn turn(&self, reply: ObjectRecordsReply) -> Turn<Self> {
        let last = reply.records.last().and_then(|row| row.search_after.clone());
        let page = self.page.saturating_add(1);
        let next = last.map(|after| {
            let mark = Value::from(after.clone()).to_string();
            (mark, Self { page, search_after: after, ..self.clone() })
        });
        Turn::cursored(reply.records, self.page_limit, next)
    }
}
