//! `/contacts/{contactId}/followers`: add and remove.

use endpoint::{Endpoint, Method};
use serde::Serialize;

use crate::{
    ContactId, Effect, HighLevelEndpoint, UserId, Version, models::Followers, operation::json,
};

/// Lets users follow a contact.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddFollowers {
    /// Which contact.
    #[serde(skip)]
    pub contact_id: ContactId,
    /// Which users.
    pub followers: Vec<UserId>,
}

impl Endpoint for AddFollowers {
    const NAME: &'static str = "contacts.add-followers-contact";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/contacts/{contactId}/followers";
    type Response = Followers;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for AddFollowers {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = Some("contacts.write");
    const REPEATABLE: bool = true;
}

/// Stops users from following a contact.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveFollowers {
    /// Which contact.
    #[serde(skip)]
    pub contact_id: ContactId,
    /// Which users.
    pub followers: Vec<UserId>,
}

impl Endpoint for RemoveFollowers {
    const NAME: &'static str = "contacts.remove-followers-contact";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/contacts/{contactId}/followers";
    type Response = Followers;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for RemoveFollowers {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = Some("contacts.write");
}
