//! Retention: what is kept for a while only, what still needs it, and how it goes.
//!
//! Three kinds of things grow with every event: its raw bytes, its entry in the journal with what it
//! changed, and the finished actions that followed from it. Two grow with what the hub does: the audit,
//! and change sets. Each kind goes by limits of its own, in small steps. The store removes what it is told to remove; what may go is decided in `policy`.

use std::{collections::BTreeMap, future::Future};

use jiff::Timestamp;

use crate::{EventId, StorageError};

/// A kind of things that are kept for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Retained {
    /// The raw bytes of events. Their entries stay when they go.
    Bytes,
    /// Entries of the journal, with their identities and changes, and their bytes where these are
    /// still there.
    Events,
    /// Finished actions, with their attempts.
    Attempts,
    /// Entries of the audit.
    Audit,
    /// Change sets, with their writes. One that is gone cannot be undone.
    Changes,
}

impl Retained {
    /// Every kind, in the order in which they go.
    pub const ALL: [Self; 5] =
        [Self::Bytes, Self::Events, Self::Attempts, Self::Audit, Self::Changes];

    /// The name in metrics, logs and settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Events => "events",
            Self::Attempts => "attempts",
            Self::Audit => "audit",
            Self::Changes => "changes",
        }
    }
}

/// One thing that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its place among its kind, from 1: for bytes and events that in the journal.
    pub place: u64,
    /// Since when it is kept: when it was journaled, finished, or noted; of a change set when its
    /// newest write was.
    pub since: Timestamp,
    /// What it takes, in bytes: exact for raw bytes, an estimate with its share of the indexes for the
    /// others.
    pub size: u64,
    /// The event that it is or belongs to; [`Self::NO_EVENT`] where it belongs to none.
    pub event: EventId,
}

impl Kept {
    /// What stands in place of the event of an entry of the audit, or of a change set.
    pub const NO_EVENT: EventId = EventId::from_bytes([0; 16]);
}

/// Why an event cannot go yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A row of the mirror shows it as the origin of its version; its bytes may go.
    Entry,
    /// An action that follows from it is not finished: it is needed whole.
    Whole,
}

/// How much of a file is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    /// The file's name.
    pub file: &'static str,
    /// Its size in bytes.
    pub size: u64,
    /// How many bytes of it are free, to be filled before the file grows.
    pub free: u64,
    /// Whether what is free can be given back to the disk while the file is in use.
    pub shrinks: bool,
}

/// Lets go of what is old. Each method does little at a time, so that nobody waits for it long.
pub trait Retention {
    /// The things of a kind after a place, in order, at most `limit`; none only at the end.
    /// Of actions only those that are finished.
    fn kept_after(
        &self,
        kind: Retained,
        place: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Kept>, StorageError>> + Send;

    /// Which of these events are still needed, and for what.
    fn needs(
        &self,
        events: &[EventId],
    ) -> impl Future<Output = Result<BTreeMap<EventId, Need>, StorageError>> + Send;

    /// Removes these things, and returns how many there were. The caller has made sure that nothing
    /// needs them; whatever it says, the newest entry of the journal stays, since places are counted
    /// on from it, and so do actions that are not finished.
    fn remove(
        &self,
        kind: Retained,
        things: &[Kept],
    ) -> impl Future<Output = Result<u64, StorageError>> + Send;

    /// What each file takes on the disk.
    fn space(&self) -> impl Future<Output = Result<Vec<Space>, StorageError>> + Send;

    /// Gives a little of what is free in the files back to the disk, where that is much; whether more
    /// is left to give.
    fn give_back(&self) -> impl Future<Output = Result<bool, StorageError>> + Send;
}
