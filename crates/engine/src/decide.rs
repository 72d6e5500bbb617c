//! Reads events after the outbox's cursor, writes the actions that follow: stop 5, commit 2.

use std::sync::Arc;

use domain::{
    Change, Clock, ConnectionId, Decisions, Entity, Entry, EventId, Record, RecordKey, Storage,
    StorageError,
};
use policy::{View, rules};
use tokio::sync::Notify;

use crate::{
    Sources,
    stage::{Progress, Stage},
};

/// How many events one transaction takes.
const STRETCH: usize = 256;

/// The stage.
pub(crate) struct Decide<S> {
    pub(crate) store: S,
    pub(crate) sources: Sources,
    pub(crate) clock: Arc<dyn Clock>,
    /// Where the activity log is kept, where there is one.
    pub(crate) activity_log: Option<ConnectionId>,
    /// Woken when actions were written.
    pub(crate) next: Vec<Arc<Notify>>,
}

impl<S: Storage> Stage for Decide<S> {
    const NAME: &'static str = "decide";

    async fn pass(&mut self) -> Result<Progress, StorageError> {
        let from = self.store.decided().await?;
        let projected = self.store.projected().await?;
        let mut entries = self.store.entries_after(from, STRETCH).await?;
        // A decision looks at the mirror, so it waits until the mirror has the event.
        entries.retain(|entry| entry.sequence <= projected);
        let Some(last) = entries.last() else {
            return Ok(Progress::Idle);
        };
        let owned = entries.iter().filter(|entry| entry.event.tenant.is_some());
        let events: Vec<EventId> = owned.map(|entry| entry.event.id).collect();
        let changes = self.store.changes(&events).await?;
        let mut decisions = Decisions { from, to: last.sequence, actions: Vec::new() };
        // Nobody's events lead to nothing, so nothing is looked up for them.
        for entry in entries.iter().filter(|entry| entry.event.tenant.is_some()) {
            let view = self.view(entry, &changes).await?;
            let span = tracing::debug_span!("event", event.id = %entry.event.id, stop = "decide");
            span.in_scope(|| {
                for rule in rules::all() {
                    let actions = (rule.decide)(&entry.event, &view, self.clock.now());
                    tracing::debug!(rule = rule.name, actions = actions.len(), "rule decided");
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
        Ok(Progress::after(entries.len(), STRETCH))
    }
}

impl<S: Storage> Decide<S> {
    async fn view(&self, entry: &Entry, changes: &[Change]) -> Result<View, StorageError> {
        let event = &entry.event;
        let changes: Vec<_> =
            changes.iter().filter(|change| change.event == event.id).cloned().collect();
        // An event that names no record may have made one, as a message without an id does.
        let key = event.record.clone().or_else(|| Some(changes.first()?.key.clone()));
        let record = self.record(entry, key).await?;
        let contact = match record.as_ref().and_then(|record| record.fields.get("contact_id")) {
            Some(id) => {
                let key = id.as_str().map(|id| RecordKey::new(Entity::Contact, id));
                self.record(entry, key).await?
            }
            None => None,
        };
        Ok(View {
            record,
            contact,
            changes,
            summary: self.sources.summarize(event),
            link: self.sources.link(event),
            activity_log: self.activity_log.clone(),
        })
    }

    async fn record(
        &self,
        entry: &Entry,
        key: Option<RecordKey>,
    ) -> Result<Option<Record>, StorageError> {
        let (Some(tenant), Some(key)) = (&entry.event.tenant, key) else {
            return Ok(None);
        };
        Ok(self.store.records(tenant, &[key]).await?.pop())
    }
}

#[cfg(test)]
mod tests;
