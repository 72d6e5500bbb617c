//! `/locations/{locationId}/tasks/search`: the tasks of all contacts.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{
    BusinessId, ContactId, LocationId, UserId,
    models::{Task, TasksPage},
};

/// Finds tasks of all contacts, in pages.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchTasks {
    /// In which location.
    #[serde(skip)]
    pub location_id: LocationId,
    /// Of which contacts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contact_id: Vec<ContactId>,
    /// Who is to do them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assigned_to: Vec<UserId>,
    /// Whether they are done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed: Option<bool>,
    /// Words to look for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Of which business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_id: Option<BusinessId>,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub skip: u32,
}

impl SearchTasks {
    /// All tasks of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self {
            location_id,
            contact_id: Vec::new(),
            assigned_to: Vec::new(),
            completed: None,
            query: None,
            business_id: None,
            limit: 100,
            skip: 0,
        }
    }
}

operation! {
    SearchTasks = "locations.task-search",
    Post "/locations/{locationId}/tasks/search" (locationId: location_id) => TasksPage,
    V2021_07_28 Read Some("locations/tasks.readonly"),
    body json,
    rows(skip tasks: Task),
}
