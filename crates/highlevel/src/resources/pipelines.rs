//! `/opportunities/pipelines`: list.

use super::declaration::operation;
use crate::{LocationId, models::PipelinesReply};

/// Lists the pipelines of a location with their stages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListPipelines {
    /// Of which location.
    pub location_id: LocationId,
}

operation! {
    ListPipelines = "opportunities.get-pipelines",
    Get "/opportunities/pipelines" => PipelinesReply,
    V2021_07_28 Read Some("opportunities.readonly"),
    query(locationId: location_id),
}
