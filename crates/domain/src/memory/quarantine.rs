//! The quarantine in memory: a vector of events that wait, in the order in which they came.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::Memory;
use crate::{Appended, Held, HeldGroup, HeldSummary, Quarantine, Sequence, StorageError, Tenant};

#[derive(Default)]
pub(super) struct QuarantineState {
    last: u64,
    rows: BTreeMap<Sequence, (Timestamp, Held)>,
}

fn group(held: &Held) -> HeldGroup {
    HeldGroup {
        source: held.event.source.clone(),
        account: held.event.account.clone().unwrap_or_default(),
        app: held.app.clone(),
    }
}

impl Quarantine for Memory {
    async fn hold(&self, held: Held) -> Result<Appended, StorageError> {
        let now = self.clock.now();
        let state = &mut self.lock().quarantine;
        let same = |(_, known): &&(Timestamp, Held)| known.event.id == held.event.id;
        let known = state.rows.iter().find(|(_, row)| same(row)).map(|(place, _)| *place);
        if let Some(place) = known {
            return Ok(Appended::Duplicate(place));
        }
        state.last += 1;
        let place = Sequence(state.last);
        state.rows.insert(place, (now, held));
        Ok(Appended::New(place))
    }

    async fn held(&self) -> Result<Vec<HeldSummary>, StorageError> {
        let mut groups: BTreeMap<HeldGroup, HeldSummary> = BTreeMap::new();
        for (at, held) in self.lock().quarantine.rows.values() {
            let group = group(held);
            let summary = groups.entry(group.clone()).or_insert_with(|| HeldSummary {
                group,
                reason: held.reason,
                events: 0,
                bytes: 0,
                first_at: *at,
                last_at: *at,
            });
            summary.reason = held.reason;
            summary.events += 1;
            summary.bytes += held.event.body.len() as u64;
            summary.last_at = *at;
        }
        Ok(groups.into_values().collect())
    }

    async fn release(
        &self,
        asked: &HeldGroup,
        tenant: &Tenant,
        limit: usize,
    ) -> Result<u64, StorageError> {
        let now = self.clock.now();
        let mut state = self.lock();
        let rows = state.quarantine.rows.iter().filter(|(_, (_, held))| group(held) == *asked);
        let places: Vec<Sequence> = rows.map(|(place, _)| *place).take(limit).collect();
        for place in &places {
            if let Some((_, held)) = state.quarantine.rows.remove(place) {
                let mut event = held.event;
                event.tenant = Some(tenant.clone());
                state.journal.append(event, now);
            }
        }
        Ok(places.len() as u64)
    }

    async fn expire(&self, before: Timestamp, limit: usize) -> Result<u64, StorageError> {
        let rows = &mut self.lock().quarantine.rows;
        let old = rows.iter().filter(|(_, (at, _))| *at < before).map(|(place, _)| *place);
        let places: HashSet<Sequence> = old.take(limit).collect();
        rows.retain(|place, _| !places.contains(place));
        Ok(places.len() as u64)
    }

    async fn discard(&self, asked: &HeldGroup, limit: usize) -> Result<u64, StorageError> {
        let rows = &mut self.lock().quarantine.rows;
        let of_group = rows.iter().filter(|(_, (_, held))| group(held) == *asked);
        let places: HashSet<Sequence> = of_group.map(|(place, _)| *place).take(limit).collect();
        rows.retain(|place, _| !places.contains(place));
        Ok(places.len() as u64)
    }
}
