//! `/associations`: list, read, find, create, rename, delete.

use serde::Serialize;
use serde_json::Value;

use super::super::declaration::operation;
use crate::{
    AssociationId, LocationId,
    models::{Association, AssociationsReply, DeletedAssociation},
};

/// Lists the associations of a location, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListAssociations {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub skip: u32,
}

impl ListAssociations {
    /// All associations of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self { location_id, limit: 100, skip: 0 }
    }
}

operation! {
    ListAssociations = "associations.find-associations",
    Get "/associations/" => AssociationsReply,
    V2021_07_28 Read Some("associations.readonly"),
    query(locationId: location_id, limit: limit, skip: skip),
    rows(skip associations: Association),
}

/// Reads an association.
#[derive(Clone, Debug, PartialEq)]
pub struct GetAssociation {
    /// Which association.
    pub association_id: AssociationId,
}

operation! {
    GetAssociation = "associations.get-association-by-id",
    Get "/associations/{associationId}" (associationId: association_id) => Association,
    V2021_07_28 Read Some("associations.readonly"),
}

/// Reads an association by its key.
#[derive(Clone, Debug, PartialEq)]
pub struct GetAssociationByKey {
    /// Its key.
    pub key: String,
    /// In which location.
    pub location_id: LocationId,
}

operation! {
    GetAssociationByKey = "associations.get-association-key-by-key-name",
    Get "/associations/key/{key_name}" (key_name: key) => Association,
    V2021_07_28 Read Some("associations.readonly"),
    query(locationId: location_id),
}

/// Finds the associations of a kind of objects.
#[derive(Clone, Debug, PartialEq)]
pub struct FindAssociations {
    /// The key of the kind.
    pub object_key: String,
    /// In which location.
    pub location_id: Option<LocationId>,
}

impl FindAssociations {
    /// All associations of a kind.
    #[must_use]
    pub fn new(object_key: &str) -> Self {
        Self { object_key: object_key.to_owned(), location_id: None }
    }
}

operation! {
    FindAssociations = "associations.get-association-by-object-keys",
    Get "/associations/objectKey/{objectKey}" (objectKey: object_key) => AssociationsReply,
    V2021_07_28 Read Some("associations.readonly"),
    optional(locationId: location_id),
}

/// Creates an association of two kinds of objects.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateAssociation {
    /// In which location.
    pub location_id: LocationId,
    /// Its key.
    pub key: String,
    /// What the second calls the first: a text.
    pub first_object_label: Value,
    /// The key of the first kind.
    pub first_object_key: String,
    /// What the first calls the second: a text.
    pub second_object_label: Value,
    /// The key of the second kind.
    pub second_object_key: String,
}

operation! {
    CreateAssociation = "associations.create-association",
    Post "/associations/" => Association,
    V2021_07_28 Write Some("associations.write"),
    body json,
}

/// Renames both sides of an association.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateAssociation {
    /// Which association.
    #[serde(skip)]
    pub association_id: AssociationId,
    /// What the second calls the first: a text.
    pub first_object_label: Value,
    /// What the first calls the second: a text.
    pub second_object_label: Value,
}

operation! {
    UpdateAssociation = "associations.update-association",
    Put "/associations/{associationId}" (associationId: association_id) => Association,
    V2021_07_28 Write Some("associations.write"),
    body json,
}

/// Deletes an association with all its relations.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteAssociation {
    /// Which association.
    pub association_id: AssociationId,
}

operation! {
    DeleteAssociation = "associations.delete-association",
    Delete "/associations/{associationId}" (associationId: association_id) => DeletedAssociation,
    V2021_07_28 Delete Some("associations.write"),
}
