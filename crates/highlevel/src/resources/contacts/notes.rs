//! `/contacts/{contactId}/notes`: list, read, write, change, delete.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{
    ContactId, NoteId, UserId,
    models::{Done, NoteReply, NotesReply},
};

/// Lists all notes of a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct ListNotes {
    /// Which contact.
    pub contact_id: ContactId,
}

operation! {
    ListNotes = "contacts.get-all-notes",
    Get "/contacts/{contactId}/notes" (contactId: contact_id) => NotesReply,
    V2021_07_28 Read Some("contacts.readonly"),
}

/// Reads a note.
#[derive(Clone, Debug, PartialEq)]
pub struct GetNote {
    /// Which contact.
    pub contact_id: ContactId,
    /// Which note.
    pub note_id: NoteId,
}

operation! {
    GetNote = "contacts.get-note",
    Get "/contacts/{contactId}/notes/{id}" (contactId: contact_id, id: note_id) => NoteReply,
    V2021_07_28 Read Some("contacts.readonly"),
}

/// Writes a note.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateNote {
    /// Which contact.
    #[serde(skip)]
    pub contact_id: ContactId,
    /// The text.
    pub body: String,
    /// Who writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The color, as the interface names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Whether it stands on top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
}

impl CreateNote {
    /// A note with a text alone.
    #[must_use]
    pub fn new(contact_id: ContactId, body: &str) -> Self {
        let body = body.to_owned();
        Self { contact_id, body, user_id: None, title: None, color: None, pinned: None }
    }
}

operation! {
    CreateNote = "contacts.create-note",
    Post "/contacts/{contactId}/notes" (contactId: contact_id) => NoteReply,
    V2021_07_28 Write Some("contacts.write"),
    body json,
}

/// Changes a note; what is left out stays.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateNote {
    /// Which contact.
    #[serde(skip)]
    pub contact_id: ContactId,
    /// Which note.
    #[serde(skip)]
    pub note_id: NoteId,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Who writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The color, as the interface names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Whether it stands on top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
}

operation! {
    UpdateNote = "contacts.update-note",
    Put "/contacts/{contactId}/notes/{id}" (contactId: contact_id, id: note_id) => NoteReply,
    V2021_07_28 Write Some("contacts.write"),
    body json,
}

/// Deletes a note.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteNote {
    /// Which contact.
    pub contact_id: ContactId,
    /// Which note.
    pub note_id: NoteId,
}

operation! {
    DeleteNote = "contacts.delete-note",
    Delete "/contacts/{contactId}/notes/{id}" (contactId: contact_id, id: note_id) => Done,
    V2021_07_28 Delete Some("contacts.write"),
}
