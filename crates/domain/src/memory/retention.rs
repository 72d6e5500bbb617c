//! Retention in memory: what goes is taken out of the lists.

use std::collections::BTreeMap;

use super::{Memory, State};
use crate::{AuditEntry, Entry, EventId, Kept, Need, Retained, Retention, Space, StorageError};

impl Retention for Memory {
    async fn kept_after(
        &self,
        kind: Retained,
        place: u64,
        limit: usize,
    ) -> Result<Vec<Kept>, StorageError> {
        let state = self.lock();
        let kept: Box<dyn Iterator<Item = Kept> + '_> = match kind {
            Retained::Bytes => Box::new(state.journal.entries.iter().filter_map(bytes)),
            Retained::Events => Box::new(state.journal.entries.iter().map(event)),
            Retained::Attempts => Box::new(finished(&state)),
            Retained::Audit => Box::new(state.audit.iter().map(noted)),
            Retained::Changes => Box::new(state.change_sets.kept()),
        };
        Ok(kept.filter(|kept| kept.place > place).take(limit).collect())
    }

    async fn needs(&self, events: &[EventId]) -> Result<BTreeMap<EventId, Need>, StorageError> {
        let state = self.lock();
        let shown = state.mirror.rows.values().map(|row| (row.event, Need::Entry));
        let open = state.outbox.rows.iter().filter(|row| !row.tracked.state.is_finished());
        let open = open.map(|row| (row.tracked.action.event, Need::Whole));
        let parked = state.parking.waiting().map(|event| (event, Need::Whole));
        // The later of two needs counts, which is the greater one.
        Ok(shown.chain(open).chain(parked).filter(|(event, _)| events.contains(event)).collect())
    }

    async fn remove(&self, kind: Retained, things: &[Kept]) -> Result<u64, StorageError> {
        let state = &mut *self.lock();
        let goes = |place: u64| things.iter().any(|kept| kept.place == place);
        match kind {
            Retained::Bytes => {
                let mut removed = 0;
                for entry in state.journal.entries.iter_mut().filter(|e| goes(e.sequence.0)) {
                    if entry.dropped_bytes.is_none() {
                        entry.dropped_bytes = Some(entry.event.body.len() as u64);
                        entry.event.body = bytes::Bytes::new();
                        removed += 1;
                    }
                }
                Ok(removed)
            }
            Retained::Events => Ok(remove_events(state, goes)),
            Retained::Attempts => {
                let before = state.outbox.rows.len();
                let stays = |row: &super::outbox::Row| {
                    !(goes(row.place) && row.tracked.state.is_finished())
                };
                state.outbox.rows.retain(stays);
                Ok((before - state.outbox.rows.len()) as u64)
            }
            Retained::Audit => {
                let before = state.audit.len();
                let newest = state.audit.last().map(|entry| entry.id);
                state.audit.retain(|entry| !goes(entry.id.0) || Some(entry.id) == newest);
                Ok((before - state.audit.len()) as u64)
            }
            Retained::Changes => Ok(state.change_sets.remove(goes)),
        }
    }

    async fn space(&self) -> Result<Vec<Space>, StorageError> {
        Ok(Vec::new())
    }

    async fn give_back(&self) -> Result<bool, StorageError> {
        Ok(false)
    }
}

fn bytes(entry: &Entry) -> Option<Kept> {
    let size = entry.event.body.len() as u64;
    entry.dropped_bytes.is_none().then_some(Kept { size, ..event(entry) })
}

fn event(entry: &Entry) -> Kept {
    let size = size_of::<Entry>() as u64;
    let (place, since) = (entry.sequence.0, entry.journaled_at);
    Kept { place, since, size, event: entry.event.id }
}

fn noted(entry: &AuditEntry) -> Kept {
    let (place, since) = (entry.id.0, entry.noted.at);
    Kept { place, since, size: size_of::<AuditEntry>() as u64, event: Kept::NO_EVENT }
}

fn finished(state: &State) -> impl Iterator<Item = Kept> {
    let finished = state.outbox.rows.iter().filter(|row| row.tracked.state.is_finished());
    finished.map(|row| {
        let action = &row.tracked.action;
        let ends = row.tracked.attempts.iter().filter_map(|attempt| attempt.finished_at);
        let since = ends.max().unwrap_or(action.decided_at);
        Kept { place: row.place, since, size: size_of_val(row) as u64, event: action.event }
    })
}

fn remove_events(state: &mut State, goes: impl Fn(u64) -> bool) -> u64 {
    let Some(newest) = state.journal.entries.last().map(|entry| entry.sequence) else {
        return 0;
    };
    let goes = |entry: &Entry| goes(entry.sequence.0) && entry.sequence < newest;
    let (gone, stay): (Vec<_>, Vec<_>) =
        std::mem::take(&mut state.journal.entries).into_iter().partition(goes);
    state.journal.entries = stay;
    let places: Vec<_> = gone.iter().map(|entry| entry.sequence).collect();
    let events: Vec<_> = gone.iter().map(|entry| entry.event.id).collect();
    state.journal.seen.retain(|_, place| !places.contains(place));
    state.mirror.changes.retain(|change| !events.contains(&change.event));
    state.parking.forget(&events);
    gone.len() as u64
}
