//! `/contacts`: read, create, update, delete, upsert, and look a duplicate up.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{
    ContactId, LocationId,
    models::{ContactFields, ContactReply, Done, DuplicateReply, UpsertReply},
};

/// Reads a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct GetContact {
    /// Which contact.
    pub contact_id: ContactId,
}

operation! {
    GetContact = "contacts.get-contact",
    Get "/contacts/{contactId}" (contactId: contact_id) => ContactReply,
    V2021_07_28 Read Some("contacts.readonly"),
}

/// Creates a contact.
///
/// Where the location allows no duplicates, one with a known e-mail or phone is refused with
/// [`crate::Kind::DuplicateContact`]. HighLevel has been seen to create a contact and answer 422: look
/// it up before repeating (`facts/highlevel.md` 10, row 13).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateContact {
    /// In which location.
    pub location_id: LocationId,
    /// The gender, in words of your own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// The name of the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// The tags to begin with. Unknown ones are created.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Everything else.
    #[serde(flatten)]
    pub fields: ContactFields,
}

impl CreateContact {
    /// A contact without tags.
    #[must_use]
    pub fn new(location_id: LocationId, fields: ContactFields) -> Self {
        Self { location_id, gender: None, company_name: None, tags: Vec::new(), fields }
    }
}

operation! {
    CreateContact = "contacts.create-contact",
    Post "/contacts/" => ContactReply,
    V2021_07_28 Write Some("contacts.write"),
    body json,
}

/// Changes the fields of a contact that are named; the others stay.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateContact {
    /// Which contact.
    #[serde(skip)]
    pub contact_id: ContactId,
    /// The fields to change.
    #[serde(flatten)]
    pub fields: ContactFields,
    /// **All** tags of the contact: every other tag is taken away. Use [`super::AddTags`] and
    /// [`super::RemoveTags`] instead wherever tags are meant one by one.
    #[serde(rename = "tags", skip_serializing_if = "Option::is_none")]
    pub replace_tags: Option<Vec<String>>,
}

impl UpdateContact {
    /// A change that leaves the tags alone.
    #[must_use]
    pub fn new(contact_id: ContactId, fields: ContactFields) -> Self {
        Self { contact_id, fields, replace_tags: None }
    }
}

operation! {
    UpdateContact = "contacts.update-contact",
    Put "/contacts/{contactId}" (contactId: contact_id) => ContactReply,
    V2021_07_28 Write Some("contacts.write"),
    body json,
}

/// Creates a contact, or updates the first that HighLevel finds by e-mail or phone, in the order that
/// the location sets.
///
/// It can damage data: where e-mail and phone belong to two contacts it changes one and drops the
/// other value without a word, and a secondary address becomes the primary one
/// (`facts/highlevel.md` 9.4). [`super::safe_upsert`] does neither.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpsertContact {
    /// In which location.
    pub location_id: LocationId,
    /// The name of the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// Whether to create one without looking, where the location allows duplicates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_new_if_duplicate_allowed: Option<bool>,
    /// Everything else.
    #[serde(flatten)]
    pub fields: ContactFields,
}

impl UpsertContact {
    /// An upsert as the location's settings have it.
    #[must_use]
    pub fn new(location_id: LocationId, fields: ContactFields) -> Self {
        Self { location_id, company_name: None, create_new_if_duplicate_allowed: None, fields }
    }
}

operation! {
    UpsertContact = "contacts.upsert-contact",
    Post "/contacts/upsert" => UpsertReply,
    V2021_07_28 Write Some("contacts.write"),
    body json,
}

/// Deletes a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteContact {
    /// Which contact.
    pub contact_id: ContactId,
}

operation! {
    DeleteContact = "contacts.delete-contact",
    Delete "/contacts/{contactId}" (contactId: contact_id) => Done,
    V2021_07_28 Delete Some("contacts.write"),
}

/// Finds the contact that has an e-mail address or a phone number, exactly.
///
/// Give one of the two: with both, the location's settings decide which is looked for first. Unlike a
/// search it sees a contact at once.
#[derive(Clone, Debug, PartialEq)]
pub struct FindDuplicate {
    /// In which location.
    pub location_id: LocationId,
    /// The e-mail address.
    pub email: Option<String>,
    /// The phone number, as `+` and digits.
    pub number: Option<String>,
}

operation! {
    FindDuplicate = "contacts.get-duplicate-contact",
    Get "/contacts/search/duplicate" => DuplicateReply,
    V2021_07_28 Read Some("contacts.readonly"),
    query(locationId: location_id),
    optional(email: email, number: number),
}
