//! `/contacts/{contactId}/tags`: add and remove, which leave the other tags alone.

use endpoint::{Endpoint, Method};
use serde::Serialize;

use crate::{ContactId, Effect, HighLevelEndpoint, Version, models::ContactTags, operation::json};

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

impl Endpoint for AddTags {
    const NAME: &'static str = "contacts.add-tags";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/contacts/{contactId}/tags";
    type Response = ContactTags;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for AddTags {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = Some("contacts.write");
    const REPEATABLE: bool = true;
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

impl Endpoint for RemoveTags {
    const NAME: &'static str = "contacts.remove-tags";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/contacts/{contactId}/tags";
    type Response = ContactTags;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for RemoveTags {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = Some("contacts.write");
}
