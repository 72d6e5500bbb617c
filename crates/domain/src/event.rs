//! An event: a fact that happened, in the hub's own vocabulary, with the raw bytes beside it.

use std::{fmt, str::FromStr};

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CorrelationId, Entity, EventId, RecordKey, Tenant};

/// A fact that happened.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    /// Its identity: the same delivery twice has the same id.
    pub id: EventId,
    /// A second identity, for vendors that name the delivery beside the event.
    pub alias: Option<EventId>,
    /// The vendor that told it, such as `highlevel`.
    pub source: String,
    /// How it came in.
    pub origin: Origin,
    /// Whose it is; none where it names no account, or concerns the hub itself.
    pub tenant: Option<Tenant>,
    /// What happened.
    pub kind: EventKind,
    /// The vendor's own name for it, where it gave one.
    pub vendor_type: Option<String>,
    /// The record that it is about.
    pub record: Option<RecordKey>,
    /// The vendor's account, such as a HighLevel location or company.
    pub account: Option<String>,
    /// The vendor's id of the event, as it stands in the body.
    pub webhook_id: Option<String>,
    /// What its delivery is called in logs, actions and calls.
    pub correlation: CorrelationId,
    /// When it happened, as far as the vendor says; otherwise when it was received.
    pub occurred_at: Timestamp,
    /// When the door had it.
    pub received_at: Timestamp,
    /// The bytes as received.
    pub body: Bytes,
}

/// Without the body, which holds people's data.
impl fmt::Debug for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Event")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("tenant", &self.tenant)
            .field("body.bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// How an event came into the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The vendor pushed it and signed it.
    Webhook,
    /// Whoever holds a key, a token or a secret of its organization pushed it.
    Keyed,
    /// The hub read it when it first loaded an account.
    Backfill,
    /// The hub read it later, and the mirror said otherwise: something was missed.
    Reconcile,
    /// The hub wrote it, and this was the vendor's reply.
    Written,
    /// It is of a row that is kept equal with a record: the hub read it, or was told.
    Row,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Self; 6] =
        [Self::Webhook, Self::Keyed, Self::Backfill, Self::Reconcile, Self::Written, Self::Row];

    /// The name in stores and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Keyed => "keyed",
            Self::Backfill => "backfill",
            Self::Reconcile => "reconcile",
            Self::Written => "written",
            Self::Row => "row",
        }
    }

    /// Whether people and applications are to be told of it. What is read at first was there before,
    /// of what the hub writes itself the vendor tells too, and what a row makes of a record is told
    /// when the record changes.
    #[must_use]
    pub fn is_news(self) -> bool {
        match self {
            Self::Webhook | Self::Keyed | Self::Reconcile => true,
            Self::Backfill | Self::Written | Self::Row => false,
        }
    }
}

/// A stored name that this build does not know reads as [`Origin::Keyed`], which is trusted less.
impl FromStr for Origin {
    type Err = std::convert::Infallible;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(Self::ALL.into_iter().find(|origin| origin.name() == name).unwrap_or(Self::Keyed))
    }
}

/// What happened to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKind {
    /// The kind of record.
    pub entity: Entity,
    /// What happened to it.
    pub verb: Verb,
}

impl EventKind {
    /// A delivery that could not be read at all.
    pub const UNREADABLE: Self = Self { entity: Entity::Unknown, verb: Verb::Unreadable };
    /// A delivery that could be read, but not recognized.
    pub const UNKNOWN: Self = Self { entity: Entity::Unknown, verb: Verb::Changed };
}

impl fmt::Display for EventKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.entity, self.verb.name())
    }
}

impl FromStr for EventKind {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (entity, verb) = text.split_once('.').unwrap_or((text, ""));
        let verb = Verb::ALL.into_iter().find(|known| known.name() == verb);
        Ok(Self { entity: entity.parse()?, verb: verb.unwrap_or(Verb::Changed) })
    }
}

