//! `/businesses`: list, read, create, change, delete.

use serde::Serialize;

use super::declaration::operation;
use crate::{
    BusinessId, LocationId,
    models::{
        Business, BusinessFields, BusinessReply, BusinessesReply, Done, WrittenBusinessReply,
    },
};

/// Lists the businesses of a location, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListBusinesses {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub skip: u32,
}

impl ListBusinesses {
    /// All businesses of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self { location_id, limit: 100, skip: 0 }
    }
}

operation! {
    ListBusinesses = "businesses.get-businesses-by-location",
    Get "/businesses/" => BusinessesReply,
    V2021_07_28 Read Some("businesses.readonly"),
    query(locationId: location_id, limit: limit, skip: skip),
    rows(skip businesses: Business),
}

/// Reads a business.
#[derive(Clone, Debug, PartialEq)]
pub struct GetBusiness {
    /// Which business.
    pub business_id: BusinessId,
}

operation! {
    GetBusiness = "businesses.get-business",
    Get "/businesses/{businessId}" (businessId: business_id) => BusinessReply,
    V2021_07_28 Read Some("businesses.readonly"),
}

/// Creates a business.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateBusiness {
    /// Its name.
    pub name: String,
    /// In which location.
    pub location_id: LocationId,
    /// What else is known about it.
    #[serde(flatten)]
    pub fields: BusinessFields,
}

operation! {
    CreateBusiness = "businesses.create-business",
    Post "/businesses/" => WrittenBusinessReply,
    V2021_07_28 Write Some("businesses.write"),
    body json,
}

/// Changes a business; what is left out stays.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateBusiness {
    /// Which business.
    #[serde(skip)]
    pub business_id: BusinessId,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What becomes of it.
    #[serde(flatten)]
    pub fields: BusinessFields,
}

operation! {
    UpdateBusiness = "businesses.update-business",
    Put "/businesses/{businessId}" (businessId: business_id) => WrittenBusinessReply,
    V2021_07_28 Write Some("businesses.write"),
    body json,
}

/// Deletes a business. Its contacts stay.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteBusiness {
    /// Which business.
    pub business_id: BusinessId,
}

operation! {
    DeleteBusiness = "businesses.delete-business",
    Delete "/businesses/{businessId}" (businessId: business_id) => Done,
    V2021_07_28 Delete Some("businesses.write"),
}
