//! Reads events after the outbox's cursor, writes the actions that follow: stop 5, commit 2.

use std::{collections::HashMap, sync::Arc};

use domain::{
    Change, Clock, ConnectionId, Decisions, Entity, Entry, EventId, LaneStep, Record, RecordKey,
    Storage, StorageError,
};
use policy::{View, rules};
use tokio::sync::Notify;

use crate::{
    Sources,
    reader::{Position, Reader, Stretch},
    rows::{Place, Rows},
    stage::{Progress, Stage},
};

/// The stage.
pub(crate) struct Decide<S> {
    pub(crate) store: S,
    pub(crate) sources: Sources,
    pub(crate) clock: Arc<dyn Clock>,
    /// Where the activity log is kept, where there is one.
    pub(crate) activity_log: Option<ConnectionId>,
    /// Woken when actions were written.
    pub(crate) next: Vec<Arc<Notify>>,
    pub(crate) reader: Reader,
}

impl<S: Storage> Stage for Decide<S> {
    const NAME: &'static str = "decide";

    async fn pass(&mut self) -> Result<Progress, StorageError> {
        let from = self.store.decided().await?;
        let stands = Position { cursor: from, lanes: self.store.decided_ahead().await? };
        // A decision looks at the mirror, so it waits until the mirror has the event. The lanes are
        // read first: they only get shorter where the cursor moves in between.
        let lanes = self.store.projected_ahead().await?;
        let mirror = Position { cursor: self.store.projected().await?, lanes };
        let is_on = |rule: &rules::Rule| (rule.is_on)(self.activity_log.as_ref());
        if !rules::all().iter().any(is_on) {
            return self.pass_over(stands, mirror).await;
        }
        let Some(stretch) = self.reader.next(&self.store, stands, Some(&mirror)).await? else {
            return Ok(Progress::Idle);
        };
        let Stretch { entries, to, lanes, is_behind } = stretch;
        let mut decisions = Decisions { from, to, lanes, ..Decisions::default() };
        let restored_at = self.store.restored_at().await?;
        let concerning: Vec<_> = entries.iter().filter(|entry| self.concerns(entry)).collect();
        for (entry, view) in concerning.iter().zip(self.views(&concerning).await?) {
            let span = tracing::debug_span!("event", event.id = %entry.event.id, stop = "decide");
            span.in_scope(|| {
                for rule in rules::all() {
                    let actions = (rule.decide)(&entry.event, &view, self.clock.now());
                    tracing::debug!(rule = rule.name, actions = actions.len(), "rule decided");
                    // What happened before a restore may have been done by the hub that was lost.
                    if restored_at.is_some_and(|restored| entry.event.occurred_at < restored) {
                        decisions.look_first.extend(actions.iter().map(|action| action.id.clone()));
                    }
                    decisions.actions.extend(actions);
                }
            });
        }
        let actions = decisions.actions.len();
        self.store.decide(decisions).await?;
        metrics::counter!("highwire_actions_total").increment(actions as u64);
        if actions > 0 {
            self.next.iter().for_each(|destination| destination.notify_one());
        }
        Ok(Progress::after(is_behind))
    }
}

impl<S: Storage> Decide<S> {
    /// Moves to where the mirror is, past events that lead to nothing.
    async fn pass_over(
        &self,
        stands: Position,
        mut mirror: Position,
    ) -> Result<Progress, StorageError> {
        mirror.lanes.0.retain(|_, done| *done > mirror.cursor);
        if stands == mirror {
            return Ok(Progress::Idle);
        }
        let lanes = LaneStep { from: stands.lanes, to: mirror.lanes };
        let (from, to) = (stands.cursor, mirror.cursor);
        self.store.decide(Decisions { from, to, lanes, ..Decisions::default() }).await?;
        Ok(Progress::Moved)
    }

    /// Whether a rule may act on an entry. Nobody's events lead to nothing.
    fn concerns(&self, entry: &Entry) -> bool {
        let concerns =
            |rule: &rules::Rule| (rule.concerns)(&entry.event, self.activity_log.as_ref());
        entry.event.tenant.is_some() && rules::all().iter().any(concerns)
    }

    /// What is known around each of these entries, in their order.
    async fn views(&self, entries: &[&Entry]) -> Result<Vec<View>, StorageError> {
        let events: Vec<EventId> = entries.iter().map(|entry| entry.event.id).collect();
        let mut changes: HashMap<EventId, Vec<Change>> = HashMap::new();
        if !events.is_empty() {
            for change in self.store.changes(&events).await? {
                changes.entry(change.event).or_default().push(change);
            }
        }
        let mut changes_of = |entry: &&Entry| changes.remove(&entry.event.id).unwrap_or_default();
        let changes: Vec<_> = entries.iter().map(&mut changes_of).collect();
        let places: Vec<_> =
            entries.iter().zip(&changes).map(|(entry, changes)| place(entry, changes)).collect();
        let records = Rows::read(&self.store, places.iter().flatten().cloned()).await?;
        let record_at = |place: &Option<Place>| records.at(place.as_ref()?).cloned();
        let records: Vec<_> = places.iter().map(record_at).collect();
        let contacts = records.iter().flatten().filter_map(contact_place);
        let contacts = Rows::read(&self.store, contacts).await?;
        let surroundings = records.into_iter().zip(changes);
        let view = |(entry, (record, changes)): (&&Entry, (Option<Record>, Vec<Change>))| View {
            contact: record
                .as_ref()
                .and_then(contact_place)
                .and_then(|place| contacts.at(&place).cloned()),
            record,
            changes,
            summary: self.sources.summarize(&entry.event),
            link: self.sources.link(&entry.event),
            activity_log: self.activity_log.clone(),
        };
        Ok(entries.iter().zip(surroundings).map(view).collect())
    }
}

/// Where the record of an entry is. An event that names no record may have made one, as a message
/// without an id does.
fn place(entry: &Entry, changes: &[Change]) -> Option<Place> {
    let tenant = entry.event.tenant.clone()?;
    let key = entry.event.record.clone().or_else(|| Some(changes.first()?.key.clone()))?;
    Some((tenant, key))
}

/// Where the contact is that a record belongs to.
fn contact_place(record: &Record) -> Option<Place> {
    let id = record.fields.get("contact_id")?.as_str()?;
    Some((record.tenant.clone(), RecordKey::new(Entity::Contact, id)))
}

#[cfg(test)]
mod tests;
