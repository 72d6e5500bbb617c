//! The journal: the append-only log of events, and the only way into the hub.

use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Event, EventId, Lane, Realm, StorageError};

/// An event's place in the journal, from 1. A place is given once: what retention removes leaves a gap,
/// and the newest entry always stays.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Sequence(pub u64);

impl std::fmt::Display for Sequence {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, formatter)
    }
}

/// What became of an appended event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is new, and on stable storage.
    New(Sequence),
    /// The journal has it already, at this place; nothing was written.
    Duplicate(Sequence),
}

/// An event with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its place.
    pub sequence: Sequence,
    /// When the batch that made it durable was written.
    pub journaled_at: Timestamp,
    /// The event.
    pub event: Event,
    /// How many bytes the event's body had, where they are no longer kept: the body is then empty,
    /// which does not mean that it was received so.
    pub dropped_bytes: Option<u64>,
}

/// What one look into the journal found of a realm.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Entries of the realm, in order.
    pub entries: Vec<Entry>,
    /// Up to where the journal was looked through; the next look goes on after it. It is the place
    /// that the look began after where nothing follows.
    pub through: Sequence,
}

/// Keeps events, until [`crate::Retention`] lets them go.
pub trait Journal {
    /// Keeps an event, once. When the future is ready, the event is on stable storage: this is
    /// commit 1, and only after it may the door say 200 (invariant I1).
    ///
    /// An event is a duplicate when its id, or its alias where it has one, was kept before.
    /// Dropping the future does not take the event back.
    fn append(&self, event: Event) -> impl Future<Output = Result<Appended, StorageError>> + Send;

    /// The entries after a place, in order, at most `limit`, and fewer where they are large; none
    /// only at the journal's end.
    fn entries_after(
        &self,
        after: Sequence,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Entry>, StorageError>> + Send;

    /// The entries of a realm after a place, in order, at most `limit`. One look goes through a
    /// bounded part of the journal, so it may find fewer, or none, long before the journal's end:
    /// the end is where [`Part::through`] does not move.
    fn entries_within(
        &self,
        realm: &Realm,
        after: Sequence,
        limit: usize,
    ) -> impl Future<Output = Result<Part, StorageError>> + Send;

    /// Whose the entries after a place are, in order, at most `limit`; none only at the journal's end.
    fn owners_after(
        &self,
        after: Sequence,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(Sequence, Lane)>, StorageError>> + Send;

    /// The entries at these places, in the order in which they are asked for; fewer where they are
    /// large, and never none where the first is there.
    fn entries_at(
        &self,
        places: &[Sequence],
    ) -> impl Future<Output = Result<Vec<Entry>, StorageError>> + Send;

    /// The entry of an event.
    fn entry(
        &self,
        id: EventId,
    ) -> impl Future<Output = Result<Option<Entry>, StorageError>> + Send;

    /// The place of the newest entry; zero where there is none.
    fn last(&self) -> impl Future<Output = Result<Sequence, StorageError>> + Send;
}
