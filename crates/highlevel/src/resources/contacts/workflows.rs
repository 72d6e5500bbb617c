//! `/contacts/{contactId}/workflow/{workflowId}`: put a contact into a workflow and take it out.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{ContactId, WorkflowId, models::Done};

/// Puts a contact into a workflow, which may send messages.
///
/// A success does not prove that the contact passed the workflow's own filters
/// (`facts/highlevel.md` 6.1).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddToWorkflow {
    /// Which contact.
    #[serde(skip)]
    pub contact_id: ContactId,
    /// Which workflow.
    #[serde(skip)]
    pub workflow_id: WorkflowId,
    /// When the event that the workflow waits for begins: ISO 8601 with an offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_start_time: Option<String>,
}

operation! {
    AddToWorkflow = "contacts.add-contact-to-workflow",
    Post "/contacts/{contactId}/workflow/{workflowId}"
        (contactId: contact_id, workflowId: workflow_id) => Done,
    V2021_07_28 Send Some("contacts.write"),
    body json,
}

/// Takes a contact out of a workflow.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveFromWorkflow {
    /// Which contact.
    #[serde(skip)]
    pub contact_id: ContactId,
    /// Which workflow.
    #[serde(skip)]
    pub workflow_id: WorkflowId,
    /// When the event that the workflow waits for begins: ISO 8601 with an offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_start_time: Option<String>,
}

operation! {
    RemoveFromWorkflow = "contacts.delete-contact-from-workflow",
    Delete "/contacts/{contactId}/workflow/{workflowId}"
        (contactId: contact_id, workflowId: workflow_id) => Done,
    V2021_07_28 Write Some("contacts.write"),
    body json,
}
