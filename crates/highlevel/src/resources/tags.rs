//! `/locations/{locationId}/tags`: list, read, create, rename, delete.

use serde::Serialize;

use super::declaration::operation;
use crate::{
    LocationId, TagId,
    models::{Done, TagReply, TagsReply},
};

/// Lists the tags of a location.
#[derive(Clone, Debug, PartialEq)]
pub struct ListTags {
    /// Which location.
    pub location_id: LocationId,
}

operation! {
    ListTags = "locations.get-location-tags",
    Get "/locations/{locationId}/tags" (locationId: location_id) => TagsReply,
    V2021_07_28 Read Some("locations/tags.readonly"),
}

/// Reads a tag.
#[derive(Clone, Debug, PartialEq)]
pub struct GetTag {
    /// Which location.
    pub location_id: LocationId,
    /// Which tag.
    pub tag_id: TagId,
}

operation! {
    GetTag = "locations.get-tag-by-id",
    Get "/locations/{locationId}/tags/{tagId}" (locationId: location_id, tagId: tag_id) => TagReply,
    V2021_07_28 Read None,
}

/// Creates a tag.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateTag {
    /// Which location.
    #[serde(skip)]
    pub location_id: LocationId,
    /// Its name.
    pub name: String,
}

operation! {
    CreateTag = "locations.create-tag",
    Post "/locations/{locationId}/tags" (locationId: location_id) => TagReply,
    V2021_07_28 Write Some("locations/tags.write"),
    body json,
}

/// Renames a tag.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateTag {
    /// Which location.
    #[serde(skip)]
    pub location_id: LocationId,
    /// Which tag.
    #[serde(skip)]
    pub tag_id: TagId,
    /// Its name.
    pub name: String,
}

operation! {
    UpdateTag = "locations.update-tag",
    Put "/locations/{locationId}/tags/{tagId}" (locationId: location_id, tagId: tag_id) => TagReply,
    V2021_07_28 Write None,
    body json,
}

/// Deletes a tag, from the contacts that carry it too.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteTag {
    /// Which location.
    pub location_id: LocationId,
    /// Which tag.
    pub tag_id: TagId,
}

operation! {
    DeleteTag = "locations.delete-tag",
    Delete "/locations/{locationId}/tags/{tagId}" (locationId: location_id, tagId: tag_id) => Done,
    V2021_07_28 Delete None,
}
