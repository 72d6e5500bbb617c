//! `add_note`: writes a note on a contact.

use domain::crm::NoteDraft;
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    find_contacts::said,
    told::{put, second},
};
use crate::{
    ToolError,
    desk::Desk,
    plan::{Plan, PlanTarget, PlannedCall},
    tool::{Act, Answer, TypedTool},
};

/// Writes a note.
pub(crate) struct AddNote;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// id, e-mail, phone or whole name
    contact: String,
    text: String,
    #[serde(default)]
    title: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    note: Map<String, Value>,
}

impl TypedTool for AddNote {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "add_note";
    const ABOUT: &'static str = "Writes a note on a contact.";
    const KIND: Kind = Kind::Write;
    const IS_IDEMPOTENT: bool = false;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let text = said(&Some(input.text));
        let body =
            text.ok_or_else(|| ToolError::argument("the note is empty", "give its `text`"))?;
        let (id, name) = desk.contact(&input.contact).await?;
        let draft = NoteDraft { body, title: said(&input.title) };
        Ok(Act::Plan(Plan {
            kind: Kind::Write,
            title: Self::NAME.to_owned(),
            question: format!("Write a note on {name} ({id}): \"{}\"", draft.body),
            targets: vec![PlanTarget {
                entity: "contact".to_owned(),
                id: id.clone(),
                name: Some(name),
                version: None,
            }],
            count: 1,
            must_type: None,
            calls: vec![PlannedCall {
                operation: "contacts.create-note".to_owned(),
                request: Some(format!("POST /contacts/{id}/notes")),
                body: json!({"body": draft.body, "title": draft.title}),
                scopes: vec!["contacts.write".to_owned()],
            }],
            run: Box::new(move |desk| Box::pin(write(desk, id, draft))),
        }))
    }
}

async fn write(desk: Desk, contact: String, draft: NoteDraft) -> Result<Answer, ToolError> {
    let crm = desk.crm().await?;
    let note = crm.add_note(&desk.behalf(), &contact, &draft).await?;
    let mut told = Map::new();
    put(&mut told, "id", Some(note.id));
    put(&mut told, "contact_id", Some(contact));
    put(&mut told, "title", note.title);
    put(&mut told, "text", Some(note.body));
    put(&mut told, "at", note.created_at.map(second));
    Answer::of(&Output { note: told })
}
