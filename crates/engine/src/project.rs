//! Reads events after the mirror's cursor, writes rows and changes: stop 4.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    Entity, Entry, Installation, InstallationKey, Origin, Projection, RecordUpdate, Storage,
    StorageError,
};
use tokio::sync::Notify;

use crate::{
    Sources,
    reader::{Position, Reader, Stretch},
    rows::{Place, Rows},
    stage::{Progress, Stage},
};

/// The stage.
pub(crate) struct Project<S> {
    pub(crate) store: S,
    pub(crate) sources: Sources,
    /// Whether differences from a vendor's documentation are counted and told.
    pub(crate) report_deviations: bool,
    /// Woken when rows were written.
    pub(crate) next: Arc<Notify>,
    /// Woken when installations were written.
    pub(crate) admit: Arc<Notify>,
    pub(crate) reader: Reader,
}

impl<S: Storage> Stage for Project<S> {
    const NAME: &'static str = "project";

    async fn pass(&mut self) -> Result<Progress, StorageError> {
        let from = self.store.projected().await?;
        let stands = Position { cursor: from, lanes: self.store.projected_ahead().await? };
        let Some(stretch) = self.reader.next(&self.store, stands, None).await? else {
            return Ok(Progress::Idle);
        };
        let Stretch { entries, to, lanes, is_behind } = stretch;
        let mut projection = Projection { from, to, lanes, ..Projection::default() };
        let updates: Vec<_> = entries.iter().map(|entry| self.read(entry)).collect();
        let mut rows = Rows::read(&self.store, places(&entries, &updates)).await?;
        let mut touched = BTreeSet::new();
        for (entry, updates) in entries.iter().zip(updates) {
            touched.extend(apply(entry, updates, &mut rows, &mut projection));
        }
        projection.records = touched.iter().filter_map(|place| rows.take(place)).collect();
        projection.installations = self.installations(&entries).await?;
        let (changes, installations) = (projection.changes.len(), projection.installations.len());
        self.store.project(projection).await?;
        if installations > 0 {
            self.admit.notify_one();
        }
        metrics::counter!("highwire_changes_total").increment(changes as u64);
        self.next.notify_one();
        Ok(Progress::after(is_behind))
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
        if self.report_deviations {
            span.in_scope(|| self.report(entry));
        }
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

    fn report(&self, entry: &Entry) {
        let deviations = self.sources.deviations(&entry.event);
        if deviations.is_empty() {
            return;
        }
        let family = entry.event.kind.entity.to_string();
        tracing::debug!(event.kind = %entry.event.kind, ?deviations, "an event differs from its contract");
        metrics::counter!("highwire_contract_deviations_total", "family" => family).increment(1);
    }

    /// The installations that the entries change, whoever owns their accounts.
    async fn installations(&self, entries: &[Entry]) -> Result<Vec<Installation>, StorageError> {
        let told: Vec<_> = entries
            .iter()
            .filter(|entry| entry.event.kind.entity == Entity::App)
            // Whoever holds a key speaks for its organization, and not of who installed what where.
            .filter(|entry| entry.event.origin == Origin::Webhook)
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
}

/// The rows that the updates of these entries are about.
fn places(entries: &[Entry], updates: &[Vec<RecordUpdate>]) -> Vec<Place> {
    let of_entry = |(entry, updates): (&Entry, &Vec<RecordUpdate>)| {
        let tenant = entry.event.tenant.clone()?;
        Some(
            updates.iter().map(|update| (tenant.clone(), update.key().clone())).collect::<Vec<_>>(),
        )
    };
    entries.iter().zip(updates).filter_map(of_entry).flatten().collect()
}

/// Applies what one entry says, and returns the places of the rows that differ.
fn apply(
    entry: &Entry,
    updates: Vec<RecordUpdate>,
    rows: &mut Rows,
    projection: &mut Projection,
) -> Vec<Place> {
    let Some(tenant) = &entry.event.tenant else {
        return Vec::new();
    };
    let mut touched = Vec::new();
    for update in updates {
        let place = (tenant.clone(), update.key().clone());
        let (change, row) = policy::mirror::apply(&entry.event, tenant, rows.at(&place), update);
        projection.changes.push(change);
        if let Some(row) = row {
            rows.put(row);
            touched.push(place);
        }
    }
    touched
}

#[cfg(test)]
mod tests;
