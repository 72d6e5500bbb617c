//! The parked events: those on which a stage fails, set aside so that the others go on.
//!
//! A stage says what it is about to handle before it does, so that an event that takes the whole
//! process down is found too (`facts/engine.md` 5.6).

use std::{collections::BTreeMap, future::Future};

use jiff::Timestamp;

use crate::{Backlog, Dropped, EventId, Sequence, StorageError};

/// The stops of an event's walk that can park it, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stop {
    /// What it says about records could not be read or applied.
    Mirror = 4,
    /// What follows from it could not be decided.
    Decide = 5,
}

impl Stop {
    /// Every stop, in the order of the walk.
    pub const ALL: [Self; 2] = [Self::Mirror, Self::Decide];

    /// The name in logs, metrics and stories.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mirror => "mirror",
            Self::Decide => "decide",
        }
    }
}

/// Which event at which stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParkedKey {
    /// The event's place in the journal.
    pub sequence: Sequence,
    /// The stop.
    pub stop: Stop,
}

/// An event that a stage could not handle.
#[derive(Clone, Debug, PartialEq)]
pub struct Parked {
    /// Which, and where.
    pub key: ParkedKey,
    /// The event.
    pub event: EventId,
    /// Why, with what to do next.
    pub reason: String,
    /// How often it was tried.
    pub tries: u32,
    /// When it was set aside.
    pub parked_at: Timestamp,
    /// Who decided that it stays so, where somebody did.
    pub dropped: Option<Dropped>,
}

/// Keeps parked events. [`crate::Projection`] and [`crate::Decisions`] park them and free them.
pub trait Parking {
    /// Notes that a stop is about to handle what is at these places, and returns how often it was
    /// begun where it begins now, this time included. The note outlives the process; a power cut may
    /// take it back, and what is more than a stretch may be left out at its end.
    fn begin(
        &self,
        stop: Stop,
        places: &[Sequence],
    ) -> impl Future<Output = Result<u32, StorageError>> + Send;

    /// What a stop noted last, ended or not.
    fn begun(&self, stop: Stop)
    -> impl Future<Output = Result<Vec<Sequence>, StorageError>> + Send;

    /// The parked events after this one, in the order of the journal, at most `limit`, dropped ones
    /// too.
    fn parked(
        &self,
        after: Option<ParkedKey>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Parked>, StorageError>> + Send;

    /// Asks for those of these that are parked to be handled again, and returns them. One that is
    /// asked for already is left as it is.
    fn ask_again(
        &self,
        keys: &[ParkedKey],
    ) -> impl Future<Output = Result<Vec<ParkedKey>, StorageError>> + Send;

    /// Takes the first event that a stop is asked to handle again, counts the try, and withdraws the
    /// request: whatever happens now, nobody tries it again unasked. A decision waits for the mirror.
    fn take_asked(
        &self,
        stop: Stop,
    ) -> impl Future<Output = Result<Option<Parked>, StorageError>> + Send;

    /// Marks those of these that are parked as dropped, and returns them.
    fn drop_parked(
        &self,
        keys: &[ParkedKey],
        dropped: Dropped,
    ) -> impl Future<Output = Result<Vec<ParkedKey>, StorageError>> + Send;

    /// The events of each stop that are parked and not dropped; stops without one are left out.
    fn parked_backlog(
        &self,
    ) -> impl Future<Output = Result<BTreeMap<Stop, Backlog>, StorageError>> + Send;
}
