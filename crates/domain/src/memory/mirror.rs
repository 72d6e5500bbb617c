//! The mirror in memory: a map of rows and a list of changes.

use std::collections::BTreeMap;

use super::Memory;
use crate::{
    Change, Entity, EventId, Lanes, Mirror, Projection, Record, RecordKey, RecordPage, RecordPlace,
    RecordQuery, Sequence, Stop, StorageError, Tenant,
};

#[derive(Default)]
pub(super) struct MirrorState {
    cursor: Sequence,
    ahead: Lanes,
    pub(super) rows: BTreeMap<(Tenant, RecordKey), Record>,
    pub(super) changes: Vec<Change>,
}

impl Mirror for Memory {
    async fn projected(&self) -> Result<Sequence, StorageError> {
        Ok(self.lock().mirror.cursor)
    }

    async fn projected_ahead(&self) -> Result<Lanes, StorageError> {
        Ok(self.lock().mirror.ahead.clone())
    }

    async fn project(&self, projection: Projection) -> Result<(), StorageError> {
        let state = &mut *self.lock();
        let (mirror, parking) = (&mut state.mirror, &mut state.parking);
        if mirror.cursor != projection.from || mirror.ahead != projection.lanes.from {
            return Err(StorageError::Moved { expected: projection.from, found: mirror.cursor });
        }
        mirror.cursor = projection.to;
        mirror.ahead = projection.lanes.to;
        for record in projection.records {
            mirror.rows.insert((record.tenant.clone(), record.key.clone()), record);
        }
        mirror.changes.extend(projection.changes);
        for installation in projection.installations {
            state.connections.put_installation(installation);
        }
        parking.park(projection.parked);
        for sequence in projection.freed {
            if let Some(mirrored) = parking.free(sequence, Stop::Mirror) {
                parking.ask_for_decision(mirrored);
            }
        }
        Ok(())
    }

    async fn records(
        &self,
        tenant: &Tenant,
        keys: &[RecordKey],
    ) -> Result<Vec<Record>, StorageError> {
        let mirror = &self.lock().mirror;
        let row = |key: &RecordKey| mirror.rows.get(&(tenant.clone(), key.clone())).cloned();
        Ok(keys.iter().filter_map(row).collect())
    }

    async fn find_records(&self, query: &RecordQuery) -> Result<RecordPage, StorageError> {
        let mirror = &self.lock().mirror;
        let is_asked = |row: &&Record| {
            row.tenant == query.tenant
                && row.key.entity == query.entity
                && row.deleted_at.is_none()
                && query.since.is_none_or(|since| row.occurred_at >= since)
                && query.after.as_ref().is_none_or(|after| RecordPlace::of(row) > *after)
                && query.holds(&row.fields)
        };
        let mut records: Vec<Record> = mirror.rows.values().filter(is_asked).cloned().collect();
        records.sort_by_key(RecordPlace::of);
        let is_more = records.len() > query.limit;
        records.truncate(query.limit);
        let next = records.last().filter(|_| is_more).map(RecordPlace::of);
        Ok(RecordPage { records, next })
    }

    async fn changes(&self, events: &[EventId]) -> Result<Vec<Change>, StorageError> {
        let mirror = &self.lock().mirror;
        let asked = |change: &&Change| events.contains(&change.event);
        Ok(mirror.changes.iter().filter(asked).cloned().collect())
    }

    async fn history(
        &self,
        tenant: &Tenant,
        key: &RecordKey,
        limit: usize,
    ) -> Result<Vec<Change>, StorageError> {
        let mirror = &self.lock().mirror;
        let row = mirror.rows.get(&(tenant.clone(), key.clone()));
        let (mut next, mut history) = (row.map(|row| row.event), Vec::new());
        while let Some(event) = next.filter(|_| history.len() < limit) {
            let made = |change: &&Change| {
                change.event == event
                    && change.tenant == *tenant
                    && change.key == *key
                    && change.applied.is_news()
            };
            let change = mirror.changes.iter().find(made);
            history.extend(change.cloned());
            next = change.and_then(|change| change.found).filter(|found| *found != event);
        }
        Ok(history)
    }

    async fn record_counts(&self) -> Result<BTreeMap<Entity, u64>, StorageError> {
        let mut counts = BTreeMap::new();
        for record in self.lock().mirror.rows.values().filter(|row| row.deleted_at.is_none()) {
            *counts.entry(record.key.entity).or_default() += 1;
        }
        Ok(counts)
    }
}
