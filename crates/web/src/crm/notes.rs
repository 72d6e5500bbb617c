//! `/v1/contacts/{id}/notes`: list and write.

use domain::crm::{Note, NoteDraft};
use schemars::JsonSchema;
use serde::Serialize;

use super::{READ_ERRORS, Service, Where, Which, reach, reach_to_write};
use crate::{
    api::{Answer, Call, Method, Operation, Tag},
    problem::Problem,
};

/// `GET /v1/contacts/{id}/notes`.
pub(crate) const LIST: Operation = Operation {
    id: "notes.list",
    path: "/v1/contacts/{id}/notes",
    tag: Tag::Contacts,
    summary: "List the notes on a contact",
    description: "All notes, as the CRM has them now.",
    errors: READ_ERRORS,
    ..Operation::COMMON
};

/// `POST /v1/contacts/{id}/notes`.
pub(crate) const ADD: Operation = Operation {
    id: "notes.add",
    method: Method::Post,
    path: "/v1/contacts/{id}/notes",
    tag: Tag::Contacts,
    summary: "Write a note on a contact",
    description: "",
    errors: READ_ERRORS,
    takes_idempotency_key: true,
    takes_change_set: true,
    ..Operation::COMMON
};

/// All notes on a contact.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Notes {
    /// The notes.
    notes: Vec<Note>,
}

/// Lists the notes.
pub(crate) async fn list(call: Call<Service, Which, Where>) -> Result<Answer<Notes>, Problem> {
    let (crm, behalf) = reach(call.state, &call.caller, call.query).await?;
    Ok(Answer(Notes { notes: crm.notes(&behalf, call.path.id.as_str()).await? }))
}

/// Writes a note.
pub(crate) async fn add(
    call: Call<Service, Which, Where, NoteDraft>,
) -> Result<Answer<Note, 201>, Problem> {
    let asker = (&call.caller, call.change_set);
    let (crm, behalf) = reach_to_write(call.state, asker, call.query).await?;
    Ok(Answer(crm.add_note(&behalf, call.path.id.as_str(), &call.body).await?))
}
