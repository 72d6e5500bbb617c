//! `/contacts/{contactId}/followers`: add and remove.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{ContactId, UserId, models::Followers};

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

operation! {
    AddFollowers = "contacts.add-followers-contact",
    Post "/contacts/{contactId}/followers" (contactId: contact_id) => Followers,
    V2021_07_28 Write Some("contacts.write"),
    body json,
    const REPEATABLE = true,
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

operation! {
    RemoveFollowers = "contacts.remove-followers-contact",
    Delete "/contacts/{contactId}/followers" (contactId: contact_id) => Followers,
    V2021_07_28 Write Some("contacts.write"),
    body json,
}
