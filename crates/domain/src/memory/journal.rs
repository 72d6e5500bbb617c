//! The journal in memory: a list of entries and a map of identities.

use std::collections::HashMap;

use jiff::Timestamp;

use super::Memory;
use crate::{Appended, Entry, Event, EventId, Journal, Lane, Part, Realm, Sequence, StorageError};

/// How many entries one look goes through.
const LOOK: usize = 64;

#[derive(Default)]
pub(super) struct JournalState {
    pub(super) entries: Vec<Entry>,
    pub(super) seen: HashMap<EventId, Sequence>,
}

impl JournalState {
    /// Adds an event unless it is there.
    pub(super) fn append(&mut self, event: Event, journaled_at: Timestamp) -> Appended {
        let identities = [Some(event.id), event.alias];
        let known = identities.iter().flatten().find_map(|id| self.seen.get(id));
        if let Some(sequence) = known {
            return Appended::Duplicate(*sequence);
        }
        let sequence = Sequence(self.last().0 + 1);
        for id in identities.into_iter().flatten() {
            self.seen.insert(id, sequence);
        }
        self.entries.push(Entry { sequence, journaled_at, event, dropped_bytes: None });
        Appended::New(sequence)
    }

    fn last(&self) -> Sequence {
        self.entries.last().map_or(Sequence(0), |entry| entry.sequence)
    }
}

impl Journal for Memory {
    async fn append(&self, event: Event) -> Result<Appended, StorageError> {
        let journaled_at = self.clock.now();
        Ok(self.lock().journal.append(event, journaled_at))
    }

    async fn entries_after(
        &self,
        after: Sequence,
        limit: usize,
    ) -> Result<Vec<Entry>, StorageError> {
        let journal = &self.lock().journal;
        let first = journal.entries.partition_point(|entry| entry.sequence <= after);
        Ok(journal.entries[first..].iter().take(limit).cloned().collect())
    }

    async fn entries_within(
        &self,
        realm: &Realm,
        after: Sequence,
        limit: usize,
    ) -> Result<Part, StorageError> {
        let mut part = Part { entries: Vec::new(), through: after };
        for entry in self.entries_after(after, LOOK).await? {
            if part.entries.len() == limit {
                break;
            }
            part.through = entry.sequence;
            if realm.holds(entry.event.tenant.as_ref()) {
                part.entries.push(entry);
            }
        }
        Ok(part)
    }

    async fn owners_after(
        &self,
        after: Sequence,
        limit: usize,
    ) -> Result<Vec<(Sequence, Lane)>, StorageError> {
        let lane = |event: &Event| event.tenant.as_ref().map(|owner| owner.organization.clone());
        let state = self.lock();
        let first = state.journal.entries.partition_point(|entry| entry.sequence <= after);
        let behind = state.journal.entries.iter().skip(first);
        Ok(behind.take(limit).map(|entry| (entry.sequence, lane(&entry.event))).collect())
    }

    async fn entries_at(&self, places: &[Sequence]) -> Result<Vec<Entry>, StorageError> {
        let state = self.lock();
        let entries = &state.journal.entries;
        let at = |place: &Sequence| {
            let index = entries.binary_search_by_key(place, |entry| entry.sequence).ok()?;
            entries.get(index).cloned()
        };
        Ok(places.iter().filter_map(at).collect())
    }

    async fn entry(&self, id: EventId) -> Result<Option<Entry>, StorageError> {
        Ok(self.lock().journal.entries.iter().find(|entry| entry.event.id == id).cloned())
    }

    async fn last(&self) -> Result<Sequence, StorageError> {
        Ok(self.lock().journal.last())
    }
}
