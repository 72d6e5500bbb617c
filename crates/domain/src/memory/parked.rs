//! The parked events in memory: a map in the order of the journal, and a note for each stop.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

use super::Memory;
use crate::{Backlog, Dropped, EventId, Parked, ParkedKey, Parking, Sequence, Stop, StorageError};

#[derive(Default)]
pub(super) struct ParkingState {
    rows: BTreeMap<ParkedKey, Row>,
    notes: BTreeMap<Stop, Note>,
}

struct Row {
    parked: Parked,
    asked: Asked,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    No,
    Yes,
    Taken,
}

#[derive(Default)]
struct Note {
    places: Vec<Sequence>,
    tries: u32,
}

impl ParkingState {
    /// Parks events; one that is parked keeps its count of tries where that is higher.
    pub(super) fn park(&mut self, parked: Vec<Parked>) {
        for mut parked in parked {
            if let Some(known) = self.rows.get(&parked.key) {
                parked.tries = parked.tries.max(known.parked.tries);
            }
            self.rows.insert(parked.key, Row { parked, asked: Asked::No });
        }
    }

    /// Frees an event at a stop.
    pub(super) fn free(&mut self, sequence: Sequence, stop: Stop) -> Option<Parked> {
        self.rows.remove(&ParkedKey { sequence, stop }).map(|row| row.parked)
    }

    /// The events that are parked and not dropped.
    pub(super) fn waiting(&self) -> impl Iterator<Item = EventId> {
        let waiting = self.rows.values().filter(|row| row.parked.dropped.is_none());
        waiting.map(|row| row.parked.event)
    }

    /// Forgets what was parked of these events.
    pub(super) fn forget(&mut self, events: &[EventId]) {
        self.rows.retain(|_, row| !events.contains(&row.parked.event));
    }

    /// Asks for a decision on an event that has just been mirrored.
    pub(super) fn ask_for_decision(&mut self, mirrored: Parked) {
        let key = ParkedKey { stop: Stop::Decide, ..mirrored.key };
        let reason = "it was mirrored again; wait for its decision".to_owned();
        let parked = Parked { key, reason, tries: 0, dropped: None, ..mirrored };
        self.rows.entry(key).or_insert(Row { parked, asked: Asked::Yes }).asked = Asked::Yes;
    }

    /// What a former process took is parked as before.
    pub(super) fn recover(&mut self) {
        let taken = self.rows.values_mut().filter(|row| row.asked == Asked::Taken);
        taken.for_each(|row| row.asked = Asked::No);
    }
}

impl Parking for Memory {
    async fn begin(&self, stop: Stop, places: &[Sequence]) -> Result<u32, StorageError> {
        let notes = &mut self.lock().parking.notes;
        let note = notes.entry(stop).or_default();
        let again = !places.is_empty() && note.places.first() == places.first();
        *note = Note { places: places.to_vec(), tries: if again { note.tries + 1 } else { 1 } };
        Ok(note.tries)
    }

    async fn begun(&self, stop: Stop) -> Result<Vec<Sequence>, StorageError> {
        let notes = &self.lock().parking.notes;
        Ok(notes.get(&stop).map(|note| note.places.clone()).unwrap_or_default())
    }

    async fn parked(
        &self,
        after: Option<ParkedKey>,
        limit: usize,
    ) -> Result<Vec<Parked>, StorageError> {
        let from = after.map_or(Unbounded, Excluded);
        let rows = &self.lock().parking.rows;
        let parked = rows.range((from, Unbounded)).map(|(_, row)| row.parked.clone());
        Ok(parked.take(limit).collect())
    }

    async fn ask_again(&self, keys: &[ParkedKey]) -> Result<Vec<ParkedKey>, StorageError> {
        let rows = &mut self.lock().parking.rows;
        let mut asked = Vec::new();
        for key in keys {
            if let Some(row) = rows.get_mut(key).filter(|row| row.asked == Asked::No) {
                row.asked = Asked::Yes;
                row.parked.dropped = None;
                asked.push(*key);
            }
        }
        Ok(asked)
    }

    async fn take_asked(&self, stop: Stop) -> Result<Option<Parked>, StorageError> {
        let rows = &mut self.lock().parking.rows;
        let before_mirror = |key: &ParkedKey| {
            let mirror = ParkedKey { sequence: key.sequence, stop: Stop::Mirror };
            stop == Stop::Decide && rows.get(&mirror).is_some_and(|row| row.asked != Asked::No)
        };
        let asked = rows.iter().filter(|(key, row)| key.stop == stop && row.asked == Asked::Yes);
        let first = asked.map(|(key, _)| *key).find(|key| !before_mirror(key));
        Ok(first.and_then(|key| rows.get_mut(&key)).map(|row| {
            row.asked = Asked::Taken;
            row.parked.tries += 1;
            row.parked.clone()
        }))
    }

    async fn drop_parked(
        &self,
        keys: &[ParkedKey],
        dropped: Dropped,
    ) -> Result<Vec<ParkedKey>, StorageError> {
        let rows = &mut self.lock().parking.rows;
        let mut marked = Vec::new();
        for key in keys {
            let row = rows.get_mut(key).filter(|row| row.asked == Asked::No);
            if let Some(row) = row.filter(|row| row.parked.dropped.is_none()) {
                row.parked.dropped = Some(dropped.clone());
                marked.push(*key);
            }
        }
        Ok(marked)
    }

    async fn parked_backlog(&self) -> Result<BTreeMap<Stop, Backlog>, StorageError> {
        let mut backlog: BTreeMap<Stop, Backlog> = BTreeMap::new();
        for (key, row) in &self.lock().parking.rows {
            if row.parked.dropped.is_some() {
                continue;
            }
            let empty = Backlog { count: 0, oldest: row.parked.parked_at };
            let entry = backlog.entry(key.stop).or_insert(empty);
            entry.count += 1;
            entry.oldest = entry.oldest.min(row.parked.parked_at);
        }
        Ok(backlog)
    }
}
