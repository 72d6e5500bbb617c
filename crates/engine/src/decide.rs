//! Reads events after the outbox's cursor, writes the actions that follow: stop 5, commit 2.
//!
//! An event that cannot be decided on is parked, and what follows goes on. What the mirror parked is
//! decided on with what is known, and once more when the mirror has it.

use std::{collections::HashMap, sync::Arc};

use domain::{
    Action, Change, Clock, Decisions, Entity, Entry, Event, EventId, LaneStep, Realm, Record,
    RecordKey, ReplayStep, Stop, Storage, StorageError,
};
use jiff::Timestamp;
use policy::{
    View,
    pair::{self, Sibling},
    rules::{Outlets, Rule},
};
use tokio::sync::Notify;

use crate::{
    Sources,
    outlets::KnownOutlets,
    poison::{Poison, Trials, attempt},
    reader::{Position, Reader, Stretch, lane_of},
    rows::{Place, Rows},
    stage::{Progress, Stage},
};

/// How many events a replay takes in one step.
const REPLAYED: usize = 64;

/// The stage.
pub(crate) struct Decide<S> {
    pub(crate) store: S,
    pub(crate) sources: Sources,
    pub(crate) rules: Vec<Rule>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) trials: Trials,
    pub(crate) outlets: KnownOutlets,
    /// Woken when actions were written.
    pub(crate) next: Vec<Arc<Notify>>,
    pub(crate) reader: Reader,
}

/// A record, what changed of it, and who else told of that.
type Surroundings = ((Option<Record>, Vec<Change>), Option<Sibling>);

impl<S: Storage> Stage for Decide<S> {
    const NAME: &'static str = "decide";

    async fn pass(&mut self) -> Result<Progress, StorageError> {
        self.outlets.refresh(&self.store).await?;
        let again = self.again().await? | self.replay().await?;
        let stands = self.stands().await?;
        // A decision looks at the mirror, so it waits until the mirror has the event. The lanes are
        // read first: they only get shorter where the cursor moves in between.
        let lanes = self.store.projected_ahead().await?;
        let mirror = Position { cursor: self.store.projected().await?, lanes };
        let outlets = self.outlets.get();
        let is_on = |rule: &Rule| (rule.is_on)(outlets);
        if !self.rules.iter().any(is_on) {
            return self.pass_over(stands, mirror).await;
        }
        let from = stands.cursor;
        let stretch = match self.trials.left(&self.store, &stands).await? {
            Some(alone) => Some(alone),
            None => self.reader.next(&self.store, stands, Some(&mirror)).await?,
        };
        let Some(Stretch { entries, to, lanes, is_behind }) = stretch else {
            return Ok(if again { Progress::Behind } else { Progress::Idle });
        };
        let mut decisions = Decisions { from, to, lanes, ..Decisions::default() };
        let tries = self.trials.begin(&self.store, &entries).await?;
        match (Poison::after(tries), entries.first()) {
            (Some(poison), Some(first)) => {
                decisions.parked.push(poison.park(first, Stop::Decide, self.clock.now()));
            }
            _ => self.decide(&entries, &mut decisions).await?,
        }
        self.write(decisions).await?;
        Ok(Progress::after(is_behind))
    }
}

impl<S: Storage> Decide<S> {
    async fn stands(&self) -> Result<Position, StorageError> {
        let cursor = self.store.decided().await?;
        Ok(Position { cursor, lanes: self.store.decided_ahead().await? })
    }

    /// Handles one parked event that somebody asks for again. Returns whether there was one.
    ///
    /// Where the stage has yet to reach the event there is nothing to repeat.
    async fn again(&mut self) -> Result<bool, StorageError> {
        let Some(parked) = self.store.take_asked(Stop::Decide).await? else {
            return Ok(false);
        };
        let stands = self.stands().await?;
        let mut entries: Vec<_> = self.store.entry(parked.event).await?.into_iter().collect();
        entries.retain(|entry| stands.covers(&lane_of(entry), entry.sequence));
        let (from, to) = (stands.cursor, stands.cursor);
        let lanes = LaneStep { from: stands.lanes.clone(), to: stands.lanes };
        let mut decisions = Decisions { from, to, lanes, ..Decisions::default() };
        self.decide(&entries, &mut decisions).await?;
        if decisions.parked.is_empty() {
            decisions.freed.push(parked.key.sequence);
        }
        self.write(decisions).await?;
        Ok(true)
    }

