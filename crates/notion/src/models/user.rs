//! A user: a person, or a connection, which acts as a bot.

use serde::Deserialize;

use crate::UserId;

/// A user (`facts/notion.md` 9, "Users").
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct User {
    /// The user's id: what `last_edited_by` says of this user's edits.
    pub id: UserId,
    /// `person` or `bot`; none in the partial form.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// What only a bot has.
    pub bot: Option<Bot>,
}

/// Where a connection works. All of it is missing without the capability to read users.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Bot {
    /// The workspace's id.
    pub workspace_id: Option<String>,
    /// The workspace's name.
    pub workspace_name: Option<String>,
}
