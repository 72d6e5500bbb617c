//! The journal in memory: a vector of entries and a map of identities.

use std::collections::HashMap;

use super::Memory;
use crate::{Appended, Entry, Event, EventId, Journal, Sequence, StorageError};

#[derive(Default)]
pub(super) struct JournalState {
    entries: Vec<Entry>,
    seen: HashMap<EventId, Sequence>,
}

impl Journal for Memory {
    async fn append(&self, event: Event) -> Result<Appended, StorageError> {
        let journaled_at = self.clock.now();
        let journal = &mut self.lock().journal;
        let identities = [Some(event.id), event.alias];
        let known = identities.iter().flatten().find_map(|id| journal.seen.get(id));
        if let Some(sequence) = known {
            return Ok(Appended::Duplicate(*sequence));
        }
        let sequence = Sequence(journal.entries.len() as u64 + 1);
        for id in identities.into_iter().flatten() {
            journal.seen.insert(id, sequence);
        }
        journal.entries.push(Entry { sequence, journaled_at, event });
        Ok(Appended::New(sequence))
    }

    async fn entries_after(
        &self,
        after: Sequence,
        limit: usize,
    ) -> Result<Vec<Entry>, StorageError> {
        let skip = usize::try_from(after.0).unwrap_or(usize::MAX);
        Ok(self.lock().journal.entries.iter().skip(skip).take(limit).cloned().collect())
    }

    async fn entry(&self, id: EventId) -> Result<Option<Entry>, StorageError> {
        Ok(self.lock().journal.entries.iter().find(|entry| entry.event.id == id).cloned())
    }

    async fn last(&self) -> Result<Sequence, StorageError> {
        Ok(Sequence(self.lock().journal.entries.len() as u64))
    }
}