impl Serialize for EventKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What happened to a record.
///
/// [`Verb::Changed`] is the honest word where the content cannot tell a creation from an update
/// from a deletion (`facts/highlevel.md` 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// It was given to somebody else.
    Assigned,
    /// It was created, updated or deleted: the content does not say which.
    Changed,
    /// It was finished.
    Completed,
    /// It came to be.
    Created,
    /// It was removed.
    Deleted,
    /// Somebody opted out or in.
    DndChanged,
    /// It could not be done.
    Failed,
    /// It was handed to the provider that sends it.
    HandedOver,
    /// Something about it may have changed: it has to be read again before anything is done.
    Hinted,
    /// It was installed.
    Installed,
    /// It was paid in full.
    Paid,
    /// It was paid in part.
    PartiallyPaid,
    /// It moved to another subscription plan.
    PlanChanged,
    /// It came in.
    Received,
    /// A figure or state of it was reported.
    Reported,
    /// It went out.
    Sent,
    /// It moved to another stage.
    StageChanged,
    /// Its status changed.
    StatusChanged,
    /// Its tags changed.
    TagsChanged,
    /// It was removed from an account.
    Uninstalled,
    /// Its bytes could not be read.
    Unreadable,
    /// Its count of unread messages changed.
    UnreadChanged,
    /// It was changed.
    Updated,
    /// Its worth changed.
    ValueChanged,
    /// It was declared void.
    Voided,
}

impl Verb {
    /// Every verb, in order of name.
    pub const ALL: [Self; 25] = [
        Self::Assigned,
        Self::Changed,
        Self::Completed,
        Self::Created,
        Self::Deleted,
        Self::DndChanged,
        Self::Failed,
        Self::HandedOver,
        Self::Hinted,
        Self::Installed,
        Self::Paid,
        Self::PartiallyPaid,
        Self::PlanChanged,
        Self::Received,
        Self::Reported,
        Self::Sent,
        Self::StageChanged,
        Self::StatusChanged,
        Self::TagsChanged,
        Self::Uninstalled,
        Self::Unreadable,
        Self::UnreadChanged,
        Self::Updated,
        Self::ValueChanged,
        Self::Voided,
    ];

    /// The name in stores and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Changed => "changed",
            Self::Completed => "completed",
            Self::Created => "created",
            Self::Deleted => "deleted",
            Self::DndChanged => "dnd_changed",
            Self::Failed => "failed",
            Self::HandedOver => "handed_over",
            Self::Hinted => "hinted",
            Self::Installed => "installed",
            Self::Paid => "paid",
            Self::PartiallyPaid => "partially_paid",
            Self::PlanChanged => "plan_changed",
            Self::Received => "received",
            Self::Reported => "reported",
            Self::Sent => "sent",
            Self::StageChanged => "stage_changed",
            Self::StatusChanged => "status_changed",
            Self::TagsChanged => "tags_changed",
            Self::Uninstalled => "uninstalled",
            Self::Unreadable => "unreadable",
            Self::UnreadChanged => "unread_changed",
            Self::Updated => "updated",
            Self::ValueChanged => "value_changed",
            Self::Voided => "voided",
        }
    }

    /// The name that people read.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Assigned => "Assigned",
            Self::Changed => "Changed",
            Self::Completed => "Completed",
            Self::Created => "Created",
            Self::Deleted => "Deleted",
            Self::DndChanged => "DND Changed",
            Self::Failed => "Failed",
            Self::HandedOver => "Handed to Provider",
            Self::Hinted => "Hinted",
            Self::Installed => "Installed",
            Self::Paid => "Paid",
            Self::PartiallyPaid => "Partially Paid",
            Self::PlanChanged => "Plan Changed",
            Self::Received => "Received",
            Self::Reported => "Reported",
            Self::Sent => "Sent",
            Self::StageChanged => "Stage Changed",
            Self::StatusChanged => "Status Changed",
            Self::TagsChanged => "Tags Changed",
            Self::Uninstalled => "Uninstalled",
            Self::Unreadable => "Unreadable",
            Self::UnreadChanged => "Unread Changed",
            Self::Updated => "Updated",
            Self::ValueChanged => "Value Changed",
            Self::Voided => "Voided",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_its_text_form() {
        for entity in Entity::ALL {
            for verb in Verb::ALL {
                let kind = EventKind { entity, verb };
                assert_eq!(kind.to_string().parse(), Ok(kind));
            }
        }
    }
}
