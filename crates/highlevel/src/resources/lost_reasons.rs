//! `/opportunities/lost-reason`: list.

use super::declaration::operation;
use crate::{
    LocationId,
    models::{LostReason, LostReasonsReply},
};

/// Lists the reasons for which opportunities are lost, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListLostReasons {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub skip: u32,
    /// Words to look for.
    pub query: Option<String>,
}

impl ListLostReasons {
    /// All reasons of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self { location_id, limit: 100, skip: 0, query: None }
    }
}

operation! {
    ListLostReasons = "opportunities.get-lost-reason",
    Get "/opportunities/lost-reason" => LostReasonsReply,
    V2021_07_28 Read Some("opportunities.readonly"),
    query(locationId: location_id, limit: limit, skip: skip),
    optional(query: query),
    rows(skip lost_reasons: LostReason),
}
