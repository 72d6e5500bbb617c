//! A record: the local copy of one thing in the CRM, and the change that an event made to it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Entity, EventId, Origin, Tenant};

/// The named values of a record, in the hub's words (`first_name`, `stage_id`).
pub type Fields = BTreeMap<String, Value>;

/// Which record of a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordKey {
    /// What it is.
    pub entity: Entity,
    /// The vendor's id of it.
    pub id: String,
}

impl RecordKey {
    /// The key of the `entity` with this id.
    #[must_use]
    pub fn new(entity: Entity, id: impl Into<String>) -> Self {
        Self { entity, id: id.into() }
    }
}

impl std::fmt::Display for RecordKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.entity, self.id)
    }
}

/// What an event says about one record.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordUpdate {
    /// The record has these values; fields that are not named stay as they are.
    Set(RecordKey, Fields),
    /// The record is gone; these were its last values.
    Remove(RecordKey, Fields),
    /// It differed from the row that this event had made, or there was no row. It counts only while
    /// that is so: what came in between knows better.
    Compared {
        /// The event of the row that it was compared with.
        found: Option<EventId>,
        /// What it says.
        update: Box<RecordUpdate>,
    },
}

impl RecordUpdate {
    /// The record.
    #[must_use]
    pub fn key(&self) -> &RecordKey {
        match self {
            Self::Set(key, _) | Self::Remove(key, _) => key,
            Self::Compared { update, .. } => update.key(),
        }
    }
}

/// The local copy of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Whose it is.
    pub tenant: Tenant,
    /// Which it is.
    pub key: RecordKey,
    /// Its values.
    pub fields: Fields,
    /// How often it changed, from 1.
    pub version: u64,
    /// When the newest event that it reflects happened.
    pub occurred_at: Timestamp,
    /// When the vendor deleted it; the row stays as a tombstone.
    pub deleted_at: Option<Timestamp>,
    /// The event that made this version.
    pub event: EventId,
    /// The vendor's account that it is in, such as a HighLevel location, where an event has told it.
    pub account: Option<String>,
    /// How that event came in.
    pub origin: Origin,
    /// When the hub first heard of it.
    pub first_seen_at: Timestamp,
    /// When the hub last heard something new of it. That it is still so is told by the runs that
    /// compared it since.
    pub last_seen_at: Timestamp,
}

/// The difference that an event made to one record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The event.
    pub event: EventId,
    /// Whose record it is.
    pub tenant: Tenant,
    /// Which record.
    pub key: RecordKey,
    /// What the mirror did.
    pub applied: Applied,
    /// The version after it.
    pub version: u64,
    /// The fields that differ, by name.
    pub fields: BTreeMap<String, FieldChange>,
    /// The event that made the version which this one found; none where there was no record.
    #[serde(default)]
    pub found: Option<EventId>,
}

/// What the mirror did with an event's word on a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applied {
    /// The record is new here.
    Created,
    /// The record has other values.
    Updated,
    /// The record is marked as deleted.
    Deleted,
    /// The mirror says the same already.
    Unchanged,
    /// The mirror knows something newer; nothing was applied.
    Stale,
}

impl Applied {
    /// The name in stores and stories.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Unchanged => "unchanged",
            Self::Stale => "stale",
        }
    }

    /// Whether the record is another one after it.
    #[must_use]
    pub fn is_news(self) -> bool {
        matches!(self, Self::Created | Self::Updated | Self::Deleted)
    }
}

/// One field before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its value before; null where it had none.
    pub before: Value,
    /// Its value after; null where it has none.
    pub after: Value,
}
