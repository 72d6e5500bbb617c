//! `/workflows`: list.

use super::declaration::operation;
use crate::{LocationId, models::WorkflowsReply};

/// Lists the workflows of a location. [`super::AddToWorkflow`] puts a contact into one.
#[derive(Clone, Debug, PartialEq)]
pub struct ListWorkflows {
    /// In which location.
    pub location_id: LocationId,
}

operation! {
    ListWorkflows = "workflows.get-workflow",
    Get "/workflows/" => WorkflowsReply,
    V2021_07_28 Read Some("workflows.readonly"),
    query(locationId: location_id),
}
