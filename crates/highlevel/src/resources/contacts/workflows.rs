//! `/contacts/{contactId}/workflow/{workflowId}`: put a contact into a workflow and take it out.

use endpoint::{Endpoint, Method};
use serde::Serialize;

use crate::{
    ContactId, Effect, HighLevelEndpoint, Version, WorkflowId, models::Done, operation::json,
};

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

impl Endpoint for AddToWorkflow {
    const NAME: &'static str = "contacts.add-contact-to-workflow";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/contacts/{contactId}/workflow/{workflowId}";
    type Response = Done;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str()), ("workflowId", self.workflow_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for AddToWorkflow {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Send;
    const SCOPE: Option<&'static str> = Some("contacts.write");
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

impl Endpoint for RemoveFromWorkflow {
    const NAME: &'static str = "contacts.delete-contact-from-workflow";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/contacts/{contactId}/workflow/{workflowId}";
    type Response = Done;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str()), ("workflowId", self.workflow_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for RemoveFromWorkflow {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = Some("contacts.write");
}
