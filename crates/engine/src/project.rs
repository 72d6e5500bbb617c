//! Reads events after the mirror's cursor, writes rows and changes: stop 4.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Entity, Entry, Installation, InstallationKey, Projection, Record, RecordKey, RecordUpdate,
    Storage, StorageError, Tenant,
};
use tokio::sync::Notify;

use crate::{
    Sources,
    stage::{Progress, Stage},
};

/// How many events one transaction takes.
const STRETCH: usize = 256;

/// The stage.
pub(crate) struct Project<S> {
    pub(crate) store: S,
    pub(crate) sources: Sources,
    /// Woken when rows were written.
    pub(crate) next: Arc<Notify>,
    /// Woken when installations were written.
    pub(crate) admit: Arc<Notify>,
}

type Rows = BTreeMap<(Tenant, RecordKey), Record>;

impl<S: Storage> Stage for Project<S> {
    const NAME: &'static str = "project";

    async fn pass(&mut self) -> Result<Progress, StorageError> {
        let from = self.store.projected().await?;
        let entries = self.store.entries_after(from, STRETCH).await?;
        let Some(last) = entries.last() else {
            return Ok(Progress::Idle);
        };
        let mut projection = Projection { from, to: last.sequence, ..Projection::default() };
        let updates: Vec<_> = entries.iter().map(|entry| self.read(entry)).collect();
        let mut rows = self.load(&entries, &updates).await?;
        for (entry, updates) in entries.iter().zip(updates) {
            apply(entry, updates, &mut rows, &mut projection);
        }
        let touched = |row: &&Record| projection.changes.iter().any(|c| c.event == row.event);
        projection.records = rows.values().filter(touched).cloned().collect();
        projection.installations = self.installations(&entries).await?;
        let (changes, installations) = (projection.changes.len(), projection.installations.len());
        self.store.project(projection).await?;
        if installations > 0 {
            self.admit.notify_one();
        }
        metrics::counter!("highwire_changes_total").increment(changes as u64);
        self.next.notify_one();
        Ok(Progress::after(entries.len(), STRETCH))
    }
}

impl<S: Storage> Project<S> {
    /// What an entry says. Nobody's events say nothing, and an entry that cannot be read says
    /// nothing either: it stays in the journal, and its story tells why.
    fn read(&self, entry: &Entry) -> Vec<RecordUpdate> {
        if entry.event.tenant.is_none() {
            return Vec::new();
        }
        let span = tracing::debug_span!("event", event.id = %entry.event.id, stop = "mirror");
        span.in_scope(|| match self.sources.updates(&entry.event) {
            Ok(updates) => {
                tracing::debug!(event.kind = %entry.event.kind, records = updates.len(), "event is read");
                updates
            }
            Err(problem) => {
                tracing::warn!(event.kind = %entry.event.kind, problem, "an event cannot be mirrored");
                metrics::counter!("highwire_unmirrored_events_total").increment(1);
                Vec::new()
            }
        })
    }

    /// The installations that the entries change, whoever owns their accounts.
    async fn installations(&self, entries: &[Entry]) -> Result<Vec<Installation>, StorageError> {
        let told: Vec<_> = entries
            .iter()
            .filter(|entry| entry.event.kind.entity == Entity::App)
            .filter_map(|entry| Some((entry, self.sources.installation(&entry.event)?)))
            .collect();
        if told.is_empty() {
            return Ok(Vec::new());
        }
        let listing = self.store.listing().await?;
        let known = listing.installations.into_iter().map(|one| (one.key.clone(), one));
        let mut known: BTreeMap<InstallationKey, Installation> = known.collect();
        let mut touched = BTreeMap::new();
        for (entry, change) in told {
            let before = known.get(&change.key);
            let occurred_at = entry.event.occurred_at;
            if let Some(after) = policy::installation::apply(before, &change, occurred_at) {
                known.insert(after.key.clone(), after.clone());
                touched.insert(after.key.clone(), after);
            }
        }
        Ok(touched.into_values().collect())
    }

    async fn load(
        &self,
        entries: &[Entry],
        updates: &[Vec<RecordUpdate>],
    ) -> Result<Rows, StorageError> {
        let mut keys: BTreeMap<&Tenant, Vec<RecordKey>> = BTreeMap::new();
        for (entry, updates) in entries.iter().zip(updates) {
            if let Some(tenant) = &entry.event.tenant {
                keys.entry(tenant).or_default().extend(updates.iter().map(|u| u.key().clone()));
            }
        }
        let mut rows = Rows::new();
        for (tenant, mut keys) in keys {
            keys.sort();
            keys.dedup();
            for row in self.store.records(tenant, &keys).await? {
                rows.insert((row.tenant.clone(), row.key.clone()), row);
            }
        }
        Ok(rows)
    }
}

fn apply(entry: &Entry, updates: Vec<RecordUpdate>, rows: &mut Rows, projection: &mut Projection) {
    let Some(tenant) = &entry.event.tenant else {
        return;
    };
    for update in updates {
        let place = (tenant.clone(), update.key().clone());
        let (change, row) = policy::mirror::apply(&entry.event, tenant, rows.get(&place), update);
        projection.changes.push(change);
        if let Some(row) = row {
            rows.insert(place, row);
        }
    }
}

#[cfg(test)]
mod tests;
