//! `/associations/relations`: list, create, delete.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{
    AssociationId, LocationId, RecordId, RelationId,
    models::{Relation, RelationsReply},
};

/// Lists the relations of a record, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListRelations {
    /// Of which record.
    pub record_id: RecordId,
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub skip: u32,
}

impl ListRelations {
    /// All relations of a record, 100 in a page.
    #[must_use]
    pub fn new(record_id: RecordId, location_id: LocationId) -> Self {
        Self { record_id, location_id, limit: 100, skip: 0 }
    }
}

operation! {
    ListRelations = "associations.get-relations-by-record-id",
    Get "/associations/relations/{recordId}" (recordId: record_id) => RelationsReply,
    V2021_07_28 Read Some("associations/relation.readonly"),
    query(locationId: location_id, limit: limit, skip: skip),
    rows(skip relations: Relation),
}

/// Says that two records belong together. A relation that is there already is refused with status
/// 400.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateRelation {
    /// In which location.
    pub location_id: LocationId,
    /// By which association.
    pub association_id: AssociationId,
    /// The first record.
    pub first_record_id: RecordId,
    /// The second record.
    pub second_record_id: RecordId,
}

operation! {
    CreateRelation = "associations.create-relation",
    Post "/associations/relations" => Relation,
    V2021_07_28 Write Some("associations/relation.write"),
    body json,
}

/// Says that two records no longer belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteRelation {
    /// Which relation; not the id of a record, though the path looks the same.
    pub relation_id: RelationId,
    /// In which location.
    pub location_id: LocationId,
}

operation! {
    DeleteRelation = "associations.delete-relation",
    Delete "/associations/relations/{relationId}" (relationId: relation_id) => Relation,
    V2021_07_28 Delete Some("associations/relation.write"),
    query(locationId: location_id),
}
