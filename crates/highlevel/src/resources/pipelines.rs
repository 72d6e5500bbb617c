//! `/opportunities/pipelines`: list.

use endpoint::{Endpoint, Method};

use crate::{Effect, HighLevelEndpoint, LocationId, Version, models::PipelinesReply};

/// Lists the pipelines of a location with their stages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListPipelines {
    /// Of which location.
    pub location_id: LocationId,
}

impl Endpoint for ListPipelines {
    const NAME: &'static str = "opportunities.get-pipelines";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/opportunities/pipelines";
    type Response = PipelinesReply;

    fn query(&self) -> Vec<(&'static str, String)> {
        vec![("locationId", self.location_id.to_string())]
    }
}

impl HighLevelEndpoint for ListPipelines {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = Some("opportunities.readonly");
}
