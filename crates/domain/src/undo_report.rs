//! The report of an undo: what came of each record of a change set, or what would come of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ChangeSetId, Difference};

/// What an undo did, or would do.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct UndoReport {
    /// The set that is undone.
    #[schemars(with = "String")]
    pub change_set: ChangeSetId,
    /// The set of the undo's own writes; null where it wrote nothing.
    #[schemars(with = "Option<String>")]
    pub undo: Option<ChangeSetId>,
    /// Whether nothing was written, and the outcomes are what would come.
    pub is_preview: bool,
    /// How many records came to which outcome.
    pub counts: UndoCounts,
    /// Why it ended before it was through, where it did. The same undo goes on from there.
    pub stopped: Option<String>,
    /// What came of each record, in the order in which they were looked at: the one that was written
    /// last comes first, and contacts that the set made come at the end.
    pub items: Vec<UndoItem>,
}

/// How many records came to which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UndoCounts {
    /// Given their former values.
    pub restored: usize,
    /// Deleted, since the set had made them.
    pub deleted: usize,
    /// As they were before already.
    pub unchanged: usize,
    /// Left alone, since somebody changed them.
    pub refused: usize,
    /// Beyond help.
    pub impossible: usize,
    /// Tried without success.
    pub failed: usize,
    /// Not reached.
    pub pending: usize,
}

/// What came of one record.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct UndoItem {
    /// The record, as its kind and its id: `contact/3yG…`; null where nobody knows which it is.
    pub record: Option<String>,
    /// The newest act of the set on it, such as `contact.patched`.
    pub act: String,
    /// What came of it.
    pub outcome: UndoOutcome,
    /// The values and tags that it got back, or would get.
    pub difference: Difference,
    /// What somebody changed since.
    pub conflicts: Vec<UndoConflict>,
    /// Why nothing came of it, and what to do.
    pub reason: Option<String>,
}

/// What can come of a record.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum UndoOutcome {
    /// It got its former values.
    Restored,
    /// It is deleted, since the set had made it.
    Deleted,
    /// It is as it was before already.
    Unchanged,
    /// Somebody changed it since, and it was left alone.
    Refused,
    /// Nothing can be done about it, such as a message that was sent.
    Impossible,
    /// It was tried without success.
    Failed,
    /// The undo ended before it came to it.
    Pending,
}

/// What somebody changed since.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct UndoConflict {
    /// The field, or `tags`, or `attached` for what hangs on the record.
    pub field: String,
    /// What people call it, where its key does not say.
    pub name: Option<String>,
    /// What the set left there.
    pub left: Value,
    /// What is there now.
    pub found: Value,
}

impl UndoCounts {
    /// The counts of these items.
    #[must_use]
    pub fn of(items: &[UndoItem]) -> Self {
        let count = |outcome| items.iter().filter(|item| item.outcome == outcome).count();
        Self {
            restored: count(UndoOutcome::Restored),
            deleted: count(UndoOutcome::Deleted),
            unchanged: count(UndoOutcome::Unchanged),
            refused: count(UndoOutcome::Refused),
            impossible: count(UndoOutcome::Impossible),
            failed: count(UndoOutcome::Failed),
            pending: count(UndoOutcome::Pending),
        }
    }
}

impl UndoOutcome {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Restored => "restored",
            Self::Deleted => "deleted",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Impossible => "impossible",
            Self::Failed => "failed",
            Self::Pending => "pending",
        }
    }
}
