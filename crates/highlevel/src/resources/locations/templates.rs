//! `/locations/{locationId}/templates`: list.

use super::super::declaration::operation;
use crate::{
    LocationId,
    models::{Template, TemplatesReply},
};

/// Lists the templates of messages of a location, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListTemplates {
    /// In which location.
    pub location_id: LocationId,
    /// Where they come from: the id of the location itself.
    pub origin_id: LocationId,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub skip: u32,
    /// `sms`, `email` or `whatsapp`.
    pub kind: Option<String>,
    /// Whether deleted ones are listed.
    pub deleted: Option<bool>,
}

impl ListTemplates {
    /// All templates of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId, origin_id: LocationId) -> Self {
        Self { location_id, origin_id, limit: 100, skip: 0, kind: None, deleted: None }
    }
}

operation! {
    ListTemplates = "locations.get-all-or-email-sms-templates",
    Get "/locations/{locationId}/templates" (locationId: location_id) => TemplatesReply,
    V2021_07_28 Read Some("locations/templates.readonly"),
    query(originId: origin_id, limit: limit, skip: skip),
    optional(type: kind, deleted: deleted),
    rows(skip templates: Template),
}
