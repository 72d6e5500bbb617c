//! The trace of a change set on one record: what was there before the first of its writes, and what the last left.

use std::collections::BTreeMap;

use domain::{
    Entity, RecordKey, TagChange, Write, WriteEffect, WriteState, WrittenField, crm::Target,
};
use serde_json::Value;

/// What stands before a channel in the key of a person's wish.
const WISHES: &str = "do_not_disturb.";

/// What a change set did to one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The record; none where nobody knows which it is.
    pub target: Option<Target>,
    /// The newest act on it.
    pub act: String,
    /// In which account of the connection it is, where the writer named one.
    pub account: Option<String>,
    /// Whether channels were closed for the contact, which stay closed.
    pub closes_channels: bool,
    pub(super) fate: Fate,
    pub(super) fields: BTreeMap<String, TracedField>,
    /// By their names in lower case: the CRM knows no other.
    pub(super) tags: BTreeMap<String, TracedTag>,
}

/// What the set made of a record as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was there and was changed.
    Changed,
    /// The set made it.
    Created,
    /// The set made it and took it away again.
    Passing,
    /// The set took it away, or may have.
    Deleted,
    /// It is something that was sent.
    Sent,
    /// Nobody knows whether the set made it.
    Unknown,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct TracedField {
    pub(super) name: Option<String>,
    pub(super) before: Value,
    /// What the set may have left: more than one value where a write may have been made or not.
    pub(super) left: Vec<Value>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct TracedTag {
    pub(super) name: String,
    pub(super) was_there: bool,
}

/// The traces of these writes, which stand in their order: the record that was written last comes
/// first, and what hangs on a record comes before it.
#[must_use]
pub fn traces(writes: &[Write]) -> Vec<Trace> {
    let mut known: BTreeMap<RecordKey, usize> = BTreeMap::new();
    let mut traces: Vec<(u64, Trace)> = Vec::new();
    for write in writes.iter().filter(|write| write.state != WriteState::Refused) {
        let at = write.intent.record.as_ref().and_then(|record| known.get(record).copied());
        let at = at.unwrap_or_else(|| {
            known.extend(write.intent.record.clone().map(|record| (record, traces.len())));
            traces.push((write.number, Trace::begin(write)));
            traces.len() - 1
        });
        let (last, trace) = &mut traces[at];
        *last = write.number;
        trace.take(write);
    }
    let rank = |trace: &Trace| {
        let is_made_contact =
            trace.fate == Fate::Created && trace.entity() == Some(Entity::Contact);
        u8::from(is_made_contact)
    };
    traces.sort_by_key(|(last, trace)| (rank(trace), std::cmp::Reverse(*last)));
    traces.into_iter().map(|(_, trace)| trace).collect()
}

impl Trace {
    /// What the record is, where that is known.
    #[must_use]
    pub fn entity(&self) -> Option<Entity> {
        self.target.as_ref().map(|target| target.key.entity)
    }

    /// The record, where the set made it.
    #[must_use]
    pub fn made(&self) -> Option<&RecordKey> {
        self.target.as_ref().filter(|_| self.fate == Fate::Created).map(|target| &target.key)
    }

    /// Whether the set did nothing to the record but to close channels.
    pub(super) fn is_only_a_wish(&self) -> bool {
        self.closes_channels && self.fields.is_empty() && self.tags.is_empty()
    }

    fn begin(write: &Write) -> Self {
        let intent = &write.intent;
        let parent = intent.parent.clone();
        let fate = match (intent.effect, write.state) {
            (WriteEffect::Created, WriteState::Done) => Fate::Created,
            (WriteEffect::Created, _) => Fate::Unknown,
            (WriteEffect::Sent, _) => Fate::Sent,
            (WriteEffect::Changed | WriteEffect::Deleted, _) => Fate::Changed,
        };
        Self {
            target: intent.record.clone().map(|key| Target { key, parent }),
            act: intent.act.clone(),
            account: intent.account.clone(),
            closes_channels: false,
            fate,
            fields: BTreeMap::new(),
            tags: BTreeMap::new(),
        }
    }

    fn take(&mut self, write: &Write) {
        let is_sure = write.state == WriteState::Done;
        self.act.clone_from(&write.intent.act);
        if write.intent.effect == WriteEffect::Deleted {
            self.fate = match (self.fate, is_sure) {
                (Fate::Created, true) => Fate::Passing,
                (Fate::Created, false) => Fate::Created,
                (Fate::Passing, _) => Fate::Passing,
                (_, _) => Fate::Deleted,
            };
            return;
        }
        for (key, written) in &write.intent.difference.fields {
            if key.starts_with(WISHES) {
                self.closes_channels = true;
                continue;
            }
            let field = self.fields.entry(key.clone()).or_insert_with(|| TracedField::of(written));
            match is_sure {
                true => field.left = vec![written.after.clone()],
                false => field.left.push(written.after.clone()),
            }
        }
        self.take_tags(&write.intent.difference.tags, is_sure);
    }

    fn take_tags(&mut self, change: &TagChange, is_sure: bool) {
        let added = change.added.iter().map(|tag| (tag, true));
        for (tag, is_added) in added.chain(change.removed.iter().map(|tag| (tag, false))) {
            let key = folded(tag);
            match self.tags.get(&key) {
                // It is again as it was before the first write.
                Some(known) if known.was_there == is_added && is_sure => {
                    self.tags.remove(&key);
                }
                Some(_) => {}
                None => {
                    let tag = TracedTag { name: tag.clone(), was_there: !is_added };
                    self.tags.insert(key, tag);
                }
            }
        }
    }
}

impl TracedField {
    /// A field of which nothing is left yet.
    fn of(written: &WrittenField) -> Self {
        Self { name: written.name.clone(), before: written.before.clone(), left: Vec::new() }
    }
}

/// A tag as it is compared (`facts/highlevel.md` 6.5).
pub(super) fn folded(tag: &str) -> String {
    tag.trim().to_lowercase()
}
