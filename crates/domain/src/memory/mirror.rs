//! The mirror in memory: a map of rows and a list of changes.

use std::collections::BTreeMap;

use super::Memory;
use crate::{
    Change, Entity, EventId, Lanes, Mirror, Projection, Record, RecordKey, Sequence, Stop,
    StorageError, Tenant,
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

    async fn changes(&self, events: &[EventId]) -> Result<Vec<Change>, StorageError> {
        let mirror = &self.lock().mirror;
        let asked = |change: &&Change| events.contains(&change.event);
        Ok(mirror.changes.iter().filter(asked).cloned().collect())
    }

    async fn record_counts(&self) -> Result<BTreeMap<Entity, u64>, StorageError> {
        let mut counts = BTreeMap::new();
        for record in self.lock().mirror.rows.values().filter(|row| row.deleted_at.is_none()) {
            *counts.entry(record.key.entity).or_default() += 1;
        }
        Ok(counts)
    }
}
