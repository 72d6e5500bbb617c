//! `/contacts/{contactId}/tags`: add and remove, which leave the other tags alone.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{ContactId, models::ContactTags};

/// Adds tags to a contact; its other tags stay. Unknown tags are created.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddTags {
    /// Which contact.
    #[serde(skip)]
    pub contact_id: ContactId,
    /// The names of the tags.
    pub tags: Vec<String>,
}

operation! {
    AddTags = "contacts.add-tags",
    Post "/contacts/{contactId}/tags" (contactId: contact_id) => ContactTags,
    V2021_07_28 Write Some("contacts.write"),
    body json,
    const REPEATABLE = true,
}

/// Takes tags from a contact; its other tags stay.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveTags {
    /// Which contact.
    #[serde(skip)]
    pub contact_id: ContactId,
    /// The names of the tags.
    pub tags: Vec<String>,
}

operation! {
    RemoveTags = "contacts.remove-tags",
    Delete "/contacts/{contactId}/tags" (contactId: contact_id) => ContactTags,
    V2021_07_28 Write Some("contacts.write"),
    body json,
}
