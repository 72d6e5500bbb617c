//! `/locations/{locationId}/tags`: list, read, create, rename, delete.

use endpoint::{Endpoint, Method};
use serde::Serialize;

use crate::{
    Effect, HighLevelEndpoint, LocationId, TagId, Version,
    models::{Done, TagReply, TagsReply},
    operation::json,
};

/// Lists the tags of a location.
#[derive(Clone, Debug, PartialEq)]
pub struct ListTags {
    /// Which location.
    pub location_id: LocationId,
}

impl Endpoint for ListTags {
    const NAME: &'static str = "locations.get-location-tags";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/locations/{locationId}/tags";
    type Response = TagsReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str())]
    }
}

impl HighLevelEndpoint for ListTags {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = Some("locations/tags.readonly");
}

/// Reads a tag.
#[derive(Clone, Debug, PartialEq)]
pub struct GetTag {
    /// Which location.
    pub location_id: LocationId,
    /// Which tag.
    pub tag_id: TagId,
}

impl Endpoint for GetTag {
    const NAME: &'static str = "locations.get-tag-by-id";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/locations/{locationId}/tags/{tagId}";
    type Response = TagReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str()), ("tagId", self.tag_id.as_str())]
    }
}

impl HighLevelEndpoint for GetTag {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = None;
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

impl Endpoint for CreateTag {
    const NAME: &'static str = "locations.create-tag";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/locations/{locationId}/tags";
    type Response = TagReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for CreateTag {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = Some("locations/tags.write");
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

impl Endpoint for UpdateTag {
    const NAME: &'static str = "locations.update-tag";
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/locations/{locationId}/tags/{tagId}";
    type Response = TagReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str()), ("tagId", self.tag_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for UpdateTag {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = None;
}

/// Deletes a tag, from the contacts that carry it too.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteTag {
    /// Which location.
    pub location_id: LocationId,
    /// Which tag.
    pub tag_id: TagId,
}

impl Endpoint for DeleteTag {
    const NAME: &'static str = "locations.delete-tag";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/locations/{locationId}/tags/{tagId}";
    type Response = Done;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("locationId", self.location_id.as_str()), ("tagId", self.tag_id.as_str())]
    }
}

impl HighLevelEndpoint for DeleteTag {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Delete;
    const SCOPE: Option<&'static str> = None;
}
