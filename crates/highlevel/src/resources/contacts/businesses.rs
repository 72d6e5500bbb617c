//! `/contacts/business/{businessId}`, `/contacts/bulk/business`: the contacts of a business.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{
    BusinessId, ContactId, LocationId,
    models::{BusinessContactsReply, Contact, ContactsReply},
};

/// Lists the contacts of a business, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListBusinessContacts {
    /// Which business.
    pub business_id: BusinessId,
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub skip: u32,
    /// Words to look for.
    pub query: Option<String>,
}

impl ListBusinessContacts {
    /// All contacts of a business, 100 in a page.
    #[must_use]
    pub fn new(business_id: BusinessId, location_id: LocationId) -> Self {
        Self { business_id, location_id, limit: 100, skip: 0, query: None }
    }
}

operation! {
    ListBusinessContacts = "contacts.get-contacts-by-business-id",
    Get "/contacts/business/{businessId}" (businessId: business_id) => ContactsReply,
    V2021_07_28 Read Some("contacts.readonly"),
    query(locationId: location_id, limit: limit, skip: skip),
    optional(query: query),
    rows(skip contacts: Contact),
}

/// Puts contacts into a business, or takes them out of theirs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetBusiness {
    /// In which location.
    pub location_id: LocationId,
    /// Which contacts.
    pub ids: Vec<ContactId>,
    /// Into which business; none takes them out, and is sent as `null`.
    pub business_id: Option<BusinessId>,
}

operation! {
    SetBusiness = "contacts.add-remove-contact-from-business",
    Post "/contacts/bulk/business" => BusinessContactsReply,
    V2021_07_28 Write Some("contacts.write"),
    body json,
    const REPEATABLE = true,
}
