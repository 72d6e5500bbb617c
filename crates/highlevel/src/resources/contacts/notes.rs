//! `/contacts/{contactId}/notes`: list, read, write, change, delete.

use endpoint::{Endpoint, Method};
use serde::Serialize;

use crate::{
    ContactId, Effect, HighLevelEndpoint, NoteId, UserId, Version,
    models::{Done, NoteReply, NotesReply},
    operation::json,
};

/// Lists all notes of a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct ListNotes {
    /// Which contact.
    pub contact_id: ContactId,
}

impl Endpoint for ListNotes {
    const NAME: &'static str = "contacts.get-all-notes";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/contacts/{contactId}/notes";
    type Response = NotesReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str())]
    }
}

impl HighLevelEndpoint for ListNotes {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = Some("contacts.readonly");
}

/// Reads a note.
#[derive(Clone, Debug, PartialEq)]
pub struct GetNote {
    /// Which contact.
    pub contact_id: ContactId,
    /// Which note.
    pub note_id: NoteId,
}

impl Endpoint for GetNote {
    const NAME: &'static str = "contacts.get-note";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/contacts/{contactId}/notes/{id}";
    type Response = NoteReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str()), ("id", self.note_id.as_str())]
    }
}

impl HighLevelEndpoint for GetNote {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = Some("contacts.readonly");
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

impl Endpoint for CreateNote {
    const NAME: &'static str = "contacts.create-note";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/contacts/{contactId}/notes";
    type Response = NoteReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for CreateNote {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = Some("contacts.write");
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

impl Endpoint for UpdateNote {
    const NAME: &'static str = "contacts.update-note";
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/contacts/{contactId}/notes/{id}";
    type Response = NoteReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str()), ("id", self.note_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for UpdateNote {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = Some("contacts.write");
}

/// Deletes a note.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteNote {
    /// Which contact.
    pub contact_id: ContactId,
    /// Which note.
    pub note_id: NoteId,
}

impl Endpoint for DeleteNote {
    const NAME: &'static str = "contacts.delete-note";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/contacts/{contactId}/notes/{id}";
    type Response = Done;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str()), ("id", self.note_id.as_str())]
    }
}

impl HighLevelEndpoint for DeleteNote {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Delete;
    const SCOPE: Option<&'static str> = Some("contacts.write");
}
