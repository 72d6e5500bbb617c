//! Reads events after the mirror's cursor, writes rows and changes: stop 4.
//!
//! An event that cannot be read or applied is parked, and what follows goes on, also of its own
//! record: every event brings the record's values as they are then, and a row never goes back.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    Change, Clock, Entity, Entry, Event, Installation, InstallationKey, LaneStep, Origin,
    Projection, Record, RecordUpdate, Stop, Storage, StorageError,
};
use tokio::sync::Notify;

use crate::{
    Sources,
    poison::{Poison, Trials, attempt, catch},
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
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) trials: Trials,
    /// Woken when rows were written.
    pub(crate) next: Arc<Notify>,
    /// Woken when installations were written.
    pub(crate) admit: Arc<Notify>,
    pub(crate) reader: Reader,
}

/// What an entry says, or why nobody can tell.
type Read = Result<Vec<RecordUpdate>, Poison>;

impl<S: Storage> Stage for Project<S> {
    const NAME: &'static str = "project";

    async fn pass(&mut self) -> Result<Progress, StorageError> {
        let again = self.again().await?;
        let stands = self.stands().await?;
        let from = stands.cursor;
        let stretch = match self.trials.left(&self.store, &stands).await? {
            Some(alone) => Some(alone),
            None => self.reader.next(&self.store, stands, None).await?,
        };
        let Some(Stretch { entries, to, lanes, is_behind }) = stretch else {
            return Ok(if again { Progress::Behind } else { Progress::Idle });
        };
        let mut projection = Projection { from, to, lanes, ..Projection::default() };
        let tries = self.trials.begin(&self.store, &entries).await?;
        match (Poison::after(tries), entries.first()) {
            (Some(poison), Some(first)) => {
                projection.parked.push(poison.park(first, Stop::Mirror, self.clock.now()));
            }
            _ => self.apply(&entries, &mut projection).await?,
        }
        self.write(projection).await?;
        Ok(Progress::after(is_behind))
    }
}

impl<S: Storage> Project<S> {
    async fn stands(&self) -> Result<Position, StorageError> {
        let cursor = self.store.projected().await?;
        Ok(Position { cursor, lanes: self.store.projected_ahead().await? })
    }

    /// Handles one parked event that somebody asks for again. Returns whether there was one.
    async fn again(&mut self) -> Result<bool, StorageError> {
        let Some(parked) = self.store.take_asked(Stop::Mirror).await? else {
            return Ok(false);
        };
        let Position { cursor, lanes } = self.stands().await?;
        let lanes = LaneStep { from: lanes.clone(), to: lanes };
        let mut projection =
            Projection { from: cursor, to: cursor, lanes, ..Projection::default() };
        let entries: Vec<_> = self.store.entry(parked.event).await?.into_iter().collect();
        self.apply(&entries, &mut projection).await?;
        if projection.parked.is_empty() {
            projection.freed.push(parked.key.sequence);
        }
        self.write(projection).await?;
        Ok(true)
    }

    /// Adds what the entries make of the mirror to the projection.
    async fn apply(
        &self,
        entries: &[Entry],
        projection: &mut Projection,
    ) -> Result<(), StorageError> {
        let reads: Vec<_> = entries.iter().map(|entry| self.read(entry)).collect();
        let mut rows = Rows::read(&self.store, places(entries, &reads)).await?;
        let mut touched = BTreeSet::new();
        for (entry, read) in entries.iter().zip(reads) {
            let again = || Ok(steps(entry, self.sources.updates(&entry.event)?, &rows));
            let steps = read.and_then(|updates| {
                catch(|| steps(entry, updates, &rows)).or_else(|_| attempt(again))
            });
            match steps {
                Ok(steps) => {
                    for (change, row) in steps {
                        projection.changes.push(change);
                        if let Some(row) = row {
                            touched.insert((row.tenant.clone(), row.key.clone()));
                            rows.put(row);
                        }
                    }
                }
                Err(poison) => {
                    let parked = poison.park(entry, Stop::Mirror, self.clock.now());
                    projection.parked.push(parked);
                }
            }
        }
        projection.records = touched.iter().filter_map(|place| rows.take(place)).collect();
        projection.installations = self.installations(entries).await?;
        Ok(())
    }

    /// What an entry says. Nobody's events say nothing.
    fn read(&self, entry: &Entry) -> Read {
        if entry.event.tenant.is_none() {
            return Ok(Vec::new());
        }
        let Event { id, correlation, .. } = &entry.event;
        let span = tracing::debug_span!("event", event.id = %id, %correlation, stop = "mirror");
        span.in_scope(|| {
            if self.report_deviations {
                self.report(entry);
            }
            let updates = attempt(|| self.sources.updates(&entry.event))?;
            tracing::debug!(event.kind = %entry.event.kind, records = updates.len(), "event is read");
            Ok(updates)
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

    async fn write(&self, projection: Projection) -> Result<(), StorageError> {
        let (changes, installations) = (projection.changes.len(), projection.installations.len());
        self.store.project(projection).await?;
        if installations > 0 {
            self.admit.notify_one();
        }
        metrics::counter!("highwire_changes_total").increment(changes as u64);
        self.next.notify_one();
        Ok(())
    }
}

/// The rows that these entries are about, where they can be read.
fn places(entries: &[Entry], reads: &[Read]) -> Vec<Place> {
    let mut places = Vec::new();
    for (entry, read) in entries.iter().zip(reads) {
        if let (Some(tenant), Ok(updates)) = (&entry.event.tenant, read) {
            places.extend(updates.iter().map(|update| (tenant.clone(), update.key().clone())));
        }
    }
    places
}

/// The changes that an entry makes, each with the row after it where that differs.
fn steps(entry: &Entry, updates: Vec<RecordUpdate>, rows: &Rows) -> Vec<(Change, Option<Record>)> {
    let Some(tenant) = &entry.event.tenant else {
        return Vec::new();
    };
    let mut steps: Vec<(Change, Option<Record>)> = Vec::new();
    for update in updates {
        let place = (tenant.clone(), update.key().clone());
        let mut own = steps.iter().rev().filter_map(|(_, row)| row.as_ref());
        let own = own.find(|row| row.key == place.1);
        let current = own.or_else(|| rows.at(&place));
        steps.push(policy::mirror::apply(&entry.event, tenant, current, update));
    }
    steps
}

#[cfg(test)]
mod tests;
