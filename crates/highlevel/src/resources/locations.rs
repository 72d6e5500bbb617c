//! `/locations`: read, search, create, change, delete; tasks and templates.

mod records;
mod tasks;
mod templates;

use super::declaration::operation;
use crate::{
    CompanyId, LocationId,
    models::{Location, LocationReply, LocationsReply},
};

pub use self::{
    records::{CreateLocation, DeleteLocation, UpdateLocation},
    tasks::SearchTasks,
    templates::ListTemplates,
};

/// Reads a location. With a private token it also tells that the token works.
#[derive(Clone, Debug, PartialEq)]
pub struct GetLocation {
    /// Which location.
    pub location_id: LocationId,
}

operation! {
    GetLocation = "locations.get-location",
    Get "/locations/{locationId}" (locationId: location_id) => LocationReply,
    V2021_07_28 Read Some("locations.readonly"),
}

/// Finds locations, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchLocations {
    /// Of which company.
    pub company_id: Option<CompanyId>,
    /// With which e-mail address.
    pub email: Option<String>,
    /// `asc` or `desc`.
    pub order: Option<String>,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub skip: u32,
}

impl SearchLocations {
    /// All locations that the token may see, 100 in a page.
    #[must_use]
    pub fn new() -> Self {
        Self { company_id: None, email: None, order: None, limit: 100, skip: 0 }
    }
}

impl Default for SearchLocations {
    fn default() -> Self {
        Self::new()
    }
}

operation! {
    SearchLocations = "locations.search-locations",
    Get "/locations/search" => LocationsReply,
    V2021_07_28 Read Some("locations.readonly"),
    query(limit: limit, skip: skip),
    optional(companyId: company_id, email: email, order: order),
    rows(skip locations: Location),
}
