//! `run_workflow`: a contact is put into an automation, or taken out of it.

use domain::{Entity, RecordKey, WriteEffect};
use endpoint::catalogue::Kind;
use highlevel::RawCall;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::calls;
use crate::{
    ToolError,
    desk::{Desk, Written},
    names::Noun,
    plan::{Plan, PlanTarget},
    tool::{Act, Answer, TypedTool},
};

/// Runs automations.
pub(crate) struct RunWorkflow;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    workflow: String,
    contact: String,
    #[serde(default)]
    action: Action,
    /// When it begins, with an offset; at once where left out.
    at: Option<String>,
}

// What is done with the contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    #[default]
    Add,
    Remove,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    workflow: String,
    contact: String,
    contact_id: String,
    done: &'static str,
}

impl TypedTool for RunWorkflow {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "run_workflow";
    const ABOUT: &'static str = "Adds a contact to a workflow, which may message them, or removes them; say whom and which first.";
    const KIND: Kind = Kind::Send;
    const IS_IDEMPOTENT: bool = false;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let workflow = desk.resolve(Noun::Workflow, None, &input.workflow).await?;
        let (contact, person) = desk.contact(&input.contact).await?;
        if input.at.as_deref().is_some_and(|at| at.parse::<jiff::Timestamp>().is_err()) {
            let fix = "write it with an offset, such as 2026-03-09T14:00:00-05:00";
            return Err(ToolError::argument("`at` is no moment", fix));
        }
        let body = match (&input.at, input.action) {
            (Some(at), Action::Add) => json!({ "eventStartTime": at }),
            _ => json!({}),
        };
        let call = desk
            .raw(input.action.operation())?
            .with("contactId", contact.as_str())
            .with("workflowId", workflow.id.as_str())
            .body(body.clone());
        let said = json!({ "contact": contact, "workflow": workflow.id, "body": body });
        let told = Output {
            workflow: workflow.name,
            contact: person,
            contact_id: contact,
            done: input.action.done(),
        };
        Ok(Act::Plan(plan(input.action, (call, said), told)))
    }
}

fn plan(action: Action, (call, said): (RawCall, Value), told: Output) -> Plan {
    let (person, workflow) = (&told.contact, &told.workflow);
    let (kind, effect, question) = match action {
        Action::Add => {
            let question = format!(
                "Add {person} to the workflow \"{workflow}\", which may send messages to them"
            );
            (Kind::Send, WriteEffect::Sent, question)
        }
        Action::Remove => {
            let question = format!("Remove {person} from the workflow \"{workflow}\"");
            (Kind::Delete, WriteEffect::Changed, question)
        }
    };
    let target = PlanTarget {
        entity: "contact".to_owned(),
        id: told.contact_id.clone(),
        name: Some(person.clone()),
        version: None,
    };
    let written = Written {
        effect,
        record: Some(RecordKey::new(Entity::Contact, told.contact_id.as_str())),
        parent: None,
    };
    Plan {
        kind,
        title: RunWorkflow::NAME.to_owned(),
        question,
        targets: vec![target],
        count: 1,
        must_type: (kind == Kind::Delete).then(|| person.clone()),
        calls: vec![calls::planned(action.operation(), said)],
        run: Box::new(move |desk| {
            Box::pin(async move {
                desk.write(call, written).await?;
                Answer::of(&told)
            })
        }),
    }
}

impl Action {
    fn operation(self) -> &'static str {
        match self {
            Self::Add => "contacts.add-contact-to-workflow",
            Self::Remove => "contacts.delete-contact-from-workflow",
        }
    }

    fn done(self) -> &'static str {
        match self {
            Self::Add => "added",
            Self::Remove => "removed",
        }
    }
}
