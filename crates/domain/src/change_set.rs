//! A change set: what one cause changed outside, with what was there before, so that all of it can be undone.
//!
//! Each write is noted before it is made, as an intent, and once more when it has ended. A crash in
//! between leaves an intent without an end: it may have been done or not, and the record itself tells.

mod difference;

use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::difference::{Difference, TagChange, WrittenField};
use crate::{Actor, ChangeSetId, Realm, RecordKey, StorageError, Tenant};

/// What one cause changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSet {
    /// Its id.
    pub id: ChangeSetId,
    /// Whose records it changed, and by which connection.
    pub tenant: Tenant,
    /// Who began it.
    pub actor: Actor,
    /// What it is for: its owner's words, or the only act in it, such as `contact.patched`.
    pub title: String,
    /// The set that it takes back, where it is an undo.
    pub undoes: Option<ChangeSetId>,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// When its newest write was noted; when it was begun, where it has none.
    pub written_at: Timestamp,
    /// How many writes it has.
    pub writes: u64,
}

/// A set to join, or to begin where nobody has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChangeSet {
    /// Whose records it changes, and by which connection.
    pub tenant: Tenant,
    /// What makes it this set and no other within the connection, such as the id of a run.
    pub cause: String,
    /// Who begins it.
    pub actor: Actor,
    /// What it is for, in a few words without anybody's data.
    pub title: String,
    /// The set that it takes back, where it is an undo.
    pub undoes: Option<ChangeSetId>,
    /// Now.
    pub at: Timestamp,
}

/// What a write does to its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteEffect {
    /// The record is made.
    Created,
    /// The record is given other values.
    Changed,
    /// The record is taken away.
    Deleted,
    /// Something reaches a person, and cannot be taken back.
    Sent,
}

/// How far a write came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteState {
    /// It was about to be made: it is under way, or was cut off.
    Intended,
    /// It was made.
    Done,
    /// It was not made.
    Refused,
    /// Nobody said whether it was made.
    InDoubt,
}

/// A write as it is about to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct WriteIntent {
    /// When.
    pub at: Timestamp,
    /// Who asks for it.
    pub actor: Actor,
    /// What is done, as in the audit: `contact.patched`.
    pub act: String,
    /// What it does to its record.
    pub effect: WriteEffect,
    /// The record; none for one that is made, until its id is known.
    pub record: Option<RecordKey>,
    /// What the record hangs on, such as the contact of a note.
    pub parent: Option<RecordKey>,
    /// In which account of the connection, where the caller named one.
    pub account: Option<String>,
    /// What is before, and what is to be after.
    pub difference: Difference,
}

/// How a write ended.
#[derive(Clone, Debug, PartialEq)]
pub struct WriteEnd {
    /// When.
    pub at: Timestamp,
    /// How.
    pub state: WriteState,
    /// The record, where only the end tells which it is.
    pub record: Option<RecordKey>,
    /// What is after by the vendor's own word, in place of what was intended.
    pub difference: Option<Difference>,
    /// The kind of its refusal, such as `not-found`.
    pub detail: Option<String>,
}

/// A write as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// Its place in its set, from 1.
    pub number: u64,
    /// What it was about to do, with what its end has told since.
    pub intent: WriteIntent,
    /// How far it came.
    pub state: WriteState,
    /// When it ended, where that is known.
    pub ended_at: Option<Timestamp>,
    /// The kind of its refusal.
    pub detail: Option<String>,
}

impl ChangeSet {
    /// A set without a write.
    #[must_use]
    pub fn begin(new: NewChangeSet) -> Self {
        Self {
            id: ChangeSetId::of(&new.tenant, &new.cause),
            tenant: new.tenant,
            actor: new.actor,
            title: new.title,
            undoes: new.undoes,
            begun_at: new.at,
            written_at: new.at,
            writes: 0,
        }
    }
}

impl Write {
    /// The same write after its end.
    #[must_use]
    pub fn ended(mut self, end: WriteEnd) -> Self {
        self.state = end.state;
        self.ended_at = Some(end.at);
        self.detail = end.detail;
        self.intent.record = end.record.or(self.intent.record);
        self.intent.difference = end.difference.unwrap_or(self.intent.difference);
        self
    }
}

impl WriteEffect {
    /// Every effect.
    pub const ALL: [Self; 4] = [Self::Created, Self::Changed, Self::Deleted, Self::Sent];

    /// The name in stores and replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Sent => "sent",
        }
    }
}

impl WriteState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Intended, Self::Done, Self::Refused, Self::InDoubt];

    /// The name in stores and replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::InDoubt => "in_doubt",
        }
    }
}

/// A text that is no effect or state of a write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was given says nothing about a write; use a program that is as new as the data")]
pub struct UnknownWrite;

impl std::str::FromStr for WriteEffect {
    type Err = UnknownWrite;

    fn from_str(text: &str) -> Result<Self, UnknownWrite> {
        Self::ALL.into_iter().find(|effect| effect.name() == text).ok_or(UnknownWrite)
    }
}

impl std::str::FromStr for WriteState {
    type Err = UnknownWrite;

    fn from_str(text: &str) -> Result<Self, UnknownWrite> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(UnknownWrite)
    }
}

/// Keeps change sets. What is read is within a realm; what is written is one tenant's.
pub trait ChangeSets {
    /// The set of a cause, begun where there is none. What is there stays as it was begun.
    fn join(
        &self,
        set: NewChangeSet,
    ) -> impl Future<Output = Result<ChangeSet, StorageError>> + Send;

    /// Notes that a write is about to be made, and gives its number; none, and nothing is noted,
    /// where the tenant has no such set.
    fn intend(
        &self,
        tenant: &Tenant,
        set: &ChangeSetId,
        intent: WriteIntent,
    ) -> impl Future<Output = Result<Option<u64>, StorageError>> + Send;

    /// Notes how a write ended. One that has ended, or is not there, stays as it is.
    fn conclude(
        &self,
        set: &ChangeSetId,
        number: u64,
        end: WriteEnd,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// The set with this id.
    fn change_set(
        &self,
        realm: &Realm,
        id: &ChangeSetId,
    ) -> impl Future<Output = Result<Option<ChangeSet>, StorageError>> + Send;

    /// The sets that were begun last, the newest first, at most `limit`, from the first that is
    /// older than `before`. A `before` that the realm does not hold is the end.
    fn change_sets(
        &self,
        realm: &Realm,
        before: Option<&ChangeSetId>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<ChangeSet>, StorageError>> + Send;

    /// The writes of a set after a number, in order, at most `limit`.
    fn writes(
        &self,
        realm: &Realm,
        id: &ChangeSetId,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Write>, StorageError>> + Send;

    /// The sets that take this one back, the oldest first.
    fn undos(
        &self,
        realm: &Realm,
        id: &ChangeSetId,
    ) -> impl Future<Output = Result<Vec<ChangeSet>, StorageError>> + Send;
}
