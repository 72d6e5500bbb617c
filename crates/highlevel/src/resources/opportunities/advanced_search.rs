//! `/opportunities/search`: find opportunities by filters, in pages.

use serde::Serialize;
use serde_json::Value;

use crate::{
    LocationId,
    models::{AdditionalDetails, OpportunitiesReply, Opportunity},
    pages::{Paged, Turn},
    resources::{Filter, Sort, declaration::operation},
};

/// Finds opportunities by filters, in pages.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilterOpportunities {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page, at most 100.
    pub limit: u32,
    /// Words to look for; empty for all.
    pub query: String,
    /// Which page, from 1.
    pub page: u32,
    /// Where the page begins, which the specification asks for and other clients leave out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub search_after: Vec<Value>,
    /// Conditions, all of which must hold. The specification does not name them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// In which order. The specification does not name it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<Sort>,
    /// What else each row tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_details: Option<AdditionalDetails>,
}

impl FilterOpportunities {
    /// All opportunities of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self {
            location_id,
            limit: 100,
            query: String::new(),
            page: 1,
            search_after: Vec::new(),
            filters: Vec::new(),
            sort: Vec::new(),
            additional_details: None,
        }
    }
}

operation! {
    FilterOpportunities = "opportunities.search-opportunities-advanced",
    Post "/opportunities/search" => OpportunitiesReply,
    V2021_07_28 Read Some("opportunities.readonly"),
    body json,
}

impl Paged for FilterOpportunities {
    type Item = Opportunity;

    fn turn(&self, reply: OpportunitiesReply) -> Turn<Self> {
        let page = self.page.saturating_add(1);
        Turn::numbered(
            reply.opportunities,
            self.limit,
            |row: &Opportunity| row.id.as_str(),
            || Self { page, ..self.clone() },
        )
    }
}
