//! `…_add_note`: writes a note on a contact.

use domain::crm::NoteDraft;
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::person::Person;
use crate::{
    ToolError,
    desk::Desk,
    plan::{Plan, PlannedCall},
    tool::{Act, Answer, TypedTool},
};

/// Writes a note.
pub(super) struct AddNote;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    contact_id: String,
    #[schemars(length(min = 1, max = 32_000))]
    body: String,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    note_id: String,
    contact_id: String,
}

impl TypedTool for AddNote {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "add_note";
    const ABOUT: &'static str = "Writes a note on a contact.";
    const KIND: Kind = Kind::Write;
    const IS_IDEMPOTENT: bool = false;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let person = Person::read(desk, &input.contact_id).await?;
        let call = PlannedCall {
            operation: "contacts.create-note".to_owned(),
            request: None,
            body: json!({ "body": input.body }),
            scopes: Vec::new(),
        };
        let question = format!("Write a note on {}: \"{}\"", person.name, input.body);
        let target = person.target();
        Ok(Act::Plan(Plan {
            kind: Kind::Write,
            title: Self::NAME.to_owned(),
            question,
            targets: vec![target],
            count: 1,
            must_type: None,
            calls: vec![call],
            run: Box::new(move |desk| {
                Box::pin(async move {
                    let draft = NoteDraft { body: input.body, title: None };
                    let crm = desk.crm().await?;
                    let note = crm.add_note(&desk.behalf(), &input.contact_id, &draft).await?;
                    Answer::of(&Output { note_id: note.id, contact_id: input.contact_id })
                })
            }),
        }))
    }
}
