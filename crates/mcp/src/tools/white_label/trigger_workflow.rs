//! `…_trigger_workflow`: puts a contact into a workflow.

use domain::{Entity, RecordKey, WriteEffect};
use endpoint::catalogue::Kind;
use highlevel::RawCall;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::person::Person;
use crate::{
    ToolError,
    desk::{Desk, Written},
    plan::{Plan, PlannedCall},
    tool::{Act, Answer, TypedTool},
};

/// The operation that does it.
const OPERATION: &str = "contacts.add-contact-to-workflow";

/// Puts a contact into a workflow.
pub(super) struct TriggerWorkflow;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    contact_id: String,
    workflow_id: String,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    contact_id: String,
    workflow_id: String,
}

impl TypedTool for TriggerWorkflow {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "trigger_workflow";
    const ABOUT: &'static str = "Puts a contact into a workflow, which may send messages at once: \
                                 first tell the person which contact and which workflow.";
    const KIND: Kind = Kind::Send;
    const IS_IDEMPOTENT: bool = false;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let person = Person::read(desk, &input.contact_id).await?;
        let name = workflow(desk, &input.workflow_id).await?;
        let path = format!("POST /contacts/{}/workflow/{}", person.id, input.workflow_id);
        let target = person.target();
        Ok(Act::Plan(Plan {
            kind: Kind::Send,
            title: Self::NAME.to_owned(),
            question: format!("Put {} into the workflow \"{name}\"", person.name),
            // The person alone is touched; the workflow is in the question and in the call.
            targets: vec![target],
            count: 1,
            must_type: None,
            calls: vec![PlannedCall {
                operation: OPERATION.to_owned(),
                request: Some(path),
                body: json!(null),
                scopes: vec!["contacts.write".to_owned()],
            }],
            run: Box::new(move |desk| Box::pin(triggered(desk, input))),
        }))
    }
}

async fn workflow(desk: &Desk, id: &str) -> Result<String, ToolError> {
    let call = call("workflows.get-workflow")?.with("locationId", desk.place().location.as_str());
    let reply = desk.read(call).await?.into_json();
    let listed = reply["workflows"].as_array().into_iter().flatten();
    let found = listed.into_iter().find(|workflow| workflow["id"] == id);
    let name = found.map(|workflow| workflow["name"].as_str().unwrap_or(id).to_owned());
    name.ok_or_else(|| {
        let fix = "list the workflows with entity_type workflow to see their ids";
        ToolError::new("not_found", "there is no workflow with this id", fix)
    })
}

async fn triggered(desk: Desk, input: Input) -> Result<Answer, ToolError> {
    let call = call(OPERATION)?
        .with("contactId", input.contact_id.as_str())
        .with("workflowId", input.workflow_id.as_str())
        .body(json!({}));
    let record = RecordKey::new(Entity::Contact, input.contact_id.as_str());
    let written = Written { effect: WriteEffect::Sent, record: Some(record), parent: None };
    desk.write(call, written).await?;
    Answer::of(&Output { contact_id: input.contact_id, workflow_id: input.workflow_id })
}

fn call(id: &str) -> Result<RawCall, ToolError> {
    RawCall::new(id)
        .map_err(|error| ToolError::new("bug", error.to_string(), "report this as a bug"))
}
