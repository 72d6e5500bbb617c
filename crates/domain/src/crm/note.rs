//! A note on a contact.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, Behalf};

/// A note on a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Note {
    /// Its id.
    pub id: String,
    /// The text.
    pub body: String,
    /// The title.
    pub title: Option<String>,
    /// Who wrote it: the id of a user of the CRM.
    pub author: Option<String>,
    /// When it was written.
    pub created_at: Option<Timestamp>,
}

/// A note to write.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteDraft {
    /// The text.
    #[schemars(length(min = 1, max = 32_000))]
    pub body: String,
    /// The title.
    #[serde(default)]
    pub title: Option<String>,
}

/// Notes on contacts. They are read from the CRM itself: the mirror knows only those that were
/// written since it began.
pub trait CrmNotes: Send + Sync {
    /// All notes on a contact.
    fn notes<'a>(&'a self, behalf: &'a Behalf, contact: &'a str) -> Answer<'a, Vec<Note>>;

    /// Writes a note on a contact.
    fn add_note<'a>(
        &'a self,
        behalf: &'a Behalf,
        contact: &'a str,
        draft: &'a NoteDraft,
    ) -> Answer<'a, Note>;
}