    /// Goes on with a replay by one stretch. Returns whether there was one.
    async fn replay(&mut self) -> Result<bool, StorageError> {
        let Some(replay) = self.store.next_replay().await? else { return Ok(false) };
        let subscriptions = &self.outlets.get().subscriptions;
        let wanted = subscriptions.iter().find(|one| one.id == replay.subscription).cloned();
        let now = self.clock.now();
        let (mut to, mut actions) = (replay.until, Vec::new());
        if let Some(wanted) = wanted {
            let realm = Realm::Organization(wanted.organization.clone());
            let part = self.store.entries_within(&realm, replay.after, REPLAYED).await?;
            let is_through = part.through == replay.after || part.through >= replay.until;
            to = if is_through { replay.until } else { part.through };
            let asked = |entry: &&Entry| {
                entry.sequence <= replay.until
                    && entry.journaled_at >= replay.since
                    && wanted.wants(&entry.event)
            };
            let entries: Vec<_> = part.entries.iter().filter(asked).collect();
            let views = self.views(&entries).await?;
            let outlets = Outlets { subscriptions: vec![wanted].into(), ..Outlets::default() };
            for (entry, view) in entries.iter().zip(views) {
                let view = View { outlets: outlets.clone(), ..view };
                // What cannot be decided on is parked where it came first.
                let decided = attempt(|| Ok(self.actions(entry, &view, now)));
                actions.extend(decided.unwrap_or_default());
            }
        }
        let count = actions.len();
        self.store.step_replay(ReplayStep { from: replay, to, actions, now }).await?;
        tracing::debug!(actions = count, "a replay went on");
        self.next.iter().for_each(|destination| destination.notify_one());
        Ok(true)
    }

    /// Adds what follows from the entries to the decisions.
    async fn decide(
        &self,
        entries: &[Entry],
        decisions: &mut Decisions,
    ) -> Result<(), StorageError> {
        let restored_at = self.store.restored_at().await?;
        let concerning: Vec<_> = entries.iter().filter(|entry| self.concerns(entry)).collect();
        for (entry, view) in concerning.iter().zip(self.views(&concerning).await?) {
            let now = self.clock.now();
            let Event { id, correlation, .. } = &entry.event;
            let span = tracing::debug_span!("event", event.id = %id, %correlation, stop = "decide");
            match span.in_scope(|| attempt(|| Ok(self.actions(entry, &view, now)))) {
                Ok(actions) => {
                    // What happened before a restore may have been done by the hub that was lost.
                    if restored_at.is_some_and(|restored| entry.event.occurred_at < restored) {
                        decisions.look_first.extend(actions.iter().map(|action| action.id.clone()));
                    }
                    decisions.actions.extend(actions);
                }
                Err(poison) => decisions.parked.push(poison.park(entry, Stop::Decide, now)),
            }
        }
        Ok(())
    }

    /// What all rules make of an event.
    fn actions(&self, entry: &Entry, view: &View, now: Timestamp) -> Vec<Action> {
        let mut decided = Vec::new();
        for rule in &self.rules {
            let actions = (rule.decide)(&entry.event, view, now);
            tracing::debug!(rule = rule.name, actions = actions.len(), "rule decided");
            decided.extend(actions);
        }
        decided
    }

    async fn write(&self, decisions: Decisions) -> Result<(), StorageError> {
        let actions = decisions.actions.len();
        self.store.decide(decisions).await?;
        metrics::counter!("highwire_actions_total").increment(actions as u64);
        if actions > 0 {
            self.next.iter().for_each(|destination| destination.notify_one());
        }
        Ok(())
    }

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
        let concerns = |rule: &Rule| (rule.concerns)(&entry.event, self.outlets.get());
        entry.event.tenant.is_some() && self.rules.iter().any(concerns)
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
        let mut siblings = Vec::new();
        for (entry, changes) in entries.iter().zip(&changes) {
            siblings.push(self.sibling(entry, changes).await?);
        }
        let contacts = records.iter().flatten().filter_map(contact_place);
        let contacts = Rows::read(&self.store, contacts).await?;
        let surroundings = records.into_iter().zip(changes).zip(siblings);
        let view = |(entry, ((record, changes), sibling)): (&&Entry, Surroundings)| View {
            sibling,
            contact: record
                .as_ref()
                .and_then(contact_place)
                .and_then(|place| contacts.at(&place).cloned()),
            record,
            changes,
            summary: self.sources.summarize(&entry.event),
            link: self.sources.link(&entry.event),
            outlets: self.outlets.get().clone(),
        };
        Ok(entries.iter().zip(surroundings).map(view).collect())
    }

    /// The event that left a record as this one found it, where the two may be a pair.
    async fn sibling(
        &self,
        entry: &Entry,
        changes: &[Change],
    ) -> Result<Option<Sibling>, StorageError> {
        let Some(found) = pair::sibling_of(&entry.event, changes) else { return Ok(None) };
        let Some(entry) = self.store.entry(found).await? else { return Ok(None) };
        let made = self.store.changes(&[found]).await?;
        let made = made.into_iter().find(|made| changes.iter().any(|own| own.key == made.key));
        let (kind, occurred_at) = (entry.event.kind, entry.event.occurred_at);
        Ok(made.map(|change| Sibling { kind, occurred_at, change }))
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
