//! `/contacts/bulk/tags/update/{type}`: tags of many contacts.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{ContactId, LocationId, models::BulkTagsReply};

/// Adds tags to many contacts, or takes tags from them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkUpdateTags {
    /// `add` or `remove`.
    #[serde(skip)]
    pub change: String,
    /// Which contacts.
    pub contacts: Vec<ContactId>,
    /// The names of the tags.
    pub tags: Vec<String>,
    /// In which location.
    pub location_id: LocationId,
    /// Whether all tags are taken, whatever [`Self::tags`] says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remove_all_tags: Option<bool>,
}

operation! {
    BulkUpdateTags = "contacts.bulk-update-tags",
    Post "/contacts/bulk/tags/update/{type}" (type: change) => BulkTagsReply,
    V2021_07_28 Write Some("contacts.write"),
    body json,
    const REPEATABLE = true,
}
