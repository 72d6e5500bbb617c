//! `/locations`: read, search.

mod records;
mod tasks;
mod templates;

use endpoint::{Endpoint, Method};

use super::declaration::operation;
use crate::{
    CompanyId, Effect, HighLevelEndpoint, LocationId, Version,
    models::{Location, LocationReply, LocationsReply},
    operation::add,
    pages::{Paged, Turn},
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

impl Paged for SearchLocations {
    type Item = Location;

    fn turn(&self, reply: LocationsReply) -> Turn<Self> {
        let skip = self.skip.saturating_add(self.limit);
        Turn::numbered(
            reply.locations,
            self.limit,
            |row: &Location| row.id.as_str(),
            || Self { skip, ..self.clone() },
        )
    }
}

impl Endpoint for SearchLocations {
    const NAME: &'static str = "locations.search-locations";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/locations/search";
    type Response = LocationsReply;

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = vec![("limit", self.limit.to_string()), ("skip", self.skip.to_string())];
        add(&mut query, "companyId", self.company_id.as_ref());
        add(&mut query, "email", self.email.as_ref());
        add(&mut query, "order", self.order.as_ref());
        query
    }
}

impl HighLevelEndpoint for SearchLocations {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = Some("locations.readonly");
}
