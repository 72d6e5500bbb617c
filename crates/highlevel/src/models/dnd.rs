//! Do-not-disturb: whether a contact wants calls, texts and e-mail.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Do-not-disturb by channel, kept as it came.
///
/// The second generation writes `Call`, `Email`, `SMS`, `WhatsApp`, `GMB`, `FB`, the third the same
/// in lower camel case (`facts/highlevel.md` 9.5); reading takes either.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DndSettings(Map<String, Value>);

/// Whether a channel is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DndState {
    /// Messages may be sent.
    Inactive,
    /// Do not disturb is on: nothing may be sent.
    Active,
    /// The contact opted out by a word such as STOP, and only the contact can opt in again.
    Permanent,
    /// Another, in HighLevel's spelling.
    Other(String),
}

impl DndSettings {
    /// The state of a channel, in whichever casing HighLevel names it; none where it says nothing.
    #[must_use]
    pub fn state(&self, channel: &str) -> Option<DndState> {
        let (_, setting) = self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(channel))?;
        let status = setting.get("status")?.as_str()?;
        Some(match status {
            "inactive" => DndState::Inactive,
            "active" => DndState::Active,
            "permanent" => DndState::Permanent,
            other => DndState::Other(other.to_owned()),
        })
    }

    /// The same settings with one channel opened or closed, by a person's decision. A channel that
    /// is there keeps its spelling.
    #[must_use]
    pub fn with(mut self, channel: &str, closed: bool) -> Self {
        let name = self.0.keys().find(|name| name.eq_ignore_ascii_case(channel)).cloned();
        let status = if closed { "active" } else { "inactive" };
        let setting = serde_json::json!({ "status": status });
        self.0.insert(name.unwrap_or_else(|| channel.to_owned()), setting);
        self
    }
}
